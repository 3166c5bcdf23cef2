"""Division and its leftovers: every amount that is rounded remembers what it would have been exactly.

Ties are rounded away from zero. What is divided among several loses nothing: the shares are rounded down, and the
minor units left over go one each to those who lost most (largest remainder, the earlier first).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from kassa.kernel.money import split


class Rounding(StrEnum):
    """Where tax is rounded.

    LINE: on each line; the tax of the order is the sum. SUM_BY_NET: the nets of all lines of a rate are added up and
    their tax is rounded once (EN 16931, BR-CO-17), so where prices include tax, a line may change by a minor unit.
    SUM_BY_NET_KEEP_GROSS: the tax in the sum is rounded once and the lines keep their price; what is left over moves
    between net and tax.
    """

    LINE = "line"
    SUM_BY_NET = "sum_by_net"
    SUM_BY_NET_KEEP_GROSS = "sum_by_net_keep_gross"


@dataclass(frozen=True, slots=True)
class Part:
    """An amount in minor units, and what it would be without rounding."""

    amount: int
    exact: Fraction

    @property
    def leftover(self) -> Fraction:
        """What rounding gave (positive) or took, less than one step of the currency."""
        return self.amount - self.exact


def points(basis_points: float) -> Fraction:
    """A rate as it is written: 887.5 basis points (8.875 %) are exactly that, and no binary fraction near it."""
    return Fraction(str(basis_points))


def portion(amount: int, numerator: int | Fraction, denominator: int | Fraction, step: int = 1) -> Part:
    """`amount` × numerator ÷ denominator, as a multiple of `step`."""
    exact = Fraction(amount * numerator) / denominator
    steps = abs(exact) / step
    whole = int(steps + Fraction(1, 2))
    return Part((whole if exact >= 0 else -whole) * step, exact)


def divide(amount: int, weights: Sequence[int], step: int = 1) -> list[Part]:
    """`amount` (a multiple of `step`) shared by `weights`; the parts sum to it exactly."""
    whole = sum(weights)
    even = not whole
    shares = [share * step for share in split(amount // step, weights)]
    return [
        Part(share, Fraction(amount * (1 if even else weight), len(weights) if even else whole))
        for share, weight in zip(shares, weights, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Taxed:
    """The tax of one line, and by how much its price changed so that the sum is right."""

    tax: Part
    change: int = 0


def tax_in(prices: Sequence[int], basis_points: float, rule: Rounding) -> list[Taxed]:
    """The tax that `prices` of one rate contain."""
    rate = points(basis_points)
    rated = 10_000 + rate
    single = [portion(price, rate, rated) for price in prices]
    if rule is Rounding.LINE or not basis_points:
        return [Taxed(tax) for tax in single]
    if rule is Rounding.SUM_BY_NET_KEEP_GROSS:
        due = portion(sum(prices), rate, rated).amount
        return [Taxed(tax) for tax in divide(due, prices)]
    nets = [price - tax.amount for price, tax in zip(prices, single, strict=True)]
    due = portion(sum(nets), rate, 10_000).amount
    changes = _nearest(due - sum(tax.amount for tax in single), [tax.leftover for tax in single])
    return [
        Taxed(Part(tax.amount + change, tax.exact), change)
        for tax, change in zip(single, changes, strict=True)
    ]


def tax_on(prices: Sequence[int], basis_points: float, rule: Rounding, step: int = 1) -> list[Taxed]:
    """The tax that comes on top of `prices` of one rate, in multiples of `step`."""
    rate = points(basis_points)
    if rule is Rounding.LINE or not basis_points:
        return [Taxed(portion(price, rate, 10_000, step)) for price in prices]
    due = portion(sum(prices), rate, 10_000, step).amount
    return [Taxed(part) for part in divide(due, prices, step)]


def _nearest(difference: int, leftovers: Sequence[Fraction]) -> list[int]:
    """`difference` minor units given, one a round, to the lines that rounding hurt most."""
    changes = [0] * len(leftovers)
    sign = 1 if difference > 0 else -1
    order = sorted(range(len(leftovers)), key=lambda i: (sign * leftovers[i], i))
    for turn in range(abs(difference)):
        changes[order[turn % len(order)]] += sign
    return changes
