"""The form of the hosted page: what is wrong with what came, and what the API gets of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from stripe_sandbox import cards
from stripe_sandbox.defaults import Obj
from stripe_sandbox.pages.checkout_asks import TAX_ID_TYPES, Asks, Field
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
SAVED: Final = "pm_"


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it came: texts by field name, and the name of what is wrong with a field."""

    values: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)


def check(asks: Asks, values: dict[str, str], offered: Sequence[str]) -> Filled:
    """`values` with everything found that the customer must correct, by names of `faults` in the strings, in
    the order of the page. `offered` are kinds of payment method and ids of saved ones.
    """
    faults: dict[str, str] = {}
    if asks.email:
        email = values.get("email", "")
        if not email:
            faults["email"] = "incomplete_email"
        elif not _EMAIL.fullmatch(email):
            faults["email"] = "invalid_email"
    if asks.phone and not values.get("phone"):
        faults["phone"] = "incomplete_field"
    for name in asks.names:
        if not name.optional and not values.get(name.name):
            faults[name.name] = "incomplete_field"
    if asks.shipping_to:
        faults |= _missing(values, "shipping", ("name", *NEEDED))
        if values.get("shipping_country") not in asks.shipping_to:
            faults["shipping_country"] = "incomplete_field"
    for one in asks.fields:
        if fault := _field_fault(one, values.get(one.name, "")):
            faults[one.name] = fault
    if asks.tax_id and _wants_tax_id(asks, values):
        faults |= {
            name: "incomplete_field" for name in ("tax_business_name", "tax_id") if not values.get(name)
        }
        if values.get("tax_id_type") not in TAX_ID_TYPES:
            faults["tax_id_type"] = "incomplete_field"
    if asks.method:
        faults |= _method_faults(values, offered)
    if asks.billing and not same_address(asks, values):
        faults |= _missing(values, "billing", NEEDED)
        if values.get("billing_country") not in dict(countries("en")):
            faults["billing_country"] = "incomplete_field"
    if asks.terms and not values.get("terms"):
        faults["terms"] = "terms_needed"
    return Filled(values, faults)


def same_address(asks: Asks, values: dict[str, str]) -> bool:
    """Whether the billing address is the one where the goods go."""
    return bool(asks.shipping_to and values.get("billing_same"))


def filled_address(values: dict[str, str], group: str) -> Obj:
    """What there is of an address."""
    return {name: values.get(f"{group}_{name}", "") for name in ADDRESS}


def tax_id_of(asks: Asks, values: dict[str, str]) -> Obj | None:
    """The tax id the customer gave, or None."""
    if not (asks.tax_id and _wants_tax_id(asks, values) and values.get("tax_id")):
        return None
    return {"type": values.get("tax_id_type", ""), "value": values["tax_id"]}


def method_parameters(asks: Asks, values: dict[str, str], email: str | None) -> Obj:
    """The payment method of a checked form, as the API wants it: a saved one's id, or the data of a new one."""
    kind = values["method"]
    if kind.startswith(SAVED):
        return {"payment_method": kind}
    billing: Obj = {"email": email} if email else {}
    if name := values.get("name" if kind == "card" else f"{kind}_name"):
        billing["name"] = name
    if asks.phone:
        billing["phone"] = values["phone"]
    if asks.billing:
        billing["address"] = filled_address(values, "shipping" if same_address(asks, values) else "billing")
    elif kind == "klarna":
        billing["address"] = {"country": values["klarna_country"]}
    return {"payment_method_data": {"type": kind, "billing_details": billing, **_details(kind, values)}}


def read_expiry(text: str) -> tuple[int, int] | None:
    """(month, year) of what people and autofill write: ``12/30``, ``12 / 2030``, ``1230``; None if it is no date."""
    found = _EXPIRY.fullmatch(text)
    if found is None:
        return None
    month, year = (found[1], found[2]) if found[1] else (found[3], found[4])
    return int(month), int(year) + (2000 if len(year) == 2 else 0)


def _details(kind: str, values: dict[str, str]) -> Obj:
    if kind == "card":
        month, year = read_expiry(values["expiry"]) or (0, 0)
        number = _digits(values["number"])
        return {"card": {"number": number, "exp_month": month, "exp_year": year, "cvc": values["cvc"]}}
    if kind == "sepa_debit":
        return {"sepa_debit": {"iban": _plain(values["iban"])}}
    if kind == "us_bank_account":
        return {
            "us_bank_account": {
                "account_holder_type": values["holder_type"],
                "account_number": _digits(values["account_number"]),
                "routing_number": _digits(values["routing_number"]),
            }
        }
    return {}


def _method_faults(values: dict[str, str], offered: Sequence[str]) -> dict[str, str]:
    kind = values.get("method", "")
    if kind not in offered:
        return {"method": "choose_method"}
    if kind == "card":
        return _card_faults(values)
    if kind == "sepa_debit":
        faults = _empty(values, "iban", "sepa_debit_name")
        return faults if "iban" in faults or _is_iban(values["iban"]) else {"iban": "invalid_iban"} | faults
    if kind == "us_bank_account":
        faults = _empty(values, "us_bank_account_name", "routing_number", "account_number")
        if values.get("holder_type") not in ("individual", "company"):
            faults["holder_type"] = "incomplete_field"
        if "routing_number" not in faults and len(_digits(values["routing_number"])) != 9:
            faults["routing_number"] = "invalid_routing_number"
        return faults
    return _empty(values, "klarna_country") if kind == "klarna" else {}


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


def _field_fault(one: Field, value: str) -> str | None:
    if not value:
        return None if one.optional or one.default else "incomplete_field"
    if one.kind == "dropdown":
        return None if value in dict(one.options) else "incomplete_field"
    if one.kind == "numeric" and not (value.isascii() and value.isdecimal()):
        return "digits_only"
    return None if one.least <= len(value) <= one.most else "wrong_length"


def _wants_tax_id(asks: Asks, values: dict[str, str]) -> bool:
    return asks.tax_id_needed or bool(values.get("as_business"))


def _is_iban(text: str) -> bool:
    plain = _plain(text)
    if not (15 <= len(plain) <= 34 and plain.isascii() and plain.isalnum()):
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def _empty(values: dict[str, str], *names: str) -> dict[str, str]:
    return {name: "incomplete_field" for name in names if not values.get(name)}


def _missing(values: dict[str, str], group: str, names: tuple[str, ...]) -> dict[str, str]:
    return _empty(values, *(f"{group}_{name}" for name in names))


def _plain(text: str) -> str:
    return "".join(text.split()).upper()


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isdecimal())
