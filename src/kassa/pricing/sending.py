"""How what is priced leaves the shop: the parcel it makes, the way it goes, and whose tax that makes it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kassa.catalog import SaleVariant
from kassa.kernel.money import Money
from kassa.pricing import limits
from kassa.pricing.rounding import points, portion
from kassa.pricing.rules import Rules
from kassa.pricing.taxes import TaxRate
from kassa.pricing.zones import NOTHING, NotShippedThere, Parcel, ShippingMethod, UnknownShippingMethod


class Wanted(Protocol):
    """A variant, and how many."""

    @property
    def variant(self) -> SaleVariant: ...

    @property
    def quantity(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is sold, and to whom: what tax asks for."""

    country: str
    region: str | None
    postal_code: str | None
    vat_id: str


def parcel(lines: Sequence[Wanted], goods: int, currency: str) -> Parcel:
    """What `lines`, which cost `goods` minor units, weigh when they are sent."""
    sent = [line for line in lines if line.variant.ships]
    weight = sum(line.variant.weight_grams * line.quantity for line in sent)
    return Parcel(weight, Money(goods, currency), bool(sent))


def taxed_at(lines: Sequence[Wanted], rules: Rules, currency: str, to: Place, code: str | None) -> Place:
    """Where the sale is taxed: where it goes; at the shop's place if it is fetched there.

    Goods that are not dispatched are supplied where they are handed over (Directive 2006/112/EC, article 31), so
    to a business of another country, too, as to anybody.
    """
    if code is None:
        return to
    worth = sum((line.variant.price_minor or 0) * line.quantity for line in lines)
    for way in rules.ways(parcel(lines, worth, currency), to.country, to.region):
        if way.code == code and way.pickup is not None:
            at = way.pickup.address
            return Place(at.country, at.region, at.postal_code or None, "")
    return to


def main(lines: Sequence[Wanted], costs: Sequence[int]) -> int:
    """Which line decides how shipping is taxed: the dearest part of the parcel, the main supply. What is not sent, such
    as a gift card, is no part of it."""
    return max(range(len(costs)), key=lambda index: (lines[index].variant.ships, costs[index]))


def net(price: int, rate: TaxRate, currency: str) -> int:
    """A price of the list as it is charged: without the tax in it, where the customer owes that."""
    if not rate.reverse_charge:
        return price
    contained = points(rate.contained)
    return price - portion(price, contained, 10_000 + contained, limits.step(currency)).amount


def ways(
    lines: Sequence[Wanted],
    costs: Sequence[int],
    rates: Sequence[TaxRate],
    rules: Rules,
    currency: str,
    to: Place,
) -> tuple[ShippingMethod, ...]:
    """How `lines`, which cost `costs`, can go there; what is sent to where the customer owes the tax is sent net.

    A pickup keeps its price: what is fetched is taxed at the shop's place, whoever fetches it.
    """
    found = rules.ways(parcel(lines, sum(costs), currency), to.country, to.region)
    if not costs or not (rate := rates[main(lines, costs)]).reverse_charge:
        return found
    return tuple(
        way if way.pickup else replace(way, amount=Money(net(way.amount.amount, rate, currency), currency))
        for way in found
    )


def choose(ways: Sequence[ShippingMethod], code: str | None) -> ShippingMethod:
    """The way that is asked for; without a code the cheapest by which something is sent, then a pickup.

    Raises:
        NotShippedThere, UnknownShippingMethod
    """
    if not ways:
        raise NotShippedThere(
            "This can't be sent to this country.",
            errors=[("shipping_address.country", "is not a country that we send this to")],
        )
    if code is None or ways[0].code == NOTHING:
        return next((way for way in ways if way.pickup is None), ways[0])
    for way in ways:
        if way.code == code:
            return way
    raise UnknownShippingMethod(
        "There is no such way of shipping to this place.",
        errors=[("shipping_method", "is not one of " + ", ".join(way.code for way in ways))],
    )


def spared(ways: Sequence[ShippingMethod], code: str | None) -> int:
    """What free shipping is worth, in minor units: the cheapest way of sending, or the pickup that was chosen."""
    fetched = next((way for way in ways if way.code == code and way.pickup), None)
    sent = fetched or next((way for way in ways if way.pickup is None), None)
    return sent.amount.amount if sent else 0
