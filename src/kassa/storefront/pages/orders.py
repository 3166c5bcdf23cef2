"""An order as its customer sees it: receipt, state, what happened, and a second try."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from kassa import cart, fulfilment, gift_cards, invoices, notifications, orders, payments, refunds, returns
from kassa.kernel import speech
from kassa.kernel.db import Conn, Tx
from kassa.kernel.errors import Invalid, NotFound
from kassa.kernel.ids import parse_id, same_token
from kassa.kernel.speech import N_, _
from kassa.pricing import TaxLine, Used, limits
from kassa.pricing.explain import explain
from kassa.shop import Shop
from kassa.storefront import forms, story, words
from kassa.storefront.request import AnyRequest
from kassa.storefront.story import Known
from kassa.storefront.travel import way_of
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor, visitor_of

#: What an address may have the page say.
_TOLD: Final = {
    "sent": N_(
        "A parcel left just before you canceled, so the order stands. Send back what you do not want."
    ),
}


@get("/orders/{order_id:str}", include_in_schema=False)
async def show(request: AnyRequest, order_id: FromPath[str]) -> Response[str]:
    """GET /orders/…: receipt and state, for the browser that placed it, its customer, or whoever has its link."""
    visitor, order = await own_order(request, order_id)
    async with shop_of(request).db.connection() as conn:
        known = Known(
            order, await orders.events(conn, order.id), await payments.of_order(conn, order.id),
            await refunds.of_order(conn, order.id), await fulfilment.of_order(conn, order.id),
            await fulfilment.left(conn, order.id),
        )  # fmt: skip
        parts = await gift_cards.parts(conn, order.id)
        journal = await orders.chain_head(conn, order.id)
        cancelable = known.promised or await fulfilment.can_be_called_off(conn, order)
        sent_back = await returns.of_order(conn, order.id)
        returnable = any(line.left for line in await returns.returnable(conn, order.id))
        credit_notes = [one for one in await invoices.of_order(conn, order.id) if one.refund_id]
        told = request.query_params.get("told", "")
        quote = await orders.quote_of(conn, order.id)
        way = await way_of(conn, order, quote)
        missing = await _missing(conn, visitor, order) if told == "missing" else []
    return render(
        request, visitor, "pages/order.html", cache=OWN, order=order, bill=bill(order), story=story.tell(known),
        payable=order.state == "pending" and not known.promised and not known.deciding, parcels=known.shown_parcels,
        more_to_come=known.more_to_come, words_of_parcel=words.parcel, paid=known.paid, refunds=known.going_back,
        journal=journal[:16], address=written(order.shipping_address), way=way, cancelable=cancelable,
        returns=sent_back, returnable=returnable, reasons=story.REASONS, return_words=story.RETURNS,
        parts=[part for part in parts if part.state != "canceled"], least=limits.least(order.currency),
        told=_(_TOLD.get(told, "")), credit_notes=credit_notes, missing=missing, reviewable=_reviewable(known),
        explanation=explain(quote, total=order.total_minor) if quote is not None else None,
    )  # fmt: skip


def _reviewable(known: Known) -> dict[str, str]:
    """Title by slug of what has been sent: nobody thinks anything of what he has not seen."""
    sent = {line.line_id for parcel in known.parcels if parcel.shipped_at for line in parcel.lines}
    if known.order.state not in (orders.State.FULFILLING, orders.State.FULFILLED):
        return {}
    return {line.slug: line.title.partition(" — ")[0] for line in known.order.lines if line.id in sent}


@post("/orders/{order_id:str}/again", include_in_schema=False)
async def again(request: AnyRequest, order_id: FromPath[str]) -> Redirect:
    """POST /orders/…/again: the books of an order into the bag once more; what is not to be had is named."""
    shop, values = shop_of(request), await forms.read(request)
    visitor, order = await checked_order(request, order_id, values)
    async with shop.db.transaction() as tx:
        missing = not await fill_bag(tx, shop, visitor, order)
    return go(visitor, f"/orders/{order_id}?told=missing" if missing else "/cart")


async def fill_bag(tx: Tx, shop: Shop, visitor: Visitor, order: orders.Order) -> bool:
    """Put the books of an order into the visitor's bag; whether all of them are still for sale."""
    await visitor.keep(tx, now=shop.clock.now())
    if visitor.cart_id is None:
        fresh = await cart.create(tx, order.currency, now=shop.clock.now())
        await visitor.set_cart(tx, fresh.id)
    there, missing = dict(await cart.contents(tx, visitor.cart_of())), False
    for line in order.lines:
        wanted = max(line.quantity, there.get(line.sku, 0))
        try:
            await cart.change(tx, visitor.cart_of(), line.sku, wanted, now=shop.clock.now())
        except Invalid:
            missing = True  # no longer for sale: the rest of the order still is
    return not missing


