"""Charges: one attempt to take money, good, bad or still open, and what became of it.

Private facts: `captured` (minor units taken, or null), `refunds` (minor units given back and not failed),
`released` (a hold that was let go). `settle` derives the public fields from them.
"""

from stripe_sandbox import cards
from stripe_sandbox.behaviour import Behaviour, Secured
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import invalid
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import (
    balance,
    changes,
    intent_methods,
    mandates,
    method_details,
    payment_intents,
    payment_methods,
)
from stripe_sandbox.work import Work, merge_metadata, shipping, unset

SETTLE_SECONDS = 1.0
DISPUTE_SECONDS = 2.0
DESCRIPTOR = "STRIPE SANDBOX"

# 3-D Secure's result, flow and indicator, by how it went.
_RESULTS = {
    "challenge": ("authenticated", "challenge", "05"),
    "frictionless": ("authenticated", "frictionless", "05"),
    "attempted": ("attempt_acknowledged", None, "06"),
    "error": ("processing_error", None, "07"),
}

# What a hold may be asked for (`request_…`), and what this sandbox's cards answer: no.
_EXTRAS = {
    "extended_authorization": "disabled",
    "incremental_authorization": "unavailable",
    "multicapture": "unavailable",
    "overcapture": "unavailable",
}


def create(
    work: Work,
    intent: Obj,
    method: Obj,
    *,
    decline: tuple[str, str | None] | None = None,
    secured: Secured | None = None,
    pending: bool = False,
) -> Obj:
    """The Charge of one attempt to pay `intent` with `method`; `pending`: the bank has not answered yet."""
    does = payment_methods.behaviour(method)
    manual = intent_methods.setting(intent, method, "capture_method") == "manual"
    kind = method["type"]
    part = _card_part(work, intent, method, secured, hold=manual, good=decline is None)
    charge = blank("charge")
    charge |= {
        "id": new_id("ch_3" if kind == "card" else "py_3"),
        "amount": intent["amount"],
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": _descriptor(intent),
        "created": work.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "fraud_details": {},
        "metadata": dict(intent["metadata"]),
        "outcome": _outcome(does, decline),
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": kind, kind: part},
        "receipt_email": intent["receipt_email"],
        "shipping": intent["shipping"],
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "transfer_group": intent["transfer_group"],
        "status": "failed" if decline else "pending" if pending else "succeeded",
        "_": {"captured": None if decline or manual else intent["amount"], "refunds": 0, "released": False},
    }
    if decline:
        code, decline_code = decline
        charge |= {"failure_code": code, "failure_message": cards.message(code, decline_code)}
    charge["receipt_url"] = None if decline else f"{work.base_url}/_pages/receipts/{charge['id']}"
    return settle(work, charge)


def settle(work: Work, charge: Obj) -> Obj:
    """Derive a charge's amounts and flags from its facts, and save it: the only way a charge changes."""
    facts = charge["_"]
    captured = facts["captured"]
    charge["paid"] = charge["status"] == "succeeded"
    charge["captured"] = captured is not None
    charge["amount_captured"] = captured or 0
    charge["amount_refunded"] = charge["amount"] if facts["released"] else facts["refunds"]
    charge["refunded"] = charge["paid"] and charge["amount_refunded"] >= (captured or charge["amount"])
    return work.save(charge)


def succeed(work: Work, charge: Obj) -> Obj:
    """The bank paid a debit that was pending."""
    charge["status"] = "succeeded"
    return settle(work, charge)


def fail(work: Work, charge: Obj, code: str, message: str) -> Obj:
    """The bank returned a debit that was pending."""
    charge |= {"status": "failed", "failure_code": code, "failure_message": message, "receipt_url": None}
    charge["outcome"] |= {"network_status": "declined_by_network", "reason": code, "type": "issuer_declined"}
    charge["outcome"]["seller_message"] = message
    charge["_"]["captured"] = None
    return settle(work, charge)


def capture(work: Work, charge: Obj, amount: int) -> None:
    """Take `amount` of an authorised charge; the rest is released."""
    charge["_"]["captured"] = amount
    settle(work, charge)
    work.emit("charge.captured", charge)
    follow(work, charge)


def release(work: Work, charge: Obj, *, expired: bool = False) -> None:
    """Let an uncaptured hold go, because it was canceled or (`expired`) was too old."""
    previous = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["_"]["released"] = True
    settle(work, charge)
    if expired:
        work.emit("charge.expired", charge)
    else:
        work.emit("charge.refunded", charge, previous)


def follow(work: Work, charge: Obj) -> None:
    """Money was taken: its balance transaction, and what the customer's bank does next, are on their way."""
    if charge["balance_transaction"] is None:
        work.later(work.box.faults.charge_updated_after(SETTLE_SECONDS), "settle_charge", charge["id"])
    does = payment_methods.behaviour(work.own("payment_method", charge["payment_method"]))
    if does.dispute and not (does.dispute.protected and _is_authenticated(charge)):
        for number in range(1, does.dispute.times + 1):
            work.later(number * DISPUTE_SECONDS, "open_dispute", charge["id"])
    if does.warned:
        work.later(DISPUTE_SECONDS, "warn_of_fraud", charge["id"])


def book(work: Work, charge: Obj) -> None:
    """Enter a captured charge into the balance; twice is once."""
    if charge["balance_transaction"] is None:
        does = payment_methods.behaviour(work.own("payment_method", charge["payment_method"]))
        charge["balance_transaction"] = balance.enter_charge(work, charge, at_once=does.available_at_once)
        settle(work, charge)


