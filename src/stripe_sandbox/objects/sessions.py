"""Checkout Sessions: created open, paid by the customer on a page, or expired by clock or command.

Private facts: `lines` (the line items), `intent` (parameters of the PaymentIntent that is made when the
customer confirms), `paid` (it was completed), `expired`. `settle` derives `status`, `payment_status` and
`url` from them. Making one is in `session_params`.
"""

from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, invalid, refuse_unmodelled
from stripe_sandbox.objects import confirmation, customers, payment_intents
from stripe_sandbox.work import Work, address, merge_metadata, unset


def settle(work: Work, session: Obj) -> Obj:
    """Derive the public state from the facts, and save: the only way a session changes."""
    facts = session["_"]
    session["status"] = "complete" if facts["paid"] else "expired" if facts["expired"] else "open"
    intent = work.get("payment_intent", session["payment_intent"])
    if session["amount_total"] == 0:
        session["payment_status"] = "no_payment_required"
    else:
        taken = intent is not None and intent["_"]["captured"] is not None
        session["payment_status"] = "paid" if taken else "unpaid"
    is_open = session["status"] == "open"
    hosted = session["ui_mode"] == "hosted_page"
    session["url"] = f"{work.base_url}/c/pay/{session['id']}" if is_open and hosted else None
    return work.save(session)


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change metadata or the collected shipping details."""
    session = work.need("checkout.session", id)
    refuse_unmodelled(params, tuple(set(params) - {"metadata", "collected_information"}))
    session["metadata"] = merge_metadata(session["metadata"], params.get("metadata"))
    if "collected_information" in params:
        given = params["collected_information"].get("shipping_details")
        session["collected_information"] = _collected(given)
    return settle(work, session)


def expire(work: Work, id: str, params: Obj) -> Obj:
    """Close an open session; its unpaid PaymentIntent is canceled."""
    session = work.need("checkout.session", id)
    if session["status"] != "open":
        raise invalid(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a '
            f"status of `{session['status']}`."
        )
    return _expire(work, session)


def expire_when_due(work: Work, id: str) -> None:
    """Scheduled: an open session ends at `expires_at`."""
    session = work.get("checkout.session", id)
    if session is not None and session["status"] == "open":
        _expire(work, session)


def lines(work: Work, session: Obj) -> list[Obj]:
    """The session's line items."""
    found: list[Obj] = session["_"]["lines"]
    return found


def pay(work: Work, id: str, params: Obj) -> Obj:
    """The customer confirms payment on the session's page.

    Raises:
        StripeError: 402 after a decline, and the session stays open; 400 if it is not open or the amount
        shown to
            the customer is not the session's.
    """
    session = work.need("checkout.session", id)
    if session["status"] != "open":
        raise StripeError(
            400, f"This Checkout Session has a status of `{session['status']}` and cannot be paid."
        )
    expected = params.get("expected_amount")
    if expected is not None and expected != session["amount_total"]:
        raise invalid(
            "The amount shown to the customer does not match the amount of this Checkout Session.",
            "expected_amount",
        )
    _note_customer(work, session, params)
    if session["amount_total"] == 0:
        return _complete(work, session)
    intent = _intent(work, session)
    if intent["status"] == "requires_action":
        intent["_"]["action"] = None  # the customer left a challenge and pays with something else
        intent["payment_method"] = None
    payment_intents.change_method(work, intent, params)
    if not intent["payment_method"]:
        raise invalid("You must provide a payment method.", "payment_method", "parameter_missing")
    return_url = params.get("return_url") or f"{work.base_url}/c/pay/{session['id']}"
    settle(work, session)
    confirmation.confirm(
        work, intent, {"return_url": return_url, "use_stripe_sdk": params.get("use_stripe_sdk")}
    )
    return settle(work, session)


def paid(work: Work, intent: Obj) -> None:
    """A PaymentIntent was authorised or captured: bring the session it belongs to, if any, up to date."""
    session = work.get("checkout.session", intent["_"]["session"])
    if session is None:
        return
    if session["status"] == "open":
        _complete(work, session)
    else:
        settle(work, session)


def complete_url(session: Obj) -> str | None:
    """Where the customer goes after paying, with ``{CHECKOUT_SESSION_ID}`` filled in."""
    url = session["success_url"] or session.get("return_url")
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"]) if url else None


def _complete(work: Work, session: Obj) -> Obj:
    session["_"]["paid"] = True
    if session["customer_creation"] == "always" and not session["customer"]:
        details = session["customer_details"] or {}
        made = customers.create(
            work, {"email": details.get("email") or "", "name": details.get("name") or ""}
        )
        session["customer"] = made["id"]
    settle(work, session)
    work.emit("checkout.session.completed", session)
    return session


def _expire(work: Work, session: Obj) -> Obj:
    session["_"]["expired"] = True
    intent = work.get("payment_intent", session["payment_intent"])
    if intent is not None and intent["status"] in payment_intents.UPDATABLE:
        payment_intents.close(work, intent, None)
    settle(work, session)
    work.emit("checkout.session.expired", session)
    return session


def _intent(work: Work, session: Obj) -> Obj:
    intent = work.get("payment_intent", session["payment_intent"])
    if intent is not None:
        return intent
    given: Obj = dict(session["_"]["intent"])
    given |= {"amount": session["amount_total"], "customer": session["customer"] or ""}
    intent = payment_intents.build(work, given, session["currency"])
    intent["_"]["session"] = session["id"]
    intent["payment_method_types"] = session["payment_method_types"]
    intent["automatic_payment_methods"] = None
    if not intent["receipt_email"]:
        intent["receipt_email"] = None
    payment_intents.settle(work, intent)
    work.emit("payment_intent.created", intent)
    session["payment_intent"] = intent["id"]
    return intent


def _note_customer(work: Work, session: Obj, params: Obj) -> None:
    given = params.get("customer_details") or {}
    billing = (params.get("payment_method_data") or {}).get("billing_details") or {}
    saved = work.get("payment_method", params.get("payment_method"))
    stored = saved["billing_details"] if saved else {}
    known = session["customer_details"] or blank("checkout_session_customer_details")
    customer = work.get("customer", session["customer"]) or {}
    for name in ("email", "name", "phone"):
        known[name] = (
            unset(given.get(name))
            or (params.get("email") if name == "email" else None)
            or known.get(name)
            or unset(billing.get(name))
            or stored.get(name)
            or customer.get(name)
        )
    known["email"] = session["customer_email"] or known["email"]
    where = given.get("address") or billing.get("address") or stored.get("address")
    known["address"] = address(where) if where else known["address"]
    known["tax_exempt"] = known["tax_exempt"] or "none"
    known["tax_ids"] = known["tax_ids"] or []
    session["customer_details"] = known
    if params.get("shipping_details"):
        session["collected_information"] = _collected(params["shipping_details"])


def _collected(given: Obj | None) -> Obj:
    information = blank("checkout_session_collected_information")
    if given:
        information["shipping_details"] = {
            "address": address(given.get("address")),
            "name": given.get("name", ""),
        }
    return information
