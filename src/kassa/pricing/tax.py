"""Tax: a small table by country for now, in the shape that dated rates and providers will have.

Rates: the standard and the reduced rate for printed books of EU members as of 2026 (European Commission,
"VAT rates applied in the Member States"); US state sales tax as of 2026, state part only.
"""

from dataclasses import dataclass
from typing import Final

#: Country → (standard, books) in basis points; prices include it.
_VAT: Final = {
    "AT": (2000, 1000), "BE": (2100, 600), "BG": (2000, 900), "CY": (1900, 300), "CZ": (2100, 0),
    "DE": (1900, 700), "DK": (2500, 2500), "EE": (2400, 900), "ES": (2100, 400), "FI": (2550, 1350),
    "FR": (2000, 550), "GR": (2400, 600), "HR": (2500, 500), "HU": (2700, 500), "IE": (2300, 0),
    "IT": (2200, 400), "LT": (2100, 500), "LU": (1700, 300), "LV": (2100, 500), "MT": (1800, 500),
    "NL": (2100, 900), "PL": (2300, 500), "PT": (2300, 600), "RO": (2100, 1100), "SE": (2500, 600),
    "SI": (2200, 500), "SK": (2300, 500),
}  # fmt: skip
EU: Final = frozenset(_VAT)
#: US state → sales tax in basis points; added to the prices.
_SALES_TAX: Final = {
    "CA": 725,
    "FL": 600,
    "IL": 625,
    "MA": 625,
    "NJ": 663,
    "NY": 400,
    "PA": 600,
    "TX": 625,
    "WA": 650,
}


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate in basis points (hundredths of a percent); `included`: prices contain it already."""

    basis_points: int
    label: str
    included: bool


def rate(country: str, region: str | None, tax_class: str) -> TaxRate:
    """What is due on a sale to this place; zero where we have nothing to collect."""
    if country in _VAT:
        standard, books = _VAT[country]
        points = books if tax_class == "books" else standard
        return TaxRate(points, f"VAT {_percent(points)} ({country})", included=True)
    if country == "US" and (region or "").upper() in _SALES_TAX:
        points = _SALES_TAX[(region or "").upper()]
        return TaxRate(points, f"Sales tax {_percent(points)} ({(region or '').upper()})", included=False)
    return TaxRate(0, "No tax", included=country != "US")


def _percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + " %"
