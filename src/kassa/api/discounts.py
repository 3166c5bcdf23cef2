"""The administrator's routes of discounts: make, change, look at, end."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from litestar import Response, delete, get, put
from litestar.params import FromPath

from kassa import cart, catalog
from kassa.api.auth import AnyRequest, caller_of, shop_of
from kassa.api.discount_shapes import (
    DiscountAmount,
    DiscountList,
    DiscountOut,
    DiscountsQuery,
    EnteredCodeOut,
    PutDiscountBody,
    UsedDiscountOut,
)
from kassa.api.doc import documented, reply
from kassa.api.products import currency_of
from kassa.kernel.db import Conn
from kassa.kernel.errors import TooMany
from kassa.pricing import discounts
from kassa.pricing.discounts import DiscountInput, InvalidDiscount, Kind, Offer
from kassa.web import client_of, read_json, read_query


@put(
    "/discounts/{code:str}",
    opt=documented(
        summary="Create or replace a discount", tag="Admin", body=PutDiscountBody, admin=True,
        answers={201: DiscountOut, 200: DiscountOut},
        errors=(
            "invalid_discount", "discount_limit_below_used", "too_many_automatic_discounts", "unsupported_currency",
        ),
        description="The uses of a discount that is there already stay; orders keep what they were placed with.",
    ),
)  # fmt: skip
async def put_discount(request: AnyRequest, code: FromPath[str]) -> Response[bytes]:
    """PUT /admin/discounts/{code}: the discount is exactly as given afterwards, but for its uses."""
    shop, body = shop_of(request), await read_json(request, PutDiscountBody)
    if body.currency is not None:
        currency_of(shop, body.currency)
    async with shop.db.transaction() as tx:
        given = _input(body, await _targets(tx, body))
        offer, created = await discounts.put(tx, code, given, now=shop.clock.now())
        shown = await _shown(tx, offer)
    return reply(shown, 201 if created else 200)


@get(
    "/discounts",
    opt=documented(
        summary="List discounts", tag="Admin", query=DiscountsQuery, answers={200: DiscountList},
        errors=("invalid_cursor",), admin=True,
    ),
)  # fmt: skip
async def list_discounts(request: AnyRequest) -> Response[bytes]:
    """GET /admin/discounts: all of them, newest first."""
    query = read_query(request, DiscountsQuery)
    async with shop_of(request).db.connection() as conn:
        page = await discounts.page(conn, after=query.after, limit=query.limit)
        names = await _names(conn, page.items)
    return reply(DiscountList([_out(offer, names) for offer in page.items], page.next))


@get(
    "/discounts/{code:str}",
    opt=documented(
        summary="Show a discount", tag="Admin", answers={200: DiscountOut}, errors=("discount_unknown",), admin=True
    ),
)  # fmt: skip
async def show_discount(request: AnyRequest, code: FromPath[str]) -> Response[bytes]:
    """GET /admin/discounts/{code}: what it is, and how often it was used."""
    async with shop_of(request).db.connection() as conn:
        return reply(await _shown(conn, await discounts.one(conn, code)))


@delete(
    "/discounts/{code:str}",
    status_code=200,
    opt=documented(
        summary="End a discount", tag="Admin", answers={200: DiscountOut}, errors=("discount_unknown",), admin=True,
        description="It applies no more from now on. Nothing is deleted: orders keep what they were placed with.",
    ),
)  # fmt: skip
async def end_discount(request: AnyRequest, code: FromPath[str]) -> Response[bytes]:
    """DELETE /admin/discounts/{code}: it is over; doing so again changes nothing."""
    shop = shop_of(request)
    async with shop.db.transaction() as tx:
        return reply(await _shown(tx, await discounts.end(tx, code, now=shop.clock.now())))


async def slow_guesses(request: AnyRequest, code: str) -> None:
    """Count a guest's code if there is none of this name; whoever has a key answers for those behind him.

    Raises:
        TooMany: that were too many.
    """
    shop = shop_of(request)
    if caller_of(request).owner != "guest":
        return
    async with shop.db.transaction() as tx:
        wait = await cart.guess_code(tx, code, client_of(request), now=shop.clock.now())
    if wait:
        raise TooMany("That were too many codes. Please wait a little.", retry_after=wait)


def used(title: str, code: str | None, amount: int, currency: str) -> UsedDiscountOut:
    """A discount that a cart or an order uses."""
    return UsedDiscountOut(title, code, DiscountAmount(amount, currency))


def entered(found: discounts.Entered | None) -> EnteredCodeOut | None:
    """The code of a cart, and how it stands."""
    if found is None:
        return None
    return EnteredCodeOut(found.code, found.standing.value, discounts.said(found), found.missing or None)


def _input(body: PutDiscountBody, targets: frozenset[UUID]) -> DiscountInput:
    kind = Kind(body.kind)
    default = 10_000 if kind is Kind.BUY_X_GET_Y else 0
    value = _value(kind, body.value) if isinstance(body.value, (int, float)) else default
    return DiscountInput(
        kind=kind, value=value, currency=body.currency, minimum_minor=body.minimum, title=body.title,
        automatic=body.automatic, targets=targets, buy=body.buy or 0, get=body.get or 0, combines=body.combines,
        usage_limit=body.usage_limit, per_customer_limit=body.per_customer_limit, starts_at=_utc(body.starts_at),
        ends_at=_utc(body.ends_at),
    )  # fmt: skip


def _value(kind: Kind, value: float) -> int:
    """Percent as basis points; an amount is in minor units already."""
    exact = Decimal(str(value)) * (1 if kind is Kind.FIXED else 100)
    if not exact.is_finite() or exact != int(exact):
        told = "must be a whole number of minor units" if kind is Kind.FIXED else "has more than two decimals"
        raise InvalidDiscount("The discount is not valid.", errors=[("value", told)])
    return int(exact)


def _utc(at: datetime | None) -> datetime | None:
    """A time without a zone is in UTC."""
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


async def _targets(conn: Conn, body: PutDiscountBody) -> frozenset[UUID]:
    found = await catalog.named(conn, collections=body.collections, products=body.products, skus=body.skus)
    there = {(one.kind, one.code) for one in found}
    asked = [
        *(("collections", "collection", slug) for slug in body.collections),
        *(("products", "product", slug) for slug in body.products),
        *(("skus", "variant", sku) for sku in body.skus),
    ]
    missing = [
        (member, f"{code} is not in the catalogue")
        for member, kind, code in asked
        if (kind, code) not in there
    ]
    if missing:
        raise InvalidDiscount("The discount is for something that is not there.", errors=missing)
    return frozenset(one.id for one in found)


async def _shown(conn: Conn, offer: Offer) -> DiscountOut:
    return _out(offer, await _names(conn, [offer]))


async def _names(conn: Conn, offers: Sequence[Offer]) -> list[catalog.Named]:
    wanted = {id_ for offer in offers for id_ in offer.targets}
    return await catalog.named(conn, ids=wanted) if wanted else []


def _out(offer: Offer, names: list[catalog.Named]) -> DiscountOut:
    mine = [one for one in names if one.id in offer.targets]
    percent = offer.value // 100 if offer.value % 100 == 0 else offer.value / 100
    return DiscountOut(
        offer.code, offer.automatic, offer.kind.value, discounts.title(offer),
        offer.value if offer.kind is Kind.FIXED else percent, offer.currency, offer.minimum_minor,
        [one.code for one in mine if one.kind == "collection"], [one.code for one in mine if one.kind == "product"],
        [one.code for one in mine if one.kind == "variant"], offer.buy, offer.get, offer.combines, offer.usage_limit,
        offer.per_customer_limit, offer.used, offer.starts_at, offer.ends_at, offer.created_at,
    )  # fmt: skip
