"""What taxes are called, in the language spoken."""

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


def percent(basis_points: float) -> str:
    """A rate as people read it: "7.25 %", in German "7,25 %"."""
    return format_decimal(basis_points / 100, format="0.####", locale=locale()) + "\N{NO-BREAK SPACE}%"
