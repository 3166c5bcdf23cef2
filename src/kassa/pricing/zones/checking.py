"""What a zone and a calendar must be so that parcels can be priced by them. Pure; every fault is named."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kassa.kernel.address import countries, validate
from kassa.kernel.errors import Invalid
from kassa.kernel.money import exponent
from kassa.pricing.limits import MAXIMUM, step
from kassa.pricing.zones.engine import ANY, Band, Way, Zone
from kassa.pricing.zones.errors import InvalidCalendar, InvalidZone
from kassa.pricing.zones.provider import NOTHING
from kassa.pricing.zones.workdays import Calendar

ZONES_LIMIT: Final = 100
WAYS_LIMIT: Final = 20
BANDS_LIMIT: Final = 20
HOLIDAYS_LIMIT: Final = 400
DAYS_LIMIT: Final = 90
_NAME_LIMIT: Final = 100
_OPENING_LIMIT: Final = 500
_GRAMS_LIMIT: Final = 10_000_000
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

Fault = tuple[str, str]


def checked(wish: Zone, *, count: int = 0) -> Zone:
    """The zone without stray spaces; `count` others are there.

    Raises:
        InvalidZone: `errors` names each fault.
    """
    faults = list(_zone_faults(wish, count))
    ways = []
    for index, way in enumerate(wish.ways):
        path = partial("ways[{}].{}".format, index)
        faults += [(path(name), words) for name, words in _way_faults(way)]
        try:
            ways.append(_tidy(way))
        except Invalid as fault:
            faults += [(path(name), words) for name, words in fault.errors]
    if faults:
        raise InvalidZone("The zone can't be kept as it is.", errors=faults)
    return replace(wish, name=wish.name.strip(), ways=tuple(ways))


def checked_calendar(wish: Calendar) -> Calendar:
    """The calendar, if parcels can leave by it.

    Raises:
        InvalidCalendar: `errors` names each fault.
    """
    faults: list[Fault] = []
    if not wish.days or not wish.days <= set(range(7)):
        faults.append(("days", "must name at least one day of the week, 0 (Monday) to 6"))
    if wish.cutoff is not None and not 0 <= wish.cutoff <= 23:
        faults.append(("cutoff", "is no hour of a day"))
    if len(wish.holidays) > HOLIDAYS_LIMIT:
        faults.append(("holidays", f"has more than {HOLIDAYS_LIMIT} days"))
    if not _is_zone(wish.zone):
        faults.append(("zone", "is not the name of a time zone, as Europe/Berlin is"))
    if faults:
        raise InvalidCalendar("The calendar can't be kept as it is.", errors=faults)
    return wish


def _is_zone(name: str) -> bool:
    if name == "UTC":
        return True
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _zone_faults(wish: Zone, count: int) -> Iterator[Fault]:
    if not _CODE.fullmatch(wish.code):
        yield "code", "must be of small letters, figures and hyphens, at most 40"
    if not 0 < len(wish.name.strip()) <= _NAME_LIMIT or "\x00" in wish.name:
        yield "name", f"must have one to {_NAME_LIMIT} characters"
    for country in sorted(wish.countries - set(countries())):
        yield "countries", f"{country!r} is not an ISO 3166 country code"
    if wish.rest and wish.countries:
        yield "countries", "must be empty for the rest of the world"
    if count >= ZONES_LIMIT:
        yield "code", f"would be one zone too many: {ZONES_LIMIT} is the limit"
    if len(wish.ways) > WAYS_LIMIT:
        yield "ways", f"has more than {WAYS_LIMIT}"
    codes = [way.code for way in wish.ways]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield "ways", f"has two of the code {code!r}"


def _way_faults(way: Way) -> Iterator[Fault]:
    if not _CODE.fullmatch(way.code) or way.code == NOTHING:
        yield "code", "must be of small letters, figures and hyphens, at most 40"
    if not 0 < len(way.label.strip()) <= _NAME_LIMIT or "\x00" in way.label:
        yield "label", f"must have one to {_NAME_LIMIT} characters"
    if not 0 <= way.min_days <= way.max_days <= DAYS_LIMIT:
        yield "max_days", f"must be from min_days to {DAYS_LIMIT}"
    if way.every is not None and not (way.by == "weight" and 0 < way.every <= _GRAMS_LIMIT):
        yield "every", "is for ways by weight, in grams"
    yield from _amount_faults("free_from", way.free_from)
    if not 0 < len(way.bands) <= BANDS_LIMIT:
        yield "bands", f"must have one to {BANDS_LIMIT}"
    for index, band in enumerate(way.bands):
        yield from _band_faults(way, index, band)


def _band_faults(way: Way, index: int, band: Band) -> Iterator[Fault]:
    path = f"bands[{index}]"
    if not band.prices:
        yield f"{path}.prices", "must have a price"
    yield from _amount_faults(f"{path}.prices", band.prices)
    yield from _amount_faults(f"{path}.goods", band.goods)
    if band.grams is not None and (way.by != "weight" or not 0 < band.grams <= _GRAMS_LIMIT):
        yield f"{path}.grams", "is the limit of a way by weight"
    if band.goods and way.by != "price":
        yield f"{path}.goods", "is the limit of a way by price"
    endless = band.grams is None and not band.goods
    if endless and index < len(way.bands) - 1:
        yield path, "has no end, so nothing could come after it"
    if index and not endless:
        yield from _order_faults(path, way.bands[index - 1], band)


def _order_faults(path: str, before: Band, band: Band) -> Iterator[Fault]:
    """Limits grow from band to band, in every currency."""
    if before.grams is not None and band.grams is not None and band.grams <= before.grams:
        yield f"{path}.grams", "must be more than the limit before"
    for currency in sorted(before.goods.keys() | band.goods.keys() if band.goods else ()):
        first, second = before.goods.get(currency), band.goods.get(currency)
        if before.goods and (first is None or second is None or second <= first):
            yield f"{path}.goods.{currency}", "must be more than the limit before"


def _amount_faults(path: str, amounts: Mapping[str, int]) -> Iterator[Fault]:
    for currency, minor in amounts.items():
        if not 0 <= minor <= MAXIMUM:
            yield f"{path}.{currency}", "is no amount"
        if currency == ANY:
            continue
        try:
            exponent(currency)
        except Invalid:
            yield f"{path}.{currency}", "is not an ISO 4217 currency code"
            continue
        if minor % step(currency):
            yield f"{path}.{currency}", f"must be a multiple of {step(currency)} minor units"


def _tidy(way: Way) -> Way:
    if way.pickup is None:
        return replace(way, label=way.label.strip())
    if len(way.pickup.opening) > _OPENING_LIMIT or "\x00" in way.pickup.opening:
        errors: Sequence[Fault] = [("pickup.opening", f"has more than {_OPENING_LIMIT} characters")]
        raise InvalidZone("The zone can't be kept as it is.", errors=errors)
    at = replace(
        way.pickup,
        address=validate(way.pickup.address, "pickup.address"),
        opening=way.pickup.opening.strip().replace("\r\n", "\n"),
    )
    return replace(way, label=way.label.strip(), pickup=at)
