"""The forms of zones, ways and the calendar: what was typed, what is wrong with it, and what it asks for if nothing is.

Amounts are typed in the major unit ("3.90"); nothing typed is ever lost.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, cast, get_args

from kassa.kernel.address import Address
from kassa.kernel.errors import Invalid
from kassa.kernel.money import parse_decimal, to_decimal
from kassa.pricing import zones
from kassa.pricing.zones import ANY, Band, Calendar, PickupPoint, Way, Zone
from kassa.pricing.zones.checking import BANDS_LIMIT, checked, checked_calendar
from kassa.pricing.zones.engine import By

#: As many fields as the largest form has: every country, or twenty bands in every currency.
FIELDS: Final = 900
#: Lines for bands that are still to be typed.
_SPARE: Final = 2
_PLACE: Final = ("name", "line1", "line2", "postal_code", "city", "region", "country")
_HUNDREDTHS: Final = "EUR"
_PATHS: Final = (
    (re.compile(r"bands\[(\d+)\]\.prices\.(.+)"), "band:{0}:price:{1}"),
    (re.compile(r"bands\[(\d+)\]\.prices"), "band:{0}:price:*"),
    (re.compile(r"bands\[(\d+)\]\.goods\.(.+)"), "band:{0}:goods:{1}"),
    (re.compile(r"bands\[(\d+)\](?:\.grams)?"), "band:{0}:grams"),
    (re.compile(r"bands"), "band:0:price:*"),
    (re.compile(r"free_from\.(.+)"), "free:{0}"),
    (re.compile(r"pickup\.address\.(.+)"), "pickup_{0}"),
    (re.compile(r"pickup\.opening"), "opening"),
)


@dataclass(slots=True)
class Typed:
    """A form as it was typed: `values` by field, and `faults`, what is wrong with a field, in words."""

    values: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)


def of_way(way: Way) -> dict[str, str]:
    """The fields of the form for a way that is there."""
    values = {
        "label": way.label, "by": way.by, "every": str(way.every or ""), "min_days": str(way.min_days),
        "max_days": str(way.max_days), **_amounts("free", way.free_from),
    }  # fmt: skip
    for index, band in enumerate(way.bands):
        values[f"band:{index}:grams"] = str(band.grams or "")
        values |= _amounts(f"band:{index}:price", band.prices) | _amounts(f"band:{index}:goods", band.goods)
    if way.pickup is not None:
        values |= {"pickup": "on", "opening": way.pickup.opening}
        values |= {f"pickup_{part}": getattr(way.pickup.address, part) or "" for part in _PLACE}
    return values


def rows(values: Mapping[str, str]) -> range:
    """The bands a form has lines for: those that are filled in, and some more."""
    filled = [
        int(found[1]) for name, text in values.items() if text and (found := re.match(r"band:(\d+):", name))
    ]
    return range(min(BANDS_LIMIT, max(filled, default=-1) + 1 + _SPARE))


def read_way(
    values: Mapping[str, str], currencies: Sequence[str], code: str | None
) -> tuple[Typed, Way | None]:
    """The form as it was sent, and the way it asks for if it has no faults; without a `code`, of its name."""
    typed = Typed({name: text.strip() for name, text in values.items() if name != "csrf_token"})
    by = cast(By, typed.values.get("by") if typed.values.get("by") in get_args(By) else "flat")
    bands, places = _bands(typed, by, currencies)
    way = Way(
        code=code or slug(typed.values.get("label", "")), label=typed.values.get("label", ""), by=by, bands=bands,
        every=_whole(typed, "every") if by == "weight" and typed.values.get("every") else None,
        free_from=_read(typed, "free", currencies), min_days=_whole(typed, "min_days"),
        max_days=_whole(typed, "max_days"), pickup=_pickup(typed),
    )  # fmt: skip
    if typed.faults:
        return typed, None
    try:
        zone = checked(Zone(code="zone", name="zone", ways=(way,)))
    except Invalid as fault:
        for path, words in fault.errors:
            typed.faults.setdefault(_field(path.removeprefix("ways[0]."), places, currencies), _said(words))
        return typed, None
    return typed, zone.ways[0]


def read_zone(values: Mapping[str, str], code: str | None) -> tuple[Typed, Zone]:
    """The form as it was sent, and the zone it asks for, without ways."""
    typed = Typed({name: text.strip() for name, text in values.items() if name != "csrf_token"})
    rest = typed.values.get("which") == "rest"
    named = {name.removeprefix("country:") for name in typed.values if name.startswith("country:")}
    name = typed.values.get("name", "")
    wish = Zone(
        code=code or slug(name), name=name, rest=rest, countries=frozenset() if rest else frozenset(named)
    )
    try:
        checked(wish)
    except Invalid as fault:
        typed.faults = {"name" if path == "code" else path: _said(words) for path, words in fault.errors}
    return typed, wish


def read_calendar(values: Mapping[str, str]) -> tuple[Typed, Calendar | None]:
    """The form as it was sent, and the calendar it asks for if it has no faults."""
    typed = Typed({name: text.strip() for name, text in values.items() if name != "csrf_token"})
    days = frozenset(day for day in range(7) if typed.values.get(f"day:{day}"))
    cutoff = _whole(typed, "cutoff") if typed.values.get("cutoff") else None
    wish = Calendar(typed.values.get("zone", "") or "UTC", cutoff, days, _holidays(typed))
    if typed.faults:
        return typed, None
    try:
        return typed, checked_calendar(wish)
    except Invalid as fault:
        typed.faults = {"day:0" if path == "days" else path: _said(words) for path, words in fault.errors}
        return typed, None


def slug(name: str) -> str:
    """A name as a code: small letters, figures and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    return f"way-{found}" if found == zones.NOTHING else found or "way"


