"""What is agreed when something is bought at once: a price before the customer has said where it goes. Pure.

The total is fixed before the address is known, so the page takes addresses only in countries where the same
total is right. Tax that is in the price may differ between them; it is worked out anew for the order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from kassa import pricing
from kassa.catalog import SaleVariant
from kassa.kernel.address import countries
from kassa.kernel.errors import Invalid
from kassa.kernel.money import Money
from kassa.kernel.speech import _
from kassa.stripe import SessionLine

#: Countries that Stripe's page takes no addresses in (allowed_countries of Checkout Sessions, 2025).
_NOT_ON_THE_PAGE: Final = frozenset({
    "AS", "CC", "CP", "CQ", "CU", "CX", "DG", "EA", "FM", "HM", "IC", "IR", "KP", "MH", "MP", "NF", "PW", "SY", "UM",
    "VI",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """The quote for `country`, and the countries in which the same total is right (`country` first)."""

    country: str
    ship_to: tuple[str, ...]
    quote: pricing.Quote


def agree(
    variant: SaleVariant, quantity: int, currency: str, country: str, rules: pricing.Rules
) -> Terms | None:
    """The terms on which `variant` is sold to `country` at once; None where they need the whole address.

    Raises:
        BelowMinimum, AmountTooLarge: it can't be charged.
        NotShippedThere: nothing is sent there.
    """
    quote = pricing.quote([pricing.QuoteLine(variant, quantity)], currency, rules=rules, country=country)
    fetched = any(way.pickup for way in quote.methods if way.code == quote.shipping_method)
    if not quote.tax_included or fetched or country in _NOT_ON_THE_PAGE:
        return None
    others = [
        code for code in countries() if code != country and _same(variant, quantity, quote, code, rules)
    ]
    return Terms(country, (country, *others), quote)


def keep(terms: Terms) -> dict[str, Any]:
    """The terms as the database keeps them."""
    return msgspec.to_builtins(terms)  # type: ignore[no-any-return]


def kept(stored: Mapping[str, Any]) -> Terms:
    """The terms as they were kept."""
    return msgspec.convert(stored, Terms)


def lines(terms: Terms) -> list[SessionLine]:
    """The lines of Stripe's page; their sum is the total, to the minor unit."""
    quote = terms.quote
    found = [
        SessionLine(title=line.title, unit=line.unit, quantity=line.quantity)
        if line.total == line.unit * line.quantity
        else SessionLine(title=f"{line.quantity} × {line.title}", unit=line.total, quantity=1)
        for line in quote.lines
    ]
    if quote.shipping:
        found.append(SessionLine(title=_("Shipping"), unit=quote.shipping, quantity=1))
    return found


def for_country(
    terms: Terms, variant: SaleVariant | None, country: str, region: str | None, rules: pricing.Rules
) -> pricing.Quote:
    """The quote with the tax of where it goes; the agreed one if that would cost anything else.

    Money has moved already, so nothing here may fail: a product that has changed since, or is gone, is sold as
    it was agreed.
    """
    agreed = terms.quote
    if country == terms.country or variant is None:
        return agreed
    (line,) = agreed.lines
    as_agreed = replace(variant, price_minor=line.unit, title=line.title, slug=line.slug, sku=line.sku)
    try:
        there = pricing.quote(
            [pricing.QuoteLine(as_agreed, line.quantity)], agreed.currency, rules=rules, country=country,
            region=region, shipping_method=agreed.shipping_method,
        )  # fmt: skip
    except Invalid:
        return agreed
    same = (there.total, there.shipping, there.tax_included) == (agreed.total, agreed.shipping, True)
    return there if same else agreed


def _same(
    variant: SaleVariant, quantity: int, quote: pricing.Quote, country: str, rules: pricing.Rules
) -> bool:
    if country in _NOT_ON_THE_PAGE:
        return False
    if not rules.taxes.rate(country, None, variant.tax_class, rules.day).included:
        return False
    goods = Money(quote.subtotal - quote.discount, quote.currency)
    parcel = pricing.Parcel(variant.weight_grams * quantity, goods, variant.ships)
    ways = rules.ways(parcel, country)
    return any(way.code == quote.shipping_method and way.amount.amount == quote.shipping for way in ways)
