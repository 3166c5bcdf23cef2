"""Charges: one attempt to take money from a card, good or bad, and what became of it.

Private facts: `refunds` (minor units given back and not failed), `released` (a hold that was let go).
`settle` derives the public fields from them.
"""

from stripe_sandbox import cards
from stripe_sandbox.behaviour import Behaviour
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import invalid
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import balance, payment_methods
from stripe_sandbox.work import Work, merge_metadata, shipping, unset

SETTLE_SECONDS = 1.0


def create(
    work: Work, intent: Obj, method: Obj, *, decline: tuple[str, str | None] | None, secured: str | None
) -> Obj:
    """The Charge of one attempt to pay `intent` with `method`; `secured` is the 3-D Secure result, if any."""
    does = payment_methods.behaviour(method)
    manual = intent["capture_method"] == "manual"
    charge = blank("charge")
    charge |= {
        "id": new_id("ch_3"),
        "amount": intent["amount"],
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": intent["statement_descriptor"] or "STRIPE SANDBOX",
        "created": work.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "fraud_details": {},
        "metadata": dict(intent["metadata"]),
        "outcome": _outcome(does, decline),
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {
            "type": "card",
            "card": _card_part(work, intent, method, secured, decline),
        },
        "receipt_email": intent["receipt_email"],
        "shipping": intent["shipping"],
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "failed" if decline else "succeeded",
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


def capture(work: Work, charge: Obj, amount: int) -> None:
    """Take `amount` of an authorised charge; the rest is released."""
    charge["_"]["captured"] = amount
    settle(work, charge)
    work.emit("charge.captured", charge)
    work.later(SETTLE_SECONDS, "settle_charge", charge["id"])


def release(work: Work, charge: Obj) -> None:
    """Let an uncaptured hold go."""
    previous = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["_"]["released"] = True
    settle(work, charge)
    work.emit("charge.refunded", charge, previous)


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
    for name in ("description", "receipt_email"):
        if name in params:
            charge[name] = unset(params[name])
    if "shipping" in params:
        charge["shipping"] = shipping(params["shipping"])
    if "fraud_details" in params:
        charge["fraud_details"] = {"user_report": params["fraud_details"].get("user_report", "")}
    if "customer" in params:
        raise invalid("You cannot change the customer of a charge made by a PaymentIntent.", "customer")
    charge["metadata"] = merge_metadata(charge["metadata"], params.get("metadata"))
    previous = {name: value for name, value in before.items() if name != "_" and charge[name] != value}
    settle(work, charge)
    if previous:
        work.emit("charge.updated", charge, previous)
    return charge


def _outcome(does: Behaviour, decline: tuple[str, str | None] | None) -> Obj:
    level, score = does.risk
    outcome = blank("charge_outcome") | {"risk_level": level, "risk_score": score}
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
            "risk_level": "highest",
            "seller_message": "Stripe blocked this payment as too risky.",
            "type": "blocked",
        }
    return outcome | {
        "advice_code": _advice(decline_code or code),
        "network_status": "declined_by_network",
        "network_decline_code": "01",
        "reason": decline_code or code,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def _advice(reason: str) -> str:
    if reason in ("lost_card", "stolen_card", "fraudulent"):
        return "do_not_try_again"
    return "confirm_card_data" if reason in ("expired_card", "incorrect_cvc") else "try_again_later"


def _card_part(work: Work, intent: Obj, method: Obj, secured: str | None, decline: object) -> Obj:
    card = method["card"]
    part = blank("charge_payment_method_details_card")
    same = (
        "brand",
        "checks",
        "country",
        "exp_month",
        "exp_year",
        "fingerprint",
        "funding",
        "last4",
        "wallet",
    )
    part |= {name: card[name] for name in same}
    part |= {
        "amount_authorized": None if decline else intent["amount"],
        "authorization_code": None if decline else "123456",
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": "104102978678771",
        "regulated_status": card["regulated_status"],
    }
    if intent["capture_method"] == "manual" and not decline:
        part["capture_before"] = work.now + 7 * 86400
    if secured is not None:
        part["three_d_secure"] = blank("charge_payment_method_details_card_three_d_secure") | {
            "authentication_flow": "frictionless" if secured == "frictionless" else "challenge",
            "electronic_commerce_indicator": "05",
            "result": "authenticated",
            "transaction_id": "8c9a3f0d-5b14-4c6f-9f2e-0d7f5a1f5a3e",
            "version": "2.2.0",
        }
    return part
