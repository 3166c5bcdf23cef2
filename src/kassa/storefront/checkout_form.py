"""The checkout's form: what was typed, what is wrong with it field by field, and what it asks for if nothing is.

Nothing typed is ever lost: every part comes back as it was, also those that the chosen country has no field for.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import msgspec
from babel import Locale
from email_validator import EmailNotValidError, validate_email

from kassa.accounts.addresses import SavedAddress
from kassa.kernel import postal, speech
from kassa.kernel.address import Address, countries
from kassa.kernel.speech import N_, _
from kassa.pricing import taxes
from kassa.pricing.zones import HOME
from kassa.storefront import refusals
from kassa.storefront.forms import Form

NOTE_LIMIT: Final = 1_000
BILLING: Final = "billing_"
#: The choice of an address that is not in the book.
ELSEWHERE: Final = "new"

#: Fields may be sent longer than they may be, so that it can be said beside the field and nothing typed is lost.
_SENT_LIMIT: Final = 5_000
_OTHERS: Final = (
    "email", "shipping_method", "note", "saved_address", "bill_elsewhere", "save_address", "vat_id",
    "remind", "discount_code",
)  # fmt: skip
LONGER: Final = dict.fromkeys(
    [*_OTHERS, *postal.PARTS, *(f"{BILLING}{part}" for part in postal.PARTS)], _SENT_LIMIT
)
_NAMES: Final = {
    "email": N_("E-mail"),
    "discount_code": N_("Discount code"),
    "country": N_("Country"),
    f"{BILLING}country": N_("Country of the bill"),
    "shipping_method": N_("How it travels"),
    "note": N_("Note"),
    "vat_id": N_("VAT number"),
}


@dataclass(slots=True)
class Wanted:
    """What a form without faults asks for. `save`: the address goes into the customer's book; `remind`: the customer
    wants to be reminded of the order, should it not be paid."""

    email: str
    shipping: Address
    billing: Address | None
    note: str
    save: bool
    vat_id: str = ""
    remind: bool = False


@dataclass(slots=True)
class CheckoutForm(Form):
    """The form with the customer's saved addresses."""

    saved: Sequence[SavedAddress] = field(default_factory=tuple)

    @property
    def chosen(self) -> SavedAddress | None:
        """The saved address that the order goes to; None: the one that is typed."""
        return next((one for one in self.saved if str(one.id) == self.values["saved_address"]), None)

    def country(self, prefix: str = "") -> str:
        """The country an address is in, as far as the form knows."""
        if not prefix and self.chosen is not None:
            return str(self.chosen.address["country"])
        return (
            self.values[f"{prefix}country"]
            if self.values[f"{prefix}country"] in names_of_countries()
            else HOME
        )

    @property
    def asks_vat_id(self) -> bool:
        """Whether businesses have VAT numbers where it goes."""
        return self.country() in taxes.VAT_COUNTRIES

    @property
    def vat_id(self) -> str:
        """The VAT number, if it is good."""
        return "" if "vat_id" in self.faults or not self.asks_vat_id else self.values["vat_id"]

    def postal_code(self) -> str | None:
        """The postal code of the address that the parcel goes to."""
        if self.chosen is not None:
            return self.chosen.address.get("postal_code")
        return postal.tidy(self.values, self.country()).get("postal_code") or None

    def region(self) -> str | None:
        """The region of the address that the parcel goes to, as the tax table calls it."""
        if self.chosen is not None:
            return self.chosen.address.get("region")
        return postal.tidy(self.values, self.country()).get("region") or None

    def fields(self, prefix: str = "") -> tuple[postal.Field, ...]:
        """What the typed address needs in the country it is in."""
        country = self.values[f"{prefix}country"]
        return postal.fields(country if country in names_of_countries() else HOME)

    def spare(self, prefix: str = "") -> list[str]:
        """The parts that this country has no field for; what was typed there is kept all the same."""
        asked = {f"{prefix}{one.name}" for one in self.fields(prefix)} | {f"{prefix}country"}
        return [f"{prefix}{part}" for part in postal.PARTS if f"{prefix}{part}" not in asked]


def blank(saved: Sequence[SavedAddress] = (), **known: str | None) -> CheckoutForm:
    """The form before anybody typed, with what is known already."""
    parts = [f"{prefix}{part}" for prefix in ("", BILLING) for part in postal.PARTS]
    values = {**dict.fromkeys([*parts, *_OTHERS], ""), "country": HOME, f"{BILLING}country": HOME}
    if saved:
        values["saved_address"] = str(saved[0].id)
    form = CheckoutForm({**values, **{name: value for name, value in known.items() if value}}, saved=saved)
    form.names = _names(form)
    return form


