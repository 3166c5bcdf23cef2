"""How prices are shown where the shopper is: with tax in them, or without."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel import Locale

from kassa.kernel import speech
from kassa.kernel.speech import N_, _
from kassa.pricing import TaxLine, taxes

_PRICES = {
    "vat": N_("Prices incl. VAT, plus shipping."),
    "tax": N_("Prices incl. tax, plus shipping."),
    "on_top": N_("Prices plus tax and shipping."),
    "none": N_("Prices plus shipping; customs may ask for tax when it arrives."),
}


def prices(table: taxes.Source, country: str, day: date) -> str:
    """What is in the prices there: `vat`, `tax`, `on_top` (nothing yet), or `none`."""
    rate = table.rate(country, None, "standard", day)
    if not rate.included:
        return "on_top"
    if rate.kind == "none":
        return "none"
    return "vat" if country in taxes.VAT_COUNTRIES else "tax"


def told(kind: str | None) -> str:
    """The same in words; "" where nobody knows."""
    return _(_PRICES[kind]) if kind else ""


def tax_name(line: TaxLine | Mapping[str, Any]) -> str:
    """What a tax of a quote or an order is called."""
    if isinstance(line, TaxLine):
        return taxes.said(line.kind, line.label, line.basis_points, line.place)
    return taxes.named(line)


def country_name(code: str) -> str:
    """A country, in the language spoken."""
    return str(speech.locale().territories.get(code) or Locale("en").territories.get(code, code))
