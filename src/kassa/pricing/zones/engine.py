"""Shipping by table: zones, and in each the ways to send something. Pure.

A country belongs to the zone that names it, else to the one for the rest of the world. A way costs the same always
(`flat`), or by what the parcel weighs, or by what is in it costs; from `free_from` on nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from kassa.kernel.money import Money, exponent
from kassa.pricing.limits import step
from kassa.pricing.taxes import EU
from kassa.pricing.zones.provider import Convert, Parcel, PickupPoint, ShippingMethod, nothing_to_send
from kassa.pricing.zones.workdays import Calendar

HOME: Final = "DE"
#: In place of a currency: any other, and the amount is in hundredths of its major unit.
ANY: Final = "*"

By = Literal["flat", "weight", "price"]


def amount_in(prices: Mapping[str, int], currency: str, convert: Convert | None = None) -> int | None:
    """The amount in minor units of `currency`: as it is written down, or converted, or what stands under `*`.

    Under `*` stands what it is in any other currency, in hundredths of the major unit: 390 is 3.90 or ¥4, but where
    prices follow the shop's own by a rate, what 3.90 of those is worth. What is converted, or found there, is rounded
    up to what can be charged.
    """
    if currency in prices:
        return prices[currency]
    for known in sorted(prices.keys() - {ANY}) if convert else ():
        found = convert(prices[known], known, currency) if convert else None
        if found is not None:
            return _even(found, currency)
    if ANY not in prices:
        return None
    found = convert(prices[ANY], ANY, currency) if convert else None
    if found is not None:
        return _even(found, currency)
    return _even(-(-prices[ANY] * 10 ** exponent(currency) // 100), currency)


def _even(minor: int, currency: str) -> int:
    return -(-minor // step(currency)) * step(currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Up to a limit it costs so much: `prices` in minor units by currency, as `amount_in` reads them.

    The limit is `grams` of a way by weight, what the `goods` cost (by currency) of one by price; without it, no end.
    """

    prices: Mapping[str, int]
    grams: int | None = None
    goods: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to send something within a zone; `min_days` and `max_days` are working days.

    `every`: where it goes by weight, the price is due again for every so many grams begun.
    """

    code: str
    label: str
    by: By = "flat"
    bands: tuple[Band, ...]
    every: int | None = None
    free_from: Mapping[str, int] = field(default_factory=dict)
    min_days: int
    max_days: int
    pickup: PickupPoint | None = None

    def price(self, parcel: Parcel, convert: Convert | None = None) -> int | None:
        """What it costs in minor units; None: this can't be sent so, or not in this currency."""
        currency = parcel.goods.currency
        free = amount_in(self.free_from, currency, convert)
        if free is not None and parcel.goods.amount >= free:
            return 0
        for band in self.bands:
            if self._holds(band, parcel, convert):
                price = amount_in(band.prices, currency, convert)
                return None if price is None else price * self._times(parcel)
        return None

    def _holds(self, band: Band, parcel: Parcel, convert: Convert | None) -> bool:
        if self.by == "weight":
            return band.grams is None or parcel.weight_grams <= band.grams
        if self.by == "price" and band.goods:
            limit = amount_in(band.goods, parcel.goods.currency, convert)
            return limit is not None and parcel.goods.amount <= limit
        return True

    def _times(self, parcel: Parcel) -> int:
        return -(-parcel.weight_grams // self.every) if self.every and self.by == "weight" else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """Countries (ISO 3166-1), or the `rest` of the world, and the ways to send something there."""

    code: str
    name: str
    countries: frozenset[str] = frozenset()
    rest: bool = False
    ways: tuple[Way, ...] = ()


def zone_of(zones: Sequence[Zone], country: str) -> Zone | None:
    """The zone of a country; None: nothing is sent there."""
    named = next((zone for zone in zones if country in zone.countries), None)
    return named or next((zone for zone in zones if zone.rest), None)


def methods(
    zones: Sequence[Zone], country: str, parcel: Parcel, *, convert: Convert | None = None
) -> list[ShippingMethod]:
    """The ways to send `parcel` to `country`, the cheapest first, then pickups; none if it can't be sent there."""
    currency = parcel.goods.currency
    if not parcel.ships:
        return [nothing_to_send(currency)]
    zone, found = zone_of(zones, country), []
    for way in zone.ways if zone else ():
        minor = way.price(parcel, convert)
        if minor is not None:
            found.append(
                ShippingMethod(
                    way.code, way.label, Money(minor, currency), way.min_days, way.max_days, pickup=way.pickup,
                    free_from=amount_in(way.free_from, currency, convert),
                )
            )  # fmt: skip
    return sorted(
        found,
        key=lambda way: (way.pickup is not None, way.amount.amount, way.max_days, way.code),
    )


@dataclass(frozen=True, slots=True)
class Table:
    """The shop's own table: the provider of shipping that Kassa comes with. `now`: when it is ordered."""

    zones: Sequence[Zone]
    calendar: Calendar = field(default_factory=Calendar)
    now: datetime | None = None

    def ways(
        self, parcel: Parcel, country: str, region: str | None, *, convert: Convert | None = None
    ) -> tuple[ShippingMethod, ...]:
        """The ways of the country's zone, with the days on which it arrives."""
        return tuple(self._dated(way) for way in methods(self.zones, country, parcel, convert=convert))

    def _dated(self, way: ShippingMethod) -> ShippingMethod:
        if self.now is None or (not way.max_days and way.pickup is None):
            return way
        first, last = self.calendar.window(self.now, way.min_days, way.max_days)
        return ShippingMethod(
            way.code,
            way.label,
            way.amount,
            way.min_days,
            way.max_days,
            first,
            last,
            way.pickup,
            way.free_from,
        )


def _zone(code: str, name: str, countries: frozenset[str], *ways: tuple[str, str, int, int, int]) -> Zone:
    return Zone(
        code=code, name=name, countries=countries, rest=not countries,
        ways=tuple(
            Way(
                code=way, label=label, by="weight", bands=(Band(prices={ANY: price}),), every=5_000,
                min_days=min_days, max_days=max_days,
            )
            for way, label, price, min_days, max_days in ways
        ),
    )  # fmt: skip


#: What a shop begins with, as migration 0026 writes it down.
ZONES: Final = (
    _zone(
        "home", "Germany", frozenset({HOME}), ("standard", "Standard", 390, 2, 4), ("express", "Express", 990, 1, 2)
    ),
    _zone(
        "eu", "European Union", EU - {HOME}, ("standard", "Standard", 790, 3, 7), ("express", "Express", 1490, 2, 3)
    ),
    _zone(
        "world", "Rest of the world", frozenset(), ("standard", "Standard", 1290, 6, 14),
        ("express", "Express", 2490, 3, 5),
    ),
)  # fmt: skip
