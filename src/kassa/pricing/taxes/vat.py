"""VAT numbers of the EU and the United Kingdom: written as the tax offices write them, their check digits right.

Whether a number is in use today only VIES or HMRC can say; nobody is kept from buying because those are away.
"""

from typing import Final

from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as gb_vat

from kassa.kernel.speech import _
from kassa.pricing.taxes.errors import BadVatId

_LIMIT: Final = 40
#: ISO 3166-1 has another name for these than their VAT numbers.
_PREFIXES: Final = {"GR": "EL"}
_COUNTRIES: Final = {"EL": "GR", "XI": "GB"}
#: Members of the EU, and so of its VAT.
EU: Final = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
#: Where a business is asked for its VAT number.
VAT_COUNTRIES: Final = EU | {"GB"}


def vat_id(text: str, country: str) -> str:
    """A VAT number as it is written (`DE136695976`), of a business that has something sent to `country`.

    Spaces, dots and the country's letters may be missing. Where nobody has one of these numbers it is "", as for "".

    Raises:
        BadVatId: it can't be one.
    """
    bare = "".join(char for char in text[:_LIMIT].upper() if char.isalnum() and char.isascii())
    if not text.strip() or country not in VAT_COUNTRIES:
        return ""
    for written in (bare, _PREFIXES.get(country, country) + bare):
        found = _checked(written)
        fits = country_of(found) == "GB" if country == "GB" else found[:2] != "GB"
        if found and fits and len(text) <= _LIMIT:
            return found
    raise BadVatId(
        _(
            "No VAT number looks like this. It begins with the letters of its country, such as %(letters)s.",
            letters=_PREFIXES.get(country, country),
        ),
        errors=[("vat_id", "is not a VAT number")],
    )  # fmt: skip


def _checked(written: str) -> str:
    """The number as its tax office writes it, with its letters; "" if it can't be one."""
    prefix = _PREFIXES.get(written[:2], written[:2])
    known = country_of(prefix) in VAT_COUNTRIES
    try:
        if not known:
            return ""
        if prefix == "GB":
            return prefix + gb_vat.validate(written)
        number = vat.validate(prefix + written[2:])
    except ValidationError:
        return ""
    return number


def country_of(number: str) -> str:
    """The country (ISO 3166-1) whose tax office gave out a number that was found to be good."""
    return _COUNTRIES.get(number[:2], number[:2])
