"""The receipt of a charge: what was paid to whom, with what, and what became of it since."""

from typing import Any, Final

from litestar import Request, Response, get

from stripe_sandbox import lists
from stripe_sandbox.defaults import Obj
from stripe_sandbox.objects import payment_pages
from stripe_sandbox.pages.checkout_view import describe, frame, images
from stripe_sandbox.pages.merchant import host
from stripe_sandbox.pages.order import order
from stripe_sandbox.pages.rendering import page
from stripe_sandbox.pages.words import date, language_of, money, words
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.work import Work

WON: Final = ("won", "warning_closed", "prevented")
OF_CHARGE: Final = 100


@get("/_pages/receipts/{charge_id:str}")
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """GET /_pages/receipts/{ch}: where `receipt_url` points. A charge that took nothing has no receipt: 404."""
    box: Sandbox = request.app.state.sandbox
    box.run_due()
    with box.work() as work:
        charge = work.get("charge", request.path_params["charge_id"])
        if charge is None or charge["status"] == "failed":
            return _unknown(request)
        session = _session_of(work, charge)
        language = language_of((session or {}).get("locale"), request.headers.get("accept-language", ""))
        context = _context(work, charge, session, language)
    return page("receipt.html", pictures=images(session) if session else (), **context)


def _context(work: Work, charge: Obj, session: Obj | None, language: str) -> Obj:
    spoken = words(language)
    said, currency = spoken["receipt"], charge["currency"]
    details = charge["payment_method_details"]
    taken = charge["amount_captured"] if charge["captured"] else charge["amount"]
    given_back = charge["amount_refunded"] if charge["captured"] else 0
    framed = frame(session, language) if session else _plain_frame(work, charge)
    slip = order(session, spoken, language) if session else None
    billed = charge["billing_details"]
    return framed | {
        "said": said,
        "words": spoken["checkout"],
        "language": language,
        "amount": money(taken, currency, language),
        "lead": said["paid"] if charge["captured"] or charge["status"] == "pending" else said["held"],
        "note": _note(charge, said),
        "day": date(charge["created"], language),
        "method": describe({"id": charge["id"], **details}, spoken),
        "number": charge["receipt_number"] or charge["id"][-12:].upper(),
        "reference": charge["payment_intent"] or charge["id"],
        "subject": charge["description"],
        "customer": charge["receipt_email"] or billed["email"] or billed["name"],
        "slip": slip if slip and slip["amount"] == charge["amount"] else None,
        "refunds": [_refund(refund, said, language) for refund in _about(work, "refund", charge)],
        "kept": money(taken - given_back, currency, language) if given_back else None,
        "stamp": said["refunded"] if charge["refunded"] else said["refunded_part"] if given_back else None,
        "dispute": _dispute(_about(work, "dispute", charge), said),
    }


def _refund(refund: Obj, said: dict[str, str], language: str) -> Obj:
    return {
        "name": said["refund_of"].format(date=date(refund["created"], language)),
        "amount": money(refund["amount"], refund["currency"], language),
        "state": said[f"state_{refund['status']}"],
        "is_void": refund["status"] in ("failed", "canceled"),
    }


def _note(charge: Obj, said: dict[str, str]) -> str | None:
    if charge["status"] == "pending":
        return said["pending_note"]
    if charge["captured"]:
        return None
    return said["released_note"] if charge["refunded"] else said["held_note"]


def _dispute(disputes: list[Obj], said: dict[str, str]) -> str | None:
    """The worst that can be said."""
    states = {dispute["status"] for dispute in disputes}
    if not states:
        return None
    if "lost" in states:
        return said["dispute_lost"]
    return said["dispute_won"] if states <= set(WON) else said["disputed"]


def _session_of(work: Work, charge: Obj) -> Obj | None:
    intent = work.get("payment_intent", charge["payment_intent"])
    session = work.get("checkout.session", intent["_"].get("session")) if intent else None
    return None if session is None else payment_pages.view(work, session)


def _plain_frame(work: Work, charge: Obj) -> Obj:
    """Without a session only an address or the name on the statement says who was paid."""
    intent = work.get("payment_intent", charge["payment_intent"])
    named = host(intent["_"]["return_url"]) if intent else "—"
    shop = named if named != "—" else charge["calculated_statement_descriptor"]
    return {"shop": shop, "logo": None, "icon": None, "brand_sheet": None}


def _about(work: Work, kind: str, charge: Obj) -> list[Obj]:
    found: list[Obj] = lists.page(work, kind, f"/v1/{kind}s", {"charge": charge["id"], "limit": OF_CHARGE})[
        "data"
    ]
    return found[::-1]


def _unknown(request: Request[Any, Any, Any]) -> Response[str]:
    language = language_of(None, request.headers.get("accept-language", ""))
    return page(
        "receipt_unknown.html", status=404, language=language, said=words(language)["receipt"],
        test_mode=words(language)["checkout"]["test_mode"],
    )  # fmt: skip


route_handlers: Final = [show]
