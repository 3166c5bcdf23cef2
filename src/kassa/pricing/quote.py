"""The quote: a cart priced for a place and a way of shipping, frozen.

The order of work: unit prices and those of sending (net, where the customer owes the tax), discounts, the way of
shipping by what the goods cost then, tax by rate and the shop's rule of rounding. Each step keeps what it would have
been without rounding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from kassa.catalog import SaleVariant
from kassa.pricing import discounts, limits, sending
from kassa.pricing.discounts import Discount, Entered, Taken
from kassa.pricing.rounding import Part, Rounding
from kassa.pricing.rules import Rules
from kassa.pricing.taxes import VOUCHER, Answered, Asked, Question, TaxRate
from kassa.pricing.zones import ShippingMethod


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
    basis_points: float = 0
    exact_tax: str = "0"


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One rate of a quote: what it is called, its basis points, its base and its tax in minor units.

    `kind` and `place`: what `label` says, for other languages (`taxes.said`).
    """

    label: str
    basis_points: float
    base: int
    tax: int
    kind: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """A discount that a quote uses, and what it takes in all: from lines, or `on_shipping`."""

    id: UUID
    title: str
    code: str | None
    amount: int
    on_shipping: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """The priced cart, frozen; all amounts in minor units of `currency`.

    total = subtotal − discount + rounding + shipping + (tax, unless it is in the prices). `shipping` is what is paid
    for it: what a discount takes off it is gone already. `entered` is how the code stands that somebody has entered.
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
    tax_provider: str = "table"
    tax_reference: str = ""
    shipping_tax_label: str = ""
    entered: Entered | None = None

    @property
    def way(self) -> ShippingMethod | None:
        """The way it goes."""
        return next((way for way in self.methods if way.code == self.shipping_method), None)


def quote(
    lines: Sequence[QuoteLine],
    currency: str,
    *,
    rules: Rules,
    country: str,
    region: str | None = None,
    postal_code: str | None = None,
    vat_id: str = "",
    shipping_method: str | None = None,
) -> Quote:
    """Price `lines` for a place. Without a method of shipping, the cheapest.

    `vat_id` is the customer's, if it was found to be good.

    Raises:
        UnknownShippingMethod, NotShippedThere, BelowMinimum, AmountTooLarge, UnevenAmount
    """
    to = sending.Place(country, region, postal_code, vat_id)
    at = sending.taxed_at(lines, rules, currency, to, shipping_method)
    rates = [
        rules.taxes.rate(at.country, at.region, line.variant.tax_class, rules.day, vat_id=at.vat_id)
        for line in lines
    ]
    units = [_unit(line.variant, rate, currency) for line, rate in zip(lines, rates, strict=True)]
    full = [unit * line.quantity for unit, line in zip(units, lines, strict=True)]
    subtotal = sum(full)
    before = sending.ways(lines, full, rates, rules, currency, to)
    taken, entered = _take(lines, units, rules, currency, sending.spared(before, shipping_method))
    costs = [cost - taken.of_line(index) for index, cost in enumerate(full)]
    ways = sending.ways(lines, costs, rates, rules, currency, to)
    way = sending.choose(ways, shipping_method)
    spared = sending.spared(ways, way.code) if taken.free_shipping else 0
    sent = way.amount.amount - spared
    answer = rules.taxes.answer(_question(lines, costs, rates, sent, rules, currency, at))
    priced = tuple(
        _line(line, unit, taken, index, answer.lines[index])
        for index, (line, unit) in enumerate(zip(lines, units, strict=True))
    )
    shipping_taxed = answer.shipping or Answered(0, Fraction(0), TaxRate(0, "", included=True))
    sent += shipping_taxed.change
    included = all(rate.included for rate in rates)
    tax_minor = sum(line.tax for line in priced) + shipping_taxed.tax
    rounding = sum(line.rounding for line in priced)
    total = subtotal - taken.total + rounding + sent + (0 if included else tax_minor)
    limits.check(total, currency)
    return Quote(
        lines=priced, currency=currency, subtotal=subtotal, discount=taken.total, shipping=sent, tax=tax_minor,
        total=total, tax_included=included, tax_lines=_tax_lines(priced, sent, answer.lines, shipping_taxed),
        shipping_method=way.code, methods=ways, rounding=rounding, used=_used(taken, spared),
        shipping_tax=shipping_taxed.tax, exact_shipping_tax=str(shipping_taxed.exact),
        tax_rounding=rules.taxes.rounding, reverse_charge=any(rate.reverse_charge for rate in rates),
        tax_provider=answer.provider, tax_reference=answer.reference,
        shipping_tax_label=shipping_taxed.rate.label, entered=entered,
    )  # fmt: skip


def _question(
    lines: Sequence[QuoteLine], costs: Sequence[int], rates: Sequence[TaxRate], sent: int, rules: Rules,
    currency: str, at: sending.Place,
) -> Question:  # fmt: skip
    """What is sold and sent, as far as taxes need to know it."""
    asked = tuple(
        Asked(line.variant.sku, line.variant.tax_class, cost, line.quantity, rate)
        for line, cost, rate in zip(lines, costs, rates, strict=True)
    )
    main = asked[sending.main(lines, costs)] if asked else None
    moved = Asked("shipping", main.tax_class, sent, 1, main.rate) if main else None
    return Question(
        currency, limits.step(currency), at.country, at.region, at.postal_code, at.vat_id, rules.day, asked, moved
    )  # fmt: skip


def _unit(variant: SaleVariant, rate: TaxRate, currency: str) -> int:
    """What a unit costs; net, where the customer owes the tax that our price contains."""
    if variant.price_minor is None:
        raise ValueError(f"{variant.sku} has no price in this currency")
    return sending.net(variant.price_minor, rate, currency)


def _take(
    lines: Sequence[QuoteLine], units: Sequence[int], rules: Rules, currency: str, sending: int
) -> tuple[Taken, Entered | None]:
    """What discounts take, and how the code that was entered stands."""
    meant = [
        discounts.Line(line.variant.meant, unit, line.quantity, line.variant.tax_class != VOUCHER)
        for line, unit in zip(lines, units, strict=True)
    ]
    taken = discounts.take(
        meant,
        rules.discounts,
        currency,
        shipping=sending,
        code=rules.code,
        step=limits.step(currency),
    )
    mine = next((one for one in rules.discounts if one.code is not None and one.code == rules.code), None)
    return taken, discounts.stand(mine, meant, currency, taken) if mine is not None else rules.refused


def _line(line: QuoteLine, unit: int, taken: Taken, index: int, taxed: Answered) -> PricedLine:
    variant, lost = line.variant, taken.lines[index]
    by_id = {one.id: one for one in taken.used}
    discount = taken.of_line(index)
    return PricedLine(
        variant.id, variant.sku, variant.title, variant.slug, line.quantity, unit, discount, taxed.tax,
        unit * line.quantity - discount + taxed.change, taxed.change,
        tuple(_share(by_id[id_], part) for id_, part in lost.items()),
        taxed.rate.label, taxed.rate.basis_points, str(taxed.exact),
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
            found.append(Used(one.id, one.title, one.code, amount, one is taken.free_shipping))
    return tuple(found)


def _tax_lines(
    priced: Sequence[PricedLine], sent: int, answered: Sequence[Answered], shipping_taxed: Answered
) -> tuple[TaxLine, ...]:
    sums: dict[TaxRate, list[int]] = {}
    parts = [(one, line.total) for line, one in zip(priced, answered, strict=True)]
    for one, base in [*parts, (shipping_taxed, sent)]:
        if one.rate.basis_points or one.rate.reverse_charge:
            entry = sums.setdefault(one.rate, [0, 0])
            entry[0] += base - one.tax if one.rate.included else base
            entry[1] += one.tax
    return tuple(
        TaxLine(rate.label, rate.basis_points, base, due, rate.kind, rate.place)
        for rate, (base, due) in sums.items()
    )
