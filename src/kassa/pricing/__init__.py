"""What a cart costs, to the minor unit. Pure: no tables, no clock, no network.

Invariants: total = subtotal − discount + shipping + (tax, unless it is in the prices); the lines' amounts sum
to the totals exactly; every rounding is half away from zero, once per line, and says so.
"""

from kassa.pricing.quote import (
    MINIMUM,
    AmountTooLarge,
    BelowMinimum,
    PricedLine,
    Quote,
    QuoteLine,
    TaxLine,
    UnknownShippingMethod,
    quote,
)
from kassa.pricing.shipping import ShippingMethod, methods
from kassa.pricing.tax import TaxRate, rate

__all__ = [
    "MINIMUM",
    "AmountTooLarge",
    "BelowMinimum",
    "PricedLine",
    "Quote",
    "QuoteLine",
    "ShippingMethod",
    "TaxLine",
    "TaxRate",
    "UnknownShippingMethod",
    "methods",
    "quote",
    "rate",
]
