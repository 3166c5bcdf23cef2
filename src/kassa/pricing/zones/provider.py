"""The seam of shipping: whoever can say how a parcel may go to a place, and what that costs. Pure.

`pricing.quote` asks a `ShippingProvider`, which answers at once: it is called with a transaction open, and more than
once. The table of zones (`engine.Table`) is one. A carrier that must be asked over the network is made of two halves:
its client asks, outside of any transaction, and writes down what it heard; and a provider of this kind answers with
what was written down for just this parcel to this place, and has no ways for any other. Whoever prices quotes by the
table first to learn the parcel, asks, and quotes again; a total that was shown and is not right any more is refused as
every other is (`quote_changed`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from kassa.kernel.address import Address
from kassa.kernel.money import Money
from kassa.kernel.speech import N_

#: What so many minor units of one currency are in another, a multiple of what can be charged; None: nobody knows.
Convert = Callable[[int, str, str], int | None]


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent: its weight, what the goods cost (after discounts), and whether any of it needs sending."""

    weight_grams: int
    goods: Money
    ships: bool = True


@dataclass(frozen=True, slots=True)
class PickupPoint:
    """Where customers fetch things themselves, and when somebody is there, in the operator's words."""

    address: Address
    opening: str = ""


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """A way to send something: its price, and working days from and to.

    `first` and `last` are the days between which it arrives if it is ordered now, or is ready at `pickup`. `free_from`:
    what the goods must cost, in minor units, for it to cost nothing.
    """

    code: str
    label: str
    amount: Money
    min_days: int
    max_days: int
    first: date | None = None
    last: date | None = None
    pickup: PickupPoint | None = None
    free_from: int | None = None


class ShippingProvider(Protocol):
    """Whoever answers the ways a parcel may go."""

    def ways(
        self, parcel: Parcel, country: str, region: str | None, *, convert: Convert | None
    ) -> Sequence[ShippingMethod]:
        """The ways to send it there, the cheapest first, then pickups; none if it can't be sent there.

        `convert` is for prices that are known in another currency only.
        """
        ...


#: The code of the way that what needs no sending goes.
NOTHING: Final = "none"


def nothing_to_send(currency: str) -> ShippingMethod:
    """The way of what needs no sending."""
    return ShippingMethod(NOTHING, N_("Nothing to send"), Money(0, currency), 0, 0)
