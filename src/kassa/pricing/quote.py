"""The quote: a cart priced for a place and a way of shipping, frozen.

The order of work: unit prices (net, where the customer owes the tax), discounts, the way of shipping by what the goods
cost then, tax by rate and the shop's rule of rounding. Each step keeps what it would have been without rounding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kassa.catalog import SaleVariant
from kassa.kernel.errors import Invalid
from kassa.kernel.money import Money
from kassa.pricing import discounts, limits, shipping
from kassa.pricing.discounts import Discount, Taken
from kassa.pricing.rounding import Part, Rounding, Taxed, portion, tax_in, tax_on
from kassa.pricing.rules import Rules
from kassa.pricing.shipping import ShippingMethod
from kassa.pricing.tax import VOUCHER, TaxRate


class UnknownShippingMethod(Invalid):
    """No way of shipping to this place has this code."""

    code = "unknown_shipping_method"


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """What is to be priced: a variant with a price in the quote's currency, and how many."""

    variant: SaleVariant
    quantity: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one discount takes from one line, in minor units; `exact`, a fraction ("123/7"), is before rounding."""

    discount_id: UUID
    title: str
    amount: int
    exact: str


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line of a quote, in minor units. `total` is unit × quantity − discount + rounding; tax is in it or on top.

    `exact_tax` is a fraction: the tax before rounding.
    """

    variant_id: UUID
    sku: str
    title: str
    slug: str
    quantity: int
    unit: int
    discount: int
    tax: int
    total: int
    rounding: int = 0
    shares: tuple[Share, ...] = ()
    tax_label: str = ""
    basis_points: int = 0
    exact_tax: str = "0"


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One rate of a quote: what it is called, its basis points, its base and its tax in minor units."""

    label: str
    basis_points: int
    base: int
    tax: int


@dataclass(frozen=True, slots=True)
class Used:
    """A discount that a quote uses, and what it takes in all: from lines, or from shipping."""

    id: UUID
    title: str
    code: str | None
    amount: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The priced cart, frozen; all amounts in minor units of `currency`.

    total = subtotal − discount + rounding + shipping + (tax, unless it is in the prices). `shipping` is what is paid
    for it: what a discount takes off it is gone already.
    """

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
    rounding: int = 0
    used: tuple[Used, ...] = ()
    shipping_tax: int = 0
    exact_shipping_tax: str = "0"
    tax_rounding: str = Rounding.LINE
    reverse_charge: bool = False


def quote(
    lines: Sequence[QuoteLine],
    currency: str,
    *,
    rules: Rules,
    country: str,
    region: str | None = None,
    vat_id: str = "",
    shipping_method: str | None = None,
) -> Quote:
    """Price `lines` for a place. Without a method of shipping, the cheapest.

    `vat_id` is the customer's, if it was found to be good.

    Raises:
        UnknownShippingMethod, BelowMinimum, AmountTooLarge, UnevenAmount
    """
    rates = [
        rules.taxes.rate(country, region, line.variant.tax_class, rules.day, vat_id=vat_id) for line in lines
    ]
    units = [_unit(line.variant, rate) for line, rate in zip(lines, rates, strict=True)]
    subtotal = sum(unit * line.quantity for unit, line in zip(units, lines, strict=True))
    weight = sum(line.variant.weight_grams * line.quantity for line in lines if line.variant.ships)
    before = shipping.methods(rules.zones, country, weight, Money(subtotal, currency))
    taken = _take(lines, units, rules, currency, before[0].amount.amount if before else 0)
    ways = tuple(shipping.methods(rules.zones, country, weight, Money(subtotal - taken.total, currency)))
    way = _choose(ways, shipping_method)
    spared = ways[0].amount.amount if taken.free_shipping else 0
    sent = way.amount.amount - spared
    costs = [
        unit * line.quantity - taken.of_line(index)
        for index, (unit, line) in enumerate(zip(units, lines, strict=True))
    ]
    # What is shipped decides how shipping is taxed: as the dearest part of the parcel (the main supply).
    main = max(zip(costs, rates, strict=True), key=lambda pair: pair[0])[1] if rates else None
    taxed, shipping_taxed = _tax(costs, rates, sent, main, rules.taxes.rounding, limits.step(currency))
    priced = tuple(
        _line(line, unit, rate, taken, index, taxed[index])
        for index, (line, unit, rate) in enumerate(zip(lines, units, rates, strict=True))
    )
    sent += shipping_taxed.change
    included = all(rate.included for rate in rates)
    tax_minor = sum(line.tax for line in priced) + shipping_taxed.tax.amount
    rounding = sum(line.rounding for line in priced)
    total = subtotal - taken.total + rounding + sent + (0 if included else tax_minor)
    limits.check(total, currency)
    return Quote(
        lines=priced, currency=currency, subtotal=subtotal, discount=taken.total, shipping=sent, tax=tax_minor,
        total=total, tax_included=included, tax_lines=_tax_lines(priced, rates, sent, shipping_taxed, main),
        shipping_method=way.code, methods=ways, rounding=rounding, used=_used(taken, spared),
        shipping_tax=shipping_taxed.tax.amount, exact_shipping_tax=str(shipping_taxed.tax.exact),
        tax_rounding=rules.taxes.rounding, reverse_charge=any(rate.reverse_charge for rate in rates),
    )  # fmt: skip


