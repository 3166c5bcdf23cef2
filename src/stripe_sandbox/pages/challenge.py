"""3-D Secure as a bank would ask it: a page with "complete" and "fail", in Stripe.js's dialog or on its own."""

import hmac
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from litestar import Request, Response, get, post
from litestar.datastructures import State

from stripe_sandbox.defaults import Obj
from stripe_sandbox.pages.forms import read_form
from stripe_sandbox.pages.merchant import host, merchant
from stripe_sandbox.pages.rendering import on_this_origin, page, redirect
from stripe_sandbox.pages.words import date, language_of, money, words
from stripe_sandbox.sandbox import Sandbox

GOOD: Final = ("succeeded", "processing", "requires_capture")


@get("/_pages/3ds/{intent_id:str}")
async def show(request: Request[Any, Any, Any]) -> Response[Any]:
    """GET /_pages/3ds/{pi}?client_secret=…: the challenge.

    With `redirect=1` it is a full page that goes to the intent's `return_url` afterwards; else it stands in a
    frame of the page at `origin` and reports to it.
    """
    box, intent = _asked(request)
    if intent is None:
        return _message(request, "unknown", status=404)
    if intent["status"] != "requires_action":
        url = _return_address(box, intent) if _is_full_page(request) else None
        return redirect(url) if url else _message(request, "over")
    return _challenge(request, box, intent)


@post("/_pages/3ds/{intent_id:str}")
async def answer(request: Request[Any, Any, Any]) -> Response[Any]:
    """POST /_pages/3ds/{pi}?client_secret=…: `outcome=succeed` or `outcome=fail`. Answering twice is harmless."""
    box, intent = _asked(request)
    if intent is None:
        return _message(request, "unknown", status=404)
    outcome = (await read_form(request)).get("outcome")
    if outcome not in ("succeed", "fail"):
        return _challenge(request, box, intent, status=400)
    if intent["status"] == "requires_action":
        box.authenticate(intent["id"], outcome)
        intent = box.payment_intent(intent["id"]) or intent
    url = _return_address(box, intent) if _is_full_page(request) else None
    return redirect(url) if url else _message(request, "over")


def _asked(request: Request[Any, Any, Any]) -> tuple[Sandbox, Obj | None]:
    """The sandbox, and the intent if the caller knows its client secret."""
    state: State = request.app.state
    box: Sandbox = state.sandbox
    box.run_due()
    intent = box.payment_intent(request.path_params["intent_id"])
    given = request.query_params.get("client_secret", "")
    known = intent is not None and hmac.compare_digest(given.encode(), intent["client_secret"].encode())
    return box, intent if known else None


def _challenge(
    request: Request[Any, Any, Any], box: Sandbox, intent: Obj, *, status: int = 200
) -> Response[str]:
    language = _language(request)
    method = box.read("payment_method", intent["payment_method"]) or {}
    full_page = _is_full_page(request)
    back = box.intent_return_url(intent["id"])
    session = _session_behind(box, back)
    origin = request.query_params.get("origin", "")
    return page(
        "challenge.html",
        status=status,
        framable=not full_page,
        leads_to=[back, session["success_url"] if session else None],
        language=language,
        said=words(language)["challenge"],
        full_page=full_page,
        action="?" + urlencode(list(request.query_params.items())),
        origin=origin,
        shop=merchant(session) if session else host(origin, back),
        amount=money(intent["amount"], intent["currency"], language),
        card=method.get("card") or {"brand": "unknown", "last4": "····"},
        today=date(box.clock.now(), language),
    )


def _message(request: Request[Any, Any, Any], kind: str, *, status: int = 200) -> Response[str]:
    language = _language(request)
    return page(
        "challenge_over.html",
        status=status,
        framable=not _is_full_page(request),
        language=language,
        said=words(language)["challenge"],
        kind=kind,
        origin=request.query_params.get("origin", ""),
    )


def _return_address(box: Sandbox, intent: Obj) -> str | None:
    """The intent's `return_url` with what the shop needs to look the payment up; its own query stays."""
    url = box.intent_return_url(intent["id"])
    if url is None:
        return None
    status = "succeeded" if intent["status"] in GOOD else "failed"
    added = {
        "payment_intent": intent["id"],
        "payment_intent_client_secret": intent["client_secret"],
        "redirect_status": status,
    }
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *added.items()]
    return on_this_origin(urlunsplit(parts._replace(query=urlencode(query))), box.base_url)


def _is_full_page(request: Request[Any, Any, Any]) -> bool:
    return request.query_params.get("redirect") == "1"


def _language(request: Request[Any, Any, Any]) -> str:
    return language_of(request.query_params.get("locale"), request.headers.get("accept-language", ""))


def _session_behind(box: Sandbox, back: str | None) -> Obj | None:
    """The Checkout Session whose page the customer returns to: from there the way leads on to the shop."""
    before, found, session_id = (back or "").rpartition("/c/pay/")
    return box.session(session_id) if found and before == box.base_url else None


route_handlers: Final = [show, answer]