def read(values: Mapping[str, str], saved: Sequence[SavedAddress] = ()) -> tuple[CheckoutForm, Wanted | None]:
    """The form as it was sent, with its faults, and what it asks for if it has none."""
    form = blank(saved)
    form.values |= {name: values.get(name, "").strip() for name in form.values}
    form.values["note"] = form.values["note"].replace("\r\n", "\n")
    for prefix in ("", BILLING):
        form.values[f"{prefix}country"] = form.values[f"{prefix}country"].upper() or HOME
    form.names = _names(form)
    email = _email(form)
    shipping = _saved_or_typed(form)
    billing = _typed(form, BILLING) if form.values["bill_elsewhere"] else None
    _check_vat_id(form)
    if len(form.values["note"]) > NOTE_LIMIT:
        form.faults["note"] = _(
            "This is too long: at most %(number)s characters fit.", number=speech.decimal(NOTE_LIMIT)
        )
    if form.faults or email is None or shipping is None:
        return form, None
    save = bool(form.values["save_address"]) and form.chosen is None
    return form, Wanted(
        email, shipping, billing, form.values["note"], save, form.vat_id, bool(form.values["remind"])
    )


def read_address(values: Mapping[str, str]) -> tuple[CheckoutForm, Address | None]:
    """A form that asks for nothing but an address, as it was sent, and the address if it has no faults."""
    form = blank()
    form.values |= {name: values.get(name, "").strip() for name in form.values}
    form.values["country"] = form.values["country"].upper() or HOME
    form.values[f"{BILLING}country"] = HOME
    form.names = _names(form)
    return form, _typed(form, "")


def address_known(address: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """An address in the fields of the form."""
    return {f"{prefix}{part}": str(address[part]) for part in postal.PARTS if address.get(part)}


def names_of_countries() -> Mapping[str, str]:
    """Every country that can be shipped to, with its name in the language spoken now, sorted by it."""
    return _names_of_countries(speech.language())


@cache
def _names_of_countries(language: str) -> Mapping[str, str]:
    names, english = speech.locale(language).territories, Locale("en").territories
    known = ((code, str(names.get(code) or english[code])) for code in countries())
    return dict(sorted(known, key=lambda pair: _letters(pair[1])))


def _letters(name: str) -> str:
    """A name as it is sorted: Österreich is among the O."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def _names(form: CheckoutForm) -> dict[str, str]:
    """What the labels call the fields, in their order on the page."""
    ships = {one.name: _(one.label) for one in form.fields()}
    bills = {
        f"{BILLING}{one.name}": _("%(field)s of the bill", field=_(one.label)) for one in form.fields(BILLING)
    }
    ours = {name: _(label) for name, label in _NAMES.items()}
    return {"email": ours["email"], "country": ours["country"], **ships, **bills, **ours}


def _email(form: CheckoutForm) -> str | None:
    try:
        found = validate_email(form.values["email"], check_deliverability=False).normalized
    except EmailNotValidError:
        form.faults["email"] = _("We need an e-mail address that works, like ada@example.org.")
        return None
    form.values["email"] = found
    return found


def _check_vat_id(form: CheckoutForm) -> None:
    try:
        number = taxes.vat_id(form.values["vat_id"], form.country())
    except taxes.BadVatId as fault:
        form.faults["vat_id"] = refusals.said(fault)
    else:
        form.values["vat_id"] = number or form.values["vat_id"]


def _saved_or_typed(form: CheckoutForm) -> Address | None:
    chosen = form.chosen
    if chosen is None:
        return _typed(form, "")
    return msgspec.convert(dict(chosen.address), Address)


def _typed(form: CheckoutForm, prefix: str) -> Address | None:
    country = form.values[f"{prefix}country"]
    if country not in names_of_countries():
        form.faults[f"{prefix}country"] = _("Please choose a country of the list.")
        return None
    typed = {part: form.values[f"{prefix}{part}"] for part in postal.PARTS}
    kept = postal.tidy(typed, country)
    form.values |= {f"{prefix}{part}": value for part, value in kept.items()}
    faults = postal.faults(kept, country)
    form.faults |= {f"{prefix}{part}": words for part, words in faults.items()}
    if faults:
        return None
    return msgspec.convert(
        {part: value for part, value in {**kept, "country": country}.items() if value}, Address
    )
