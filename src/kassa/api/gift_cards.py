"""Gift cards: what is left on one, and paying with them."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, delete, post
from litestar.params import FromPath
from msgspec import Meta

from kassa import checkout, gift_cards, payments
from kassa.api import shapes
from kassa.api.auth import AnyRequest, caller_of, shop_of
from kassa.api.doc import documented, reply
from kassa.api.orders import shown_order, visible_order
from kassa.api.pace import slow_down
from kassa.api.requests import Body, GiftCodes, Short, identity
from kassa.web import Idempotency, read_json


class CodesBody(Body, frozen=True):
    """The codes of the cards that are to pay; how they are grouped does not matter."""

    codes: Annotated[GiftCodes, Meta(min_length=1)]


class CodeBody(Body, frozen=True):
    """A code; how it is grouped does not matter."""

    code: Short


class BalanceOut(msgspec.Struct, frozen=True):
    """`available` can be spent; `reserved` is promised to orders that are not paid yet."""

    last4: str
    available: shapes.Amount
    reserved: shapes.Amount
    expires_at: datetime | None


@post(
    "/gift-cards/balance",
    status_code=200,
    opt=documented(
        summary="What is left on a gift card", tag="Payments", body=CodeBody, answers={200: BalanceOut},
        errors=("gift_card_not_found", "too_many_requests"),
        description="The code stands in the body, so no address and no log has it.",
    ),
)  # fmt: skip
async def balance(request: AnyRequest) -> Response[bytes]:
    """POST /gift-cards/balance: what a card has."""
    shop, body = shop_of(request), await read_json(request, CodeBody)
    await slow_down(request, [body.code])
    async with shop.db.connection() as conn:
        card = await gift_cards.find(conn, body.code)
    return reply(
        BalanceOut(
            card.last4, shapes.Amount(card.available_minor, card.currency),
            shapes.Amount(card.reserved_minor, card.currency), card.expires_at,
        )
    )  # fmt: skip


@post(
    "/orders/{order_id:str}/gift-cards",
    status_code=200,
    middleware=[Idempotency],
    opt=documented(
        summary="Pay with gift cards", tag="Payments", body=CodesBody, answers={200: shapes.OrderOut},
        errors=(
            "order_not_found", "order_not_payable", "gift_card_not_found", "gift_card_expired", "gift_card_empty",
            "gift_card_currency", "gift_card_no_use", "too_many_gift_cards", "payment_processing",
            "provider_unreachable", "too_many_requests",
        ),
        description=(
            "Closes what could be paid at the provider first, which asks for more. Then each card is to pay what it "
            "can of what is `due`; where that is all, the order is paid at once. A rest that is too small to be "
            "charged is made large enough."
        ),
        order_token=True,
    ),
)  # fmt: skip
async def use(request: AnyRequest, order_id: FromPath[str]) -> Response[bytes]:
    """POST /orders/{id}/gift-cards: the order with what the cards pay."""
    shop, caller, body = shop_of(request), caller_of(request), await read_json(request, CodesBody)
    async with shop.db.connection() as conn:
        order = await visible_order(conn, caller, order_id)
    await slow_down(request, body.codes)
    await checkout.use_gift_cards(
        shop.db, shop.gateway, order.id, body.codes, clock=shop.clock, actor=caller.actor
    )
    return reply(await shown_order(shop, order.id))


@delete(
    "/orders/{order_id:str}/gift-cards/{payment_id:str}",
    status_code=200,
    opt=documented(
        summary="Take a gift card off an order", tag="Payments", answers={200: shapes.OrderOut},
        errors=(
            "order_not_found", "payment_not_found", "order_not_payable", "payment_processing", "provider_unreachable",
        ),
        description="Of an order that waits to be paid; the card's money is its holder's again.",
        order_token=True,
    ),
)  # fmt: skip
async def take_off(
    request: AnyRequest, order_id: FromPath[str], payment_id: FromPath[str]
) -> Response[bytes]:
    """DELETE /orders/{id}/gift-cards/{payment}: the order without it."""
    shop, caller = shop_of(request), caller_of(request)
    async with shop.db.connection() as conn:
        order = await visible_order(conn, caller, order_id)
    part = identity(payment_id, payments.PaymentNotFound("There is no such payment."))
    await checkout.take_off_gift_card(
        shop.db, shop.gateway, order.id, part, clock=shop.clock, actor=caller.actor
    )
    return reply(await shown_order(shop, order.id))
