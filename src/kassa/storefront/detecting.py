"""The currency of somebody who has not chosen one: that of the country their browser speaks the language of.

Only where the operator wants it (`KASSA_DETECT_CURRENCY`), and only as long as nothing is known of the browser; the
session that it gets with the first thing in its bag remembers what was shown. Nobody is sent elsewhere for it.
"""

from datetime import date
from functools import lru_cache
from typing import Final

from babel.core import get_global
from babel.numbers import get_territory_currencies

from kassa.config import Settings
from kassa.shop import Shop
from kassa.storefront.request import AnyRequest

_LANGUAGES_LIMIT: Final = 10
_HEADER_LIMIT: Final = 200


def is_on(request: AnyRequest) -> bool:
    """Whether this shop shows people the currency of their country."""
    settings = _settings(request)
    return settings is not None and settings.detect_currency == "yes"


def currency(request: AnyRequest) -> str | None:
    """The currency to show somebody of whom nothing is known, if it is not the shop's own."""
    shop: Shop | None = getattr(request.app.state, "shop", None)
    if shop is None or not is_on(request):
        return None
    spoken = request.headers.get("accept-language", "")[:_HEADER_LIMIT]
    found = _guess(spoken, shop.settings.currencies, shop.clock.now().date())
    return found if found != shop.settings.currencies[0] else None


@lru_cache(maxsize=1024)
def _guess(spoken: str, offered: tuple[str, ...], day: date) -> str | None:
    """What is paid with where the first language that has a country is spoken, if the shop sells in it."""
    for tag in _by_weight(spoken):
        country = _country(tag)
        if country:
            tender = get_territory_currencies(country, start_date=day)
            return next((code for code in tender if code in offered), None)
    return None


def _by_weight(spoken: str) -> list[str]:
    """The languages of `Accept-Language`, the dearest first (RFC 9110 §12.5.4)."""
    weighed = []
    for part in spoken.split(",", _LANGUAGES_LIMIT)[:_LANGUAGES_LIMIT]:
        tag, _, weight = part.replace(" ", "").partition(";q=")
        try:
            weighed.append((-float(weight or 1), tag))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(weighed, key=lambda each: each[0]) if weight < 0]


def _country(tag: str) -> str | None:
    """The country in `de-CH`; without one, where the language is at home. English is at home in too many places."""
    language, *rest = tag.split("-")
    named = next((part.upper() for part in rest if len(part) == 2 and part.isalpha()), None)
    if named or language.lower() == "en":
        return named
    likely: str = get_global("likely_subtags").get(language.lower(), "")
    return likely.rpartition("_")[2] or None


def _settings(request: AnyRequest) -> Settings | None:
    shop: Shop | None = getattr(request.app.state, "shop", None)
    return shop.settings if shop is not None else None
