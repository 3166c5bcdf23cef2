"""Saved payment methods of a Checkout Session: which ones its page shows, keeps and lets go."""

from stripe_sandbox import lists
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import invalid
from stripe_sandbox.objects import payment_methods
from stripe_sandbox.work import Work

MAX_SHOWN = 10


def shown(work: Work, session: Obj) -> list[Obj]:
    """The customer's PaymentMethods that the page may show again, newest first."""
    if not session["customer"]:
        return []
    wanted = _options(session).get("allow_redisplay_filters") or ["always"]
    params = {"customer": session["customer"], "limit": 100}
    found = lists.page(work, "payment_method", "/v1/payment_methods", params)["data"]
    fitting = [
        method
        for method in found
        if method["type"] in session["payment_method_types"] and method["allow_redisplay"] in wanted
    ]
    return fitting[:MAX_SHOWN]


def check(session: Obj) -> None:
    """400 when the customer wants a method kept and the shop does not offer that."""
    has_owner = session["customer"] or session["customer_creation"] == "always"
    if not has_owner or _options(session).get("payment_method_save") != "enabled":
        raise invalid(
            "This Checkout Session does not let its customer save a payment method.", "save_payment_method"
        )


def mark(work: Work, session: Obj, intent: Obj, params: Obj) -> None:
    """Write on a new method whose it is, and whether its owner may be shown it again: what they chose, else
    what the shop says, else only what they agreed to.
    """
    method = work.own("payment_method", intent["payment_method"])
    if method["id"] != params.get("payment_method") and "confirmation_token" not in params:
        details, billing = session["customer_details"] or {}, method["billing_details"]
        for name in ("email", "name", "phone"):
            billing[name] = billing[name] or details.get(name)
        if details.get("address") and not any(billing["address"].values()):
            billing["address"] = details["address"]
    told = (session["_"]["params"].get("payment_method_data") or {}).get("allow_redisplay")
    if params.get("save_payment_method"):
        told = "always"
    elif told is None and (session["mode"] == "setup" or intent["setup_future_usage"]):
        told = "limited"
    if told and method["allow_redisplay"] == "unspecified":
        method["allow_redisplay"] = told
    work.save(method)


def remove(work: Work, session: Obj, id: str) -> None:
    """The customer lets a saved method go; 400 unless the shop allows it and it is theirs."""
    method = work.need("payment_method", id, "remove_payment_method")
    may = _options(session).get("payment_method_remove") == "enabled"
    if not may or not session["customer"] or method["customer"] != session["customer"]:
        raise invalid(
            "This payment method cannot be removed in this Checkout Session.", "remove_payment_method"
        )
    payment_methods.detach(work, id, {})


def _options(session: Obj) -> Obj:
    return session["saved_payment_method_options"] or {}
