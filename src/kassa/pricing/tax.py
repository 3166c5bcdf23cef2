"""Tax by table: a rate for a place, a class of goods and a day. Pure.

`rates.csv` holds the rates that come with Kassa: the standard rate and that of printed books in the members of the
EU (European Commission, "VAT rates applied in the Member States", and the members' own announcements of changes), and
the state part of the sales tax of some states of the US. Rates are dated: a change of the law is another row, and what
was sold before keeps its own. What an operator writes down goes before the table.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from kassa.pricing.rounding import Rounding

#: Not taxed when it is sold, but when it is spent: a voucher for anything (Directive 2006/112/EC, article 30b).
VOUCHER: Final = "voucher"


@dataclass(frozen=True, slots=True)
class RateRow:
    """A rate in basis points for a class of goods in a place, from one day to another (both included)."""

    country: str
    region: str
    tax_class: str
    basis_points: int
    start: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether this is the rate of `day`."""
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate in basis points (hundredths of a percent); `included`: prices contain it already.

    `reverse_charge`: the customer owes it, and the shop sells without: `contained` is the rate that its prices contain.
    """

    basis_points: int
    label: str
    included: bool
    reverse_charge: bool = False
    contained: int = 0


@dataclass(frozen=True, slots=True)
class TaxTable:
    """Rates, the rule of rounding, and where the shop sits."""

    rows: Sequence[RateRow]
    rounding: Rounding = Rounding.LINE
    home: str = "DE"

    def rate(
        self, country: str, region: str | None, tax_class: str, day: date, *, vat_id: str = ""
    ) -> TaxRate:
        """What is due on a sale to this place on this day; zero where there is nothing to collect.

        `vat_id` is the customer's, if it was found to be good.
        """
        if tax_class == VOUCHER:
            return TaxRate(0, "Voucher", included=True)
        area = (region or "").upper()
        found = self._find(country, area, tax_class, day) or self._find(country, area, "standard", day)
        if found is None:
            return TaxRate(0, "No tax", included=country not in _ON_TOP)
        if vat_id and country in EU and country != self.home:
            label = f"Reverse charge ({country})"
            return TaxRate(0, label, included=True, reverse_charge=True, contained=found.basis_points)
        kind, place = ("Sales tax", area) if country in _ON_TOP else ("VAT", country)
        return TaxRate(
            found.basis_points,
            f"{kind} {_percent(found.basis_points)} ({place})",
            included=country not in _ON_TOP,
        )

    def _find(self, country: str, region: str, tax_class: str, day: date) -> RateRow | None:
        for row in self.rows:
            if (
                (row.country, row.tax_class) == (country, tax_class)
                and row.region in ("", region)
                and row.holds(day)
            ):
                return row
        return None


#: Where prices are shown without tax, which comes on top.
_ON_TOP: Final = frozenset({"US", "CA"})
#: Members of the EU, and so of its VAT; Northern Ireland's goods are left to Great Britain's rules.
EU: Final = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip


@cache
def built_in() -> tuple[RateRow, ...]:
    """The rates that come with Kassa."""
    with (Path(__file__).parent / "rates.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_row(row) for row in csv.DictReader(file))


def table(own: Iterable[RateRow] = (), *, rounding: Rounding = Rounding.LINE, home: str = "DE") -> TaxTable:
    """The table of a shop: its own rates before those that come with Kassa."""
    return TaxTable((*own, *built_in()), rounding, home)


def _row(row: dict[str, str]) -> RateRow:
    return RateRow(
        row["country"], row["region"], row["class"], int(row["basis_points"]),
        date.fromisoformat(row["from"]) if row["from"] else None,
        date.fromisoformat(row["until"]) if row["until"] else None,
    )  # fmt: skip


def _percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + " %"
