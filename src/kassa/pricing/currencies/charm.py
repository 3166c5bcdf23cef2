"""Prices that look like prices: 12.99, 12.95, whole ones, or in steps. Pure."""

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Final

from kassa.kernel.money import exponent
from kassa.pricing.limits import step

_HALF: Final = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Charm:
    """A price is a multiple of `size` less `below`, in minor units: 100 less 1 is …,99, and 100 less 0 is whole."""

    size: int
    below: int = 0

    def fits(self, currency: str) -> bool:
        """Whether every price of this kind can be charged in the currency."""
        even = self.size % step(currency) == 0 and self.below % step(currency) == 0
        return even and 0 <= self.below < self.size

    def price(self, worth: Fraction) -> int:
        """The nearest price of this kind, ties up; what is free stays free, and all else costs something."""
        if worth <= 0:
            return 0
        return max(floor((worth + self.below) / self.size + _HALF), 1) * self.size - self.below


def charms(currency: str) -> tuple[Charm, ...]:
    """What the console offers for a currency, from the finest on; the first changes a price as little as it may."""
    unit, least = 10 ** exponent(currency), step(currency)
    if unit == 1:
        sizes = (Charm(10), Charm(50), Charm(100), Charm(100, 20), Charm(100, 2), Charm(500), Charm(1000))
        return (Charm(least), *sizes)
    # …,99 of a currency of three decimals is …,990: what its people read as nearly a whole one.
    near, nearly, tenth = unit // 100, unit // 20, unit // 10
    offered = (
        Charm(least), Charm(nearly), Charm(tenth), Charm(unit // 2), Charm(unit), Charm(unit, near),
        Charm(unit, nearly), Charm(unit, tenth), Charm(5 * unit), Charm(10 * unit), Charm(10 * unit, unit),
    )  # fmt: skip
    return tuple(charm for charm in dict.fromkeys(offered) if charm.fits(currency))
