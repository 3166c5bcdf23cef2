"""Shipping by table: zones, and in each the ways to send something. Pure.

A country belongs to the first zone that names it, else to the one that names none. A way costs the same always
(`flat`), or by what the parcel weighs, or by what is in it costs; from `free_from` on nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from kassa.kernel.money import Money, exponent
from kassa.pricing.limits import step
from kassa.pricing.tax import EU

HOME: Final = "DE"
#: In place of a currency: any other, and the price is in hundredths of its major unit.
ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Band:
    """Up to `limit` (grams, or minor units; None: without end) it costs so much, in minor units by currency.

    Under `*` stands what it costs in any other currency, in hundredths of the major unit: 390 is 3.90 or ¥4.
    """

    limit: int | None
    prices: Mapping[str, int]

    def price(self, currency: str) -> int | None:
        """What it costs in minor units of `currency`, rounded up to what can be charged."""
        exact = self.prices.get(currency)
        if exact is not None or ANY not in self.prices:
            return exact
        minor: int = -(-self.prices[ANY] * 10 ** exponent(currency) // 100)
        return -(-minor // step(currency)) * step(currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to send something within a zone; `min_days` and `max_days` are working days.

    `every`: where it goes by weight, the price is due again for every so many grams begun.
    """

    code: str
    label: str
    by: Literal["flat", "weight", "price"] = "flat"
    bands: tuple[Band, ...]
    every: int | None = None
    free_from: Mapping[str, int] = field(default_factory=dict)
    min_days: int
    max_days: int
    pickup: bool = False

    def price(self, weight_grams: int, goods: Money) -> int | None:
        """What it costs in minor units; None: this can't be sent so, or not in this currency."""
        free = self.free_from.get(goods.currency)
        if free is not None and goods.amount >= free:
            return 0
        measure = {"flat": 0, "weight": weight_grams, "price": goods.amount}[self.by]
        band = next((band for band in self.bands if band.limit is None or measure <= band.limit), None)
        price = band.price(goods.currency) if band else None
        return (
            None if price is None else price * (max(1, -(-weight_grams // self.every)) if self.every else 1)
        )


@dataclass(frozen=True, slots=True)
class Zone:
    """Countries (ISO 3166-1; none: all that no zone names), and the ways to send something there."""

    name: str
    countries: frozenset[str]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """A way to send something: its price, and working days from and to."""

    code: str
    label: str
    amount: Money
    min_days: int
    max_days: int
    pickup: bool = False


def methods(zones: Sequence[Zone], country: str, weight_grams: int, goods: Money) -> list[ShippingMethod]:
    """The ways to send `weight_grams` to `country`, the cheapest first; nothing to send, nothing to pay."""
    zone = next((one for one in zones if country in one.countries), None)
    zone = zone or next((one for one in zones if not one.countries), None)
    found = []
    for way in zone.ways if zone else ():
        minor = way.price(weight_grams, goods) if weight_grams else 0
        if minor is not None:
            amount = Money(minor, goods.currency)
            found.append(ShippingMethod(way.code, way.label, amount, way.min_days, way.max_days, way.pickup))
    return sorted(found, key=lambda method: (method.amount.amount, method.max_days, method.code))


def _way(code: str, label: str, price: int, days: tuple[int, int]) -> Way:
    return Way(
        code=code, label=label, by="weight", bands=(Band(None, {ANY: price}),), every=5_000, min_days=days[0],
        max_days=days[1],
    )  # fmt: skip


def _zone(name: str, countries: frozenset[str], *ways: tuple[str, str, int, int, int]) -> Zone:
    return Zone(
        name,
        countries,
        tuple(
            Way(
                code=code, label=label, by="weight", bands=(Band(None, {ANY: price}),), every=5_000,
                min_days=min_days, max_days=max_days,
            )
            for code, label, price, min_days, max_days in ways
        ),
    )  # fmt: skip


#: What a shop begins with.
ZONES: Final = (
    _zone(
        "Germany", frozenset({HOME}), ("standard", "Standard", 390, 2, 4), ("express", "Express", 990, 1, 2)
    ),
    _zone("European Union", EU, ("standard", "Standard", 790, 3, 7), ("express", "Express", 1490, 2, 3)),
    _zone("World", frozenset(), ("standard", "Standard", 1290, 6, 14), ("express", "Express", 2490, 3, 5)),
)
