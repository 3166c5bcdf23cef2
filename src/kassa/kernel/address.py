"""A postal address, as it is stored with an order and shown on a parcel. What forms ask for is in `postal`."""

import re
from typing import Annotated

import msgspec
from babel import Locale

from kassa.kernel import postal
from kassa.kernel.errors import Invalid

_COUNTRIES = frozenset(str(code) for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", str(code))) - {
    "EU", "EZ", "QO", "UN", "XA", "XB", "XK", "ZZ",
}  # fmt: skip

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where something goes. `country` is an ISO 3166-1 alpha-2 code; some have no cities that addresses name."""

    name: Line
    line1: Line
    line2: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    city: Annotated[str, msgspec.Meta(max_length=100)] = ""
    region: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    postal_code: Annotated[str, msgspec.Meta(max_length=20)] = ""
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]


def validate(address: Address, path: str = "shipping_address") -> Address:
    """The address without stray spaces.

    Raises:
        Invalid: a field is empty or too long, or the country is none; `errors` names each field.
    """
    values = {key: value.strip() for key, value in msgspec.to_builtins(address).items()}
    faults = [
        (f"{path}.{field}", "is required")
        for field in ("name", "line1", "city", "country")
        if not values.get(field) and (field != "city" or postal.has_city(values.get("country", "")))
    ]
    if values.get("country") and values["country"] not in _COUNTRIES:
        faults.append((f"{path}.country", "is not an ISO 3166 country code"))
    if any("\x00" in value for value in values.values()):
        faults.append((path, "contains a character that no address has"))
    if faults:
        raise Invalid("The address is not complete.", code="invalid_address", errors=faults)
    return msgspec.convert({key: value for key, value in values.items() if value}, Address)


def countries() -> list[str]:
    """Every ISO 3166-1 alpha-2 code that can be shipped to, sorted."""
    return sorted(_COUNTRIES)
