"""Going on elsewhere: the link that opens the pay page of one order on another device, and asking for it."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from kassa import checkout, notifications
from kassa.kernel.ids import parse_id
from kassa.storefront import forms
from kassa.storefront.pages.orders import checked_order, fill_bag
from kassa.storefront.payer import checked_payer, let_in
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import visitor_of


@get("/orders/{order_id:str}/resume/{token:str}", include_in_schema=False)
async def resume(request: AnyRequest, order_id: FromPath[str], token: FromPath[str]) -> Response[Any]:
    """GET /orders/…/resume/…: the link of the mail; a cookie for this order's payment, and on to it.

    One that ran out, one that was made up and one to an order that is not there are the same to whoever asks.
    """
    shop, id_ = shop_of(request), parse_id(order_id)
    now = shop.clock.now()
    ends = notifications.resume_ends(shop.settings, id_, token, now=now) if id_ is not None else None
    async with shop.db.connection() as conn:
        visitor = await visitor_of(request, conn)
    if id_ is None or ends is None:
        return render(request, visitor, "pages/link-over.html", status=404, cache=OWN)
    answer = go(visitor, f"/orders/{id_}/pay")
    return let_in(answer, id_, token, ends=ends, now=now, secure=shop.settings.production)


@post("/orders/{order_id:str}/refill", include_in_schema=False)
async def refill(request: AnyRequest, order_id: FromPath[str]) -> Redirect:
    """POST /orders/…/refill: what is left of an order that was not paid in time, in the bag of whoever has its link."""
    shop, values = shop_of(request), await forms.read(request)
    payer = await checked_payer(request, order_id, values)
    async with shop.db.transaction() as tx:
        await fill_bag(tx, shop, payer.visitor, payer.order)
    return go(payer.visitor, "/cart")


@post("/orders/{order_id:str}/link", include_in_schema=False)
async def mail_link(request: AnyRequest, order_id: FromPath[str]) -> Redirect:
    """POST /orders/…/link: send the link to the address the order was placed with, and to no other."""
    shop, values = shop_of(request), await forms.read(request)
    visitor, order = await checked_order(request, order_id, values)
    async with shop.db.transaction() as tx:
        await checkout.send_link(tx, order.id, now=shop.clock.now())
    return go(visitor, f"/orders/{order.id}/pay?sent=1")
