"""Disputes: what the customer's bank takes back, or asks about, and how that ends.

Private facts: `inquiry` (the bank only asks), `withdrawn` (it has taken the money), `submitted` (evidence is
with the bank), `verdict` and `decides_at` (what the bank will say, and when), `outcome` (won, lost, closed, or
null). `settle` derives the public status from them. The charge's fact `charged_back` is what open and lost
disputes hold of it, in minor units; `disputes` counts them.
"""

import copy

from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, invalid
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import (
    balance,
    changes,
    charges,
    dispute_evidence,
    payment_methods,
    radar,
    refund_course,
)
from stripe_sandbox.work import Work, merge_metadata

DAY = 86400
# Until the evening of this day after its creation a dispute can be answered.
DUE_DAYS = 20
INQUIRY_SECONDS = 120 * DAY
# How long the bank thinks: at once about the sentences of test mode, long about everything else.
VERDICT_SECONDS = 1.0
REVIEW_SECONDS = 75.0 * DAY

REASONS = (
    "bank_cannot_process", "check_returned", "credit_not_processed", "customer_initiated",
    "debit_not_authorized", "duplicate", "fraudulent", "general", "incorrect_account_details",
    "insufficient_funds", "noncompliant", "product_not_received", "product_unacceptable",
    "subscription_canceled", "unrecognized",
)  # fmt: skip
# The networks' names of the reasons.
_CODES: dict[str, dict[str, str]] = {
    "visa": {
        "credit_not_processed": "13.7", "duplicate": "12.6.1", "fraudulent": "10.4",
        "product_not_received": "13.1", "product_unacceptable": "13.3", "subscription_canceled": "13.2",
    },
    "mastercard": {
        "credit_not_processed": "4853", "duplicate": "4834", "fraudulent": "4837",
        "product_not_received": "4853", "product_unacceptable": "4853", "subscription_canceled": "4841",
    },
}  # fmt: skip
_CASE_TYPES = {True: "inquiry", False: "chargeback"}


def open_after_charge(work: Work, id: str) -> None:
    """Scheduled: the next dispute of a charge whose payment method is disputed; nothing if nothing is left."""
    charge = work.get("charge", id)
    if charge is None or not charge["paid"]:
        return
    does = payment_methods.behaviour(work.own("payment_method", charge["payment_method"])).dispute
    if does is None:
        return
    if not does.inquiry:
        refund_course.fail_pending(work, charge, "charge_for_pending_refund_disputed")
    if _left(charge) > 0:
        to_come = max(1, does.times - charge["_"].get("disputes", 0))
        open_for(work, charge, does.reason, inquiry=does.inquiry, parts=to_come)


