"""Word when an edition is back: asking for it, proving the address, and no more of it."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from litestar import Response, get, post
from litestar.params import FromPath

from kassa import alerts, notifications
from kassa.kernel.errors import NotFound
from kassa.kernel.ids import parse_id
from kassa.kernel.speech import N_, _
from kassa.storefront import forms, pace
from kassa.storefront.pages.reminders import one_click
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, render, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of

_ASKED: Final = (
    N_("Nearly done."),
    N_(
        "We have sent a letter to %(email)s. Say yes in it within two days, and we tell you when the book is here "
        "again."
    ),
)
_WAITING: Final = (N_("We will tell you."), N_("A letter goes to %(email)s when the book is here again."))
_THERE: Final = (N_("It is here again."), N_("Somebody brought it back just now: you can buy it."))
_BAD: Final = (
    N_("This is not an e-mail address."),
    N_("We need one that works, like ada@example.org. Go back and try again."),
)
_SURE: Final = (N_("Shall we tell you?"), N_("One letter when %(title)s is here again, and no other."))
_STOP: Final = (
    N_("No more letters?"),
    N_("We forget your address, and that you wanted to know of any book."),
)
_STOPPED: Final = (N_("We have forgotten it."), N_("Nobody writes to you about books that are here again."))


@post("/alerts", include_in_schema=False)
async def ask(request: AnyRequest) -> Response[str]:
    """POST /alerts: tell this address when an edition is there again.

    A customer's own proved address needs no other proof. What is answered to any other is the same whoever asks.
    """
    await pace.slow_down(request, pace.ALERTS)
    shop, values = shop_of(request), await forms.read(request)
    slug = forms.slug(values.get("slug", ""))
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, values)
        try:
            email = validate_email(
                values.get("email", "").strip(), check_deliverability=False
            ).normalized.lower()
        except EmailNotValidError:
            return _page(request, visitor, _BAD, slug=slug, status=422, typed=values)
        proved = _proved(visitor, email)
        try:
            await alerts.ask(tx, values.get("sku", ""), email, proved=proved, now=shop.clock.now())
        except alerts.InStock:
            return _page(request, visitor, _THERE, slug=slug)
    return _page(request, visitor, _WAITING if proved else _ASKED, slug=slug, email=email)


@get("/alerts/{alert_id:str}/confirm", include_in_schema=False)
async def show_confirm(request: AnyRequest, alert_id: FromPath[str]) -> Response[str]:
    """GET /alerts/…/confirm: the link of the letter; programs that follow links confirm nothing by it."""
    id_ = _opened(request, alert_id, notifications.CONFIRM)
    async with shop_of(request).db.connection() as conn:
        visitor, found = await visitor_of(request, conn), await alerts.get(conn, id_)
    if found is None:
        raise alerts.AlertNotFound(_("This link has run out."))
    return _page(request, visitor, _SURE, slug=found.slug, title=found.title, button=_("Yes, tell me"))


@post("/alerts/{alert_id:str}/confirm", include_in_schema=False)
async def confirm(request: AnyRequest, alert_id: FromPath[str]) -> Response[str]:
    """POST /alerts/…/confirm: the address is proved."""
    shop, id_ = shop_of(request), _opened(request, alert_id, notifications.CONFIRM)
    values = await forms.read(request)
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, values)
        found = await alerts.confirm(tx, id_, now=shop.clock.now())
    return _page(request, visitor, _WAITING, slug=found.slug, email=found.email)


@get("/alerts/{alert_id:str}/stop", include_in_schema=False)
async def show_stop(request: AnyRequest, alert_id: FromPath[str]) -> Response[str]:
    """GET /alerts/…/stop: the other link of every letter."""
    _opened(request, alert_id, notifications.STOP)
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
    return _page(request, visitor, _STOP, button=_("No more letters"))


@post("/alerts/{alert_id:str}/stop", include_in_schema=False)
async def stop(request: AnyRequest, alert_id: FromPath[str]) -> Response[str]:
    """POST /alerts/…/stop: forget the address, by the page's button or by one press in a mail program."""
    shop, id_ = shop_of(request), _opened(request, alert_id, notifications.STOP)
    values = await forms.read(request)
    async with shop.db.transaction() as tx:
        if not one_click(values):
            visitor = await checked_visitor(request, tx, values)
        await alerts.end_all(tx, id_)
    if one_click(values):
        return Response("", media_type="text/plain")
    return _page(request, visitor, _STOPPED)


def _proved(visitor: Visitor, email: str) -> bool:
    """Whether this is the visitor's own address, and was proved."""
    customer = visitor.customer
    return customer is not None and customer.verified_at is not None and customer.email == email


def _opened(request: AnyRequest, alert_id: str, purpose: str) -> UUID:
    """The alert whose link this is.

    Raises:
        NotFound: the key is not the one of it; nobody can tell whether there is such an alert.
    """
    id_, key = parse_id(alert_id), request.query_params.get("key", "")
    if id_ is None or not notifications.verify_alert_link(shop_of(request).settings, purpose, id_, key):
        raise NotFound(_("There is no such page."))
    return id_


def _page(
    request: AnyRequest, visitor: Visitor, words: tuple[str, str], *, slug: str = "", button: str = "",
    status: int = 200, typed: Mapping[str, str] | None = None, **values: str,
) -> Response[str]:  # fmt: skip
    headline, lead = words
    return render(
        request, visitor, "pages/alert.html", headline=_(headline), lead=_(lead, **values), slug=slug, button=button,
        typed=typed, status=status, cache=OWN,
    )  # fmt: skip