def _bands(typed: Typed, by: By, currencies: Sequence[str]) -> tuple[tuple[Band, ...], list[int]]:
    """The bands that are filled in, and the lines they stand in; empty ones in between do not count."""
    found, places = [], []
    for index in range(BANDS_LIMIT):
        prices = _read(typed, f"band:{index}:price", currencies)
        limit = typed.values.get(f"band:{index}:grams", "") if by == "weight" else ""
        grams = _whole(typed, f"band:{index}:grams") if limit else None
        goods = _read(typed, f"band:{index}:goods", currencies) if by == "price" else {}
        if prices or grams is not None or goods:
            found.append(Band(prices=prices, grams=grams, goods=goods))
            places.append(index)
    return tuple(found[:1] if by == "flat" else found), places


def _pickup(typed: Typed) -> PickupPoint | None:
    if not typed.values.get("pickup"):
        return None
    parts = {part: typed.values.get(f"pickup_{part}", "") for part in _PLACE}
    at = Address(
        name=parts["name"], line1=parts["line1"], line2=parts["line2"] or None, city=parts["city"],
        region=parts["region"] or None, postal_code=parts["postal_code"], country=parts["country"].upper(),
    )  # fmt: skip
    return PickupPoint(at, typed.values.get("opening", ""))


def _read(typed: Typed, name: str, currencies: Sequence[str]) -> dict[str, int]:
    """The amounts of a field by currency, in minor units."""
    found = {}
    for currency in (*currencies, ANY):
        text = typed.values.get(f"{name}:{currency}", "").replace(",", ".")
        if text:
            try:
                found[currency] = parse_decimal(text, _HUNDREDTHS if currency == ANY else currency)
            except Invalid as fault:
                typed.faults[f"{name}:{currency}"] = fault.detail
    return found


def _amounts(name: str, amounts: Mapping[str, int]) -> dict[str, str]:
    return {
        f"{name}:{currency}": str(to_decimal(minor, _HUNDREDTHS if currency == ANY else currency))
        for currency, minor in amounts.items()
    }


def _whole(typed: Typed, name: str) -> int:
    text = typed.values.get(name, "")
    if text.isascii() and text.isdecimal() and len(text) <= len(str(10**8)):
        return int(text)
    typed.faults[name] = "This must be a whole number."
    return 0


def _holidays(typed: Typed) -> frozenset[date]:
    found = set()
    for line in typed.values.get("holidays", "").split():
        try:
            found.add(date.fromisoformat(line))
        except ValueError:
            typed.faults["holidays"] = f"{line[:20]} is not a day, as 2026-12-25 is."
    return frozenset(found)


def _field(path: str, places: Sequence[int], currencies: Sequence[str]) -> str:
    """The field that a fault of the checks is about."""
    for pattern, name in _PATHS:
        found = pattern.fullmatch(path)
        if found:
            parts = list(found.groups())
            if "band:{0}" in name and parts:
                parts[0] = str(places[int(parts[0])])
            return name.format(*parts).replace("price:*", f"price:{currencies[0]}")
    return path


def _said(words: str) -> str:
    return f"This {words}."
