"""What the shop says: plain words for states, events and problems. What a bank says is in `troubles`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from babel.dates import format_date, format_time

from kassa import cart, fulfilment, orders, pricing
from kassa.kernel import speech
from kassa.kernel.money import show
from kassa.kernel.speech import N_, _, ngettext

HEADLINES: Final[Mapping[str, tuple[str, str]]] = {
    "pending": (N_("Waiting to be paid."), N_("The books are kept for you for a while, until you have paid.")),
    "paid": (N_("Thank you."), N_("Your order is paid, and the books are yours. A receipt comes by mail.")),
    "fulfilling": (N_("On its way to you."), N_("Your order is paid and is being sent.")),
    "fulfilled": (N_("Delivered."), N_("Your order is paid and has arrived.")),
    "canceled": (
        N_("This order was canceled."),
        N_("Nothing was charged for it, and the books are back on the shelf."),
    ),
    "failed": (
        N_("This order came to nothing."),
        N_("It was not paid in time. Nothing was charged for it, and the books are back on the shelf."),
    ),
    "refunded": (N_("Paid back."), N_("All of what you paid for this order goes back to you.")),
}  # fmt: skip
#: A pending order whose money the customer's bank has promised.
PROMISED: Final = (
    N_("Thank you."),
    N_("Your bank has promised the money. It is taken when your books leave the house."),
)
#: A pending order whose payment the customer's bank has not decided about.
DECIDING: Final = (
    N_("Your bank is deciding."),
    N_("That can take days. The books are kept for you, and nothing more is needed from you."),
)
#: What came for a pending order was too little, or in another currency.
UNFIT: Final = N_("What you paid was not what was asked for, so all of it goes back to you by itself.")
PROMISED_STATE: Final = N_("Promised by your bank")
#: An order of which nothing has left yet, but somebody has begun.
PACKING: Final = (N_("Being packed."), N_("Your order is paid, and its books are being packed."))
STATES: Final[Mapping[str, str]] = {
    "pending": N_("Waiting for payment"),
    "paid": N_("Paid"),
    "fulfilling": N_("Being sent"),
    "fulfilled": N_("Delivered"),
    "canceled": N_("Canceled"),
    "failed": N_("Not paid in time"),
    "refunded": N_("Refunded"),
}
_EVENTS: Final[Mapping[str, str]] = {
    "order.placed": N_("Order placed, books set aside"),
    "payment_succeeded": N_("Payment succeeded"),
    "attempt_failed": N_("A payment attempt was declined"),
    "expired": N_("The time to pay ran out"),
    "canceled": N_("Order canceled"),
    "picked": N_("Books were packed"),
    "shipped": N_("A parcel was sent"),
    "fulfilment.delivered": N_("A parcel arrived"),
    "delivered": N_("Everything has arrived"),
    "refunded_in_full": N_("Refunded in full"),
    "payment.processing": N_("The bank is deciding"),
    "payment.requires_action": N_("The bank asked for confirmation"),
    "payment.authorized": N_("Your bank promised the money"),
    "payment.surplus": N_("A payment this order had no use for is going back"),
    "refund.requested": N_("Money is on its way back to you"),
    "refund.succeeded": N_("Money was sent back to you"),
    "cancellation.asked": N_("You canceled the order"),
    "return.asked": N_("You asked to send something back"),
    "return.accepted": N_("We agreed to take it back"),
    "return.refused": N_("We could not agree to take it back"),
    "return.received": N_("What you sent back has arrived"),
}


def problem(line: cart.CartLine, currency: str) -> str:
    """What keeps a line of the cart from being bought."""
    if line.problem == "sold_out":
        return _("Sold out.")
    if line.problem == "not_enough":
        return _("Only %(left)s left, you asked for %(wanted)s.", left=line.available, wanted=line.quantity)
    return _("Not for sale in %(currency)s at the moment.", currency=currency)


def added(line: cart.CartLine, currency: str) -> str:
    """That something is in the bag now, with what keeps it from being bought."""
    told = _("%(title)s is in your bag.", title=line.title)
    return f"{told} {problem(line, currency)}" if line.problem else told


def changed(line: cart.CartLine, currency: str) -> str | None:
    """That a line of the cart costs something else than when it was put in; None if it does not."""
    if line.was_minor is None or line.unit_minor is None:
        return None
    return _(
        "Was %(before)s, is %(now)s.",
        before=show(line.was_minor, currency),
        now=show(line.unit_minor, currency),
    )


def event(entry: orders.OrderEvent) -> str | None:
    """A row of the journal for the customer; None for what only concerns the shop."""
    text = _EVENTS.get(entry.type.removeprefix("order.")) or _EVENTS.get(entry.type)
    data = entry.data
    if text and entry.type.startswith("refund.") and "currency" in data:
        return _("%(what)s: %(amount)s", what=_(text), amount=show(data["amount_minor"], data["currency"]))
    if entry.type == "order.shipped" and data.get("carrier"):
        return _("A parcel was sent with %(carrier)s", carrier=data["carrier"])
    return _(text) if text else None


def parcel(found: fulfilment.Fulfilment) -> list[tuple[str, datetime | None]]:
    """The stations of a parcel, and when it came to each; None for those that are still to come."""
    return [
        (_("Packed"), found.created_at),
        (_("On its way"), found.shipped_at),
        (_("Arrived"), found.delivered_at),
    ]


def moment(at: datetime) -> str:
    """A time as people read it, in UTC."""
    return _("%(day)s, %(time)s UTC", day=day(at), time=format_time(at, "HH:mm", locale=speech.locale()))


def day(at: datetime) -> str:
    """A day as people write it: "21 November 2026"."""
    english = speech.language().partition("-")[0] == speech.ENGLISH
    return format_date(at, "d MMMM yyyy" if english else "long", locale=speech.locale())


def device(name: str) -> str:
    """What a browser is called: "Firefox on Linux"."""
    browser, on, system = name.partition(" on ")
    known = _("A browser") if browser == "A browser" else browser
    return _("%(browser)s on %(system)s", browser=known, system=system) if on else known


def span(seconds: int) -> str:
    """So many seconds in words: "15 minutes", "40 seconds"."""
    if seconds < 120:
        return ngettext("%(num)s second", "%(num)s seconds", seconds)
    if seconds < 7200:
        return ngettext("%(num)s minute", "%(num)s minutes", seconds // 60)
    return ngettext("%(num)s hour", "%(num)s hours", seconds // 3600)


def still_to_free(quote: pricing.Quote) -> int:
    """What the goods of a cart must cost more, in minor units, for the way it goes to cost nothing; 0: it is not so."""
    way = quote.way
    if way is None or way.free_from is None or not quote.shipping:
        return 0
    return max(0, way.free_from - (quote.subtotal - quote.discount))
