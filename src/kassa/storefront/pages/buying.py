"""Buying at once: off to Stripe's page from the page of a book, and coming back from there.

There is no order before the money. Who comes back with the name of the session, which only Stripe and this
browser know, is led to the order; others who know the address see no more than what was bought, and change nothing.
"""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from kassa import catalog, checkout, inventory, payments, pricing, web
from kassa.kernel.db import Conn
from kassa.kernel.errors import Forbidden, NotFound, Unavailable
from kassa.kernel.ids import new_id, parse_id
from kassa.kernel.speech import N_, _, ngettext
from kassa.shop import Shop
from kassa.storefront import forms
from kassa.storefront.pages.books import product_page
from kassa.storefront.purchase import begun_as, is_mine, last_purchase, remember_purchase, token_of
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of

#: A page that waits for the bank looks again by itself after so many seconds, so often.
_PAUSE: Final = 3
_TURNS: Final = 40
#: Where it goes must be known first: nothing is sent home, or the tax comes on top.
_NOT_AT_ONCE: Final = N_(
    "This can't be bought at once. Please put it in your bag: the checkout asks where it goes."
)
_UNREACHED: Final = N_(
    "Stripe can't be reached just now. Try again in a moment; you will not be charged twice."
)


@post("/buy-now", include_in_schema=False)
async def buy(request: AnyRequest) -> Response[Any]:
    """POST /buy-now: keep the books and lead to Stripe's page, or say on the book's page why not."""
    shop, values = shop_of(request), await forms.read(request)
    quantity = forms.whole({"quantity": "1", **values}, "quantity", least=1, most=99)
    async with shop.db.connection() as conn:
        visitor = await checked_visitor(request, conn, values)
    id_ = begun_as(request, values.get("buy_now_id", ""))
    wish = checkout.BuyNowWish(
        id=id_, token=token_of(request, id_), sku=values.get("sku", ""), quantity=quantity,
        currency=visitor.currency,
    )  # fmt: skip
    try:
        await _let_go_of_the_last(request, shop, wish)
        found = await _buy(request, shop, wish)
    except inventory.InsufficientStock as short:
        left = short.extra["items"][0]["available"]
        message = (
            ngettext(
                "Only %(num)s left, so nothing was bought.", "Only %(num)s left, so nothing was bought.", left
            )
            if left
            else _("Somebody was faster: it has gone.")
        )
        return await _refused(request, visitor, wish, message, 409)
    except (pricing.NotShippedThere, checkout.NotOffered):
        return await _refused(request, visitor, wish, _(_NOT_AT_ONCE), 422)
    except Unavailable:
        return await _refused(request, visitor, wish, _(_UNREACHED), 503)
    response = go(visitor, found.url or f"/buy-now/{found.id}")
    return remember_purchase(response, found, secure=shop.settings.production)


@get("/buy-now/{buy_now_id:str}", include_in_schema=False)
async def come_back(request: AnyRequest, buy_now_id: FromPath[str]) -> Response[Any]:
    """GET /buy-now/…: ask the provider what became of it, and lead to the order or say how things stand."""
    shop, id_ = shop_of(request), _id(buy_now_id)
    async with shop.db.connection() as conn:
        visitor = await visitor_of(request, conn)
        found = await checkout.get_buy_now(conn, id_)
    try:
        found = await checkout.sync_buy_now(shop.db, shop.gateway, id_, clock=shop.clock, actor="customer")
    except Unavailable:
        return await _page(request, visitor, found, "unreachable")
    if found.order_id is None:
        return await _page(request, visitor, found)
    if found.order_id not in visitor.order_ids:
        if request.query_params.get("session_id") != found.session_ref:
            return await _page(request, visitor, found)
        async with shop.db.transaction() as tx:
            await visitor.keep(tx, now=shop.clock.now())
            await visitor.remember_order(tx, found.order_id)
    return go(visitor, f"/orders/{found.order_id}")


