"""The bag (the cart, as customers call it) and the currency everything is shown in."""

from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect

from kassa import cart, orders, payments
from kassa.kernel.db import Conn
from kassa.kernel.errors import Invalid
from kassa.kernel.money import Money
from kassa.kernel.speech import _
from kassa.storefront import forms, words
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of

#: More than anybody types; how many are really too many, the cart knows.
_MOST: Final = 9_999
_PRICE_DIGITS: Final = 15


@get("/cart", include_in_schema=False)
async def bag(request: AnyRequest) -> Response[str]:
    """GET /cart: what is in the bag, what it costs now, what has changed, and what stands in the way."""
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
    return await bag_page(request, visitor)


async def bag_page(
    request: AnyRequest, visitor: Visitor, *, typed: str = "", fault: str = ""
) -> Response[str]:
    """The page of the bag; `typed` is a discount code that can't be used, `fault` says why."""
    removed = forms.check_text("removed", request.query_params.get("removed") or "")
    async with shop_of(request).db.connection() as conn:
        await visitor.look_around(conn, now=shop_of(request).clock.now())
        waiting = await waiting_order(conn, visitor)
        priced = (
            await cart.priced(
                conn,
                visitor.cart_id,
                currency=visitor.currency,
                country=visitor.country,
                email=visitor.customer.email if visitor.customer is not None else "",
                order_id=waiting.id if waiting is not None else None,
                now=shop_of(request).clock.now(),
            )
            if visitor.cart_id
            else None
        )
        gone = await cart.removed(conn, visitor.cart_id, removed) if visitor.cart_id and removed else None
    added = forms.check_text("added", request.query_params.get("added") or "")
    fresh = next((line for line in priced.lines if line.sku == added), None) if priced else None
    return render(
        request, visitor, "pages/cart.html", cart=priced, waiting=waiting, cache=OWN,
        added=words.added(fresh, visitor.currency) if fresh else None, removed=removed, gone=gone,
        typed=typed, code_fault=fault, status=422 if fault else 200,
    )  # fmt: skip


@get("/cart/count", include_in_schema=False)
async def count(request: AnyRequest) -> Response[bytes]:
    """GET /cart/count: how many things are in the bag, for pages that are the same for everybody."""
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
    answer = Response(msgspec.json.encode({"count": visitor.count or 0}), media_type="application/json")
    answer.headers["Cache-Control"] = OWN
    return visitor.remember(answer)


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
    return _back(visitor, added=values.get("sku", ""))


@post("/cart/lines/change", include_in_schema=False)
async def change(request: AnyRequest) -> Redirect:
    """POST /cart/lines/change: make a line so many; zero takes it out."""
    shop, values = shop_of(request), await forms.read(request)
    quantity = forms.whole(values, "quantity", least=0, most=_MOST)
    sku = values.get("sku", "")
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, values)
        await cart.change(tx, visitor.cart_of(), sku, quantity, now=shop.clock.now())
    return _back(visitor, removed="" if quantity else sku)


@post("/cart/lines/step", include_in_schema=False)
async def step(request: AnyRequest) -> Redirect:
    """POST /cart/lines/step: so many more or fewer than there are, but at least one."""
    shop, values = shop_of(request), await forms.read(request)
    by = values.get("step", "")
    units = forms.whole({"step": by.removeprefix("-")}, "step", least=1, most=_MOST)
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, values)
        await cart.step(
            tx, visitor.cart_of(), values.get("sku", ""), -units if by.startswith("-") else units, now=shop.clock.now()
        )  # fmt: skip
    return _back(visitor)


@post("/cart/lines/remove", include_in_schema=False)
async def remove(request: AnyRequest) -> Redirect:
    """POST /cart/lines/remove: take a line out; the answer offers to put it back."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, values)
        await cart.remove(tx, visitor.cart_of(), values.get("sku", ""), now=shop.clock.now())
    return _back(visitor, removed=values.get("sku", ""))


@post("/cart/lines/put-back", include_in_schema=False)
async def put_back(request: AnyRequest) -> Redirect:
    """POST /cart/lines/put-back: undo the removal of a line."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, values)
        await cart.put_back(tx, visitor.cart_of(), values.get("sku", ""), now=shop.clock.now())
    return _back(visitor)


@post("/cart/lines/accept", include_in_schema=False)
async def accept(request: AnyRequest) -> Redirect:
    """POST /cart/lines/accept: agree to the price and the quantity that were shown."""
    shop, values = shop_of(request), await forms.read(request)
    quantity = forms.whole(values, "quantity", least=0, most=_MOST)
    unit, sku = values.get("unit_minor") or None, values.get("sku", "")
    if unit is not None and not (unit.isascii() and unit.isdecimal() and len(unit) <= _PRICE_DIGITS):
        raise Invalid(_("The price is not one that was shown."), code="invalid_price")
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, values)
        await cart.accept(
            tx, visitor.cart_of(), sku, price=Money(int(unit), values.get("currency", "")) if unit else None,
            quantity=quantity, now=shop.clock.now(),
        )  # fmt: skip
    return _back(visitor, removed="" if quantity else sku)


@post("/currency", include_in_schema=False)
async def currency(request: AnyRequest) -> Redirect:
    """POST /currency: show every price in another of the shop's currencies."""
    shop, values = shop_of(request), await forms.read(request)
    wanted, following = values.get("currency", ""), forms.next_page(values, "/")
    if wanted not in shop.settings.currencies:
        raise Invalid(_("The shop does not sell in this currency."), code="unknown_currency")
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, values)
        await visitor.keep(tx, now=shop.clock.now())
        await visitor.set_currency(tx, wanted)
        if visitor.cart_id:
            await cart.set_currency(tx, visitor.cart_id, wanted)
    return go(visitor, following)


async def waiting_order(conn: Conn, visitor: Visitor) -> orders.Order | None:
    """The newest order of this bag that still waits to be paid; one whose money is promised does not."""
    if visitor.cart_id is None:
        return None
    for order_id in reversed(visitor.order_ids[-5:]):
        order = await orders.get(conn, order_id)
        if order.state is not orders.State.PENDING or order.cart_id is None:
            continue
        if visitor.cart_id not in (order.cart_id, await cart.heir(conn, order.cart_id)):
            continue
        if not any(attempt.state == "authorized" for attempt in await payments.of_order(conn, order.id)):
            return order
    return None


def _back(visitor: Visitor, **told: str) -> Redirect:
    """To the bag, with what it has to tell. What the browser fetched ahead shows the old one: away with it."""
    query = forms.query(**{name: value for name, value in told.items() if value})
    answer = go(visitor, f"/cart?{query}" if query else "/cart")
    answer.headers["Clear-Site-Data"] = '"prefetchCache", "prerenderCache"'
    return answer
