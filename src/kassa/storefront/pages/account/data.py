"""What the shop knows of a customer: all of it to take away, and the end of it."""

from datetime import timedelta
from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect, Stream

from kassa import accounts, alerts, notifications, orders, reviews, wishlists
from kassa.accounts import TooManyTries, throttle
from kassa.kernel.speech import _
from kassa.storefront import forms, takeaway
from kassa.storefront.pages.account.frame import checked_member, is_fresh, member_of, page
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, shop_of

_HERE: Final = "/account/data"
#: Reading everything of somebody is work; nobody needs it more often.
_PACKED: Final = throttle.Limit("packed", 10, timedelta(hours=1))


@get(_HERE, include_in_schema=False)
async def data(request: AnyRequest) -> Response[str]:
    """GET /account/data: take it away, or have it deleted."""
    async with shop_of(request).db.connection() as conn:
        visitor, _ = await member_of(request, conn)
    return page(request, visitor, "data", fresh=is_fresh(request, visitor), unsure=False)


@post("/account/data/download", include_in_schema=False, status_code=200)
async def download(request: AnyRequest) -> Stream:
    """POST /account/data/download: everything, in a ZIP; for who has shown within half an hour who they are."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.transaction() as tx:
        visitor, customer = await checked_member(request, tx, values, fresh=True, following=_HERE)
        wait = await throttle.count(tx, _PACKED, str(customer.id), now=shop.clock.now())
    if wait:
        raise TooManyTries(_("You have taken your data away ten times within the hour."), retry_after=wait)
    headers = {"Content-Disposition": 'attachment; filename="my-data.zip"', "Cache-Control": OWN}
    return Stream(
        takeaway.pack(shop, customer, visitor.token_of()), media_type="application/zip", headers=headers
    )


@post("/account/data/delete", include_in_schema=False)
async def delete(request: AnyRequest) -> Response[str] | Redirect:
    """POST /account/data/delete: end the account, everywhere and at once, if that is really meant."""
    shop, values = shop_of(request), await forms.read(request)
    now = shop.clock.now()
    async with shop.db.transaction() as tx:
        visitor, customer = await checked_member(request, tx, values, fresh=True, following=_HERE)
        if values.get("sure") != "on":
            return page(request, visitor, "data", status=422, fresh=True, unsure=True)
        await accounts.leave(tx, customer, now=now)
        await orders.disown(tx, customer.id)
        await wishlists.forget(tx, customer.id)
        await alerts.forget(tx, customer.email)
        await notifications.abandoned.forget(tx, customer.email)
        await reviews.make_anonymous(tx, customer.email)
        await visitor.sign_out(tx)
    return go(visitor, "/login?deleted=1")
