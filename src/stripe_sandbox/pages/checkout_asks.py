"""What the page of one Checkout Session asks its customer for."""

from dataclasses import dataclass
from typing import Final

from stripe_sandbox.defaults import Obj

NAMES: Final = ("individual_name", "business_name")
# Tax ids a customer may choose from; the country decides which one is there at first.
TAX_ID_TYPES: Final = {
    "eu_vat": "EU VAT", "gb_vat": "GB VAT", "us_ein": "US EIN", "ch_vat": "CH VAT", "no_vat": "NO VAT",
    "au_abn": "AU ABN", "br_cnpj": "BR CNPJ", "ca_bn": "CA BN", "in_gst": "IN GST", "jp_cn": "JP CN",
    "jp_trn": "JP TRN", "mx_rfc": "MX RFC", "nz_gst": "NZ GST", "sg_gst": "SG GST",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the shop's own; `name` is the control's, `key` the session's."""

    name: str
    key: str
    label: str
    kind: str
    optional: bool
    default: str
    least: int = 0
    most: int = 255
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """A name the shop wants apart from the one on the card."""

    name: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Asks:
    """Everything a page may ask for, and whether this one does."""

    email: bool
    phone: bool
    billing: bool
    method: bool
    shipping_to: tuple[str, ...]
    names: tuple[Name, ...]
    fields: tuple[Field, ...]
    tax_id: bool
    tax_id_needed: bool
    terms: bool
    promotions: bool

    @classmethod
    def of(cls, session: Obj) -> "Asks":
        """What this session was made to ask for. Something that costs nothing asks for no way to pay."""
        shipping = session.get("shipping_address_collection") or {}
        phone = session.get("phone_number_collection") or {}
        consent = session.get("consent_collection") or {}
        tax_id = session.get("tax_id_collection") or {}
        taxed_there = (session.get("automatic_tax") or {}).get("enabled") and not shipping
        return cls(
            email=not known_email(session),
            phone=bool(phone.get("enabled")),
            billing=session.get("billing_address_collection") == "required" or bool(taxed_there),
            method=session["mode"] == "setup" or bool(session["amount_total"]),
            shipping_to=tuple(shipping.get("allowed_countries") or ()),
            names=tuple(_names(session.get("name_collection") or {})),
            fields=tuple(_field(field) for field in session["custom_fields"]),
            tax_id=bool(tax_id.get("enabled")),
            tax_id_needed=tax_id.get("required") == "if_supported",
            terms=consent.get("terms_of_service") == "required",
            promotions=consent.get("promotions") == "auto",
        )


def known_email(session: Obj) -> str | None:
    """The address that the shop named, or that its customer has: it is shown and cannot be changed."""
    named: str | None = session["customer_email"]
    details = session["customer_details"] or {}
    return named or (details.get("email") if session["customer"] else None)


def _names(collection: Obj) -> list[Name]:
    wanted = ((name, collection.get(name.partition("_")[0]) or {}) for name in NAMES)
    return [Name(name, bool(one.get("optional"))) for name, one in wanted if one.get("enabled")]


def _field(field: Obj) -> Field:
    part = field[field["type"]]
    options = tuple((one["value"], one["label"]) for one in part.get("options") or ())
    return Field(
        name=f"field:{field['key']}",
        key=field["key"],
        label=field["label"]["custom"],
        kind=field["type"],
        optional=field["optional"],
        default=part["value"] or part["default_value"] or "",
        least=part.get("minimum_length") or 0,
        most=part.get("maximum_length") or 255,
        options=options,
    )
