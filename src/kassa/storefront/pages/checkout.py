"""The checkout: one page, one form, one order however often it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final
from uuid import UUID

import msgspec
from babel import Locale
from litestar import Response, get, post

from kassa import cart, checkout, inventory, orders, payments, pricing
from kassa.kernel.address import countries
from kassa.kernel.db import Conn, Tx
from kassa.kernel.errors import Invalid, Unavailable
from kassa.kernel.ids import new_id, parse_id
from kassa.shop import Shop
from kassa.storefront import forms, words
from kassa.storefront.pages.bag import waiting_order
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of

_HOME: Final = "DE"
#: How often the till looks again when an older order of the same bag has to go first.
_ROUNDS: Final = 3
_MOVED: Final = "The total has changed since you saw it. Please look at it again before you order."
_SHORT: Final = "Somebody was faster: not everything in your bag is left. Nothing was ordered."


@dataclass(frozen=True, slots=True)
class _Till:
    """Everything the page shows: the bag priced for this address, and an order that waits already."""

    priced: cart.PricedCart
    waiting: orders.Order | None


@get("/checkout", include_in_schema=False)
async def show(request: AnyRequest) -> Response[Any]:
    """GET /checkout: the form, filled in with what an order of this bag that still waits said."""
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
        if visitor.cart_id is None:
            return go(visitor, "/cart")
        waiting = await waiting_order(conn, visitor)
        form = forms.Form({**dict.fromkeys(forms.CHECKOUT, ""), "country": _HOME, **_known(waiting)})
        till = await _till(conn, visitor, form)
    if not till.priced.lines:
        return go(visitor, "/cart")
    return _page(request, visitor, form, till, order_id=new_id())


@post("/checkout", include_in_schema=False)
async def place(request: AnyRequest) -> Response[Any]:
    """POST /checkout: place the order and hold its books, or show the form again and say why not."""
    shop, values = shop_of(request), await forms.read(request)
    form, address = forms.checkout(values)
    order_id = parse_id(values.get("order_id", "")) or new_id()
    async with shop.db.connection() as conn:
        visitor = await checked_visitor(request, conn, values)
    if visitor.cart_id is None:
        return go(visitor, "/cart")
    if values.get("intent") == "update":
        form.faults.clear()
        return await _again(request, visitor, form, order_id, status=200)
    if address is None:
        return await _again(request, visitor, form, order_id)
    wish = checkout.PlaceOrder(
        order_id=order_id, cart_id=visitor.cart_id, email=form.values["email"], currency=visitor.currency,
        shipping_address=address, shipping_method=form.values["shipping_method"] or None,
        total_shown=_shown(values),
    )  # fmt: skip
    try:
        placed = await _settle(shop, visitor, wish)
    except checkout.QuoteChanged:
        return await _again(request, visitor, form, order_id, message=_MOVED, status=409)
    except inventory.InsufficientStock:
        return await _again(request, visitor, form, order_id, message=_SHORT, status=409)
    except (checkout.NothingToBuy, checkout.OrderTaken):
        return go(visitor, "/cart")
    except Invalid as fault:
        form.faults.update(_faults(fault))
        return await _again(request, visitor, form, order_id)
    return go(visitor, f"/orders/{placed}/pay")


async def _settle(shop: Shop, visitor: Visitor, wish: checkout.PlaceOrder) -> UUID:
    """Place the order this bag asks for, unless it was placed already; the id of the order to be paid.

    Another order of this bag that still waits is canceled first: a customer is never kept from books by a hold
    of his own, and two tabs are one order. The bag is locked while this is decided.
    """
    for _ in range(_ROUNDS):
        async with shop.db.transaction() as tx:
            await cart.lock(tx, visitor.cart_of())
            await visitor.look_again(tx, shop)
            if wish.order_id in visitor.order_ids:
                known = await orders.get(tx, wish.order_id)
                if known.state is not orders.State.PENDING or await _asks_for(tx, wish, known):
                    return known.id
                wish = replace(wish, order_id=new_id())
            waiting = await waiting_order(tx, visitor)
            if waiting is None:
                return await _place(tx, shop, visitor, wish)
            if await _asks_for(tx, wish, waiting):
                return waiting.id
        try:
            await checkout.cancel(shop.db, shop.gateway, waiting.id, clock=shop.clock, actor="customer")
        except (orders.InvalidTransition, payments.StillProcessing):
            return waiting.id  # it is being paid, or was just now: its own page knows what to say
    raise Unavailable("Your bag is being ordered from somewhere else. Please try again.", code="busy")


async def _place(tx: Tx, shop: Shop, visitor: Visitor, wish: checkout.PlaceOrder) -> UUID:
    now, hold = shop.clock.now(), shop.settings.hold_seconds
    order, _ = await checkout.place_order(tx, wish, now=now, hold_seconds=hold, actor="customer")
    await visitor.remember_order(tx, order.id)
    return order.id


async def _asks_for(conn: Conn, wish: checkout.PlaceOrder, order: orders.Order) -> bool:
    """Whether an order is what is wished for, down to the total."""
    assert wish.cart_id is not None, "the storefront orders bags"  # noqa: S101
    return (
        dict(await cart.contents(conn, wish.cart_id)) == {line.sku: line.quantity for line in order.lines}
        and msgspec.to_builtins(wish.shipping_address) == order.shipping_address
        and wish.shipping_method in (None, order.shipping_method)
        and (wish.email, wish.currency) == (order.email, order.currency)
        and wish.total_shown in (None, order.total_minor)
    )


async def _again(
    request: AnyRequest, visitor: Visitor, form: forms.Form, order_id: UUID, *, message: str = "",
    status: int = 422,
) -> Response[Any]:  # fmt: skip
    async with shop_of(request).db.connection() as conn:
        till = await _till(conn, visitor, form)
    if not till.priced.lines:
        return go(visitor, "/cart")
    return _page(request, visitor, form, till, order_id=order_id, message=message, status=status)


async def _till(conn: Conn, visitor: Visitor, form: forms.Form) -> _Till:
    """The bag at the prices of the address typed so far; a way that does not lead there is dropped."""
    country, region = form.values["country"] or _HOME, form.values["region"].upper() or None
    bag, way = visitor.cart_of(), form.values["shipping_method"] or None
    try:
        priced = await cart.priced(conn, bag, country=country, region=region, shipping_method=way)
    except pricing.UnknownShippingMethod:
        form.values["shipping_method"] = ""
        priced = await cart.priced(conn, bag, country=country, region=region)
    return _Till(priced, await waiting_order(conn, visitor))


def _page(
    request: AnyRequest, visitor: Visitor, form: forms.Form, till: _Till, *, order_id: UUID, message: str = "",
    status: int = 200,
) -> Response[str]:  # fmt: skip
    kept = {line.sku: line.quantity for line in till.waiting.lines} if till.waiting else {}
    blocked = any(
        line.problem == "no_price"
        or (line.problem and line.quantity > kept.get(line.sku, 0) + line.available)
        for line in till.priced.lines
    )
    return render(
        request, visitor, "pages/checkout.html", status=status, cache=OWN, form=form, cart=till.priced,
        quote=till.priced.quote, waiting=till.waiting, order_id=order_id, message=message,
        blocked=blocked, countries=_countries(),
        hold_minutes=words.span(shop_of(request).settings.hold_seconds),
    )  # fmt: skip


def _known(order: orders.Order | None) -> dict[str, str]:
    """What an order says in the fields of the form."""
    if order is None:
        return {}
    return {**order.shipping_address, "email": order.email, "shipping_method": order.shipping_method}


def _shown(values: Mapping[str, str]) -> int | None:
    text = values.get("total_shown", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _faults(fault: Invalid) -> dict[str, str]:
    found = {path.rpartition(".")[2]: f"This {message}." for path, message in fault.errors}
    return found or {"order": fault.detail}


@cache
def _countries() -> tuple[tuple[str, str], ...]:
    names = Locale("en").territories
    return tuple(sorted(((code, names[code]) for code in countries()), key=lambda pair: pair[1]))
