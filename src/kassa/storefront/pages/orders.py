"""An order as its customer sees it: receipt, state, what happened, and a second try."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel import Locale
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from kassa import cart, fulfilment, notifications, orders, payments, refunds
from kassa.kernel.errors import Invalid, NotFound
from kassa.kernel.ids import parse_id, same_token
from kassa.storefront import forms, words
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor, visitor_of


@dataclass(frozen=True, slots=True)
class _Entry:
    at: datetime
    words: str


@get("/orders/{order_id:str}", include_in_schema=False)
async def show(request: AnyRequest, order_id: FromPath[str]) -> Response[str]:
    """GET /orders/…: receipt or state, for the browser that placed it or whoever has its link ."""
    visitor, order = await own_order(request, order_id)
    async with shop_of(request).db.connection() as conn:
        attempts = await payments.of_order(conn, order.id)
        events = await orders.events(conn, order.id)
        going_back = await refunds.of_order(conn, order.id)
        journal = await orders.chain_head(conn, order.id)
        parcels = await fulfilment.of_order(conn, order.id)
        left = await fulfilment.left(conn, order.id)
    returned = [refund for refund in going_back if refund.state not in ("failed", "canceled")]
    paid = next((one for one in attempts if one.state == "succeeded" and not one.surplus), None)
    surplus = [attempt for attempt in attempts if attempt.surplus]
    headline, lead = words.HEADLINES[order.state]
    if surplus and order.state in ("canceled", "failed"):
        lead = "Your payment arrived after the books were gone. All of it goes back to you by itself."
    waiting = {attempt.state for attempt in attempts if order.state == "pending"}
    promised, deciding = "authorized" in waiting, "processing" in waiting
    if promised or deciding:
        headline, lead = words.PROMISED if promised else words.DECIDING
    elif surplus and order.state == "pending":
        lead = words.UNFIT
    if order.state == "fulfilling" and not any(parcel.shipped_at for parcel in parcels):
        headline, lead = words.PACKING
    told = [_Entry(event.at, text) for event in events if (text := words.event(event))]
    return render(
        request, visitor, "pages/order.html", cache=OWN, order=order, bill=bill(order), headline=headline,
        lead=lead, payable=order.state == "pending" and not promised and not deciding,
        parcels=[one for one in parcels if one.state != "canceled"],
        more_to_come=[line for line in left if line.left] if order.state == "fulfilling" else [],
        words_of_parcel=words.parcel, paid=paid if order.paid_at else None, refunds=returned, journal=journal[:16],
        state_words=words.PROMISED_STATE if promised else words.STATES[order.state], timeline=told,
        address=_address(order.shipping_address),
    )  # fmt: skip


@post("/orders/{order_id:str}/again", include_in_schema=False)
async def again(request: AnyRequest, order_id: FromPath[str]) -> Redirect:
    """POST /orders/…/again: the books of an order that came to nothing, back into the bag."""
    shop, values = shop_of(request), await forms.read(request)
    visitor, order = await checked_order(request, order_id, values)
    async with shop.db.transaction() as tx:
        await visitor.keep(tx, now=shop.clock.now())
        if visitor.cart_id is None:
            fresh = await cart.create(tx, order.currency, now=shop.clock.now())
            await visitor.set_cart(tx, fresh.id)
        there = dict(await cart.contents(tx, visitor.cart_of()))
        for line in order.lines:
            wanted = max(line.quantity, there.get(line.sku, 0))
            try:
                await cart.change(tx, visitor.cart_of(), line.sku, wanted, now=shop.clock.now())
            except Invalid:
                continue  # no longer for sale: the rest of the order still is
    return go(visitor, "/cart")


async def own_order(request: AnyRequest, order_id: str) -> tuple[Visitor, orders.Order]:
    """The visitor and an order that he may see.

    Raises:
        NotFound: there is no such order, or it is somebody else's; nobody can tell which.
    """
    shop, id_ = shop_of(request), parse_id(order_id)
    if id_ is None:
        raise NotFound("There is no such order.", code="order_not_found")
    async with shop.db.connection() as conn:
        visitor = await visitor_of(request, conn)
        order = await orders.get(conn, id_)
    if id_ in visitor.order_ids:
        return visitor, order
    if not _opens(request, order):
        raise NotFound("There is no such order.", code="order_not_found")
    async with shop.db.transaction() as tx:
        await visitor.keep(tx, now=shop.clock.now())
        await visitor.remember_order(tx, id_)
    return visitor, order


def _opens(request: AnyRequest, order: orders.Order) -> bool:
    """Whether the address carries what opens this order: its token, or the key of the link in its mail."""
    token, key = request.query_params.get("token", ""), request.query_params.get("key", "")
    return bool(token and same_token(token, order.token_hash)) or bool(
        key and notifications.verify_order_link(shop_of(request).settings, order.id, key)
    )


async def checked_order(
    request: AnyRequest, order_id: str, values: Mapping[str, str]
) -> tuple[Visitor, orders.Order]:
    """The visitor and his order, for a form about it.

    Raises:
        NotFound: the order is not his.
        Forbidden: the form may have been sent by another site.
    """
    visitor, order = await own_order(request, order_id)
    visitor.check(request, values)
    return visitor, order


@dataclass(frozen=True, slots=True)
class _TaxLine:
    label: str
    tax: int


@dataclass(frozen=True, slots=True)
class _Bill:
    currency: str
    subtotal: int
    discount: int
    shipping: int
    total: int
    tax_included: bool
    tax_lines: tuple[_TaxLine, ...]


def bill(order: orders.Order) -> _Bill:
    """The totals of an order, in the shape in which a quote has them."""
    return _Bill(
        order.currency, order.subtotal_minor, order.discount_minor, order.shipping_minor, order.total_minor,
        order.tax_included, tuple(_TaxLine(str(line["label"]), int(line["tax"])) for line in order.tax_lines),
    )  # fmt: skip


def _address(address: Mapping[str, Any]) -> list[str]:
    place = f"{address.get('postal_code', '')} {address.get('city', '')}".strip()
    country = Locale("en").territories.get(address.get("country", ""), "")
    street = [address.get(part) for part in ("name", "line1", "line2")]
    return [str(part) for part in (*street, place, address.get("region"), country) if part]
