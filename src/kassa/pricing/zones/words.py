"""When a parcel arrives, as people say it, in the language spoken now."""

from datetime import date

from babel.dates import format_date, format_skeleton

from kassa.kernel import speech
from kassa.kernel.speech import _
from kassa.pricing.zones.provider import ShippingMethod

#: Way by way, the labels that a shop begins with are said in the language spoken; what an operator wrote is said as is.
_ENGLISH = "en"


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


def _day(day: date) -> str:
    if _speaks_english():
        return str(format_date(day, "EEEE d MMMM", locale=speech.locale()))
    return str(format_skeleton("MMMMEEEEd", day, locale=speech.locale()))


def _speaks_english() -> bool:
    return speech.locale().language == _ENGLISH
