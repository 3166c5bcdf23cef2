"""What is left of an order's money, and which units a refund is of. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kassa import orders, payments
from kassa.gift_cards import SoldCard
from kassa.kernel.money import split
from kassa.pricing.limits import step
from kassa.refunds.errors import AlreadyRestocked, InvalidRefund, RefundTooLarge
from kassa.refunds.queries import Given, GivenLine

_NO_REFUND = UUID(int=0)
_NOTHING = Given()


@dataclass(frozen=True, slots=True)
class RefundLine:
    """So many units of one line of an order; `restock`: they are fit to be sold again."""

    line_id: UUID
    quantity: int
    restock: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What of a payment that paid for it, in minor units, an order still keeps."""

    payment: payments.Payment
    amount_minor: int


@dataclass(frozen=True, slots=True)
class LineLeft:
    """What of a line can still be given back: units, of which so many may be restocked, and their worth."""

    line: orders.OrderLine
    quantity: int
    restockable: int
    amount_minor: int


def kept(order: orders.Order, attempts: Sequence[payments.Payment]) -> int:
    """The order's own money before anything went back: what it received less surplus."""
    return sum(
        payment.received_minor - payments.surplus_minor(payment, order)
        for payment in attempts
        if payment.state == "succeeded"
    )


def left(
    order: orders.Order,
    attempts: Sequence[payments.Payment],
    given: Mapping[UUID, Given],
    contested: Mapping[UUID, int],
) -> list[Left]:
    """What the order still keeps of its money, of each payment; nothing if nothing is left.

    One payment of the provider's pays for an order, and gift cards beside it; any other that succeeded is surplus (the
    database says so too). The provider's comes first, so cards are given back to last. `contested` is what banks have
    taken back.
    """
    found = []
    for payment in sorted(attempts, key=lambda one: one.gift_card_id is not None):
        if payment.state != "succeeded":
            continue
        gone = given.get(payment.id, _NOTHING)
        own = payment.received_minor - payments.surplus_minor(payment, order) - gone.own
        own = min(own, payment.received_minor - gone.own - gone.surplus)
        own -= contested.get(payment.id, 0)
        if own > 0:
            found.append(Left(payment, own))
    return found


def portions(left: Sequence[Left], amount: int) -> list[Left]:
    """`amount`, which is no more than is left, taken from the payments one after the other."""
    found = []
    for there in left:
        part = min(there.amount_minor, amount)
        amount -= part
        if part:
            found.append(Left(there.payment, part))
    return found


def cards_back(
    order: orders.Order,
    sold: Sequence[SoldCard],
    rest: int,
    given: Sequence[GivenLine],
    priced: Sequence[GivenLine],
    amount: int,
) -> tuple[dict[UUID, int], int]:
    """What of a refund of `amount` is to be taken off gift cards that the order bought: by line, and in all.

    `rest` is what the order still keeps of its money, `given` what went back before. Lines say what they are for; what
    is more than all else is worth must be for cards. What was taken off a line's cards, and has not gone back (its
    refund failed, or somebody voided it), is not taken twice. Where several lines share less than their worth, what was
    spent of a card is no part of it.
    """
    vouchers = {line.id for line in order.lines if line.voucher}
    shared = amount < sum(line.amount_minor for line in priced) and any(
        line.line_id not in vouchers for line in priced
    )
    by_line = {}
    for line in fit(priced, amount):
        if line.line_id in vouchers:
            cards = [card for card in sold if card.line_id == line.line_id]
            gone = sum(one.amount_minor for one in given if one.counts and one.line_id == line.line_id)
            ahead = max(0, sum(card.issued_minor - card.kept_minor for card in cards) - gone)
            part = max(0, line.amount_minor - ahead)
            by_line[line.line_id] = min(part, sum(card.available_minor for card in cards)) if shared else part
    others = rest - sum(card.kept_minor for card in sold)
    return by_line, max(sum(by_line.values()), amount - max(others, 0))


def lines_left(order: orders.Order, given: Sequence[GivenLine]) -> list[LineLeft]:
    """What of each line can still be given back, in the order of the lines."""
    found = []
    for line in order.lines:
        before = [g for g in given if g.line_id == line.id]
        refunded = sum(g.quantity for g in before if g.counts)
        restocked = sum(g.quantity for g in before if g.restocked_at is not None)
        units = line.quantity - refunded
        found.append(LineLeft(line, units, line.quantity - restocked, _worth(order, line, refunded, units)))
    return found


def price(
    order: orders.Order, wanted: Sequence[RefundLine], given: Sequence[GivenLine], *, now: datetime
) -> list[GivenLine]:
    """The lines of a refund, each with what its units were paid with (tax in, discount out).

    The units of a line share its amount so that all of them together are exactly it, however they are split
    over refunds.

    Raises:
        InvalidRefund: a line that is not the order's, or twice the same.
        RefundTooLarge: more units than are left of a line.
        AlreadyRestocked: more units to the shelf than left it.
    """
    open_lines = {open_line.line.id: open_line for open_line in lines_left(order, given)}
    if len({wish.line_id for wish in wanted}) < len(wanted):
        raise InvalidRefund("A line is named twice.", errors=[("lines", "each line at most once")])
    found = []
    for index, wish in enumerate(wanted):
        there = open_lines.get(wish.line_id)
        if there is None:
            raise InvalidRefund(
                "The order has no such line.", errors=[(f"lines[{index}].line_id", "is not of this order")]
            )
        if wish.quantity < 1:
            raise InvalidRefund("A line needs units.", errors=[(f"lines[{index}].quantity", "is below 1")])
        extra = {"line_id": str(wish.line_id), "left": there.quantity}
        if wish.quantity > there.quantity:
            raise RefundTooLarge(f"{there.quantity} of {there.line.sku} can still be refunded.", extra=extra)
        if wish.restock and wish.quantity > there.restockable:
            raise AlreadyRestocked(f"{there.line.sku} is on the shelf again already.", extra=extra)
        worth = _worth(order, there.line, there.line.quantity - there.quantity, wish.quantity)
        at = now if wish.restock else None
        found.append(GivenLine(_NO_REFUND, wish.line_id, wish.quantity, worth, wish.restock, at, True))
    return found


def fit(lines: Sequence[GivenLine], amount: int) -> list[GivenLine]:
    """The lines with amounts that are no more than `amount` together."""
    if sum(line.amount_minor for line in lines) <= amount:
        return list(lines)
    shares = split(amount, [line.amount_minor for line in lines])
    return [replace(line, amount_minor=share) for line, share in zip(lines, shares, strict=True)]


def _worth(order: orders.Order, line: orders.OrderLine, before: int, units: int) -> int:
    """What `units` of a line were paid with when `before` are gone already, in amounts that can be sent back."""
    tax = 0 if order.tax_included else line.tax_minor
    whole, size = line.total_minor + tax, step(order.currency)

    def first(count: int) -> int:
        return whole if count == line.quantity else whole * count // line.quantity // size * size

    return first(before + units) - first(before)
