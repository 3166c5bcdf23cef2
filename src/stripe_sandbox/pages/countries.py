"""The countries a customer can choose, in their language."""

from functools import cache
from typing import Final

from babel import Locale

# Where a postal code is part of what card networks check.
ASKS_POSTAL_CODE: Final = ("US", "GB", "CA")
# Territories of CLDR that are not countries a parcel or a card can come from.
_NOT: Final = ("AQ", "BV", "EU", "EZ", "HM", "QO", "UN", "XA", "XB", "ZZ")


@cache
def countries(language: str) -> list[tuple[str, str]]:
    """(ISO 3166 code, name) of every country, by name."""
    named = Locale.parse(language).territories
    found = [
        (code, name) for code, name in named.items() if len(code) == 2 and code.isalpha() and code not in _NOT
    ]
    return sorted(found, key=lambda pair: pair[1].casefold())
