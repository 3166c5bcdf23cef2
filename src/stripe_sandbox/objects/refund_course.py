"""What becomes of a refund after it was made: the bank confirms it, returns it, or waits for something.

A refund counts from its creation until it fails or is canceled; the sum of what counts, kept in the charge's
fact `refunds`, never exceeds what was captured. Its money leaves the balance when it is made, unless it waits
for money (`insufficient_funds`) or for a payment that is still open (`charge_pending`).
"""

from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import invalid
from stripe_sandbox.objects import balance, charges, disputes, payment_methods, radar
from stripe_sandbox.work import Work

SETTLE_SECONDS = 1.0
# A refund without cover is tried again this often, and given up after this long.
COVER_SECONDS = 3600.0
GIVE_UP_SECONDS = 30 * 86400
# The number by which a bank finds a card refund comes this long after it.
REFERENCE_SECONDS = 3 * 86400.0
# How long a customer has who must say where the money shall go.
ACTION_SECONDS = 45 * 86400

FAILURES = (
    "charge_for_pending_refund_disputed", "declined", "expired_or_canceled_card", "insufficient_funds",
    "lost_or_stolen_card", "merchant_request", "unknown",
)  # fmt: skip
_CAN_FAIL = ("pending", "requires_action", "succeeded")


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
    if work.own("charge", refund["charge"])["_"]["released"]:
        raise invalid(f"Refund {id} let go of a hold: no bank can return it.")
    if status == "succeeded":
        _succeed(work, refund)
    else:
        fail_with(work, refund, reason)
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
        fail_with(work, refund, "expired_or_canceled_card")


def refer(work: Work, id: str) -> None:
    """Scheduled: the number by which the customer's bank finds a card refund is there."""
    refund = work.get("refund", id)
    if refund is None or refund["status"] != "succeeded":
        return
    refund["destination_details"]["card"] |= {
        "reference": f"7{work.now:022d}",
        "reference_status": "available",
    }
    work.save(refund)
    work.emit("refund.updated", refund, {"destination_details": {"card": {"reference_status": "pending"}}})


def cover(work: Work, id: str) -> None:
    """Scheduled: a refund that waits for money in the balance goes on when there is enough."""
    refund = work.get("refund", id)
    if refund is None or refund.get("pending_reason") != "insufficient_funds":
        return
    if balance.covers(work, refund):
        _go_on(work, refund)
    elif work.now >= refund["created"] + GIVE_UP_SECONDS:
        fail_with(work, refund, "insufficient_funds")
    else:
        work.later(COVER_SECONDS, "cover_refund", id)


def expire_when_due(work: Work, id: str) -> None:
    """Scheduled: the customer had long enough to say where the money shall go."""
    refund = work.get("refund", id)
    if refund is not None and refund["status"] == "requires_action":
        fail_with(work, refund, "unknown")


def charge_decided(work: Work, charge: Obj) -> None:
    """The bank paid, or refused, a payment that was refunded before: what waited for it goes on, or fails."""
    for refund in _pending_of(work, charge):
        if refund["pending_reason"] != "charge_pending":
            continue
        if charge["paid"]:
            _go_on(work, refund)
        else:
            fail_with(work, refund, "declined")


def fail_pending(work: Work, charge: Obj, reason: str) -> None:
    """Fail every refund of a charge that is not through yet."""
    for refund in _pending_of(work, charge):
        fail_with(work, refund, reason)


def wait_for_bank(work: Work, refund: Obj, end: str) -> None:
    """The money of a refund has left: plan what the bank says about it."""
    if end == "fails":
        work.later(SETTLE_SECONDS, "fail_refund", refund["id"])
    elif refund["status"] == "pending":
        work.later(SETTLE_SECONDS, "settle_refund", refund["id"])
    if "card" in refund["destination_details"]:
        work.later(REFERENCE_SECONDS, "refer_refund", refund["id"])


def fail_with(work: Work, refund: Obj, reason: str) -> None:
    """The refund did not reach the customer, for one of `FAILURES`."""
    take_back(work, refund, "failed", reason)
    work.emit("refund.failed", refund)


def take_back(work: Work, refund: Obj, status: str, reason: str) -> None:
    """The money stays with, or returns to, the merchant; the charge is as if it had not been refunded."""
    for name in ("pending_reason", "next_action"):
        refund.pop(name, None)
    refund |= {"status": status, "failure_reason": reason}
    if refund["balance_transaction"] is not None:
        refund["failure_balance_transaction"] = balance.enter_refund_failure(work, refund)
    work.save(refund)
    charge = work.own("charge", refund["charge"])
    count(work, charge, -refund["amount"])
    tell(work, charge)


def count(work: Work, charge: Obj, amount: int) -> Obj:
    """Change what the charge has given back by `amount`; returns the old values of what changed."""
    before = {name: charge[name] for name in ("amount_refunded", "refunded")}
    charge["_"]["refunds"] += amount
    charges.settle(work, charge)
    return {name: value for name, value in before.items() if charge[name] != value}


def tell(work: Work, charge: Obj) -> None:
    """Let a charge's fraud warning and disputes know that what is left of it has changed."""
    radar.settle_for(work, charge)
    if charge["disputed"]:
        disputes.refunded(work, charge)


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
    wait_for_bank(work, refund, does.refund)


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


def _pending_of(work: Work, charge: Obj) -> list[Obj]:
    if not charge["_"]["refunds"]:
        return []
    work.flush()
    rows = work.box.store.rows(
        "SELECT id FROM objects WHERE charge = ? AND type = 'refund' ORDER BY seq", (charge["id"],)
    )
    found = [work.own("refund", row[0]) for row in rows]
    return [refund for refund in found if refund["status"] == "pending"]
