"""Tax by table: a rate for a place, a class of goods and a day. Pure.

`rates.csv` holds the rates that come with Kassa: the standard rate and that of printed books in the members of the
EU (European Commission, "VAT rates applied in the Member States", and the members' own announcements of changes), and
the state part of the sales tax of some states of the US. Rates are dated: a change of the law is another row, and what
was sold before keeps its own. What an operator writes down goes before the table.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final

from kassa.pricing.rounding import Rounding, Taxed, tax_in, tax_on
from kassa.pricing.taxes.source import Answer, Answered, Question, TaxRate
from kassa.pricing.taxes.vat import EU, country_of

#: Not taxed when it is sold, but when it is spent: a voucher for anything (Directive 2006/112/EC, article 30b).
VOUCHER: Final = "voucher"
#: Where prices are shown without tax, which comes on top, until the operator says otherwise.
ON_TOP: Final = frozenset({"US", "CA"})
#: What a tax on sales is called there, and not VAT.
_SALES_TAX: Final = frozenset({"US", "CA"})


@dataclass(frozen=True, slots=True)
class RateRow:
    """A rate in basis points for a class of goods in a place, from one day to another (both included).

    `region` "" is anywhere in the country. `name` is what the tax is called there, if not VAT or sales tax.
    """

    country: str
    region: str
    tax_class: str
    basis_points: float
    start: date | None = None
    until: date | None = None
    name: str = ""

    def holds(self, day: date) -> bool:
        """Whether this is the rate of `day`."""
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class TaxTable:
    """Rates, the operator's `own` before those that come with Kassa; the rule of rounding; where the shop sits.

    `on_top`: countries where prices are without tax.
    """

    own: Sequence[RateRow] = ()
    rounding: Rounding = Rounding.LINE
    home: str = "DE"
    on_top: frozenset[str] = ON_TOP

    def rate(
        self, country: str, region: str | None, tax_class: str, day: date, *, vat_id: str = ""
    ) -> TaxRate:
        """What is due on a sale to this place on this day; zero where there is nothing to collect.

        `vat_id` is the customer's, if it was found to be good. Within the EU a business of another member owes the tax
        itself (articles 138 and 196 of the directive); one of the shop's own country is sold to as at home (article
        32), wherever the parcel goes.
        """
        included = country not in self.on_top
        if tax_class == VOUCHER:
            return TaxRate(0, "Voucher", included, kind="voucher")
        business = bool(vat_id) and country in EU and self.home in EU
        at_home = business and country_of(vat_id) == self.home
        place = self.home if at_home else country
        area = (region or "").upper() if place == country else ""
        found = self._find(place, area, tax_class, day) or self._find(place, area, "standard", day)
        if found is None:
            return TaxRate(0, "No tax", included, kind="none")
        if business and not at_home and country != self.home:
            contained = found.basis_points if included else 0
            return TaxRate(
                0, f"Reverse charge ({country})", included, True, contained, "reverse_charge", country
            )
        return _named(found, place, area, included=included)

    def answer(self, question: Question) -> Answer:
        """The tax of the question by rate, rounded as the rule says."""
        asked = [*question.lines, *([question.shipping] if question.shipping else [])]
        found = [Answered(0, Fraction(0), one.rate) for one in asked]
        for rate in dict.fromkeys(one.rate for one in asked):
            places = [index for index, one in enumerate(asked) if one.rate == rate]
            taxed = self._taxed([asked[index].amount for index in places], rate, question.step)
            for index, one in zip(places, taxed, strict=True):
                found[index] = Answered(one.tax.amount, one.tax.exact, rate, one.change)
        count = len(question.lines)
        return Answer(tuple(found[:count]), found[count] if question.shipping else None)

    def _taxed(self, prices: Sequence[int], rate: TaxRate, step: int) -> list[Taxed]:
        rule = self.rounding
        if rule is Rounding.SUM_BY_NET and step > 1:
            rule = Rounding.SUM_BY_NET_KEEP_GROSS  # a price that moves by one could not be charged
        if rate.included:
            return tax_in(prices, rate.basis_points, rule)
        return tax_on(prices, rate.basis_points, rule, step)

    def _find(self, country: str, region: str, tax_class: str, day: date) -> RateRow | None:
        own = [row for row in self.own if (row.country, row.tax_class) == (country, tax_class)]
        for rows in (own, built_in().get((country, tax_class), ())):
            for area in dict.fromkeys((region, "")):
                for row in rows:
                    if row.region == area and row.holds(day):
                        return row
        return None


@cache
def built_in() -> Mapping[tuple[str, str], Sequence[RateRow]]:
    """The rates that come with Kassa, by country and class."""
    found: dict[tuple[str, str], list[RateRow]] = {}
    with (Path(__file__).parent / "rates.csv").open(encoding="utf-8", newline="") as file:
        for row in map(_row, csv.DictReader(file)):
            found.setdefault((row.country, row.tax_class), []).append(row)
    return found


def table(
    own: Iterable[RateRow] = (),
    *,
    rounding: Rounding = Rounding.LINE,
    home: str = "DE",
    on_top: Iterable[str] = ON_TOP,
) -> TaxTable:
    """The table of a shop: its own rates before those that come with Kassa."""
    return TaxTable(tuple(own), rounding, home, frozenset(on_top))


def number(text: object) -> float:
    """Basis points as they are written, whole ones as a whole number."""
    found = float(str(text))
    return int(found) if found.is_integer() else found


def _row(row: dict[str, str]) -> RateRow:
    return RateRow(
        row["country"], row["region"], row["class"], number(row["basis_points"]),
        date.fromisoformat(row["from"]) if row["from"] else None,
        date.fromisoformat(row["until"]) if row["until"] else None,
    )  # fmt: skip


def _named(row: RateRow, country: str, area: str, *, included: bool) -> TaxRate:
    sales = country in _SALES_TAX
    place = area if sales and area else country
    figure = f"{row.basis_points / 100:.4f}".rstrip("0").rstrip(".") + " %"
    label = f"{row.name or ('Sales tax' if sales else 'VAT')} {figure} ({place})"
    kind = "" if row.name else "sales_tax" if sales else "vat"
    return TaxRate(row.basis_points, label, included, kind=kind, place=place)