def book_later(work: Work, id: str) -> None:
    """Scheduled: the balance transaction of an asynchronously captured charge arrives, with
    `charge.updated`.
    """
    charge = work.get("charge", id)
    if charge is None or charge["balance_transaction"] is not None:
        return
    book(work, charge)
    work.emit("charge.updated", charge, {"balance_transaction": None})


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change description, receipt address, shipping, fraud report or metadata."""
    charge = work.need("charge", id)
    before = dict(charge)
    for name in ("description", "receipt_email", "transfer_group"):
        if name in params:
            charge[name] = unset(params[name])
    if "shipping" in params:
        charge["shipping"] = shipping(params["shipping"])
    if "fraud_details" in params:
        charge["fraud_details"] = {"user_report": params["fraud_details"].get("user_report", "")}
    if params.get("customer", charge["customer"]) != charge["customer"]:
        raise invalid("You cannot change the customer of a charge made by a PaymentIntent.", "customer")
    charge["metadata"] = merge_metadata(charge["metadata"], params.get("metadata"))
    settle(work, charge)
    if previous := changes.previous(before, charge):
        work.emit("charge.updated", charge, previous)
    return charge


def _descriptor(intent: Obj) -> str:
    suffix = intent["statement_descriptor_suffix"]
    whole: str = intent["statement_descriptor"] or (f"{DESCRIPTOR}* {suffix}" if suffix else DESCRIPTOR)
    return whole[:22]


def _once(intent: Obj, method: Obj) -> Obj | None:
    """What a mandate is limited to: this payment, unless the method is kept."""
    if method["customer"] or intent_methods.setting(intent, method, "setup_future_usage"):
        return None
    return {"amount": intent["amount"], "currency": intent["currency"]}


def _is_authenticated(charge: Obj) -> bool:
    details = charge["payment_method_details"].get("card") or {}
    # An attempt is enough: an issuer without 3-D Secure bears the loss itself.
    return (details.get("three_d_secure") or {}).get("result") in ("authenticated", "attempt_acknowledged")


def _outcome(does: Behaviour, decline: tuple[str, str | None] | None) -> Obj:
    level, score = does.risk
    outcome = blank("charge_outcome") | {"risk_level": level}
    if score is not None:
        outcome["risk_score"] = score
    if decline is None:
        return outcome | {
            "network_status": "approved_by_network",
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    code, decline_code = decline
    if does.blocked:
        return outcome | {
            "network_status": "not_sent_to_network",
            "reason": "highest_risk_level",
            "rule": "block_if_high_risk",
            "seller_message": "Stripe blocked this payment as too risky.",
            "type": "blocked",
        }
    return outcome | {
        "advice_code": _advice(decline_code or code),
        "network_status": "declined_by_network",
        "network_decline_code": _NETWORK_CODES.get(decline_code or code, "05"),
        "reason": decline_code or code,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


# What the card network calls a decline.
_NETWORK_CODES = {
    "insufficient_funds": "51", "lost_card": "41", "stolen_card": "43", "expired_card": "54",
    "card_velocity_exceeded": "65", "incorrect_cvc": "N7", "processing_error": "96",
}  # fmt: skip


def _advice(reason: str) -> str:
    if reason in ("lost_card", "stolen_card", "fraudulent", "pickup_card", "restricted_card"):
        return "do_not_try_again"
    wrong = ("expired_card", "incorrect_cvc", "incorrect_number", "incorrect_zip", "invalid_account")
    return "confirm_card_data" if reason in wrong else "try_again_later"


def _card_part(
    work: Work, intent: Obj, method: Obj, secured: Secured | None, *, hold: bool, good: bool
) -> Obj:
    """The method's own part of `payment_method_details`."""
    if method["type"] != "card":
        part = method_details.charged(method)
        if "mandate" in part or method["type"] == "us_bank_account":
            mandate = mandates.create(work, method, intent["_"]["mandate_data"], once=_once(intent, method))
            part["mandate"] = mandate["id"] if mandate else None
        return part
    card = method["card"]
    part = blank("charge_payment_method_details_card")
    same = (
        "brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet",
    )  # fmt: skip
    part |= {name: card[name] for name in same}
    part |= {
        "amount_authorized": intent["amount"] if good else None,
        "authorization_code": "123456" if good else None,
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": "104102978678771",
        "regulated_status": card["regulated_status"],
    }
    asked = intent["payment_method_options"].get("card") or {}
    for name, status in _EXTRAS.items():
        if f"request_{name}" in asked:
            part[name] = {"status": status}
    if "overcapture" in part:
        part["overcapture"]["maximum_amount_capturable"] = intent["amount"]
    if hold and good:
        part["capture_before"] = work.now + payment_intents.HOLD_SECONDS
    if secured is not None:
        result, flow, indicator = _RESULTS[secured]
        part["three_d_secure"] = blank("charge_payment_method_details_card_three_d_secure") | {
            "authentication_flow": flow,
            "electronic_commerce_indicator": indicator,
            "result": result,
            "result_reason": "protocol_error" if secured == "error" else None,
            "transaction_id": "8c9a3f0d-5b14-4c6f-9f2e-0d7f5a1f5a3e",
            "version": "2.2.0",
        }
    return part
