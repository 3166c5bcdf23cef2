"""What a cart costs, to the minor unit. `quote` is pure; `rules` reads what the shop prices by.

Invariants: total = subtotal − discount + rounding + shipping + (tax, unless it is in the prices); the lines' amounts
sum to the totals exactly; every rounding is half away from zero, where the shop's rule says, and remembers what it
would have been; a total is one that the provider can charge.
"""

from kassa.pricing.limits import MINIMUM, AmountTooLarge, BelowMinimum, UnevenAmount
from kassa.pricing.quote import PricedLine, Quote, QuoteLine, Share, TaxLine, Used, quote
from kassa.pricing.rounding import Rounding
from kassa.pricing.rules import Rules
from kassa.pricing.service import priced, rules
from kassa.pricing.taxes import TaxRate
from kassa.pricing.zones import NotShippedThere, Parcel, ShippingMethod, UnknownShippingMethod, methods

__all__ = [
    "MINIMUM",
    "AmountTooLarge",
    "BelowMinimum",
    "NotShippedThere",
    "Parcel",
    "PricedLine",
    "Quote",
    "QuoteLine",
    "Rounding",
    "Rules",
    "Share",
    "ShippingMethod",
    "TaxLine",
    "TaxRate",
    "UnevenAmount",
    "UnknownShippingMethod",
    "Used",
    "methods",
    "priced",
    "quote",
    "rules",
]
