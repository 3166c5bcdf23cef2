"""The checkout: one page, one form, one order however often it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from babel import Locale
from litestar import Request, Response, get, post

from kassa import cart, checkout, inventory, orders, pricing
from kassa.kernel.address import countries
from kassa.kernel.db import Conn, Tx
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import new_id, parse_id
from kassa.storefront import forms, words
from kassa.storefront.pages.bag import waiting_order
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of

_HOME: Final = "DE"
_MOVED: Final = "The total has changed since you saw it. Please look at it again before you order."


@dataclass(frozen=True, slots=True)
class _Till:
    """Everything the page shows: the bag priced for this address, and an order that waits already."""

    priced: cart.PricedCart
    waiting: orders.Order | None


@get("/checkout", include_in_schema=False)
async def show(request: Request) -> Response[Any]:
    """GET /checkout: the form, filled in with what an order of this bag that still waits said."""
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
        if visitor.cart_id is None:
            return go(visitor, "/cart")
        waiting = await waiting_order(conn, visitor)
        form = forms.Form({**dict.fromkeys(forms.CHECKOUT, ""), "country": _HOME, **_known(waiting)})
        till = await _till(conn, visitor, form)
    return _page(request, visitor, form, till, order_id=new_id()) if till.priced.lines else go(visitor, "/cart")


@post("/checkout", include_in_schema=False)
async def place(request: Request) -> Response[Any]:
    """POST /checkout: place the order and hold its books, or show the form again and say why not."""
    shop, values = shop_of(request), await forms.read(request)
    form, address = forms.checkout(values)
    order_id = parse_id(values.get("order_id", "")) or new_id()
    async with shop.db.connection() as conn:
        visitor = await checked_visitor(request, conn, values)
        if visitor.cart_id is None:
            return go(visitor, "/cart")
        older = await _superseded(conn, visitor, order_id, form, values)
    if values.get("intent") == "update":
        form.faults.clear()
        return await _again(request, visitor, form, order_id, status=200)
    if address is None:
        return await _again(request, visitor, form, order_id)
    if isinstance(older, orders.Order):
        return go(visitor, f"/orders/{older.id}/pay")
    for old in older:
        await checkout.cancel(shop.db, shop.gateway, old, clock=shop.clock, actor="customer")
    wish = checkout.PlaceOrder(
        order_id=order_id, cart_id=visitor.cart_id, email=form.values["email"], currency=visitor.currency,
        shipping_address=address, shipping_method=form.values["shipping_method"] or None,
        total_shown=_shown(values),
    )  # fmt: skip
    try:
        async with shop.db.transaction() as tx:
            await _place(tx, visitor, wish, shop.settings.hold_seconds, now=shop.clock.now())
    except checkout.QuoteChanged:
        return await _again(request, visitor, form, order_id, message=_MOVED, status=409)
    except inventory.InsufficientStock:
        return await _again(
            request, visitor, form, order_id, status=409, message="Somebody was faster: not everything in your bag is left."
        )
    except checkout.OrderTaken:
        return go(visitor, "/checkout")
    except checkout.NothingToBuy:
        return go(visitor, "/cart")
    except Invalid as fault:
        form.faults.update(_faults(fault))
        return await _again(request, visitor, form, order_id)
    return go(visitor, f"/orders/{order_id}/pay")


async def _place(tx: Tx, visitor: Visitor, wish: checkout.PlaceOrder, hold_seconds: int, *, now: Any) -> None:
    order, _ = await checkout.place_order(tx, wish, now=now, hold_seconds=hold_seconds, actor="customer")
    await visitor.keep(tx, now=now)
    await visitor.remember_order(tx, order.id)


async def _superseded(
    conn: Conn, visitor: Visitor, order_id: UUID, form: forms.Form, values: Mapping[str, str]
) -> orders.Order | Sequence[UUID]:
    """What becomes of an order of this bag that still waits: it is the same as this one (then it is paid, and
    none is placed), or this one takes its place. A customer is never kept from books by his own hold."""
    waiting = await waiting_order(conn, visitor)
    if waiting is None or waiting.id == order_id:
        return ()
    wanted = dict(await cart.contents(conn, visitor.cart_of()))
    same = (
        wanted == {line.sku: line.quantity for line in waiting.lines}
        and _known(waiting) == {name: value for name, value in form.values.items() if value}
        and _shown(values) == waiting.total_minor
        and visitor.currency == waiting.currency
    )
    return waiting if same else (waiting.id,)


async def _again(
    request: Request, visitor: Visitor, form: forms.Form, order_id: UUID, *, message: str = "", status: int = 422
) -> Response[Any]:
    async with shop_of(request).db.connection() as conn:
        till = await _till(conn, visitor, form)
    if not till.priced.lines:
        return go(visitor, "/cart")
    return _page(request, visitor, form, till, order_id=order_id, message=message, status=status)


async def _till(conn: Conn, visitor: Visitor, form: forms.Form) -> _Till:
    """The bag at the prices of the address typed so far; a way of shipping that does not go there is dropped."""
    where = {"country": form.values["country"] or _HOME, "region": form.values["region"].upper() or None}
    way = form.values["shipping_method"] or None
    try:
        priced = await cart.priced(conn, visitor.cart_of(), shipping_method=way, **where)
    except pricing.UnknownShippingMethod:
        form.values["shipping_method"] = ""
        priced = await cart.priced(conn, visitor.cart_of(), **where)
    return _Till(priced, await waiting_order(conn, visitor))


def _page(
    request: Request, visitor: Visitor, form: forms.Form, till: _Till, *, order_id: UUID, message: str = "",
    status: int = 200,
) -> Response[str]:  # fmt: skip
    kept = {line.sku: line.quantity for line in till.waiting.lines} if till.waiting else {}
    blocked = any(line.problem and line.quantity > kept.get(line.sku, 0) + line.available for line in till.priced.lines)
    return render(
        request, visitor, "pages/checkout.html", status=status, cache=OWN, form=form, cart=till.priced,
        quote=till.priced.quote, waiting=till.waiting, order_id=order_id, message=message,
        blocked=blocked or any(line.problem == "no_price" for line in till.priced.lines), countries=_countries(),
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

