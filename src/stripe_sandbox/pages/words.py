"""What the pages say, in five languages, and how they write amounts of money.

The sentences are in `strings/{language}.json`; all files have the same keys.
"""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
from babel.dates import format_date
from babel.numbers import format_currency, get_currency_symbol

from stripe_sandbox.amounts import THREE_DECIMAL, ZERO_DECIMAL

LANGUAGES: Final = ("en", "de", "fr", "es", "ja")
Words = dict[str, dict[str, str]]


@cache
def words(language: str) -> Words:
    """The sentences of one language, by group and name."""
    text = files("stripe_sandbox.pages").joinpath(f"strings/{language}.json").read_bytes()
    return msgspec.json.decode(text, type=Words)


def language_of(wanted: str | None, accepted: str = "") -> str:
    """The language of a page: `wanted` (a locale; `auto` and None leave it open), else the browser's first choice.

    `accepted` is an `Accept-Language` header; what we do not speak is skipped, and English is the end.
    """
    candidates = [wanted or "", *(part.partition(";")[0] for part in accepted[:200].split(","))]
    for candidate in candidates:
        language = candidate.strip().lower().replace("_", "-").partition("-")[0]
        if language in LANGUAGES:
            return language
    return "en"


def money(amount: int, currency: str, language: str) -> str:
    """`amount` minor units as a person writes them, with as many decimals as Stripe counts for `currency`."""
    places = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    value = Decimal(amount).scaleb(-places)
    pattern = _PATTERNS[language].format(digits="." + "0" * places if places else "")
    if get_currency_symbol(currency.upper(), locale=language).isalpha():
        pattern = pattern.replace("¤#", "¤\N{NO-BREAK SPACE}#")
    return format_currency(value, currency.upper(), format=pattern, locale=language, currency_digits=False)


def date(timestamp: float, language: str) -> str:
    """A date in words."""
    return format_date(datetime.fromtimestamp(timestamp, UTC), format="long", locale=language)


# Babel's own patterns fix the decimals per currency by ISO 4217, and Stripe counts some differently (ISK, HUF).
_PATTERNS: Final = {
    "en": "¤#,##0{digits}",
    "de": "#,##0{digits}\N{NO-BREAK SPACE}¤",
    "fr": "#,##0{digits}\N{NO-BREAK SPACE}¤",
    "es": "#,##0{digits}\N{NO-BREAK SPACE}¤",
    "ja": "¤#,##0{digits}",
}
