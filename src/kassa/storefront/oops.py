"""The page of something that went wrong. It is drawn when all else is broken, so without a database."""

from typing import Final

from litestar import Response

from kassa import web
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, render
from kassa.storefront.visitor import stranger

_HEADLINES: Final = {
    400: "That did not make sense to us.",
    403: "That is not possible from here.",
    404: "There is no such page.",
    405: "That is not possible from here.",
    409: "Things have changed meanwhile.",
    413: "That was too much at once.",
    422: "Something in the form is not right.",
    429: "A little slower, please.",
    503: "Just a moment.",
}
_OURS: Final = "Something of ours broke."
_BROKEN: Final = "It is not your fault, and it is written down. If you were paying, look at your order first."


def render_error(request: AnyRequest, fault: web.Fault) -> Response[str]:
    """The page for a failure: what happened, and where to go from here."""
    ours = fault.status >= 500 and fault.status != 503
    response = render(
        request, stranger(request), "pages/error.html", status=fault.status, cache=OWN, shown=fault.status,
        headline=_HEADLINES.get(fault.status, _OURS), detail=_BROKEN if ours else fault.detail,
        faults=fault.extra.get("errors") or (), request_id=fault.request_id if ours else None,
    )  # fmt: skip
    response.headers.update(fault.headers)
    return response
