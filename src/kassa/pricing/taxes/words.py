"""What taxes are called, in the language spoken."""

from collections.abc import Mapping
from typing import Any

from babel.numbers import format_decimal

from kassa.kernel.speech import N_, _, locale

_KINDS = {
    "vat": N_("VAT %(percent)s (%(place)s)"),
    "sales_tax": N_("Sales tax %(percent)s (%(place)s)"),
    "reverse_charge": N_("Reverse charge (%(place)s)"),
    "voucher": N_("Voucher, not taxed yet"),
    "none": N_("No tax"),
}


def said(kind: str, label: str, basis_points: float, place: str) -> str:
    """The name of a tax as shoppers read it; `label` as it is, where the operator named it."""
    text = _KINDS.get(kind)
    return _(text, percent=percent(basis_points), place=place) if text else label


def named(line: Mapping[str, Any]) -> str:
    """The name of a line of an order's taxes, as the order keeps it."""
    return said(line.get("kind", ""), line["label"], line.get("basis_points", 0), line.get("place", ""))


def owed_by_customer() -> str:
    """What the law wants said where the customer owes the tax (articles 138, 196 and 226 of Directive 2006/112/EC)."""
    return _(
        "Reverse charge: intra-Community supply, exempt under article 138 of Directive 2006/112/EC. The customer owes "
        "the VAT."
    )


def percent(basis_points: float) -> str:
    """A rate as people read it: "7.25 %", in German "7,25 %"."""
    return format_decimal(basis_points / 100, format="0.####", locale=locale()) + "\N{NO-BREAK SPACE}%"
