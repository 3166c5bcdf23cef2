"""What happened to an order, where it is now and what comes next, in the customer's words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kassa import fulfilment, orders, payments, refunds
from kassa.kernel.money import show
from kassa.kernel.speech import N_, _
from kassa.orders import State
from kassa.storefront import words

#: Why something is sent back, as a customer says it.
REASONS: Final = {
    "changed_mind": N_("I changed my mind"),
    "damaged": N_("It arrived damaged"),
    "wrong_item": N_("It is not what I ordered"),
    "not_as_described": N_("It is not as described"),
    "other": N_("Something else"),
}
#: A return's state as its customer reads it.
RETURNS: Final = {
    "asked": N_("We are looking at it"),
    "accepted": N_("Agreed: send it to us"),
    "refused": N_("We can't take it back"),
    "received": N_("It has arrived, and your money goes back"),
}
_CANCELED: Final = N_("Canceled.")
_LATE: Final = N_("Your payment arrived after the books were gone. All of it goes back to you by itself.")
_GIFT: Final = N_("Your order is paid. The code of the gift card comes by mail.")
_BANKS: Final = N_("Banks take up to ten days to show it.")
_MAIL: Final = N_("You get a mail when a parcel leaves.")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that is known of an order, of one moment."""

    order: orders.Order
    events: Sequence[orders.OrderEvent]
    attempts: Sequence[payments.Payment]
    money_back: Sequence[refunds.Refund]
    parcels: Sequence[fulfilment.Fulfilment]
    left: Sequence[fulfilment.LineLeft]

    @property
    def paid(self) -> payments.Payment | None:
        """The payment that counts, once the order was paid; a gift card's only if there is no other."""
        by_bank_first = sorted(self.attempts, key=lambda one: one.flow == "gift_card")
        counts = (one for one in by_bank_first if one.state == "succeeded" and not one.surplus)
        return next(counts, None) if self.order.paid_at else None

    @property
    def promised(self) -> bool:
        """Whether the bank has promised the money of a pending order."""
        return self.order.state is State.PENDING and any(one.state == "authorized" for one in self.attempts)

    @property
    def deciding(self) -> bool:
        """Whether the bank is deciding about it."""
        return self.order.state is State.PENDING and any(one.state == "processing" for one in self.attempts)

    @property
    def called_off(self) -> bool:
        """Whether the customer canceled it after it was paid."""
        return any(event.type == fulfilment.CALLED_OFF for event in self.events)

    @property
    def going_back(self) -> list[refunds.Refund]:
        """Refunds that have not come to nothing."""
        return [one for one in self.money_back if one.state not in ("failed", "canceled")]

    @property
    def shown_parcels(self) -> list[fulfilment.Fulfilment]:
        """Parcels that the customer sees."""
        return [one for one in self.parcels if one.state != "canceled"]

    @property
    def more_to_come(self) -> list[fulfilment.LineLeft]:
        """Lines of which something is still to be packed, once a first parcel was."""
        return [line for line in self.left if line.left] if self.order.state is State.FULFILLING else []


@dataclass(frozen=True, slots=True)
class Story:
    """The order in words: `state` in two or three, `next` a sentence about what comes, "" if nothing does."""

    headline: str
    lead: str
    state: str
    next: str
    timeline: Sequence[Entry]


def tell(known: Known) -> Story:
    """The order as its page tells it."""
    headline, lead = _verdict(known)
    told = [Entry(event.at, text) for event in known.events if (text := words.event(event))]
    return Story(_(headline), _(lead), _state(known), _next(known), told)


def _verdict(known: Known) -> tuple[str, str]:
    state, surplus = known.order.state, any(attempt.surplus for attempt in known.attempts)
    headline, lead = words.HEADLINES[state]
    if known.called_off:
        return _called_off(known)
    if surplus and state in (State.CANCELED, State.FAILED):
        return headline, _LATE
    if known.promised or known.deciding:
        return words.PROMISED if known.promised else words.DECIDING
    if surplus and state is State.PENDING:
        return headline, words.UNFIT
    if state is State.PAID and all(line.voucher for line in known.order.lines):
        return headline, _GIFT
    if state is State.FULFILLING and not any(parcel.shipped_at for parcel in known.parcels):
        return words.PACKING
    return headline, lead


def _called_off(known: Known) -> tuple[str, str]:
    back = _back(known)
    amount = show(sum(one.amount_minor for one in back), known.order.currency)
    if not back:
        return _CANCELED, N_("Your bank did not take the money back. We have seen it, and will write to you.")
    if all(one.state == "succeeded" for one in back):
        gone = _("You canceled this order before it was sent. %(amount)s went back to you.", amount=amount)
        return _CANCELED, f"{gone} {_(_BANKS)}"
    return _CANCELED, _(
        "You canceled this order before it was sent. %(amount)s is on its way back to you.", amount=amount
    )


def _back(known: Known) -> list[refunds.Refund]:
    """Refunds of the order's own money that have not come to nothing."""
    return [one for one in known.going_back if one.own]


def _state(known: Known) -> str:
    if known.promised:
        return _(words.PROMISED_STATE)
    if known.called_off and not _back(known):
        return _("Canceled; your money waits with us")
    if known.called_off:
        done = known.order.state is State.REFUNDED
        return _("Canceled and paid back") if done else _("Canceled; money on its way back")
    return _(words.STATES[known.order.state])


def _next(known: Known) -> str:
    state, sent = known.order.state, [one for one in known.parcels if one.shipped_at]
    if known.called_off or state is State.REFUNDED:
        under_way = any(one.state != "succeeded" for one in _back(known))
        return " ".join([_("Your bank sees the money next."), _(_BANKS)]) if under_way else ""
    if state is State.PAID and all(line.voucher for line in known.order.lines):
        return _("The code comes by mail, within a minute.")
    if state is State.PAID or known.promised:
        return " ".join([_("We pack your books."), _(_MAIL)])
    if state is not State.FULFILLING:
        return ""
    if known.more_to_come:
        return " ".join([_("We pack the rest."), _(_MAIL)])
    if any(one.state == "picked" for one in known.parcels):
        return " ".join([_("The parcel is handed over."), _(_MAIL)])
    if any(one.state == "shipped" for one in sent):
        follow = any(one.tracking_url for one in sent if one.state == "shipped")
        return _("It arrives. Follow the parcel below.") if follow else _("It arrives.")
    return ""