def open_for(work: Work, charge: Obj, reason: str, *, inquiry: bool = False, parts: int = 1) -> Obj:
    """The customer's bank disputes what is left of a captured charge, or one of `parts` of it. A chargeback
    takes that and a fee, an inquiry takes nothing yet.

    Raises:
        StripeError: 400 when nothing of the charge was taken, or nothing is left of it.
    """
    if not charge["captured"] or not charge["paid"]:
        raise invalid(f"Charge {charge['id']} took no money, so there is nothing to dispute.", "charge")
    charges.book_later(work, charge["id"])  # its money is in the books before it is taken out again
    if not inquiry:
        refund_course.fail_pending(work, charge, "charge_for_pending_refund_disputed")
    left = _left(charge)
    if left <= 0:
        raise invalid(f"Nothing is left of charge {charge['id']} that could be disputed.", "charge")
    charge["_"]["disputes"] = charge["_"].get("disputes", 0) + 1
    charge["disputed"] = True
    dispute = _build(work, charge, reason, max(1, left // parts), inquiry=inquiry)
    if inquiry:
        work.later(INQUIRY_SECONDS, "close_inquiry", dispute["id"])
    else:
        _withdraw(work, dispute, charge)
    charges.settle(work, charge)
    settle(work, dispute)
    work.emit("charge.dispute.created", dispute)
    if not inquiry:
        work.emit("charge.dispute.funds_withdrawn", dispute)
    radar.settle_for(work, charge)
    return dispute


def settle(work: Work, dispute: Obj) -> Obj:
    """Derive status and flags from the facts, and save: the only way a dispute changes."""
    facts = dispute["_"]
    dispute["status"] = _status(dispute)
    charge = work.own("charge", dispute["charge"])
    dispute["is_charge_refundable"] = not charge["_"].get("charged_back") and _left(charge) > 0
    if "card" in dispute.get("payment_method_details", {}):
        dispute["payment_method_details"]["card"]["case_type"] = _CASE_TYPES[facts["inquiry"]]
    dispute["evidence_details"]["has_evidence"] = dispute_evidence.exists(dispute)
    return work.save(dispute)


def _status(dispute: Obj) -> str:
    facts = dispute["_"]
    if facts["outcome"]:
        return "warning_closed" if facts["outcome"] == "closed" else str(facts["outcome"])
    status = "under_review" if facts["submitted"] else "needs_response"
    return f"warning_{status}" if facts["inquiry"] else status


def update(work: Work, id: str, params: Obj) -> Obj:
    """Stage evidence, submit it (`submit`, by default when evidence is sent), change metadata.

    Raises:
        StripeError: 400 for a dispute that is over, evidence after it was submitted, or nothing to submit.
    """
    dispute = _still_open(work.need("dispute", id))
    before = copy.deepcopy(dispute)
    given = params.get("evidence")
    if dispute["_"]["submitted"] and (given or params.get("submit")):
        raise invalid("The evidence of this dispute was already submitted and is under review.", "evidence")
    if given:
        dispute_evidence.add(work, dispute, given)
    if "intended_submission_method" in params:
        dispute["intended_submission_method"] = params["intended_submission_method"]
    dispute["metadata"] = merge_metadata(dispute["metadata"], params.get("metadata"))
    # A call without anything in it submits what is staged; one about metadata only does not.
    if params.get("submit", bool(given) or (not params and dispute_evidence.exists(dispute))):
        _submit(work, dispute)
    settle(work, dispute)
    if previous := changes.previous(before, dispute):
        work.emit("charge.dispute.updated", dispute, previous)
    return dispute


def close(work: Work, id: str, params: Obj) -> Obj:
    """Accept the dispute: a chargeback is lost, an inquiry is closed. 400 if it is over or under review."""
    dispute = _still_open(work.need("dispute", id))
    if dispute["status"] == "under_review":
        raise invalid("This dispute cannot be closed: its evidence is under review by the bank.")
    return _end(work, dispute, "closed" if dispute["_"]["inquiry"] else "lost")


def decide(work: Work, id: str, outcome: str) -> Obj:
    """The bank ends a dispute that is still open, `won` or `lost` for the merchant; an inquiry it only closes."""
    dispute = _still_open(work.need("dispute", id))
    return _end(work, dispute, "closed" if dispute["_"]["inquiry"] else outcome)


def answer(work: Work, id: str) -> None:
    """Scheduled: the bank has read the evidence."""
    dispute = work.get("dispute", id)
    if dispute is None:
        return
    facts = dispute["_"]
    if facts["outcome"] or not facts["submitted"] or work.now < facts["decides_at"]:
        return
    if not facts["inquiry"]:
        _end(work, dispute, "won" if facts["verdict"] == "won" else "lost")
    elif facts["verdict"] == "escalated":
        _escalate(work, dispute)
    elif facts["verdict"]:
        _end(work, dispute, "closed")


def lapse(work: Work, id: str) -> None:
    """Scheduled: the time to respond is over. A chargeback without evidence is lost."""
    dispute = work.get("dispute", id)
    if dispute is None or work.now <= dispute["evidence_details"]["due_by"]:
        return
    if dispute["status"] == "needs_response":
        _end(work, dispute, "lost")


def close_inquiry(work: Work, id: str) -> None:
    """Scheduled: an inquiry of which the bank made nothing ends by itself."""
    dispute = work.get("dispute", id)
    if dispute is not None and dispute["_"]["inquiry"] and not dispute["_"]["outcome"]:
        _end(work, dispute, "closed")


def refunded(work: Work, charge: Obj) -> None:
    """Money of a disputed charge went back or returned: its disputes say whether more may."""
    for row in work.box.store.rows(
        "SELECT id FROM objects WHERE charge = ? AND type = 'dispute' ORDER BY seq", (charge["id"],)
    ):
        settle(work, work.own("dispute", row[0]))


def _build(work: Work, charge: Obj, reason: str, amount: int, *, inquiry: bool) -> Obj:
    dispute = blank("dispute")
    dispute |= {
        "id": new_id("du_1"),
        "amount": amount,
        "charge": charge["id"],
        "created": work.now,
        "currency": charge["currency"],
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "_": {
            "inquiry": inquiry,
            "withdrawn": False,
            "submitted": False,
            "verdict": None,
            "decides_at": 0,
            "outcome": None,
        },
    }
    dispute["evidence_details"] |= {"submission_method": "not_submitted"}
    _set_deadline(work, dispute)
    kind = charge["payment_method_details"]["type"]
    part = charge["payment_method_details"][kind]
    if kind == "card":
        code = _CODES.get(part["brand"], {}).get(reason)
        dispute["network_reason_code"] = code
        details = {"brand": part["brand"], "network": part["network"], "network_reason_code": code}
        dispute["payment_method_details"] = {"type": "card", "card": details}
    elif kind in ("amazon_pay", "klarna", "paypal"):
        details = blank(f"dispute_payment_method_details_{kind}")
        dispute["payment_method_details"] = {"type": kind, kind: details}
    return dispute


def _set_deadline(work: Work, dispute: Obj) -> None:
    """The end (23:59:59 UTC) of the last day on which the dispute can be answered."""
    due = work.now - work.now % DAY + (DUE_DAYS + 1) * DAY - 1
    dispute["evidence_details"]["due_by"] = due
    work.later(due + 1 - work.now, "lapse_dispute", dispute["id"])


def _withdraw(work: Work, dispute: Obj, charge: Obj) -> None:
    dispute["_"]["withdrawn"] = True
    charge["_"]["charged_back"] = charge["_"].get("charged_back", 0) + dispute["amount"]
    dispute["balance_transactions"].append(dict(balance.enter_dispute(work, dispute)))


def _escalate(work: Work, dispute: Obj) -> None:
    """The bank was not content with the answer to its inquiry and takes the money, if there is any left."""
    charge = work.own("charge", dispute["charge"])
    refund_course.fail_pending(work, charge, "charge_for_pending_refund_disputed")
    dispute["amount"] = min(dispute["amount"], _left(charge))
    if dispute["amount"] <= 0:
        _end(work, dispute, "closed")
        return
    before = copy.deepcopy(dispute)
    dispute["_"] |= {"inquiry": False, "submitted": False, "verdict": None}
    _set_deadline(work, dispute)
    _withdraw(work, dispute, charge)
    charges.settle(work, charge)
    settle(work, dispute)
    work.emit("charge.dispute.updated", dispute, changes.previous(before, dispute))
    work.emit("charge.dispute.funds_withdrawn", dispute)


def _end(work: Work, dispute: Obj, outcome: str) -> Obj:
    dispute["_"]["outcome"] = outcome
    if outcome == "won":
        charge = work.own("charge", dispute["charge"])
        charge["_"]["charged_back"] -= dispute["amount"]
        charges.settle(work, charge)
        dispute["balance_transactions"].append(dict(balance.enter_dispute_reversal(work, dispute)))
    settle(work, dispute)
    if outcome == "won":
        work.emit("charge.dispute.funds_reinstated", dispute)
    work.emit("charge.dispute.closed", dispute)
    return dispute


def _submit(work: Work, dispute: Obj) -> None:
    if not dispute_evidence.exists(dispute):
        raise invalid("There is no evidence to submit.", "evidence")
    details, facts = dispute["evidence_details"], dispute["_"]
    details["submission_count"] += 1
    details["submission_method"] = "manual"
    details["past_due"] = work.now > details["due_by"]
    verdict = dispute_evidence.verdict(dispute, inquiry=facts["inquiry"])
    seconds = REVIEW_SECONDS if verdict is None else VERDICT_SECONDS
    facts |= {"submitted": True, "verdict": verdict, "decides_at": work.now + int(seconds)}
    work.later(seconds, "answer_dispute", dispute["id"])


def _still_open(dispute: Obj) -> Obj:
    if dispute["_"]["outcome"]:
        raise StripeError(400, f"This dispute is already closed: its status is {dispute['status']}.")
    return dispute


def _left(charge: Obj) -> int:
    """What was taken, was not given back, and is in no chargeback."""
    left: int = charge["amount_captured"] - charge["_"]["refunds"] - charge["_"].get("charged_back", 0)
    return left