@post("/buy-now/{buy_now_id:str}/cancel", include_in_schema=False)
async def give_up(request: AnyRequest, buy_now_id: FromPath[str]) -> Response[Any]:
    """POST /buy-now/…/cancel: nobody can pay it afterwards, and the books go back on the shelf."""
    shop, values, id_ = shop_of(request), await forms.read(request), _id(buy_now_id)
    async with shop.db.connection() as conn:
        visitor = await checked_visitor(request, conn, values)
        found = await checkout.get_buy_now(conn, id_)
    if not is_mine(request, found, values.get("proof")):
        raise Forbidden(_("Only the browser in which this was begun can put it back on the shelf."))
    try:
        await checkout.give_up(shop.db, shop.gateway, id_, clock=shop.clock, actor="customer")
    except payments.StillProcessing:
        return go(visitor, f"/buy-now/{id_}")
    except Unavailable:
        return await _page(request, visitor, found, "unreachable")
    return go(visitor, f"/buy-now/{id_}")


async def _buy(request: AnyRequest, shop: Shop, wish: checkout.BuyNowWish) -> checkout.BuyNow:
    """The purchase wished for; one that the page began before, and that is over or another, makes room for it."""
    for _turn in range(2):
        try:
            found = await checkout.buy_now(
                shop.db, shop.gateway, wish, clock=shop.clock, hold_seconds=shop.settings.hold_seconds
            )
            if found.state == "open":
                return found
        except checkout.OrderTaken:
            await _let_go(shop, wish.id)
        wish = replace(wish, id=(id_ := new_id()), token=token_of(request, id_))
    raise Unavailable(_("This is being bought from somewhere else. Please try again."), code="busy")


async def _let_go_of_the_last(request: AnyRequest, shop: Shop, wish: checkout.BuyNowWish) -> None:
    """A customer is never kept from a book by a hold of his own."""
    async with shop.db.connection() as conn:
        last = await last_purchase(request, conn)
    if last is not None and last.id != wish.id and last.line["sku"] == wish.sku:
        await _let_go(shop, last.id)


async def _let_go(shop: Shop, buy_now_id: UUID) -> None:
    try:
        await checkout.give_up(shop.db, shop.gateway, buy_now_id, clock=shop.clock, actor="customer")
    except (NotFound, payments.StillProcessing):
        return  # not a purchase, or being paid just now: it stays what it is


async def _refused(
    request: AnyRequest, visitor: Visitor, wish: checkout.BuyNowWish, message: str, status: int
) -> Response[Any]:
    async with shop_of(request).db.connection() as conn:
        slug = await _slug(conn, wish)
    return await product_page(request, visitor, slug, chosen=wish.sku, message=message, status=status)


async def _slug(conn: Conn, wish: checkout.BuyNowWish) -> str:
    found = await catalog.variants_by_sku(conn, [wish.sku], wish.currency)
    if wish.sku not in found:
        raise NotFound(_("There is no such book."))
    return found[wish.sku].slug


async def _page(
    request: AnyRequest, visitor: Visitor, found: checkout.BuyNow, told: str = ""
) -> Response[Any]:
    """How things stand: `open`, `checking`, `unreachable`, `expired` or `complete`."""
    shop, now = shop_of(request), shop_of(request).clock.now()
    async with shop.db.connection() as conn:
        hold = await inventory.hold(conn, found.id)
    stands = told or ("checking" if found.state == "open" and found.url is None else found.state)
    text = request.query_params.get("n", "0")
    turn = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
    again_in = _PAUSE if stands in ("checking", "unreachable") and turn < _TURNS else None
    kept = {"session_id": request.query_params.get("session_id", ""), "n": str(turn + 1)}
    again = f"/buy-now/{found.id}?{urlencode({name: value for name, value in kept.items() if value})}"
    response = render(
        request, visitor, "pages/buy-now.html", cache=OWN, bought=found, line=found.line, stands=stands,
        mine=is_mine(request, found),
        minutes_left=max(0, int((hold.expires_at - now).total_seconds()) // 60), again_in=again_in, again_url=again,
    )  # fmt: skip
    if again_in:
        response.headers["Refresh"] = f"{again_in}; url={web.prefix()}{again}"
    return response


def _id(text: str) -> UUID:
    found = parse_id(text)
    if found is None:
        raise NotFound(_("There is no such page."))
    return found
