"""The bag (the cart, as customers call it) and the currency everything is shown in."""

from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect

from kassa import cart, orders, payments
from kassa.kernel.db import Conn
from kassa.kernel.errors import Invalid
from kassa.storefront import forms
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of

#: More than anybody types; how many are really too many, the cart knows.
_MOST: Final = 9_999


@get("/cart", include_in_schema=False)
async def bag(request: AnyRequest) -> Response[str]:
    """GET /cart: what is in the bag, what it costs now, and what stands in the way."""
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
        priced = await cart.priced(conn, visitor.cart_id) if visitor.cart_id else None
        waiting = await waiting_order(conn, visitor)
    added = forms.check_text("added", request.query_params.get("added") or "")
    title = next((line.title for line in priced.lines if line.sku == added), None) if priced else None
    return render(
        request, visitor, "pages/cart.html", cart=priced, waiting=waiting, cache=OWN,
        blocked=priced is None or priced.quote is None or any(line.problem for line in priced.lines),
        added=f"{title} is in your bag." if title else None,
    )  # fmt: skip


@post("/cart/lines", include_in_schema=False)
async def add(request: AnyRequest) -> Redirect:
    """POST /cart/lines: put something in the bag."""
    shop, values = shop_of(request), await forms.read(request)
    quantity = forms.whole({"quantity": "1", **values}, "quantity", least=1, most=_MOST)
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, values)
        await visitor.keep(tx, now=shop.clock.now())
        if visitor.cart_id is None:
            fresh = await cart.create(tx, visitor.currency, now=shop.clock.now())
            await visitor.set_cart(tx, fresh.id)
        await cart.add(tx, visitor.cart_of(), values.get("sku", ""), quantity, now=shop.clock.now())
    return go(visitor, f"/cart?{forms.query(added=values.get('sku', ''))}")


@post("/cart/lines/change", include_in_schema=False)
async def change(request: AnyRequest) -> Redirect:
    """POST /cart/lines/change: make a line so many; zero takes it out."""
    shop, values = shop_of(request), await forms.read(request)
    quantity = forms.whole(values, "quantity", least=0, most=_MOST)
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, values)
        await cart.change(tx, visitor.cart_of(), values.get("sku", ""), quantity, now=shop.clock.now())
    return go(visitor, "/cart")


@post("/cart/lines/remove", include_in_schema=False)
async def remove(request: AnyRequest) -> Redirect:
    """POST /cart/lines/remove: take a line out."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, values)
        await cart.remove(tx, visitor.cart_of(), values.get("sku", ""), now=shop.clock.now())
    return go(visitor, "/cart")


@post("/currency", include_in_schema=False)
async def currency(request: AnyRequest) -> Redirect:
    """POST /currency: show every price in another of the shop's currencies."""
    shop, values = shop_of(request), await forms.read(request)
    wanted, following = values.get("currency", ""), values.get("next", "/")
    if wanted not in shop.settings.currencies:
        raise Invalid("The shop does not sell in this currency.", code="unknown_currency")
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, values)
        await visitor.keep(tx, now=shop.clock.now())
        await visitor.set_currency(tx, wanted)
        if visitor.cart_id:
            await cart.set_currency(tx, visitor.cart_id, wanted)
    return go(visitor, following if _local(following) else "/")


async def waiting_order(conn: Conn, visitor: Visitor) -> orders.Order | None:
    """The newest order of this bag that still waits to be paid; one whose money is promised does not."""
    if visitor.cart_id is None:
        return None
    for order_id in reversed(visitor.order_ids[-5:]):
        order = await orders.get(conn, order_id)
        if order.state is not orders.State.PENDING or order.cart_id != visitor.cart_id:
            continue
        if not any(attempt.state == "authorized" for attempt in await payments.of_order(conn, order.id)):
            return order
    return None


def _local(address: str) -> bool:
    """Whether an address stays in this shop, whatever browsers make of slashes."""
    return address.startswith("/") and not address.startswith(("//", "/\\")) and "\\" not in address
