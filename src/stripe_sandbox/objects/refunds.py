"""Refunds: money on its way back. What becomes of one after it was made is in `refund_course`."""

from stripe_sandbox.amounts import format_amount
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, exclusive, invalid, no_such, refuse_unmodelled
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import balance, charges, payment_methods, refund_course
from stripe_sandbox.work import Work, merge_metadata, unset

# Amazon Pay takes refunds no longer than this after the payment.
AMAZON_PAY_SECONDS = 90 * 86400


def create(work: Work, params: Obj) -> Obj:
    """Send back all or part of a charge.

    Raises:
        StripeError: 400 when nothing was captured, nothing is left (`charge_already_refunded`), less is left
            than was asked for, or the customer's bank already took it back (`charge_disputed`).
    """
    refuse_unmodelled(
        params, ("currency", "customer", "origin", "refund_application_fee", "reverse_transfer")
    )
    charge = _charge(work, params)
    if not charge["captured"] and not charge["_"]["released"]:
        return _let_go(work, charge, params)
    amount = _amount(charge, params)
    does = payment_methods.behaviour(work.own("payment_method", charge["payment_method"]))
    if charge["paid"]:
        charges.book_later(work, charge["id"])  # its money is in the books before any of it leaves them
    refund = _build(work, charge, amount, params)
    pending = _pending_reason(work, charge, refund, does.refund)
    if pending:
        refund |= {"status": "pending", "pending_reason": pending}
    if pending in (None, "processing"):
        refund["balance_transaction"] = balance.enter_refund(work, refund)
        refund_course.wait_for_bank(work, refund, does.refund)
    elif pending == "insufficient_funds":
        work.later(refund_course.COVER_SECONDS, "cover_refund", refund["id"])
    work.save(refund)
    previous = refund_course.count(work, charge, amount)
    work.emit("refund.created", refund)
    work.emit("charge.refunded", charge, previous)
    refund_course.tell(work, charge)
    return refund


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change a refund's metadata."""
    refund = work.need("refund", id)
    before = refund["metadata"]
    refund["metadata"] = merge_metadata(before, params.get("metadata"))
    if refund["metadata"] != before:
        work.emit("refund.updated", refund, {"metadata": before})
    return work.save(refund)


def cancel(work: Work, id: str, params: Obj) -> Obj:
    """Call back a refund that waits for its customer; every other one is refused."""
    refund = _waiting(work, id, "canceled")
    refund_course.take_back(work, refund, "canceled", "merchant_request")
    work.emit("refund.updated", refund, {"status": "requires_action"})
    return refund


def expire(work: Work, id: str, params: Obj) -> Obj:
    """Test helper: the customer did not say in time where the money shall go."""
    refund = _waiting(work, id, "expired")
    refund_course.fail_with(work, refund, "unknown")
    return refund


def _let_go(work: Work, charge: Obj, params: Obj) -> Obj:
    """Refund what a charge without a PaymentIntent only holds: no money moves."""
    if params.get("amount", charge["amount"]) != charge["amount"]:
        raise invalid("A charge that has not been captured can only be refunded as a whole.", "amount")
    refund = work.save(_build(work, charge, charge["amount"], params))
    work.emit("refund.created", refund)
    charges.release(work, charge)
    return refund


def _build(work: Work, charge: Obj, amount: int, params: Obj) -> Obj:
    refund = blank("refund")
    refund |= {
        "id": new_id("re_3"),
        "amount": amount,
        "charge": charge["id"],
        "created": work.now,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": _destination(charge["payment_method_details"]["type"]),
        "metadata": merge_metadata(None, params.get("metadata")),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": params.get("reason"),
        "status": "succeeded",
    }
    if unset(params.get("instructions_email")):
        refund["instructions_email"] = params["instructions_email"]
    return refund


def _destination(kind: str) -> Obj:
    if kind == "card":
        reference = {"reference_status": "pending", "reference_type": "acquirer_reference_number"}
        return {"type": "card", "card": {"type": "refund"} | reference}
    if kind in ("amazon_pay", "klarna", "paypal"):
        return {"type": kind, kind: blank(f"refund_destination_details_{kind}")}
    return {"type": kind}


def _pending_reason(work: Work, charge: Obj, refund: Obj, end: str) -> str | None:
    if charge["status"] == "pending":
        return "charge_pending"
    if not balance.covers(work, refund):
        return "insufficient_funds"
    return "processing" if end == "pending" else None


def _waiting(work: Work, id: str, verb: str) -> Obj:
    refund = work.need("refund", id)
    if refund["status"] != "requires_action":
        raise invalid(f"Refund {id} has a status of {refund['status']} and cannot be {verb}.")
    return refund


def _charge(work: Work, params: Obj) -> Obj:
    charge = _named(work, params)
    if charge["_"].get("charged_back"):
        raise StripeError(
            400,
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    if charge["status"] == "failed":
        raise StripeError(400, f"Charge {charge['id']} failed, so there is nothing to refund.")
    if not charge["captured"] and charge["payment_intent"]:
        raise StripeError(
            400,
            f"Charge {charge['id']} has not been captured and so cannot be refunded. Cancel its "
            f"PaymentIntent instead.",
        )
    kind = charge["payment_method_details"]["type"]
    if kind == "amazon_pay" and work.now > charge["created"] + AMAZON_PAY_SECONDS:
        raise StripeError(
            400,
            f"Charge {charge['id']} is older than 90 days, and Amazon Pay refunds it no more.",
            code="charge_not_refundable",
        )
    return charge


def _named(work: Work, params: Obj) -> Obj:
    """The charge that is meant: of a PaymentIntent, the one that took the money or is about to."""
    given = [name for name in ("payment_intent", "charge") if params.get(name)]
    if not given:
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or charge.",
            "payment_intent",
            "parameter_missing",
        )
    if len(given) == 2:
        raise exclusive("payment_intent", "charge")
    if given == ["charge"]:
        return work.need("charge", params["charge"], "charge")
    intent = work.get("payment_intent", params["payment_intent"])
    if intent is None:
        raise no_such("payment_intent", params["payment_intent"], "payment_intent", in_path=False)
    open_one = intent["latest_charge"] if intent["status"] == "processing" else None
    found = work.get("charge", intent["_"]["authorized"] or open_one)
    if found is None:
        raise StripeError(
            400,
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            code="payment_intent_unexpected_state",
            param="payment_intent",
        )
    return found


def _amount(charge: Obj, params: Obj) -> int:
    left: int = charge["amount_captured"] - charge["amount_refunded"]
    if left <= 0:
        raise StripeError(
            400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount: int = params.get("amount", left)
    if amount < 1:
        raise invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer")
    if amount > left:
        currency = charge["currency"]
        word = "unrefunded amount on charge" if charge["amount_refunded"] else "charge amount"
        raise StripeError(
            400,
            f"Refund amount ({format_amount(amount, currency)}) is greater than {word} "
            f"({format_amount(left, currency)})",
            param="amount",
        )
    return amount
