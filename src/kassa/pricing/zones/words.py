"""When a parcel arrives, as people say it, in the language spoken now."""

from datetime import date
from typing import Final

from babel.dates import format_date, format_skeleton

from kassa.kernel import speech
from kassa.kernel.speech import N_, _
from kassa.pricing.zones.provider import PickupPoint, ShippingMethod

_ENGLISH: Final = "en"
#: A day with its weekday in full, which CLDR writes in full only with the year.
_DAYS: Final = {
    _ENGLISH: "EEEE d MMMM", "de": "EEEE, d. MMMM", "fr": "EEEE d MMMM", "es": "EEEE, d 'de' MMMM", "ja": "M月d日EEEE",
}  # fmt: skip
#: The labels that a shop begins with are said in the language spoken; what an operator wrote is said as it is.
LABELS: Final = (N_("Standard"), N_("Express"))


def delivery(method: ShippingMethod) -> str:
    """The days between which it arrives: "Tuesday 24 – Thursday 26 November"; nothing where nobody knows."""
    first, last = method.first, method.last
    if first is None or last is None:
        return ""
    return span(first, last)


def span(first: date, last: date) -> str:
    """From one day to another, in words."""
    if first == last:
        return _day(last)
    if (first.year, first.month) == (last.year, last.month) and _speaks_english():
        return f"{format_date(first, 'EEEE d', locale=speech.locale())} – {_day(last)}"
    return f"{_day(first)} – {_day(last)}"


def arrival(method: ShippingMethod) -> str:
    """A sentence of it: "Arrives Tuesday 24 November", "Ready for you …" for what is fetched."""
    days = delivery(method)
    if not days:
        return ""
    return _("Ready for you %(days)s", days=days) if method.pickup else _("Arrives %(days)s", days=days)


def place(point: PickupPoint) -> list[str]:
    """Where something is fetched, in lines."""
    at = point.address
    return [part for part in (at.name, at.line1, at.line2, f"{at.postal_code} {at.city}".strip()) if part]


def _day(day: date) -> str:
    pattern = _DAYS.get(speech.locale().language)
    if pattern is None:
        return str(format_skeleton("MMMMEEEEd", day, locale=speech.locale()))
    return str(format_date(day, pattern, locale=speech.locale()))


def _speaks_english() -> bool:
    return speech.locale().language == _ENGLISH
