"""What a cart costs, to the minor unit. Pure: no tables, no clock, no network.

Invariants: total = subtotal − discount + shipping + (tax, unless it is in the prices); the lines' amounts sum
to the totals exactly; every rounding is half away from zero, once per line, and says so; a total is one that
the provider can charge.
"""

from kassa.pricing.limits import MINIMUM, AmountTooLarge, BelowMinimum, UnevenAmount
from kassa.pricing.quote import PricedLine, Quote, QuoteLine, TaxLine, UnknownShippingMethod, quote
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
    "UnevenAmount",
    "UnknownShippingMethod",
    "methods",
    "quote",
    "rate",
]
