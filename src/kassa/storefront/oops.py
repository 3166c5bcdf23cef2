"""The page of something that went wrong. It can be drawn when all else is broken, so it needs no database.

Only the page for an address that leads nowhere asks for some shelves to go on to; without an answer within a
second it does without.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from litestar import Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from markupsafe import Markup

from kassa import catalog
from kassa.catalog import covers
from kassa.kernel.speech import N_, _
from kassa.storefront import refusals
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor, stranger, visitor_of

_HEADLINES: Final = {
    400: N_("That did not make sense to us."),
    403: N_("That is not possible from here."),
    404: N_("There is no such page."),
    405: N_("That is not possible from here."),
    409: N_("Things have changed meanwhile."),
    413: N_("That was too much at once."),
    422: N_("Something in the form is not right."),
    429: N_("A little slower, please."),
    503: N_("Just a moment."),
}
_LOST: Final = N_("We looked on every shelf. Its cover is all there is of it.")
_OURS: Final = N_("Something of ours broke.")
_BROKEN: Final = N_(
    "It is not your fault, and it is written down. If you were paying, look at your order first."
)
#: What stands on the cover of a book that is not there; which of them, the address decides.
_MISSING: Final = (
    N_("The Missing Page"),
    N_("Nowhere in Particular"),
    N_("The Empty Shelf"),
    N_("A Chapter Unwritten"),
)
_INTERRUPTED: Final = N_("An Interruption")
_SHELVES: Final = 8
_PATIENCE_SECONDS: Final = 1.0

log = structlog.get_logger()


def render_error(request: AnyRequest, status: int, problem: Mapping[str, Any]) -> Response[Any]:
    """The page for a failure: what happened, and where to go from here. `problem` is as RFC 9457 has it.

    Whoever must sign in first is led there, and from there to where they wanted to go.
    """
    if "sign_in" in problem:
        return go(stranger(request), str(problem["sign_in"]))
    accepted = request.headers.get("accept", "*/*")
    if status == 404 and ("html" in accepted or accepted == "*/*"):
        return _Lost(request, problem)
    return _page(request, stranger(request), status, problem)


class _Lost(Response[str]):
    """The page for an address that leads nowhere: drawn when it is sent, since only then can it wait for shelves."""

    def __init__(self, request: AnyRequest, problem: Mapping[str, Any]) -> None:
        super().__init__("", status_code=404)
        self._request, self._problem = request, problem

    def to_asgi_response(self, *args: Any, **kwargs: Any) -> ASGIResponse:
        """What sends the page."""
        return _Sending(self._request, self._problem, self.headers)


class _Sending(ASGIResponse):
    def __init__(self, request: AnyRequest, problem: Mapping[str, Any], headers: Mapping[str, Any]) -> None:
        super().__init__(status_code=404)
        self._request, self._problem, self._more = request, problem, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor, shelves = await _known(self._request)
        page = _page(self._request, visitor, 404, self._problem, shelves)
        page.headers.update(self._more)
        await page.to_asgi_response(None, self._request)(scope, receive, send)


async def _known(request: AnyRequest) -> tuple[Visitor, Sequence[catalog.Collection]]:
    """Who asks, and the fullest shelves; a stranger and none if the database does not answer."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), shop_of(request).db.connection() as conn:
            visitor = await visitor_of(request, conn)
            shelves = await catalog.collections(conn)
    except Exception as error:
        log.warning("no shelves for the page of what is missing", error=repr(error))
        return stranger(request), ()
    return visitor, sorted(shelves, key=lambda shelf: -shelf.count)[:_SHELVES]


def _page(
    request: AnyRequest, visitor: Visitor, status: int, problem: Mapping[str, Any],
    shelves: Sequence[catalog.Collection] = (),
) -> Response[str]:  # fmt: skip
    ours = status >= 500 and status != 503
    return render(
        request, visitor, "pages/error.html", status=status, cache=OWN, shown=status, shelves=shelves,
        headline=_(_HEADLINES.get(status, _OURS)),
        detail=_detail(status, problem),
        faults=problem.get("errors") or (), request_id=problem.get("request_id") if ours else None,
        cover=_cover(status, request.url.path),
    )  # fmt: skip


def _detail(status: int, problem: Mapping[str, Any]) -> str:
    if status >= 500 and status != 503:
        return _(_BROKEN)
    if status == 404:
        return _(_LOST)
    return refusals.worded(str(problem.get("detail", "")), str(problem.get("code", "")))


def _cover(status: int, path: str) -> Markup | None:
    """The cover of the book that is not there. The address chooses the drawing and is not repeated on it."""
    if status != 404 and status < 500:
        return None
    title = _MISSING[sum(path.encode()) % len(_MISSING)] if status == 404 else _INTERRUPTED
    return Markup(covers.draw(_(title), _("Anonymous"), status, "the uncanny", seed_text=path))  # noqa: S704
