"""What the shop says: plain words for states, events and problems. What a bank says is in `troubles`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from babel.dates import format_datetime

from kassa import cart, fulfilment, orders, pricing
from kassa.kernel.money import show

HEADLINES: Final[Mapping[str, tuple[str, str]]] = {
    "pending": ("Waiting to be paid.", "The books are kept for you for a while, until you have paid."),
    "paid": ("Thank you.", "Your order is paid, and the books are yours. A receipt comes by mail."),
    "fulfilling": ("On its way to you.", "Your order is paid and is being sent."),
    "fulfilled": ("Delivered.", "Your order is paid and has arrived."),
    "canceled": ("This order was canceled.", "Nothing was charged for it, and the books are back on the shelf."),
    "failed": (
        "This order came to nothing.",
        "It was not paid in time. Nothing was charged for it, and the books are back on the shelf.",
    ),
    "refunded": ("Paid back.", "All of what you paid for this order goes back to you."),
}  # fmt: skip
#: A pending order whose money the customer's bank has promised.
PROMISED: Final = (
    "Thank you.",
    "Your bank has promised the money. It is taken when your books leave the house.",
)
#: A pending order whose payment the customer's bank has not decided about.
DECIDING: Final = (
    "Your bank is deciding.",
    "That can take days. The books are kept for you, and nothing more is needed from you.",
)
#: What came for a pending order was too little, or in another currency.
UNFIT: Final = "What you paid was not what was asked for, so all of it goes back to you by itself."
PROMISED_STATE: Final = "Promised by your bank"
#: An order of which nothing has left yet, but somebody has begun.
PACKING: Final = ("Being packed.", "Your order is paid, and its books are being packed.")
STATES: Final[Mapping[str, str]] = {
    "pending": "Waiting for payment",
    "paid": "Paid",
    "fulfilling": "Being sent",
    "fulfilled": "Delivered",
    "canceled": "Canceled",
    "failed": "Not paid in time",
    "refunded": "Refunded",
}
_EVENTS: Final[Mapping[str, str]] = {
    "order.placed": "Order placed, books set aside",
    "payment_succeeded": "Payment succeeded",
    "attempt_failed": "A payment attempt was declined",
    "expired": "The time to pay ran out",
    "canceled": "Order canceled",
    "picked": "Books were packed",
    "shipped": "A parcel was sent",
    "fulfilment.delivered": "A parcel arrived",
    "delivered": "Everything has arrived",
    "refunded_in_full": "Refunded in full",
    "payment.processing": "The bank is deciding",
    "payment.requires_action": "The bank asked for confirmation",
    "payment.authorized": "Your bank promised the money",
    "payment.surplus": "A payment this order had no use for is going back",
    "refund.requested": "Money is on its way back to you",
    "refund.succeeded": "Money was sent back to you",
    "cancellation.asked": "You canceled the order",
    "return.asked": "You asked to send something back",
    "return.accepted": "We agreed to take it back",
    "return.refused": "We could not agree to take it back",
    "return.received": "What you sent back has arrived",
}


def problem(line: cart.CartLine, currency: str) -> str:
    """What keeps a line of the cart from being bought."""
    if line.problem == "sold_out":
        return "Sold out."
    if line.problem == "not_enough":
        return f"Only {line.available} left, you asked for {line.quantity}."
    return f"Not for sale in {currency} at the moment."


def added(line: cart.CartLine, currency: str) -> str:
    """That something is in the bag now, with what keeps it from being bought."""
    trouble = f" {problem(line, currency)}" if line.problem else ""
    return f"{line.title} is in your bag.{trouble}"


def changed(line: cart.CartLine, currency: str) -> str | None:
    """That a line of the cart costs something else than when it was put in; None if it does not."""
    if line.was_minor is None or line.unit_minor is None:
        return None
    return f"Was {show(line.was_minor, currency)}, is {show(line.unit_minor, currency)}."


def event(entry: orders.OrderEvent) -> str | None:
    """A row of the journal for the customer; None for what only concerns the shop."""
    text = _EVENTS.get(entry.type.removeprefix("order.")) or _EVENTS.get(entry.type)
    data = entry.data
    if text and entry.type.startswith("refund.") and "currency" in data:
        return f"{text}: {show(data['amount_minor'], data['currency'])}"
    carrier = data.get("carrier") if entry.type == "order.shipped" else None
    return f"{text} with {carrier}" if carrier else text


def parcel(found: fulfilment.Fulfilment) -> list[tuple[str, datetime | None]]:
    """The stations of a parcel, and when it came to each; None for those that are still to come."""
    return [
        ("Packed", found.created_at),
        ("On its way", found.shipped_at),
        ("Arrived", found.delivered_at),
    ]


def moment(at: datetime) -> str:
    """A time as people read it, in UTC."""
    return format_datetime(at, "d MMMM yyyy, HH:mm", locale="en") + " UTC"


def span(seconds: int) -> str:
    """So many seconds in words: "15 minutes", "40 seconds"."""
    if seconds < 120:
        return f"{seconds} seconds" if seconds != 1 else "one second"
    if seconds < 7200:
        return f"{seconds // 60} minutes"
    return f"{seconds // 3600} hours"


def still_to_free(quote: pricing.Quote) -> int:
    """What the goods of a cart must cost more, in minor units, for the way it goes to cost nothing; 0: it is not so."""
    way = chosen(quote)
    if way is None or way.free_from is None or not way.amount.amount:
        return 0
    return max(0, way.free_from - (quote.subtotal - quote.discount))


def chosen(quote: pricing.Quote) -> pricing.ShippingMethod | None:
    """The way that a quote goes."""
    return next((way for way in quote.methods if way.code == quote.shipping_method), None)
