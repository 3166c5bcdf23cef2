"""What a shop prices by, at one moment: taxes, zones and discounts. Pure; `pricing.rules` reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from kassa.pricing.discounts import Discount
from kassa.pricing.shipping import ZONES, Zone
from kassa.pricing.tax import TaxTable, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything a quote needs but the cart and where it goes. `day` is the day of the sale, in UTC.

    `discounts` may apply now, as far as schedule and limits say; `code` is the one that was entered.
    """

    day: date
    taxes: TaxTable = field(default_factory=table)
    zones: Sequence[Zone] = ZONES
    discounts: Sequence[Discount] = ()
    code: str | None = None
