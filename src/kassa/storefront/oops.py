"""The page of something that went wrong. It is drawn when all else is broken, so without a database."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response

from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, render
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


def render_error(request: AnyRequest, status: int, problem: Mapping[str, Any]) -> Response[Any]:
    """The page for a failure: what happened, and where to go from here. `problem` is as RFC 9457 has it.

    Whoever must sign in first is led there, and from there to where they wanted to go.
    """
    if "sign_in" in problem:
        return go(stranger(request), str(problem["sign_in"]))
    ours = status >= 500 and status != 503
    return render(
        request, stranger(request), "pages/error.html", status=status, cache=OWN, shown=status,
        headline=_HEADLINES.get(status, _OURS), detail=_BROKEN if ours else problem.get("detail", ""),
        faults=problem.get("errors") or (), request_id=problem.get("request_id") if ours else None,
    )  # fmt: skip
