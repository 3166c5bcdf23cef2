"""No more reminders: the way out of the letter about an order that was left behind."""

from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from kassa import notifications
from kassa.kernel.errors import NotFound
from kassa.kernel.ids import parse_id
from kassa.kernel.speech import N_, _
from kassa.storefront import forms
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, render, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of

_SURE: Final = (
    N_("No more reminders?"),
    N_("We never again remind this address of what was left behind. Mails about your orders still come."),
)
_STOPPED: Final = (N_("No more reminders."), N_("Nobody reminds you any more of what you left behind."))
#: What a mail program sends when somebody presses its own button (RFC 8058): no cookie, no token but the address.
_ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")


@get("/reminders/{order_id:str}/stop", include_in_schema=False)
async def show_stop(request: AnyRequest, order_id: FromPath[str]) -> Response[str]:
    """GET /reminders/…/stop: the link of the letter; programs that follow links stop nothing by it."""
    _opened(request, order_id)
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
    return _page(request, visitor, _SURE, button=_("No more reminders"))


@post("/reminders/{order_id:str}/stop", include_in_schema=False)
async def stop(request: AnyRequest, order_id: FromPath[str]) -> Response[str]:
    """POST /reminders/…/stop: by the page's button, or by one press in a mail program."""
    shop, id_ = shop_of(request), _opened(request, order_id)
    values = await forms.read(request)
    async with shop.db.transaction() as tx:
        if not one_click(values):
            visitor = await checked_visitor(request, tx, values)
        await notifications.abandoned.stop(tx, id_, now=shop.clock.now())
    if one_click(values):
        return Response("", media_type="text/plain")
    return _page(request, visitor, _STOPPED)


def one_click(values: dict[str, str]) -> bool:
    """Whether a mail program asks, for somebody who pressed its button."""
    name, value = _ONE_CLICK
    return values.get(name) == value


def _opened(request: AnyRequest, order_id: str) -> UUID:
    """The order whose link this is.

    Raises:
        NotFound: the key is not the one of it; nobody can tell whether there is such an order.
    """
    id_, key = parse_id(order_id), request.query_params.get("key", "")
    settings = shop_of(request).settings
    if id_ is None or not notifications.abandoned.verify_stop_link(settings, id_, key):
        raise NotFound(_("There is no such page."))
    return id_


def _page(
    request: AnyRequest, visitor: Visitor, words: tuple[str, str], *, button: str = ""
) -> Response[str]:
    headline, lead = words
    return render(
        request, visitor, "pages/alert.html", headline=_(headline), lead=_(lead), slug="", button=button, typed=None,
        cache=OWN,
    )  # fmt: skip
