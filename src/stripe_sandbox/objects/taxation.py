"""Tax on an amount: which rates apply to a customer, and the arithmetic, in whole minor units."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import invalid
from stripe_sandbox.objects import tax_table
from stripe_sandbox.objects.tax_table import Rate

# Currencies whose prices are usually shown without tax, for prices that do not say ("inferred by currency").
_WITHOUT_TAX = ("usd", "cad")
_EU_ID = re.compile(r"([A-Z]{2})[0-9A-Z+*]{2,12}")
# Reasons that leave nothing to take tax of.
_UNTAXED = frozenset(["customer_exempt", "not_collecting", "not_subject_to_tax", "product_exempt"])


@dataclass(frozen=True, slots=True)
class TaxRule:
    """Automatic tax: where the customer is (`address`), and what may free them of tax.

    `tax_ids` are ``{"type", "value"}``; `override` is none, customer_exempt or reverse_charge; `ship_from` is
    the country goods come from, if known.
    """

    address: Obj
    tax_ids: tuple[Obj, ...] = ()
    override: str = "none"
    ship_from: str | None = None

    def known(self) -> bool:
        """Whether the address says enough to tell the tax."""
        return tax_table.place(self.address) is not None

    def rates(self, tax_code: str) -> list[Rate]:
        """The rates for a line with this tax code.

        Raises:
            ValueError: the address does not say where the customer is.
        """
        found = tax_table.place(self.address)
        if found is None:
            raise ValueError("the address does not say where the customer is")
        normal = tax_table.rates(*found, tax_code)
        reason = self._free(found[0])
        if reason is None or normal[0].reason in _UNTAXED:
            return normal
        return [Rate(one.country, one.state, "0.0", one.tax_type, one.name, reason) for one in normal[:1]]

    def _free(self, country: str) -> str | None:
        if self.override != "none":
            return self.override
        business = any(eu_country(one) for one in self.tax_ids)
        if business and country in tax_table.EU and self.ship_from != country:
            return "reverse_charge"
        return None


@dataclass(frozen=True, slots=True)
class Taken:
    """The tax one rate takes: `amount` of `taxable`, in minor units."""

    amount: int
    taxable: int


def take(amount: int, percents: Sequence[tuple[str, bool]]) -> list[Taken]:
    """What rates, each (percent, is it included in `amount`), take of `amount`, in their order.

    Each is rounded half up. What is included is taken out first; the rest are taken of what remains.
    """
    included = [Fraction(percent) for percent, inclusive in percents if inclusive]
    whole = sum(included, Fraction(0))
    inside = half_up(amount * whole / (100 + whole)) if whole else 0
    shares = iter(spread(inside, included))
    net = amount - inside
    return [
        Taken(next(shares) if inclusive else half_up(net * Fraction(percent) / 100), net)
        for percent, inclusive in percents
    ]


def taxable(reason: str, base: int) -> int:
    """The taxable part of `base` to report for a taxability reason."""
    return 0 if reason in _UNTAXED else base


def check_tax_code(code: str, param: str) -> str:
    """`code` if it has the form of one of Stripe's tax codes; 400 if not."""
    digits = code.removeprefix("txcd_")
    if digits == code or len(digits) != 8 or not digits.isdecimal():
        raise invalid(f"No such tax code: '{code[:100]}'", param, "resource_missing")
    return code


def is_inclusive(tax_behavior: str | None, currency: str) -> bool:
    """Whether a price includes its tax; one that does not say goes by its currency."""
    if tax_behavior in ("inclusive", "exclusive"):
        return tax_behavior == "inclusive"
    return currency not in _WITHOUT_TAX


def eu_country(tax_id: Obj) -> str | None:
    """The country of a well-formed VAT id of the EU, or None."""
    if tax_id["type"] != "eu_vat":
        return None
    found = _EU_ID.fullmatch(tax_id["value"].replace(" ", "").upper())
    country = found[1].replace("EL", "GR") if found else None
    return country if country in tax_table.EU or country == "XI" else None


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up. For amounts of zero and more."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def spread(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """`total` in parts proportional to `weights`, by largest remainder; the first of equals gets the unit.

    The parts add up to `total`; all weights zero give all zeros.
    """
    whole = Fraction(sum(weights))
    if whole == 0:
        return [0] * len(weights)
    exact = [Fraction(total * weight) / whole for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    order = sorted(range(len(weights)), key=lambda place: parts[place] - exact[place])
    for place in order[: total - sum(parts)]:
        parts[place] += 1
    return parts
