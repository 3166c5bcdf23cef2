"""Refunds: an order's money goes back, by staff."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.params import FromPath
from msgspec import Meta

from kassa import orders, refunds
from kassa.api import shapes
from kassa.api.auth import AnyRequest, caller_of, shop_of
from kassa.api.doc import documented, encode, reply
from kassa.api.requests import Body, Short, identity
from kassa.web import Idempotency, keep, read_json

_MINOR = Meta(ge=1, le=99_999_999_999, description="In the order's minor unit.")


class RefundLineBody(Body, frozen=True):
    """So many units of a line; `restock`: they go to the shelf again."""

    line_id: Short
    quantity: Annotated[int, Meta(ge=1, le=1_000)]
    restock: bool = False


class RefundBody(Body, frozen=True, kw_only=True):
    """An `amount`, or what `lines` were paid with, or both: then the lines say what the amount is for. Without
    either: everything that is left."""

    amount: Annotated[int, _MINOR] | None = None
    lines: Annotated[list[RefundLineBody], Meta(min_length=1, max_length=50)] | None = None
    reason: Annotated[str, Meta(max_length=500, description="For the journal and the customer's mail.")] = ""


class RefundMade(msgspec.Struct, frozen=True, kw_only=True):
    """What was written down. `amount` is the sum of `refunds`: one for each payment the money is taken from, in
    most cases one, whose id, payment, state and reference stand beside it."""

    id: str
    payment_id: str
    order_id: str
    amount: shapes.Amount
    kind: str
    reason: str
    state: str
    provider_ref: str | None
    created_at: datetime
    refunds: list[shapes.RefundOut]


@post(
    "/orders/{order_id:str}/refunds",
    status_code=201,
    middleware=[Idempotency],
    opt=documented(
        summary="Refund an order", tag="Admin", body=RefundBody, answers={201: RefundMade},
        errors=(
            "order_not_found", "refund_too_large", "nothing_to_refund", "already_restocked", "invalid_refund",
        ),
        description=(
            "Written down at once, and counted from then on; the provider is asked right after. "
            "What became of it is told by the order's `refunds`."
        ),
        admin=True,
    ),
)  # fmt: skip
async def refund(request: AnyRequest, order_id: FromPath[str]) -> Response[bytes]:
    """POST /admin/orders/{id}/refunds: give money back, and goods to the shelf, or nothing at all."""
    shop, caller, body = shop_of(request), caller_of(request), await read_json(request, RefundBody)
    id_ = identity(order_id, orders.OrderNotFound("There is no such order."))
    lines = [_line(index, line) for index, line in enumerate(body.lines or ())]
    async with shop.db.transaction() as tx:
        made = await refunds.request(
            tx, id_, amount=body.amount, lines=lines, reason=body.reason.strip() or "requested",
            actor=caller.actor, now=shop.clock.now(),
        )  # fmt: skip
        content = encode(_made(made))
        await keep(request, tx, 201, content)
    return reply(content, 201)


def _line(index: int, line: RefundLineBody) -> refunds.RefundLine:
    path = f"lines[{index}].line_id"
    missing = refunds.InvalidRefund("The order has no such line.", errors=[(path, "is not of this order")])
    return refunds.RefundLine(identity(line.line_id, missing), line.quantity, line.restock)


def _made(made: list[refunds.Refund]) -> RefundMade:
    first = made[0]
    return RefundMade(
        id=str(first.id), payment_id=str(first.payment_id), order_id=str(first.order_id),
        amount=shapes.Amount(sum(refund.amount_minor for refund in made), first.currency), kind=first.kind,
        reason=first.reason, state=str(first.state), provider_ref=first.provider_ref,
        created_at=first.created_at,
        refunds=[
            shapes.RefundOut(
                str(refund.id), str(refund.payment_id), shapes.Amount(refund.amount_minor, refund.currency),
                refund.kind, refund.reason, str(refund.state), refund.provider_ref, refund.created_at,
            )
            for refund in made
        ],
    )  # fmt: skip