def _unit(variant: SaleVariant, rate: TaxRate) -> int:
    """What a unit costs; net, where the customer owes the tax that our price contains."""
    if variant.price_minor is None:
        raise ValueError(f"{variant.sku} has no price in this currency")
    if not rate.reverse_charge:
        return variant.price_minor
    tax = portion(variant.price_minor, rate.contained, 10_000 + rate.contained)
    return variant.price_minor - tax.amount


def _take(
    lines: Sequence[QuoteLine], units: Sequence[int], rules: Rules, currency: str, sending: int
) -> Taken:
    meant = [
        discounts.Line(line.variant.meant, unit, line.quantity, line.variant.tax_class != VOUCHER)
        for line, unit in zip(lines, units, strict=True)
    ]
    return discounts.take(
        meant,
        rules.discounts,
        currency,
        shipping=sending,
        code=rules.code,
        step=limits.step(currency),
    )


def _choose(ways: Sequence[ShippingMethod], code: str | None) -> ShippingMethod:
    for way in ways:
        if code is None or way.code == code:
            return way
    raise UnknownShippingMethod(
        "There is no such way of shipping to this place.",
        errors=[("shipping_method", "is not one of " + ", ".join(way.code for way in ways))],
    )


def _tax(
    costs: Sequence[int],
    rates: Sequence[TaxRate],
    sending: int,
    main: TaxRate | None,
    rule: Rounding,
    step: int,
) -> tuple[list[Taxed], Taxed]:
    """The tax of each line and of shipping: rounded by rate, as the rule says."""
    if rule is Rounding.SUM_BY_NET and step > 1:
        rule = Rounding.SUM_BY_NET_KEEP_GROSS  # a price that moves by one could not be charged
    nothing = Taxed(portion(0, 0, 1))
    amounts, kinds = [*costs, sending], [*rates, main]
    found = [nothing] * len(amounts)
    for rate in dict.fromkeys(kind for kind in kinds if kind is not None):
        places = [index for index, kind in enumerate(kinds) if kind == rate]
        prices = [amounts[index] for index in places]
        taxed = (
            tax_in(prices, rate.basis_points, rule)
            if rate.included
            else tax_on(prices, rate.basis_points, rule, step)
        )
        for index, one in zip(places, taxed, strict=True):
            found[index] = one
    return found[:-1], found[-1]


def _line(line: QuoteLine, unit: int, rate: TaxRate, taken: Taken, index: int, taxed: Taxed) -> PricedLine:
    variant, lost = line.variant, taken.lines[index]
    by_id = {one.id: one for one in taken.used}
    discount = taken.of_line(index)
    return PricedLine(
        variant.id, variant.sku, variant.title, variant.slug, line.quantity, unit, discount, taxed.tax.amount,
        unit * line.quantity - discount + taxed.change, taxed.change,
        tuple(_share(by_id[id_], part) for id_, part in lost.items()),
        rate.label, rate.basis_points, str(taxed.tax.exact),
    )  # fmt: skip


def _share(one: Discount, part: Part) -> Share:
    return Share(one.id, one.title, part.amount, str(part.exact))


def _used(taken: Taken, spared: int) -> tuple[Used, ...]:
    """What each discount takes; one that takes nothing is not used."""
    found = []
    for one in taken.used:
        amount = sum(lost[one.id].amount for lost in taken.lines if one.id in lost)
        amount += spared if one is taken.free_shipping else 0
        if amount:
            found.append(Used(one.id, one.title, one.code, amount))
    return tuple(found)


def _tax_lines(
    priced: Sequence[PricedLine],
    rates: Sequence[TaxRate],
    sent: int,
    shipping_taxed: Taxed,
    main: TaxRate | None,
) -> tuple[TaxLine, ...]:
    sums: dict[TaxRate, list[int]] = {}
    parts = [(rate, line.total, line.tax) for line, rate in zip(priced, rates, strict=True)]
    for rate, base, due in [*parts, (main, sent, shipping_taxed.tax.amount)]:
        if rate is not None and (rate.basis_points or rate.reverse_charge):
            entry = sums.setdefault(rate, [0, 0])
            entry[0] += base - due if rate.included else base
            entry[1] += due
    return tuple(TaxLine(rate.label, rate.basis_points, base, due) for rate, (base, due) in sums.items())
