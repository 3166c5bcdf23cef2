"""The page of something that went wrong. It must be drawn when everything else is broken: no database here."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response

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
_DETAILS: Final = {
    404: "It may have been sold out of the catalogue, or the address may have a slip in it.",
    500: "It is not your fault, and it is written down. If you were paying, look at your order before you try again.",
}


def render_error(request: Request, status: int, problem: Mapping[str, Any]) -> Response[str]:
    """The page for an error of this status; `problem` has `detail`, `errors` and `request_id`."""
    detail = _DETAILS[500] if status == 500 else problem.get("detail") or _DETAILS.get(status, "")
    return render(
        request, stranger(request), "pages/error.html", status=status, cache=OWN,
        shown=status, headline=_HEADLINES.get(status, _OURS), detail=detail, faults=problem.get("errors") or (),
        request_id=problem.get("request_id") if status >= 500 else None,
    )  # fmt: skip
