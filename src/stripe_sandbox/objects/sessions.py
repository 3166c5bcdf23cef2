"""Checkout Sessions: created open, completed by the customer on a page, or expired by clock or command.

Private facts: `params` (what the shop sent), `intent` (parameters of the PaymentIntent that is made when the
customer confirms), `ordered` and `lines` (what is sold, see `session_lines`, and what it costs), `customer`
(the Customer that was made for this session), `paid` (it was completed), `waiting` (completed, and the money
is on its way), `expired`. `settle` derives `status`, `payment_status` and `url` from them. Making a session
is in `session_params`, what its customer says in `session_changes`, what it costs in `session_totals`.
"""

from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, invalid, missing
from stripe_sandbox.objects import (
    confirmation,
    confirmation_tokens,
    customers,
    payment_intents,
    session_changes,
    session_fields,
    session_recovery,
    session_saving,
    session_totals,
    setup_intents,
)
from stripe_sandbox.work import Work, shipping

ENDINGS = ("succeeded", "requires_capture", "processing")


def settle(work: Work, session: Obj) -> Obj:
    """Derive the public state from the facts, and save: the only way a session changes."""
    facts = session["_"]
    session["status"] = "complete" if facts["paid"] else "expired" if facts["expired"] else "open"
    if not session["amount_total"]:  # nothing to pay, or only to be set up
        session["payment_status"] = "no_payment_required"
    else:
        intent = work.get("payment_intent", session["payment_intent"])
        taken = intent is not None and intent["status"] == "succeeded"
        session["payment_status"] = "paid" if taken else "unpaid"
    is_open = session["status"] == "open"
    hosted = session["ui_mode"] == "hosted_page"
    session["url"] = f"{work.base_url}/c/pay/{session['id']}" if is_open and hosted else None
    return work.save(session)


def need_open(work: Work, id: str, what: str) -> Obj:
    """The session, if it is open; 400 saying that it cannot be `what` ("paid", "changed") otherwise."""
    session = work.need("checkout.session", id)
    if session["status"] != "open":
        raise StripeError(
            400, f"This Checkout Session has a status of `{session['status']}` and cannot be {what}."
        )
    return session


def expire(work: Work, id: str, params: Obj) -> Obj:
    """Close an open session; its unpaid PaymentIntent is canceled."""
    session = work.need("checkout.session", id)
    if session["status"] != "open":
        raise StripeError(
            400,
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a '
            f"status of `{session['status']}`.",
        )
    return _expire(work, session)


def expire_when_due(work: Work, id: str) -> None:
    """Scheduled: an open session ends at `expires_at`."""
    session = work.get("checkout.session", id)
    if session is not None and session["status"] == "open":
        _expire(work, session)


def lines(work: Work, session: Obj) -> list[Obj]:
    """The session's line items, priced."""
    found: list[Obj] = session["_"]["lines"]
    return found


def change(work: Work, id: str, params: Obj) -> Obj:
    """The customer changes something on the session's page, see `session_changes`."""
    session = need_open(work, id, "changed")
    session_changes.apply(work, session, params)
    session_totals.renew(work, session)
    return settle(work, session)


def pay(work: Work, id: str, params: Obj) -> Obj:
    """The customer confirms on the session's page: pays, or in mode `setup` saves a payment method.

    Raises:
        StripeError: 402 after a decline, and the session stays open; 400 if it is not open, something that
            it asks for is missing, or the amount shown to the customer is not the session's.
    """
    session = need_open(work, id, "paid")
    session_changes.apply(work, session, params)
    session_changes.note_method(work, session, params)
    session_totals.renew(work, session)  # an address that came with the method may tell the tax
    if work.by_page:
        session_changes.check_complete(session)
    expected = params.get("expected_amount")
    if expected is not None and expected != (session["amount_total"] or 0):
        raise invalid(
            "The amount shown to the customer does not match the amount of this Checkout Session.",
            "expected_amount",
        )
    session_fields.take_defaults(session)
    session_totals.check_discounts(work, session)
    if session["mode"] == "payment" and session["amount_total"] == 0:
        _close_intent(work, session)  # there was something to pay when it was made
        return _complete(work, session)
    _make_customer(work, session)
    if session["mode"] == "setup":
        return _set_up(work, session, params)
    return _charge(work, session, confirmation_tokens.apply(work, params))


def follow(work: Work, intent: Obj) -> None:
    """A PaymentIntent or SetupIntent moved on: bring the session it belongs to, if any, up to date."""
    session = work.get("checkout.session", intent["_"].get("session"))
    if session is None:
        return
    facts = session["_"]
    if session["status"] == "open":
        if intent["status"] in ENDINGS:
            facts["waiting"] = intent["status"] == "processing"
            _complete(work, session)
        return
    is_over = facts["waiting"] and intent["status"] != "processing"
    facts["waiting"] = facts["waiting"] and not is_over
    settle(work, session)
    if is_over:
        ending = "succeeded" if intent["status"] in ENDINGS else "failed"
        work.emit(f"checkout.session.async_payment_{ending}", session)


def complete_url(session: Obj) -> str | None:
    """Where the customer goes after paying, with ``{CHECKOUT_SESSION_ID}`` filled in."""
    url = session["success_url"] or session.get("return_url")
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"]) if url else None


