"""The discount code of a bag: entered, or taken out again."""

from typing import Any

from litestar import Response, post

from kassa import cart
from kassa.kernel.errors import Conflict, NotFound
from kassa.kernel.speech import _
from kassa.pricing import discounts
from kassa.storefront import forms
from kassa.storefront.pages.bag import bag_page
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import go, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor
from kassa.web import client_of


@post("/cart/discount", include_in_schema=False)
async def use(request: AnyRequest) -> Response[Any]:
    """POST /cart/discount: use a code, or none (`drop`); the bag again, with what is wrong with the code."""
    values = await forms.read(request)
    async with shop_of(request).db.connection() as conn:
        visitor = await checked_visitor(request, conn, values)
    fault = ""
    if visitor.cart_id is not None and values.get("drop"):
        await drop(request, visitor)
    elif visitor.cart_id is not None:
        fault = await enter(request, visitor, values.get("discount_code", ""))
    if fault:
        return await bag_page(request, visitor, typed=values.get("discount_code", ""), fault=fault)
    return go(visitor, "/cart#code")


async def enter(request: AnyRequest, visitor: Visitor, typed: str, email: str = "") -> str:
    """Use a code for the visitor's bag; "" or, in a sentence, why it can't be used by this customer."""
    shop, now = shop_of(request), shop_of(request).clock.now()
    known = visitor.customer.email if visitor.customer is not None else email
    try:
        if not discounts.canonical(typed):
            return _("Please enter the code.")
        async with shop.db.transaction() as tx:
            wait = await cart.guess_code(tx, typed, client_of(request), now=now)
        if wait:
            return _("That were too many codes that do not exist. Please wait a few minutes.")
        async with shop.db.transaction() as tx:
            await cart.use_code(tx, visitor.cart_of(), typed, email=known, now=now)
    except (NotFound, Conflict) as refused:
        return refused.detail
    return ""


async def drop(request: AnyRequest, visitor: Visitor) -> None:
    """Take the code out of the visitor's bag."""
    shop = shop_of(request)
    async with shop.db.transaction() as tx:
        await cart.drop_code(tx, visitor.cart_of(), now=shop.clock.now())
