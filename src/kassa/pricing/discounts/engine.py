"""Discounts: which of them apply to a cart, and what each takes from each line. Pure.

How they go together is said by `RULES`, and nowhere else: the shopper reads the same words. Of those that may apply,
the customer gets what costs least in all; if that is the same, what uses the code they entered.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from kassa.kernel.speech import N_
from kassa.pricing.rounding import Part, divide, portion

#: How discounts go together, in the order in which they are worked out.
RULES: Final = (
    N_("Each thing in your bag gets at most one discount of its own: the one that saves most."),
    N_("The order gets at most one discount on everything, on what is left to pay for what is in the bag."),
    N_("Beside those, the cheapest way of shipping is free if one of your discounts says so."),
    N_(
        "A discount that does not go with others stands alone. Of all that is allowed, you pay what is least."
    ),
    N_("One code counts for each order. Nothing goes below zero, and gift cards are never discounted."),
)

#: More automatic discounts than this are never looked at; the operator's form refuses them first.
LIMIT: Final = 50


class Kind(StrEnum):
    """What a discount does."""

    PERCENT = "percent"
    FIXED = "fixed"
    FREE_SHIPPING = "free_shipping"
    BUY_X_GET_Y = "buy_x_get_y"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """A discount that may apply now.

    `value`: basis points for PERCENT and BUY_X_GET_Y (10000: the units got are free), minor units of `currency` for
    FIXED. `on`: ids of products, variants or collections; empty: the whole order. `buy` units must be paid for `get`
    others (of `on` both) to be cheaper. `minimum`: what the lines must cost before discounts, in `currency`. `named`:
    its operator gave it its title; else that says what it does.
    """

    id: UUID
    kind: Kind
    title: str
    code: str | None = None
    value: int = 0
    currency: str | None = None
    minimum: int = 0
    on: frozenset[UUID] = field(default_factory=frozenset)
    buy: int = 0
    get: int = 0
    combines: bool = True
    named: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """What a discount looks at: ids it may be meant for (variant, product, collections), unit price, units."""

    ids: frozenset[UUID]
    unit: int
    quantity: int
    discountable: bool = True

    @property
    def amount(self) -> int:
        """What it costs without discounts."""
        return self.unit * self.quantity


@dataclass(frozen=True, slots=True)
class Taken:
    """What the discounts take: of each line, by discount, and whether shipping is free."""

    lines: tuple[Mapping[UUID, Part], ...]
    used: tuple[Discount, ...]
    free_shipping: Discount | None = None

    def of_line(self, index: int) -> int:
        """What line `index` loses in all, in minor units."""
        return sum(part.amount for part in self.lines[index].values())

    @property
    def total(self) -> int:
        """What all lines lose together."""
        return sum(self.of_line(index) for index in range(len(self.lines)))


def take(
    lines: Sequence[Line],
    discounts: Sequence[Discount],
    currency: str,
    *,
    shipping: int,
    code: str | None,
    step: int,
) -> Taken:
    """The best that `discounts` do for this cart, whose shipping costs `shipping`; see the rules above."""
    fitting = [one for one in discounts[:LIMIT] if fits(one, lines, currency)]
    together = [one for one in fitting if one.combines]
    choices = [together, *([one] for one in fitting if not one.combines)]
    results = [_combined(lines, choice, step) for choice in choices]

    def worth(taken: Taken) -> tuple[int, bool, int]:
        saved = taken.total + (shipping if taken.free_shipping else 0)
        return saved, any(one.code is not None and one.code == code for one in taken.used), -len(taken.used)

    return max(results, key=worth)


def fits(one: Discount, lines: Sequence[Line], currency: str) -> bool:
    """Whether the discount is in this currency and the cart has what it asks for."""
    if one.currency is not None and one.currency != currency:
        return False
    meant = [line for line in lines if is_meant(one, line)]
    if sum(line.amount for line in lines) < one.minimum or not meant:
        return False
    return one.kind is not Kind.BUY_X_GET_Y or sum(line.quantity for line in meant) > one.buy


def is_meant(one: Discount, line: Line) -> bool:
    """Whether the discount is for this line."""
    return line.discountable and (not one.on or bool(one.on & line.ids))


def _combined(lines: Sequence[Line], choice: Iterable[Discount], step: int) -> Taken:
    lost: list[dict[UUID, Part]] = [{} for _ in lines]
    left = [line.amount if line.discountable else 0 for line in lines]
    used: list[Discount] = []
    on_products = [
        one
        for one in choice
        if one.kind is not Kind.FREE_SHIPPING and (one.on or one.kind is Kind.BUY_X_GET_Y)
    ]
    _best_per_line(lines, on_products, lost, left, used, step)
    on_order = [one for one in choice if one.kind in (Kind.PERCENT, Kind.FIXED) and not one.on]
    offers = [(one, _from_all(one, left, step)) for one in on_order]
    if offers:
        one, parts = max(offers, key=lambda offer: sum(part.amount for part in offer[1]))
        if sum(part.amount for part in parts):
            used.append(one)
            for index, part in enumerate(parts):
                if part.amount:
                    lost[index][one.id] = part
    free = next((one for one in choice if one.kind is Kind.FREE_SHIPPING), None)
    return Taken(tuple(lost), (*used, free) if free else tuple(used), free)


def _best_per_line(
    lines: Sequence[Line],
    offers: Sequence[Discount],
    lost: list[dict[UUID, Part]],
    left: list[int],
    used: list[Discount],
    step: int,
) -> None:
    """Each line takes the offer that gives it most."""
    each = [(one, _from_lines(one, lines, step)) for one in offers]
    for index in range(len(lines)):
        best = max(each, key=lambda offer: offer[1][index].amount, default=None)
        if best is not None and best[1][index].amount:
            one, parts = best
            lost[index][one.id] = parts[index]
            left[index] -= parts[index].amount
            if one not in used:
                used.append(one)


def _from_lines(one: Discount, lines: Sequence[Line], step: int) -> list[Part]:
    """What a discount on products takes from each line."""
    meant = [line.amount if is_meant(one, line) else 0 for line in lines]
    if one.kind is Kind.PERCENT:
        return [portion(amount, one.value, 10_000, step) for amount in meant]
    if one.kind is Kind.FIXED:
        return divide(min(one.value, sum(meant)) // step * step, meant, step)
    got = _got(one, [line for line in lines if is_meant(one, line)])
    return [portion(got.get(id(line), 0), one.value, 10_000, step) for line in lines]


def _got(one: Discount, meant: Sequence[Line]) -> dict[int, int]:
    """What the units got cost, by line: of every `buy` + `get` units, dearest first, the cheapest `get`."""
    units = sorted((line for line in meant for _ in range(line.quantity)), key=lambda line: -line.unit)
    size = one.buy + one.get
    costs: dict[int, int] = {}
    for start in range(0, len(units), size):
        for line in units[start + one.buy : start + size]:
            costs[id(line)] = costs.get(id(line), 0) + line.unit
    return costs


def _from_all(one: Discount, left: Sequence[int], step: int) -> list[Part]:
    """What a discount on the order takes from each line, of what the line still costs."""
    whole = sum(left)
    taken = portion(whole, one.value, 10_000, step).amount if one.kind is Kind.PERCENT else one.value
    return divide(min(taken, whole) // step * step, left, step)
