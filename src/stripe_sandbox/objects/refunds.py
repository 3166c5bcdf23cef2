"""Refunds: money on its way back.

A refund counts from its creation until it fails or is canceled; the sum of what counts, kept in the charge's
fact `refunds`, never exceeds what was captured. Its money leaves the balance when it is made, unless it waits
for money (`insufficient_funds`) or for a payment that is still open (`charge_pending`).
"""

from stripe_sandbox.amounts import format_amount
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, exclusive, invalid, no_such, refuse_unmodelled
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import balance, charges, disputes, payment_methods, radar
from stripe_sandbox.work import Work, merge_metadata, unset

SETTLE_SECONDS = 1.0
# A refund without cover is tried again this often, and given up after this long.
COVER_SECONDS = 3600.0
GIVE_UP_SECONDS = 30 * 86400
# How long a customer has who must say where the money shall go.
ACTION_SECONDS = 45 * 86400

FAILURES = (
    "charge_for_pending_refund_disputed", "declined", "expired_or_canceled_card", "insufficient_funds",
    "lost_or_stolen_card", "merchant_request", "unknown",
)  # fmt: skip


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
        _wait_for_bank(work, refund, does.refund)
    elif pending == "insufficient_funds":
        work.later(COVER_SECONDS, "cover_refund", refund["id"])
    work.save(refund)
    previous = _count(work, charge, amount)
    work.emit("refund.created", refund)
    work.emit("charge.refunded", charge, previous)
    _tell(work, charge)
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
    _take_back(work, refund, "canceled", "merchant_request")
    work.emit("refund.updated", refund, {"status": "requires_action"})
    return refund


def expire(work: Work, id: str, params: Obj) -> Obj:
    """Test helper: the customer did not say in time where the money shall go."""
    refund = _waiting(work, id, "expired")
    _fail(work, refund, "unknown")
    return refund


def ask_customer(work: Work, id: str) -> Obj:
    """The customer must say where the money of a pending refund shall go: it becomes requires_action."""
    refund = work.need("refund", id)
    if refund["status"] != "pending":
        raise invalid(
            f"Refund {id} has a status of {refund['status']}; only a pending one can wait for action."
        )
    previous = {"status": "pending", "pending_reason": refund.pop("pending_reason")}
    charge = work.own("charge", refund["charge"])
    email = refund.get("instructions_email") or charge["billing_details"]["email"] or "customer@example.com"
    refund["status"] = "requires_action"
    refund["next_action"] = {
        "type": "display_details",
        "display_details": {
            "email_sent": {"email_sent_at": work.now, "email_sent_to": email},
            "expires_at": work.now + ACTION_SECONDS,
        },
    }
    work.later(ACTION_SECONDS, "expire_refund", id)
    work.emit("refund.updated", refund, previous)
    return work.save(refund)


def conclude(work: Work, id: str, status: str, reason: str) -> Obj:
    """The bank ends a refund: `succeeded`, from any open status, or `failed` for `reason`, even afterwards."""
    refund = work.need("refund", id)
    allowed = ("pending", "requires_action") if status == "succeeded" else _CAN_FAIL
    if refund["status"] not in allowed:
        raise invalid(f"Refund {id} has a status of {refund['status']} and cannot become {status}.")
    if status == "succeeded":
        _succeed(work, refund)
    else:
        _fail(work, refund, reason)
    return refund


def settle(work: Work, id: str) -> None:
    """Scheduled: the bank confirms a pending refund."""
    refund = work.get("refund", id)
    if refund is not None and refund["status"] == "pending":
        _succeed(work, refund)


def fail(work: Work, id: str) -> None:
    """Scheduled: the bank returns the money; the charge is as if it had not been refunded."""
    refund = work.get("refund", id)
    if refund is not None and refund["status"] in _CAN_FAIL:
        _fail(work, refund, "expired_or_canceled_card")


def cover(work: Work, id: str) -> None:
    """Scheduled: a refund that waits for money in the balance goes on when there is enough."""
    refund = work.get("refund", id)
    if refund is None or refund.get("pending_reason") != "insufficient_funds":
        return
    if balance.covers(work, refund):
        _go_on(work, refund)
    elif work.now >= refund["created"] + GIVE_UP_SECONDS:
        _fail(work, refund, "insufficient_funds")
    else:
        work.later(COVER_SECONDS, "cover_refund", id)


