"""Rates of exchange and what an amount is worth by them. Pure, exact until the last step."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Final, Literal

from kassa.kernel.money import exponent
from kassa.pricing.limits import step

Way = Literal["nearest", "up", "down"]

#: In place of a currency: any.
ANY: Final = "*"
_HALF: Final = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Rate:
    """What one major unit of `base` was worth in `currency` on a day, and who said so."""

    base: str
    currency: str
    rate: Fraction
    day: date
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rates:
    """The newest rate of each pair that is known; `Rates()` knows none.

    A pair that nobody has said is found by turning its opposite round, or through a third currency. Of several ways
    the newest counts, and of those the most direct.
    """

    known: Sequence[Rate] = ()
    _found: dict[tuple[str, str], Rate | None] = field(default_factory=dict, repr=False, compare=False)

    def between(self, source: str, target: str) -> Rate | None:
        """The rate from one currency to another; its day is that of the older, where two were needed."""
        pair = source, target
        if pair not in self._found:
            ways = list(self._ways(source, target))
            self._found[pair] = max(ways, key=lambda way: way.day) if ways else None
        return self._found[pair]

    def _ways(self, source: str, target: str) -> Iterator[Rate]:
        """Every way from `source` to `target` over at most one other currency, the most direct first."""
        from_source, to_target = self._from(source), self._to(target)
        if target in from_source:
            yield from_source[target]
        for middle in from_source.keys() & to_target.keys():
            first, second = from_source[middle], to_target[middle]
            yield Rate(
                source, target, first.rate * second.rate, min(first.day, second.day),
                first.source if first.source == second.source else f"{first.source}, {second.source}",
            )  # fmt: skip

    def _from(self, source: str) -> Mapping[str, Rate]:
        turned = {one.base: _turned(one) for one in self.known if one.currency == source}
        said = {one.currency: one for one in self.known if one.base == source}
        return {
            name: max((one for one in (said.get(name), turned.get(name)) if one), key=lambda one: one.day)
            for name in sorted(said.keys() | turned.keys())
        }

    def _to(self, target: str) -> Mapping[str, Rate]:
        return {name: _turned(rate) for name, rate in self._from(target).items()}


def convert(
    amount: int, source: str, target: str, rates: Rates, *, way: Way = "nearest", margin: int = 0
) -> int | None:
    """`amount` minor units of `source` in minor units of `target`; None if no rate is known.

    A multiple of what can be charged in `target` (10 fils of a dinar): the nearest, ties up, or the next one up or
    down. What is worth anything never becomes nothing. `margin`: basis points that are put on top.
    """
    if source == target:
        return amount
    worth = exact(amount, source, target, rates, margin=margin)
    return None if worth is None else rounded(worth, step(target), way)


@dataclass(frozen=True, slots=True)
class Converter:
    """`convert` by rates that are known. Under `*`, as in a table of shipping, stand hundredths of a unit of `own`."""

    rates: Rates
    own: str | None = None

    def __call__(self, amount: int, source: str, target: str) -> int | None:
        """As `convert`; None too for what stands under `*` where prices do not follow the shop's own."""
        if source != ANY:
            return convert(amount, source, target, self.rates)
        if self.own is None:
            return None
        worth = exact(amount, self.own, target, self.rates)
        return None if worth is None else rounded(worth * 10 ** exponent(self.own) / 100, step(target))


def exact(amount: int, source: str, target: str, rates: Rates, *, margin: int = 0) -> Fraction | None:
    """As `convert`, before rounding."""
    rate = rates.between(source, target)
    if rate is None:
        return None
    scale = Fraction(10) ** (exponent(target) - exponent(source))
    return amount * rate.rate * scale * Fraction(10_000 + margin, 10_000)


def rounded(worth: Fraction, size: int, way: Way = "nearest") -> int:
    """The multiple of `size` that is meant; at least one of them for what is more than nothing."""
    steps = {"nearest": floor(worth / size + _HALF), "up": ceil(worth / size), "down": floor(worth / size)}[
        way
    ]
    return max(steps, 1 if worth > 0 else 0) * size


def _turned(one: Rate) -> Rate:
    return Rate(one.currency, one.base, 1 / one.rate, one.day, one.source)
