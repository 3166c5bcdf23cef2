"""Paying an order, and asking what became of it."""

from litestar import Response, post
from litestar.params import FromPath

from kassa import checkout, payments
from kassa.api import answers, shapes
from kassa.api.auth import AnyRequest, caller_of, shop_of
from kassa.api.doc import documented, reply
from kassa.api.orders import shown_order, visible_order
from kassa.api.requests import EmptyBody, PayBody, identity
from kassa.kernel.errors import NotFound
from kassa.web import Idempotency, read_json


@post(
    "/orders/{order_id:str}/payments",
    status_code=201,
    middleware=[Idempotency],
    opt=documented(
        summary="Pay an order", tag="Payments", body=PayBody,
        answers={201: shapes.PaymentOut, 200: shapes.PaymentOut},
        errors=(
            "order_not_found", "order_not_payable", "payment_processing", "provider_unreachable",
            "provider_rejected",
        ),
        description=(
            "`element` answers with `client_secret` and `publishable_key`, `hosted` with `url`. The same flow again "
            "gives the same attempt (200); the other flow first closes the old one."
        ),
        order_token=True,
    ),
)  # fmt: skip
async def pay(request: AnyRequest, order_id: FromPath[str]) -> Response[bytes]:
    """POST /orders/{id}/payments: an attempt that can be paid now."""
    shop, caller, body = shop_of(request), caller_of(request), await read_json(request, PayBody)
    async with shop.db.connection() as conn:
        order = await visible_order(conn, caller, order_id)
    attempt, created = await checkout.pay(
        shop.db, shop.gateway, order.id, body.flow, clock=shop.clock, actor=caller.actor,
        saved_cards=caller.customer_id is not None and caller.customer_id == order.customer_id,
    )  # fmt: skip
    return reply(answers.payable(attempt, shop.settings.stripe_publishable_key), 201 if created else 200)


@post(
    "/payments/{payment_id:str}/sync",
    status_code=200,
    opt=documented(
        summary="Ask the provider about a payment", tag="Payments", body=EmptyBody,
        answers={200: shapes.OrderOut}, errors=("payment_not_found", "provider_unreachable"),
        description="Records what is true now; may be called as often as you like.", order_token=True,
    ),
)  # fmt: skip
async def sync(request: AnyRequest, payment_id: FromPath[str]) -> Response[bytes]:
    """POST /payments/{id}/sync: the order as it is after the provider was asked."""
    shop, caller = shop_of(request), caller_of(request)
    await read_json(request, EmptyBody)
    missing = payments.PaymentNotFound("There is no such payment.")
    async with shop.db.connection() as conn:
        attempt = await payments.get(conn, identity(payment_id, missing))
        try:
            await visible_order(conn, caller, str(attempt.order_id))
        except NotFound:
            raise missing from None
    await checkout.sync_payment(shop.db, shop.gateway, attempt.id, clock=shop.clock, actor=caller.actor)
    return reply(await shown_order(shop, attempt.order_id))
