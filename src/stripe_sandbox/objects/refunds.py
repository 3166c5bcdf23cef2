"""Refunds: money on its way back.

Private fact: `counts` (its amount is part of what the charge has refunded). A refund counts from its creation
until it fails; the sum of what counts never exceeds what was captured.
"""

from stripe_sandbox.amounts import format_amount
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, exclusive, invalid, no_such
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import balance, charges, payment_methods
from stripe_sandbox.work import Work, merge_metadata

LATER = 1.0


def create(work: Work, params: Obj) -> Obj:
    """Send back all or part of a captured charge.

    Raises:
        StripeError: 400 when nothing was captured, nothing is left (`charge_already_refunded`), or less is
        left
            than was asked for.
    """
    charge = _charge(work, params)
    amount = _amount(charge, params)
    does = payment_methods.behaviour(work.own("payment_method", charge["payment_method"]))
    charges.book(work, charge)  # a fee that Stripe was still computing is known before money goes back
    refund = blank("refund")
    refund |= {
        "id": new_id("re_3"),
        "amount": amount,
        "charge": charge["id"],
        "created": work.now,
        "currency": charge["currency"],
        "destination_details": {
            "type": "card",
            "card": {
                "type": "refund",
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
            },
        },
        "metadata": merge_metadata(None, params.get("metadata")),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "status": "pending" if does.refund == "pending" else "succeeded",
        "_": {"counts": True},
    }
    if refund["status"] == "pending":
        refund["pending_reason"] = "processing"
        work.later(LATER, "settle_refund", refund["id"])
    else:
        refund["balance_transaction"] = balance.enter_refund(work, refund)
    if does.refund == "fails":
        work.later(LATER, "fail_refund", refund["id"])
    work.save(refund)
    previous = {name: charge[name] for name in ("amount_refunded", "refunded")}
    charge["_"]["refunds"] += amount
    charges.settle(work, charge)
    if previous["refunded"] == charge["refunded"]:
        del previous["refunded"]
    work.emit("refund.created", refund)
    work.emit("charge.refunded", charge, previous)
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
    """Card refunds cannot be canceled through the API: always 400."""
    refund = work.need("refund", id)
    raise invalid(f"Refund {refund['id']} has a status of {refund['status']} and cannot be canceled.")


def settle(work: Work, id: str) -> None:
    """Scheduled: the bank confirms a pending refund."""
    refund = work.get("refund", id)
    if refund is None or refund["status"] != "pending":
        return
    refund["status"] = "succeeded"
    del refund["pending_reason"]
    refund["balance_transaction"] = balance.enter_refund(work, refund)
    work.save(refund)
    work.emit("refund.updated", refund, {"status": "pending", "balance_transaction": None})


def fail(work: Work, id: str) -> None:
    """Scheduled: the bank returns the money; the charge is as if it had not been refunded."""
    refund = work.get("refund", id)
    if refund is None or refund["status"] not in ("pending", "succeeded"):
        return
    refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    refund["failure_balance_transaction"] = balance.enter_refund_failure(work, refund)
    refund["_"]["counts"] = False
    work.save(refund)
    charge = work.own("charge", refund["charge"])
    charge["_"]["refunds"] -= refund["amount"]
    charges.settle(work, charge)
    work.emit("refund.failed", refund)


def _charge(work: Work, params: Obj) -> Obj:
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
        charge = work.need("charge", params["charge"], "charge")
    else:
        intent = work.get("payment_intent", params["payment_intent"])
        if intent is None:
            raise no_such("payment_intent", params["payment_intent"], "payment_intent", in_path=False)
        found = work.get("charge", intent["_"]["authorized"])
        if found is None:
            raise StripeError(
                400,
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
                param="payment_intent",
            )
        charge = found
    if not charge["captured"]:
        raise StripeError(
            400,
            f"Charge {charge['id']} has not been captured and so cannot be refunded. Cancel its "
            f"PaymentIntent instead."
            if charge["paid"]
            else f"Charge {charge['id']} failed, so there is nothing to refund.",
        )
    return charge


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
