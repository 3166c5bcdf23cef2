"""What the dashboard knows about each kind of object: where its page is, and how to say in one row what it is."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from stripe_sandbox.defaults import Obj
from stripe_sandbox.pages.words import money


@dataclass(frozen=True, slots=True)
class Section:
    """One list of the dashboard: its path below `/_sandbox`, the kind of object it shows, its title."""

    slug: str
    kind: str
    title: str


SECTIONS: Final = (
    Section("payments", "payment_intent", "Payments"),
    Section("sessions", "checkout.session", "Checkout Sessions"),
    Section("customers", "customer", "Customers"),
    Section("refunds", "refund", "Refunds"),
    Section("disputes", "dispute", "Disputes"),
    Section("products", "product", "Products"),
    Section("prices", "price", "Prices"),
    Section("charges", "charge", "Charges"),
    Section("setups", "setup_intent", "SetupIntents"),
    Section("methods", "payment_method", "Payment methods"),
    Section("transactions", "balance_transaction", "Balance transactions"),
    Section("payouts", "payout", "Payouts"),
    Section("coupons", "coupon", "Coupons"),
    Section("promotion-codes", "promotion_code", "Promotion codes"),
    Section("shipping-rates", "shipping_rate", "Shipping rates"),
    Section("tax-rates", "tax_rate", "Tax rates"),
    Section("calculations", "tax.calculation", "Tax calculations"),
    Section("tax-transactions", "tax.transaction", "Tax transactions"),
    Section("warnings", "radar.early_fraud_warning", "Early fraud warnings"),
    Section("mandates", "mandate", "Mandates"),
    Section("attempts", "setup_attempt", "Setup attempts"),
    Section("tokens", "confirmation_token", "Confirmation tokens"),
    Section("customer-sessions", "customer_session", "CustomerSessions"),
    Section("endpoints", "webhook_endpoint", "Webhook endpoints"),
)
BY_SLUG: Final = {section.slug: section for section in SECTIONS}
BY_KIND: Final = {section.kind: section for section in SECTIONS}

# How a state is to be felt about: good, bad, or still open; everything else is quiet.
MOODS: Final = {
    "succeeded": "good", "complete": "good", "delivered": "good", "paid": "good", "won": "good", "active": "good",
    "available": "good", "enabled": "good", "no_payment_required": "good",
    "failed": "bad", "dropped": "bad", "lost": "bad", "needs_response": "bad", "warning_needs_response": "bad",
    "requires_action": "open", "processing": "open", "pending": "open", "requires_capture": "open", "open": "open",
    "requires_confirmation": "open", "under_review": "open", "warning_under_review": "open", "in_transit": "open",
}  # fmt: skip

# What an id looks like: a prefix that names the kind, then letters and digits, not all of them small as in
# `card_declined`. Client secrets are longer.
ID: Final = re.compile(
    r"(?:evt|pi|ch|py|cs|cus|re|pyr|dp|du|prod|price|pm|txn|po|we|seti|setatt|req|promo|shr|txr|issfr|mandate|ctoken"
    r"|cuss|taxcalc|tax|di|li|card|src|file)_(?:test_|live_|1)?(?=[a-z]*[A-Z0-9])[A-Za-z0-9]{6,}"
)


@dataclass(frozen=True, slots=True)
class Row:
    """An object in one row of a list."""

    id: str
    href: str
    amount: str
    state: str
    what: str
    created: float


def row(body: Obj) -> Row:
    """`body` in one row."""
    return Row(
        body["id"], href(body["object"], body["id"]), amount(body), state(body), what(body)[:160],
        body.get("created") or 0,
    )  # fmt: skip


def href(kind: str, id: str) -> str:
    """The page of an object."""
    if kind == "event":
        return f"/_sandbox/events/{id}"
    section = BY_KIND.get(kind)
    return f"/_sandbox/{section.slug}/{id}" if section else f"/_sandbox/go/{id}"


def amount(body: Obj) -> str:
    """The money an object is about, or nothing."""
    for name in ("amount", "amount_total", "unit_amount", "amount_off"):
        value, currency = body.get(name), body.get("currency")
        if isinstance(value, int) and isinstance(currency, str):
            return money(value, currency, "en")
    if isinstance(body.get("percent_off"), int | float):
        return f"{body['percent_off']:g} %"
    return f"{body['percentage']:g} %" if isinstance(body.get("percentage"), int | float) else ""


def state(body: Obj) -> str:
    """The state of an object in Stripe's own word, or nothing."""
    if body.get("deleted"):
        return "deleted"
    if body["object"] == "charge" and body.get("refunded"):
        return "refunded"
    found = body.get("status")
    if isinstance(found, str):
        return found
    if "active" in body:
        return "active" if body["active"] else "inactive"
    return ""


def what(body: Obj) -> str:
    """What an object is about, in a few words."""
    error = body.get("last_payment_error") or body.get("last_setup_error")
    details = body.get("customer_details") or {}
    method = body.get("payment_method_details") or body
    card = (method.get("card") if isinstance(method, dict) else None) or {}
    found = [
        error.get("message") if error else None,
        body.get("failure_message"),
        body.get("name"),
        body.get("email") or details.get("email") or body.get("receipt_email"),
        body.get("client_reference_id"),
        body.get("description"),
        body.get("nickname"),
        body.get("code"),
        body.get("reason"),
        body.get("url") if body["object"] == "webhook_endpoint" else None,
        f"{card.get('brand')} ····{card['last4']}" if card.get("last4") else None,
        _named(body.get("type")) if body["object"] in ("balance_transaction", "payment_method") else None,
    ]
    return " · ".join(dict.fromkeys(one for one in found if isinstance(one, str) and one))


def moment(timestamp: float | None) -> str:
    """A time in UTC, to the second."""
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S") if timestamp else ""


def _named(word: Any) -> str:
    return word.replace("_", " ") if isinstance(word, str) else ""