async def _missing(conn: Conn, visitor: Visitor, order: orders.Order) -> list[str]:
    """The titles of what was to be ordered again and is not in the bag."""
    there = dict(await cart.contents(conn, visitor.cart_id)) if visitor.cart_id else {}
    return [line.title for line in order.lines if line.sku not in there]


async def own_order(request: AnyRequest, order_id: str) -> tuple[Visitor, orders.Order]:
    """The visitor and an order that he may see.

    Raises:
        NotFound: there is no such order, or it is somebody else's; nobody can tell which.
    """
    shop, id_ = shop_of(request), parse_id(order_id)
    if id_ is None:
        raise NotFound(_("There is no such order."), code="order_not_found")
    async with shop.db.connection() as conn:
        visitor = await visitor_of(request, conn)
        order = await orders.get(conn, id_)
    mine = visitor.customer is not None and order.customer_id == visitor.customer.id
    if id_ in visitor.order_ids or mine:
        return visitor, order
    if not _opens(request, order):
        raise NotFound(_("There is no such order."), code="order_not_found")
    async with shop.db.transaction() as tx:
        await visitor.keep(tx, now=shop.clock.now())
        await visitor.remember_order(tx, id_)
    return visitor, order


def _opens(request: AnyRequest, order: orders.Order) -> bool:
    """Whether the address carries what opens this order: its token, or the key of the link in its mail.

    The key opens it for two years. A wrong one, an old one and an order that is not there are the same 404.
    """
    shop = shop_of(request)
    if shop.clock.now() >= order.created_at + notifications.ORDER_LINK_LIFE:
        return False
    token, key = request.query_params.get("token", ""), request.query_params.get("key", "")
    return bool(token and same_token(token, order.token_hash)) or bool(
        key and notifications.verify_order_link(shop.settings, order.id, key)
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
class _Bill:
    currency: str
    subtotal: int
    discount: int
    shipping: int
    total: int
    tax_included: bool
    tax_lines: tuple[TaxLine, ...]
    used: tuple[Used, ...]
    rounding: int
    reverse_charge: bool


def bill(order: orders.Order) -> _Bill:
    """The totals of an order, in the shape in which a quote has them."""
    return _Bill(
        order.currency, order.subtotal_minor, order.discount_minor, order.shipping_minor, order.total_minor,
        order.tax_included, tuple(msgspec.convert(dict(line), TaxLine) for line in order.tax_lines),
        tuple(msgspec.convert(dict(one), Used) for one in order.discounts), order.rounding_minor, order.reverse_charge,
    )  # fmt: skip


def written(address: Mapping[str, Any]) -> list[str]:
    """An address in lines, the name first."""
    place = f"{address.get('postal_code', '')} {address.get('city', '')}".strip()
    country = speech.locale().territories.get(address.get("country", ""), "")
    street = [address.get(part) for part in ("name", "line1", "line2")]
    return [str(part) for part in (*street, place, address.get("region"), country) if part]