def _complete(work: Work, session: Obj) -> Obj:
    session["_"]["paid"] = True
    _make_customer(work, session)
    session["customer"] = session["customer"] or session["_"]["customer"]
    _update_customer(work, session)
    session_totals.redeem(work, session)
    settle(work, session)
    work.emit("checkout.session.completed", session)
    return session


def _expire(work: Work, session: Obj) -> Obj:
    session["_"]["expired"] = True
    _close_intent(work, session)
    setup = work.get("setup_intent", session["setup_intent"])
    if setup is not None and setup["status"] in setup_intents.CANCELABLE:
        setup_intents.close(work, setup, None)
    session_recovery.offer(work, session)
    settle(work, session)
    work.emit("checkout.session.expired", session)
    return session


def _close_intent(work: Work, session: Obj) -> None:
    intent = work.get("payment_intent", session["payment_intent"])
    if intent is not None and intent["status"] in payment_intents.UPDATABLE:
        payment_intents.close(work, intent, None)


def _set_up(work: Work, session: Obj, params: Obj) -> Obj:
    intent = work.own("setup_intent", session["setup_intent"])
    intent["customer"] = intent["customer"] or session["_"]["customer"]
    settle(work, session)
    setup_intents.confirm_for_session(work, intent, params | _way_back(work, session, params))
    session_saving.mark(work, session, intent, params)
    return settle(work, session)


def _charge(work: Work, session: Obj, params: Obj) -> Obj:
    intent = _intent(work, session, params)
    payment_intents.change_method(work, intent, params)
    if not intent["payment_method"]:
        raise missing("payment_method")
    confirmation_tokens.link(work, params, intent)
    settle(work, session)
    session_saving.mark(work, session, intent, params)
    confirmation.confirm(work, intent, _way_back(work, session, params))
    return settle(work, session)


def _way_back(work: Work, session: Obj, params: Obj) -> Obj:
    """How the customer comes back from a challenge or a redirect."""
    url = f"{work.base_url}/c/pay/{session['id']}"
    if session["ui_mode"] != "hosted_page":
        url = complete_url(session) or url
    return {
        "return_url": params.get("return_url") or url,
        "use_stripe_sdk": params.get("use_stripe_sdk"),
    }


def _intent(work: Work, session: Obj, params: Obj) -> Obj:
    """The session's PaymentIntent with what it now costs, made at the first attempt."""
    known = work.get("payment_intent", session["payment_intent"])
    is_new = known is None or known["status"] == "canceled"
    intent = _new_intent(work, session) if known is None or is_new else known
    if intent["status"] == "requires_action":  # the customer left a challenge and pays with something else
        session_totals.abandon(work, intent)
    intent["amount"] = session["amount_total"]
    shipped = (session["collected_information"] or {}).get("shipping_details")
    if shipped and not session["_"]["intent"].get("shipping"):
        intent["shipping"] = shipping(_without_nulls(shipped))
    if params.get("save_payment_method"):
        session_saving.check(session)
        intent["setup_future_usage"] = intent["setup_future_usage"] or "on_session"
    payment_intents.settle(work, intent)
    if is_new:
        work.emit("payment_intent.created", intent)
    return intent


def _new_intent(work: Work, session: Obj) -> Obj:
    given: Obj = dict(session["_"]["intent"])
    given |= {
        "amount": session["amount_total"],
        "customer": session["customer"] or session["_"]["customer"] or "",
        "payment_method_options": session["_"]["params"].get("payment_method_options"),
    }
    intent = payment_intents.build(work, given, session["currency"])
    intent["_"]["session"] = session["id"]
    intent["payment_method_types"] = session["payment_method_types"]
    intent["automatic_payment_methods"] = None
    session["payment_intent"] = intent["id"]
    return intent


def _make_customer(work: Work, session: Obj) -> None:
    facts = session["_"]
    if session["customer_creation"] != "always" or facts["customer"]:
        return
    details = session["customer_details"] or {}
    told = {name: details[name] for name in ("email", "name", "phone") if details.get(name)}
    if details.get("address"):
        told["address"] = _without_nulls(details["address"])
    facts["customer"] = customers.create(work, told)["id"]


def _update_customer(work: Work, session: Obj) -> None:
    """Tell the customer that was there before what `customer_update` allows, and their first address."""
    customer = work.get("customer", session["customer"])
    if customer is None or session["_"]["customer"]:
        return
    may = session["_"]["params"].get("customer_update") or {}
    details = session["customer_details"] or blank("checkout_session_customer_details")
    told: Obj = {}
    if details["email"] and not customer["email"]:
        told["email"] = details["email"]
    if may.get("name") == "auto" and details["name"]:
        told["name"] = details["name"]
    if may.get("address") == "auto" and details["address"]:
        told["address"] = _without_nulls(details["address"])
    shipped = (session["collected_information"] or {}).get("shipping_details")
    if may.get("shipping") == "auto" and shipped:
        told["shipping"] = {"name": shipped["name"], "address": _without_nulls(shipped["address"])}
    if told:
        customers.update(work, customer["id"], told)


def _without_nulls(values: Obj) -> Obj:
    return {name: value for name, value in values.items() if value is not None}
