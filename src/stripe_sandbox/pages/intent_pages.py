"""What the challenge and the page of a redirect method share: which intent is meant, and where it leads back to.

Both serve PaymentIntents and SetupIntents, and only to those who know the client secret.
"""

import hmac
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from litestar import Request
from litestar.datastructures import State

from stripe_sandbox.defaults import Obj
from stripe_sandbox.pages.merchant import host, merchant
from stripe_sandbox.pages.rendering import on_this_origin
from stripe_sandbox.pages.words import language_of, money
from stripe_sandbox.sandbox import Sandbox

GOOD: Final = ("succeeded", "processing", "requires_capture")
OUTCOMES: Final = ("succeed", "fail")


def asked(request: Request[Any, Any, Any]) -> tuple[Sandbox, Obj | None]:
    """The sandbox, and the intent of the path if the caller knows its client secret."""
    state: State = request.app.state
    box: Sandbox = state.sandbox
    box.run_due()
    intent = box.intent(request.path_params["intent_id"])
    given = request.query_params.get("client_secret", "")
    known = intent is not None and hmac.compare_digest(given.encode(), intent["client_secret"].encode())
    return box, intent if known else None


def decide(box: Sandbox, intent: Obj, outcome: str) -> Obj:
    """The intent after the customer said yes or no; one that asks nothing (any more) stays as it is."""
    if intent["status"] != "requires_action":
        return intent
    box.authenticate(intent["id"], outcome)
    return box.intent(intent["id"]) or intent


def return_address(box: Sandbox, intent: Obj) -> str | None:
    """The intent's `return_url` with what the shop needs to look it up; its own query stays."""
    url = box.intent_return_url(intent["id"])
    if url is None:
        return None
    kind = intent["object"]
    added = {
        kind: intent["id"],
        f"{kind}_client_secret": intent["client_secret"],
        "redirect_status": "succeeded" if intent["status"] in GOOD else "failed",
    }
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *added.items()]
    return on_this_origin(urlunsplit(parts._replace(query=urlencode(query))), box.base_url)


def context(request: Request[Any, Any, Any], box: Sandbox, intent: Obj) -> Obj:
    """What both pages show: who asks, for how much (None to save a method), with what, and where it leads."""
    language = language_here(request)
    back = box.intent_return_url(intent["id"])
    session = _session_behind(box, back)
    amount = intent.get("amount")
    return {
        "action": "?" + urlencode(list(request.query_params.items())),
        "amount": None if amount is None else money(amount, intent["currency"], language),
        "language": language,
        "leads_to": [back, session["success_url"] if session else None],
        "method": box.read("payment_method", intent["payment_method"]) or {"type": "card"},
        "shop": merchant(session) if session else host(request.query_params.get("origin", ""), back),
    }


def language_here(request: Request[Any, Any, Any]) -> str:
    """The language of the page that is asked for."""
    return language_of(request.query_params.get("locale"), request.headers.get("accept-language", ""))


def _session_behind(box: Sandbox, back: str | None) -> Obj | None:
    """The Checkout Session whose page the customer returns to: from there the way leads on to the shop."""
    before, found, session_id = (back or "").rpartition("/c/pay/")
    return box.session(session_id) if found and before == box.base_url else None