def expire_when_due(work: Work, id: str) -> None:
    """Scheduled: the customer had long enough to say where the money shall go."""
    refund = work.get("refund", id)
    if refund is not None and refund["status"] == "requires_action":
        _fail(work, refund, "unknown")


def charge_decided(work: Work, charge: Obj) -> None:
    """The bank paid, or refused, a payment that was refunded before: what waited for it goes on, or fails."""
    for refund in _pending_of(work, charge):
        if refund["pending_reason"] != "charge_pending":
            continue
        if charge["paid"]:
            _go_on(work, refund)
        else:
            _fail(work, refund, "declined")


def fail_pending(work: Work, charge: Obj, reason: str) -> None:
    """Fail every refund of a charge that is not through yet."""
    for refund in _pending_of(work, charge):
        _fail(work, refund, reason)


_CAN_FAIL = ("pending", "requires_action", "succeeded")


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


def _wait_for_bank(work: Work, refund: Obj, end: str) -> None:
    if end == "fails":
        work.later(SETTLE_SECONDS, "fail_refund", refund["id"])
    elif refund["status"] == "pending":
        work.later(SETTLE_SECONDS, "settle_refund", refund["id"])


def _go_on(work: Work, refund: Obj) -> None:
    """What a refund waited for is there: its money leaves the balance and the bank has it."""
    charges.book_later(work, refund["charge"])
    refund["balance_transaction"] = balance.enter_refund(work, refund)
    does = payment_methods.behaviour(work.own("payment_method", refund["payment_method"]))
    if does.refund == "pending":
        previous = {"pending_reason": refund["pending_reason"], "balance_transaction": None}
        refund["pending_reason"] = "processing"
        work.save(refund)
        work.emit("refund.updated", refund, previous)
    else:
        _succeed(work, refund)
    _wait_for_bank(work, refund, does.refund)


def _succeed(work: Work, refund: Obj) -> None:
    previous: Obj = {"status": refund["status"]}
    for name in ("pending_reason", "next_action"):
        if name in refund:
            previous[name] = refund.pop(name)
    if refund["balance_transaction"] is None:
        previous["balance_transaction"] = None
        refund["balance_transaction"] = balance.enter_refund(work, refund)
    refund["status"] = "succeeded"
    work.save(refund)
    work.emit("refund.updated", refund, previous)


def _fail(work: Work, refund: Obj, reason: str) -> None:
    _take_back(work, refund, "failed", reason)
    work.emit("refund.failed", refund)


def _take_back(work: Work, refund: Obj, status: str, reason: str) -> None:
    """The money stays with, or returns to, the merchant; the charge is as if it had not been refunded."""
    for name in ("pending_reason", "next_action"):
        refund.pop(name, None)
    refund |= {"status": status, "failure_reason": reason}
    if refund["balance_transaction"] is not None:
        refund["failure_balance_transaction"] = balance.enter_refund_failure(work, refund)
    work.save(refund)
    charge = work.own("charge", refund["charge"])
    _count(work, charge, -refund["amount"])
    _tell(work, charge)


def _count(work: Work, charge: Obj, amount: int) -> Obj:
    """Change what the charge has given back by `amount`; returns the old values of what changed."""
    before = {name: charge[name] for name in ("amount_refunded", "refunded")}
    charge["_"]["refunds"] += amount
    charges.settle(work, charge)
    return {name: value for name, value in before.items() if charge[name] != value}


def _tell(work: Work, charge: Obj) -> None:
    radar.settle_for(work, charge)
    if charge["disputed"]:
        disputes.refunded(work, charge)


def _pending_of(work: Work, charge: Obj) -> list[Obj]:
    if not charge["_"]["refunds"]:
        return []
    work.flush()
    rows = work.box.store.rows(
        "SELECT id FROM objects WHERE charge = ? AND type = 'refund' ORDER BY seq", (charge["id"],)
    )
    found = [work.own("refund", row[0]) for row in rows]
    return [refund for refund in found if refund["status"] == "pending"]


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
    if not charge["captured"]:
        raise StripeError(
            400,
            f"Charge {charge['id']} has not been captured and so cannot be refunded. Cancel its "
            f"PaymentIntent instead.",
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
