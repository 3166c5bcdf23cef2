"""Buying at once: from a product straight to the provider's page, without a cart."""

from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from msgspec import UNSET, Meta, UnsetType

from kassa import checkout, orders
from kassa.api import answers
from kassa.api.auth import AnyRequest, Caller, caller_of, shop_of
from kassa.api.doc import documented, reply
from kassa.api.products import currency_of
from kassa.api.requests import Body, CountryCode, CurrencyCode, Quantity, Sku, email, identity
from kassa.api.shapes import Amount, OrderOut
from kassa.kernel.db import Conn
from kassa.kernel.errors import NotFound
from kassa.kernel.ids import derived_id, derived_token, same_token
from kassa.shop import Shop
from kassa.web import Idempotency, read_json, wish_of

#: An idempotency key is kept so long; the same key afterwards is another wish.
_KEPT: Final = timedelta(hours=24)
_WISHES: Final = 10


class BuyNowBody(Body, frozen=True):
    """What is wanted at once. The provider's page asks for what is not said here, and for the address."""

    sku: Sku
    quantity: Quantity
    email: Annotated[str, Meta(min_length=3, max_length=254)] | None = None
    currency: CurrencyCode | None = None
    country: CountryCode | None = None


class BuyNowOut(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is where to send the customer; `token` opens the order, once there is one, and is shown only here."""

    id: str
    url: str
    token: str
    total: Amount
    expires_at: datetime


class BuyNowState(msgspec.Struct, frozen=True, kw_only=True):
    """`open`, `complete` or `expired`. Who shows only the id sees the order without the persons in it."""

    id: str
    state: str
    order: OrderOut | UnsetType = UNSET


@post(
    "/buy-now",
    status_code=201,
    middleware=[Idempotency],
    opt=documented(
        summary="Buy now", tag="Orders", body=BuyNowBody, answers={201: BuyNowOut},
        errors=(
            "insufficient_stock", "unknown_sku", "invalid_email", "unsupported_currency", "amount_below_minimum",
            "amount_too_large", "buy_now_not_offered", "not_shipped_there", "buy_now_over", "provider_unreachable",
            "provider_rejected",
        ),
        description=(
            "Holds the stock and answers with the provider's page. The order comes into being when the provider "
            "confirms the payment, once; if nobody pays, nothing is left but the stock, back on the shelf. The page "
            "asks where to send the goods: in `country` (without it: at home), and wherever the total is the same."
        ),
    ),
)  # fmt: skip
async def buy(request: AnyRequest) -> Response[bytes]:
    """POST /buy-now: stock held and a page to pay at; no order yet."""
    shop, caller, body = shop_of(request), caller_of(request), await read_json(request, BuyNowBody)
    currency = currency_of(shop, body.currency)
    id_ = await _id(request, shop, caller)
    wish = checkout.BuyNowWish(
        id=id_, token=derived_token(shop.settings.secret_key, "buy-now", str(id_)), sku=body.sku,
        quantity=body.quantity, currency=currency, email=email(body.email) if body.email else None,
        country=body.country or "", locale=shop.settings.locales[0], owner=caller.owner,
    )  # fmt: skip
    hold_seconds = shop.settings.hold_seconds
    found = await checkout.buy_now(shop.db, shop.gateway, wish, clock=shop.clock, hold_seconds=hold_seconds)
    if found.url is None or found.state == "expired":
        raise checkout.BuyNowOver("This purchase is over, or paid already; a new key begins another.")
    answer = BuyNowOut(
        id=str(found.id), url=found.url, token=wish.token, total=Amount(found.total_minor, currency),
        expires_at=found.created_at + timedelta(seconds=hold_seconds),
    )  # fmt: skip
    return reply(answer, 201)


@get(
    "/buy-now/{buy_now_id:str}",
    opt=documented(
        summary="Show what was bought now", tag="Orders", answers={200: BuyNowState},
        errors=("buy_now_not_found",), order_token=True,
    ),
)  # fmt: skip
async def show(request: AnyRequest, buy_now_id: FromPath[str]) -> Response[bytes]:
    """GET /buy-now/{id}: whether it was paid, and the order that came of it."""
    missing = checkout.BuyNowNotFound("There is no such purchase.")
    async with shop_of(request).db.snapshot() as conn:
        found = await checkout.get_buy_now(conn, identity(buy_now_id, missing))
        caller = caller_of(request)
        if _is_foreign(caller, found):
            raise missing
        state = BuyNowState(id=str(found.id), state=found.state)
        if found.order_id is not None:
            state = msgspec.structs.replace(state, order=await _order(conn, caller, found.order_id))
    return reply(state)


async def _order(conn: Conn, caller: Caller, order_id: UUID) -> OrderOut:
    order = await orders.get(conn, order_id)
    shown = await answers.order(conn, order)
    if caller.may_see(order):
        return shown
    return msgspec.structs.replace(shown, email="", shipping_address={}, billing_address=None, events=[])


def _is_foreign(caller: Caller, found: checkout.BuyNow) -> bool:
    """Whether it was bought by the key of somebody else; a guest's is seen by whoever has its id."""
    if caller.admin or found.owner in ("guest", caller.owner):
        return False
    return not (caller.token and same_token(caller.token, found.token_hash))


async def _id(request: AnyRequest, shop: Shop, caller: Caller) -> UUID:
    """The id of this wish: the same for the same key, so that one whose answer was lost is found again."""
    said = wish_of(request)
    oldest = shop.clock.now() - _KEPT
    async with shop.db.connection() as conn:
        for turn in range(_WISHES):
            found = derived_id(
                shop.settings.secret_key, "buy-now", caller.name, caller.token, *said, str(turn)
            )
            try:
                there = await checkout.get_buy_now(conn, found)
            except NotFound:
                return found
            if there.created_at > oldest:
                return found
    return found
