"""The quote: a cart priced for a place and a way of shipping, frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kassa.catalog import SaleVariant
from kassa.kernel.errors import Invalid
from kassa.kernel.money import Money, fraction
from kassa.pricing import limits, shipping, tax
from kassa.pricing.shipping import ShippingMethod
from kassa.pricing.tax import TaxRate


class UnknownShippingMethod(Invalid):
    """No way of shipping to this place has this code."""

    code = "unknown_shipping_method"


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """What is to be priced: a variant with a price in the quote's currency, and how many."""

    variant: SaleVariant
    quantity: int


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line of a quote, in minor units. `total` is unit × quantity − discount; tax is in it or on top of it."""

    variant_id: UUID
    sku: str
    title: str
    slug: str
    quantity: int
    unit: int
    discount: int
    tax: int
    total: int


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One rate of a quote: what it is called, its basis points, its base and its tax in minor units."""

    label: str
    basis_points: int
    base: int
    tax: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The priced cart, frozen; all amounts in minor units of `currency`."""

    lines: tuple[PricedLine, ...]
    currency: str
    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int
    tax_included: bool
    tax_lines: tuple[TaxLine, ...]
    shipping_method: str
    methods: tuple[ShippingMethod, ...]


def quote(
    lines: Sequence[QuoteLine],
    currency: str,
    *,
    country: str,
    region: str | None = None,
    shipping_method: str | None = None,
) -> Quote:
    """Price `lines` for a place. Without a method of shipping, the cheapest.

    Raises:
        UnknownShippingMethod, BelowMinimum, AmountTooLarge, UnevenAmount
    """
    rates = [tax.rate(country, region, line.variant.tax_class) for line in lines]
    priced = tuple(_line(line, rate, currency) for line, rate in zip(lines, rates, strict=True))
    subtotal = sum(line.total for line in priced)
    weight = sum(line.variant.weight_grams * line.quantity for line in lines if line.variant.ships)
    ways = tuple(shipping.methods(country, weight, Money(subtotal, currency)))
    way = _choose(ways, shipping_method)
    # What is shipped decides how shipping is taxed: as the dearest part of the parcel (the main supply).
    main = max(zip(priced, rates, strict=True), key=lambda pair: pair[0].total)[1] if priced else None
    shipping_tax = _tax(way.amount.amount, main, currency) if main else 0
    included = all(rate.included for rate in rates)
    tax_minor = sum(line.tax for line in priced) + shipping_tax
    total = subtotal + way.amount.amount + (0 if included else tax_minor)
    limits.check(total, currency)
    return Quote(
        lines=priced, currency=currency, subtotal=subtotal, discount=0, shipping=way.amount.amount,
        tax=tax_minor, total=total, tax_included=included,
        tax_lines=_tax_lines(priced, rates, way.amount.amount, shipping_tax, main),
        shipping_method=way.code, methods=ways,
    )  # fmt: skip


def _line(line: QuoteLine, rate: TaxRate, currency: str) -> PricedLine:
    unit = line.variant.price_minor
    if unit is None:
        raise ValueError(f"{line.variant.sku} has no price in this currency")
    total = unit * line.quantity
    return PricedLine(
        line.variant.id, line.variant.sku, line.variant.title, line.variant.slug, line.quantity, unit, 0,
        _tax(total, rate, currency), total,
    )  # fmt: skip


def _tax(amount: int, rate: TaxRate, currency: str) -> int:
    """The tax in `amount`, or on top of it: rounded half away from zero, once, to what can be charged."""
    if rate.included:
        return fraction(amount, rate.basis_points, 10_000 + rate.basis_points)
    step = limits.step(currency)
    return fraction(amount, rate.basis_points, 10_000 * step) * step


def _choose(ways: Sequence[ShippingMethod], code: str | None) -> ShippingMethod:
    for way in ways:
        if code is None or way.code == code:
            return way
    raise UnknownShippingMethod(
        "There is no such way of shipping to this place.",
        errors=[("shipping_method", "is not one of " + ", ".join(way.code for way in ways))],
    )


def _tax_lines(
    priced: Sequence[PricedLine],
    rates: Sequence[TaxRate],
    shipping_minor: int,
    shipping_tax: int,
    main: TaxRate | None,
) -> tuple[TaxLine, ...]:
    sums: dict[TaxRate, list[int]] = {}
    parts: list[tuple[Any, int, int]] = [
        (rate, line.total, line.tax) for line, rate in zip(priced, rates, strict=True)
    ]
    for rate, base, due in [*parts, (main, shipping_minor, shipping_tax)]:
        if rate is not None and rate.basis_points:
            entry = sums.setdefault(rate, [0, 0])
            entry[0] += base - due if rate.included else base
            entry[1] += due
    return tuple(TaxLine(rate.label, rate.basis_points, base, due) for rate, (base, due) in sums.items())
