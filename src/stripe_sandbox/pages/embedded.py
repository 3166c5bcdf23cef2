"""The payment page inside the shop's own: the same form in a frame that `createEmbeddedCheckoutPage` makes.

It tells the page around it, and nobody else, how tall it is, when it is done and where the customer must go:
`{sandbox: 'checkout', type: 'resize' | 'complete' | 'redirect' | 'challenge', height | url}`.
"""

import hmac
import re
from typing import Any, Final

from litestar import Request, Response, get, post

from stripe_sandbox.pages.checkout import Visit, answer_get, answer_post, read, unknown
from stripe_sandbox.sandbox import Sandbox

_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.\-_\[\]:]{1,255}")


@get("/c/embed/{session_id:str}")
async def show(request: Request[Any, Any, Any]) -> Response[Any]:
    """GET /c/embed/{cs}?client_secret=…&origin=…: the form for the page at `origin`, which knows the secret."""
    visit = _visit(request)
    if visit is None:
        return unknown(request, framable=True)
    return answer_get(visit, failed=request.query_params.get("redirect_status") == "failed")


@post("/c/embed/{session_id:str}")
async def pay(request: Request[Any, Any, Any]) -> Response[Any]:
    """POST /c/embed/{cs}?client_secret=…&origin=…: pay, or change the order, as on the hosted page."""
    visit = _visit(request)
    return unknown(request, framable=True) if visit is None else await answer_post(visit)


def _visit(request: Request[Any, Any, Any]) -> Visit | None:
    """The visit, if the caller knows the secret of an embedded session and says where it stands."""
    box: Sandbox = request.app.state.sandbox
    box.run_due()
    session = read(box, request.path_params["session_id"])
    origin, given = request.query_params.get("origin", ""), request.query_params.get("client_secret", "")
    if session is None or session["ui_mode"] != "embedded_page" or not _ORIGIN.fullmatch(origin):
        return None
    known = hmac.compare_digest(given.encode(), (session["client_secret"] or "").encode())
    return Visit(request, box, session, origin) if known else None


route_handlers: Final = [show, pay]
