"""3-D Secure as a bank would ask it: a page with "complete" and "fail", in Stripe.js's dialog or on its own."""

from typing import Any, Final

from litestar import Request, Response, get, post

from stripe_sandbox.defaults import Obj
from stripe_sandbox.pages import intent_pages
from stripe_sandbox.pages.forms import read_form
from stripe_sandbox.pages.rendering import page, redirect
from stripe_sandbox.pages.words import date, words
from stripe_sandbox.sandbox import Sandbox


@get("/_pages/3ds/{intent_id:str}")
async def show(request: Request[Any, Any, Any]) -> Response[Any]:
    """GET /_pages/3ds/{pi or seti}?client_secret=…: the challenge.

    With `redirect=1` it is a full page that goes to the intent's `return_url` afterwards; else it stands in a
    frame of the page at `origin` and reports to it.
    """
    box, intent = intent_pages.asked(request)
    if intent is None:
        return _message(request, "unknown", status=404)
    if intent["status"] != "requires_action":
        return _onward(request, box, intent)
    return _challenge(request, box, intent)


@post("/_pages/3ds/{intent_id:str}")
async def answer(request: Request[Any, Any, Any]) -> Response[Any]:
    """POST /_pages/3ds/{pi or seti}?client_secret=…: `outcome=succeed` or `outcome=fail`. Answering twice is
    harmless.
    """
    box, intent = intent_pages.asked(request)
    if intent is None:
        return _message(request, "unknown", status=404)
    outcome = (await read_form(request)).get("outcome")
    if outcome not in intent_pages.OUTCOMES:
        return _challenge(request, box, intent, status=400)
    return _onward(request, box, intent_pages.decide(box, intent, outcome))


def _onward(request: Request[Any, Any, Any], box: Sandbox, intent: Obj) -> Response[Any]:
    url = intent_pages.return_address(box, intent) if _is_full_page(request) else None
    return redirect(url) if url else _message(request, "over")


def _challenge(
    request: Request[Any, Any, Any], box: Sandbox, intent: Obj, *, status: int = 200
) -> Response[str]:
    shown = intent_pages.context(request, box, intent)
    full_page = _is_full_page(request)
    return page(
        "challenge.html",
        status=status,
        framable=not full_page,
        said=words(shown["language"])["challenge"],
        full_page=full_page,
        origin=request.query_params.get("origin", ""),
        card=shown["method"].get("card") or {"brand": "unknown", "last4": "····"},
        today=date(box.clock.now(), shown["language"]),
        **shown,
    )


def _message(request: Request[Any, Any, Any], kind: str, *, status: int = 200) -> Response[str]:
    language = intent_pages.language_here(request)
    return page(
        "challenge_over.html",
        status=status,
        framable=not _is_full_page(request),
        language=language,
        said=words(language)["challenge"],
        kind=kind,
        origin=request.query_params.get("origin", ""),
    )


def _is_full_page(request: Request[Any, Any, Any]) -> bool:
    return request.query_params.get("redirect") == "1"


route_handlers: Final = [show, answer]
