"""What a shop prices by, at one moment: taxes, zones and discounts. Pure; `pricing.rules` reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from kassa.pricing.discounts import Discount, Entered
from kassa.pricing.taxes import Source, table
from kassa.pricing.zones import ZONES, Convert, Parcel, ShippingMethod, ShippingProvider, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything a quote needs but the cart and where it goes. `day` is the day of the sale, in UTC.

    `discounts` may apply now, as far as schedule and limits say; `code` is the one that was entered, `refused` why it
    is not among them.
    """

    day: date
    taxes: Source = field(default_factory=table)
    shipping: ShippingProvider = field(default_factory=lambda: Table(ZONES))
    convert: Convert | None = None
    discounts: Sequence[Discount] = ()
    code: str | None = None
    refused: Entered | None = None

    def ways(self, parcel: Parcel, country: str, region: str | None = None) -> tuple[ShippingMethod, ...]:
        """The ways to send a parcel there, the cheapest first; none if it can't be sent."""
        return tuple(self.shipping.ways(parcel, country, region, convert=self.convert))
