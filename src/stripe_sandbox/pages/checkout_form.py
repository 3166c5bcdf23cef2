"""The form of the hosted page: what it asks for, what is wrong with what came, and what the API gets of it."""

import re
from dataclasses import dataclass, field
from typing import Final

from stripe_sandbox import cards
from stripe_sandbox.defaults import Obj
from stripe_sandbox.pages.countries import countries

_EMAIL: Final = re.compile(r"[^@\s,;<>\"()]{1,64}@[^@\s,;<>\"()]{1,190}\.[^@\s,;<>\"().]{2,63}")
_EXPIRY: Final = re.compile(r"(\d{1,2})\s*[/.\-\s]\s*(\d{4}|\d{2})|(\d{2})(\d{4}|\d{2})")
# Which field an error of the API is about.
FIELD_OF: Final = {
    "incorrect_number": "number", "invalid_number": "number", "invalid_expiry_month": "expiry",
    "invalid_expiry_year": "expiry", "expired_card": "expiry", "incorrect_cvc": "cvc", "invalid_cvc": "cvc",
}  # fmt: skip
ADDRESS: Final = ("line1", "line2", "city", "state", "postal_code", "country")
NEEDED: Final = ("line1", "city", "postal_code", "country")


@dataclass(frozen=True, slots=True)
class Asks:
    """What one session's page asks the customer for."""

    card: bool
    email: bool
    phone: bool
    billing: bool
    shipping_to: tuple[str, ...]

    @classmethod
    def of(cls, session: Obj) -> "Asks":
        """What this session was made to ask for."""
        shipping = session.get("shipping_address_collection") or {}
        phone = session.get("phone_number_collection") or {}
        return cls(
            card=session["amount_total"] > 0,
            email=not session["customer_email"],
            phone=bool(phone.get("enabled")),
            billing=session.get("billing_address_collection") == "required",
            shipping_to=tuple(shipping.get("allowed_countries") or ()),
        )


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it came: texts by field name, and the name of what is wrong with a field."""

    values: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)


def check(asks: Asks, values: dict[str, str]) -> Filled:
    """`values` with everything found that the customer must correct, by names of `faults` in the strings."""
    faults: dict[str, str] = {}
    if asks.email:
        email = values.get("email", "")
        if not email:
            faults["email"] = "incomplete_email"
        elif not _EMAIL.fullmatch(email):
            faults["email"] = "invalid_email"
    if asks.phone and not values.get("phone"):
        faults["phone"] = "incomplete_field"
    if asks.shipping_to:
        faults |= _missing(values, "shipping", ("name", *NEEDED))
        if values.get("shipping_country") not in asks.shipping_to:
            faults["shipping_country"] = "incomplete_field"
    if asks.card:
        faults |= _card_faults(values)
    if asks.billing:
        faults |= _missing(values, "billing", NEEDED)
        if values.get("billing_country") not in dict(countries("en")):
            faults["billing_country"] = "incomplete_field"
    return Filled(values, faults)


def parameters(asks: Asks, values: dict[str, str]) -> Obj:
    """What a checked form means to `pay_session`."""
    params: Obj = {"customer_details": {"name": values.get("name", "")}}
    if values.get("expected_amount", "").isdecimal():
        params["expected_amount"] = int(values["expected_amount"][:15])
    if asks.email:
        params["customer_details"]["email"] = values["email"]
    if asks.phone:
        params["customer_details"]["phone"] = values["phone"]
    if asks.shipping_to:
        params["shipping_details"] = {
            "name": values["shipping_name"],
            "address": _address(values, "shipping"),
        }
    if asks.card:
        month, year = read_expiry(values["expiry"]) or (0, 0)
        billing: Obj = {"name": values["name"]}
        if asks.email:
            billing["email"] = values["email"]
        if asks.billing:
            billing["address"] = _address(values, "billing")
        params["payment_method_data"] = {
            "type": "card",
            "card": {"number": _digits(values["number"]), "exp_month": month, "exp_year": year, "cvc": values["cvc"]},
            "billing_details": billing,
        }  # fmt: skip
    return params


def read_expiry(text: str) -> tuple[int, int] | None:
    """(month, year) of what people and autofill write: ``12/30``, ``12 / 2030``, ``1230``; None if it is no date."""
    found = _EXPIRY.fullmatch(text)
    if found is None:
        return None
    month, year = (found[1], found[2]) if found[1] else (found[3], found[4])
    return int(month), int(year) + (2000 if len(year) == 2 else 0)


def _card_faults(values: dict[str, str]) -> dict[str, str]:
    faults: dict[str, str] = {}
    number = _digits(values.get("number", ""))
    if len(number) < 12:
        faults["number"] = "incomplete_number"
    elif not cards.passes_checksum(number):
        faults["number"] = "invalid_number"
    expiry = read_expiry(values.get("expiry", ""))
    if expiry is None:
        faults["expiry"] = "incomplete_expiry"
    elif not 1 <= expiry[0] <= 12:
        faults["expiry"] = "invalid_expiry_month"
    wanted = 4 if number[:2] in ("34", "37") else 3
    cvc = values.get("cvc", "")
    if not (cvc.isascii() and cvc.isdecimal() and len(cvc) >= wanted):
        faults["cvc"] = "incomplete_cvc"
    if not values.get("name"):
        faults["name"] = "incomplete_name"
    return faults


def _missing(values: dict[str, str], group: str, names: tuple[str, ...]) -> dict[str, str]:
    return {f"{group}_{name}": "incomplete_field" for name in names if not values.get(f"{group}_{name}")}


def _address(values: dict[str, str], group: str) -> Obj:
    return {name: values.get(f"{group}_{name}", "") for name in ADDRESS}


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isdecimal())
