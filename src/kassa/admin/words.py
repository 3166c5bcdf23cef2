"""What the desk calls things. Every state has a label and a tone; tests walk all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from babel import Locale

from kassa.kernel.money import show
from kassa.orders import State


@dataclass(frozen=True, slots=True)
class Label:
    """A state in words. `tone`: `good`, `wait`, `bad`, `done` (over, nothing to do)."""

    text: str
    tone: str


ORDER: Final[Mapping[str, Label]] = {
    State.PENDING: Label("Awaiting payment", "wait"),
    State.PAID: Label("Paid", "good"),
    State.FULFILLING: Label("Being sent", "good"),
    State.FULFILLED: Label("Delivered", "done"),
    State.CANCELED: Label("Canceled", "done"),
    State.FAILED: Label("Payment failed", "bad"),
    State.REFUNDED: Label("Refunded", "done"),
}
PAYMENT: Final[Mapping[str, Label]] = {
    "open": Label("Open", "wait"),
    "processing": Label("Bank is deciding", "wait"),
    "requires_action": Label("Customer must confirm", "wait"),
    "reserved": Label("Set aside on a gift card", "wait"),
    "authorized": Label("Authorised, not collected", "wait"),
    "succeeded": Label("Succeeded", "good"),
    "failed": Label("Failed", "bad"),
    "canceled": Label("Closed unpaid", "done"),
}
REFUND: Final[Mapping[str, Label]] = {
    "requested": Label("To be sent", "wait"),
    "pending": Label("On its way", "wait"),
    "succeeded": Label("Sent back", "good"),
    "failed": Label("Failed", "bad"),
    "canceled": Label("Canceled", "bad"),
}
DISPUTE: Final[Mapping[str, Label]] = {
    "warning_needs_response": Label("Bank asks, answer it", "bad"),
    "warning_under_review": Label("Bank reads our answer", "wait"),
    "warning_closed": Label("Inquiry closed", "done"),
    "needs_response": Label("Needs an answer", "bad"),
    "under_review": Label("Bank decides", "wait"),
    "won": Label("Won", "good"),
    "lost": Label("Lost", "done"),
    "prevented": Label("Prevented", "done"),
}
#: Reason of a dispute → what convinces a bank.
DISPUTE_ADVICE: Final[Mapping[str, str]] = {
    "fraudulent": "Show that the cardholder bought it themselves: the address they used before, earlier orders, "
    "mails they answered, a signature.",
    "unrecognized": "Help them remember: what was bought, when, under which name, and that it arrived.",
    "product_not_received": "Show that it arrived: the tracking number, the carrier's proof of delivery, the address.",
    "product_unacceptable": "Show that it was as described, and what you offered when they complained.",
    "duplicate": "Show that the two payments were for two things, or that the second one was given back.",
    "credit_not_processed": "Show the refund, or why none was due: what they agreed to, and when.",
    "subscription_canceled": "Show what was agreed on canceling, and that it was used afterwards.",
    "general": "Show what was bought, that it was sent and arrived, and what you and the customer wrote each other.",
}
#: Fields of evidence by what they ask for, where their name does not say it.
EVIDENCE: Final[Mapping[str, str]] = {
    "product_description": "What was bought",
    "customer_name": "Customer's name",
    "customer_email_address": "Customer's e-mail address",
    "customer_purchase_ip": "IP address they bought from",
    "access_activity_log": "Proof that it was used or downloaded",
    "refund_policy_disclosure": "How they were shown your refund policy",
    "refund_refusal_explanation": "Why no refund was due",
    "cancellation_policy_disclosure": "How they were shown your cancellation policy",
    "cancellation_rebuttal": "Why it was not canceled in time",
    "duplicate_charge_id": "The other charge's id",
    "duplicate_charge_explanation": "Why the two charges are not the same",
    "uncategorized_text": "What speaks for you, in your own words",
}
#: What nearly every answer needs; the rest is folded away.
EVIDENCE_FIRST: Final = (
    "uncategorized_text", "product_description", "customer_name", "customer_email_address", "shipping_address",
    "shipping_carrier", "shipping_tracking_number", "shipping_date",
)  # fmt: skip
EVIDENCE_LONG: Final = (frozenset(EVIDENCE) | {"shipping_address", "billing_address"}) - {
    "customer_name", "customer_email_address", "customer_purchase_ip", "duplicate_charge_id",
}  # fmt: skip
HOLD: Final[Mapping[str, Label]] = {
    "held": Label("Held", "wait"),
    "paying": Label("Held while paying", "wait"),
    "committed": Label("Sold", "good"),
    "released": Label("Back on the shelf", "done"),
}
PARCEL: Final[Mapping[str, Label]] = {
    "picked": Label("Picked", "wait"),
    "shipped": Label("On its way", "good"),
    "delivered": Label("Delivered", "done"),
    "canceled": Label("Unpacked", "done"),
}
#: A pending order whose money the bank has promised: it is taken when the order is shipped.
PROMISED: Final = Label("Promised by the bank", "wait")
MAIL: Final[Mapping[str, Label]] = {
    "queued": Label("To be sent", "wait"),
    "sent": Label("Sent", "good"),
}
FLOW: Final[Mapping[str, str]] = {
    "element": "Card form in the shop",
    "hosted": "Stripe's own page",
    "gift_card": "Gift card",
}
REFUND_KIND: Final[Mapping[str, str]] = {
    "surplus": "Surplus, sent back by itself",
    "requested": "Requested",
    "found": "Made at the provider",
}

#: The journal's types; one that is not here is shown as it is written.
EVENT: Final[Mapping[str, Label]] = {
    "order.placed": Label("Order placed, stock held", "wait"),
    "order.payment_succeeded": Label("Payment succeeded", "good"),
    "order.attempt_failed": Label("Payment attempt failed", "bad"),
    "order.expired": Label("Hold ran out", "done"),
    "order.canceled": Label("Order canceled", "done"),
    "order.picked": Label("Picked", "good"),
    "order.shipped": Label("Shipped", "good"),
    "order.delivered": Label("Delivered", "good"),
    "fulfilment.delivered": Label("A parcel was delivered", "good"),
    "fulfilment.canceled": Label("A picked parcel was unpacked", "done"),
    "fulfilment.tracking": Label("Tracking was changed", "wait"),
    "order.refunded_in_full": Label("Refunded in full", "done"),
    "payment.open": Label("Payment open again", "wait"),
    "payment.processing": Label("Bank is deciding", "wait"),
    "payment.requires_action": Label("Customer must confirm with their bank", "wait"),
    "payment.authorized": Label("Bank has promised the money", "good"),
    "payment.canceled": Label("Payment closed, unpaid", "done"),
    "payment.surplus": Label("Money the order had no use for", "bad"),
    "payment.unfit": Label("Amount or currency was not the order's", "bad"),
    "gift_card.used": Label("Gift card used", "wait"),
    "gift_card.taken_off": Label("Gift card taken off", "done"),
    "refund.requested": Label("Refund written down", "wait"),
    "refund.pending": Label("Refund on its way", "wait"),
    "refund.succeeded": Label("Refund arrived at the bank", "good"),
    "refund.failed": Label("Refund failed", "bad"),
    "refund.canceled": Label("Refund canceled", "bad"),
    "dispute.opened": Label("Payment disputed", "bad"),
    "dispute.evidence_staged": Label("Evidence written down", "wait"),
    "dispute.file_attached": Label("Evidence file attached", "wait"),
    "dispute.file_removed": Label("Evidence file removed", "wait"),
    "dispute.submitted": Label("Evidence submitted", "wait"),
    "dispute.submission_refused": Label("Evidence refused by the provider", "bad"),
    **{
        f"dispute.{name}": Label(f"Dispute: {label.text.lower()}", label.tone)
        for name, label in DISPUTE.items()
    },
    "refund.found": Label("Refund made at the provider", "wait"),
    "tax.by_table": Label("Stripe Tax did not answer; taxed by the table", "wait"),
    "cancellation.asked": Label("Customer canceled, all goes back", "bad"),
    "return.asked": Label("Customer wants to send something back", "wait"),
    "return.accepted": Label("Return agreed to", "wait"),
    "return.refused": Label("Return refused", "done"),
    "return.received": Label("Return received", "good"),
}
_ACTOR: Final[Mapping[str, str]] = {
    "customer": "Customer",
    "clock": "By itself",
    "stripe:api": "Stripe, when asked",
}
_ACTOR_KIND: Final[Mapping[str, str]] = {"staff": "Staff", "key": "API key", "stripe": "Stripe"}
#: What of an event's data is worth a line, and what it is called.
_DATA: Final[Mapping[str, str]] = {
    "provider_ref": "Reference",
    "code": "Code",
    "decline_code": "Decline code",
    "reason": "Reason",
    "payment_id": "Payment",
    "refund_id": "Refund",
    "carrier": "Carrier",
    "tracking_number": "Tracking",
}

#: The filter of the list of orders: value, label, states. The first hides orders that were never paid.
FILTERS: Final[tuple[tuple[str, str, tuple[str, ...] | None], ...]] = (
    ("", "Paid orders", (State.PAID, State.FULFILLING, State.FULFILLED, State.REFUNDED)),
    ("all", "All orders", None),
    *((str(state), ORDER[state].text, (str(state),)) for state in State),
)


def event(type_: str) -> Label:
    """What happened, in words."""
    return EVENT.get(type_, Label(type_, "wait"))


def reason(code: str) -> str:
    """A reason of the provider's in words: `product_not_received` → "Product not received"."""
    return code.replace("_", " ").capitalize()


def actor(text: str) -> str:
    """Who did it, in words: `staff:ada@example.org` → "Staff ada@example.org"."""
    kind, _, name = text.partition(":")
    if text in _ACTOR:
        return _ACTOR[text]
    return f"{_ACTOR_KIND[kind]} {name}" if kind in _ACTOR_KIND else text


def facts(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parts of an event's data that an operator can use, in words."""
    found = []
    if {"amount_minor", "currency"} <= data.keys():
        found.append(("Amount", show(int(data["amount_minor"]), str(data["currency"]))))
    elif {"total_minor", "currency"} <= data.keys():
        found.append(("Total", show(int(data["total_minor"]), str(data["currency"]))))
    if {"from", "to"} <= data.keys():
        moved = [ORDER[state].text if state in ORDER else str(state) for state in (data["from"], data["to"])]
        found.append(("State", " → ".join(moved)))
    if packed := [f"{one['quantity']} × {one['sku']}" for one in data.get("lines", ()) if "sku" in one]:
        found.append(("Units", ", ".join(packed)))
    return found + [(label, str(data[name])) for name, label in _DATA.items() if data.get(name)]


def address(parts: Mapping[str, Any]) -> list[str]:
    """A postal address line by line; parts that are missing leave no gap."""
    town = " ".join(str(part) for part in (parts.get("postal_code"), parts.get("city")) if part)
    place = ", ".join(str(part) for part in (town, parts.get("region")) if part)
    country = Locale("en").territories.get(str(parts.get("country")), parts.get("country"))
    lines = (parts.get("name"), parts.get("line1"), parts.get("line2"), place, country)
    return [str(line) for line in lines if line]
