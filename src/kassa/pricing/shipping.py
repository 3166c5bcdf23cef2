"""Shipping: a flat table by zone for now, in the shape that zones and rules will have."""

from dataclasses import dataclass
from typing import Final

from kassa.kernel.money import Money, exponent
from kassa.pricing.limits import step
from kassa.pricing.tax import EU

#: (zone, method) → label, price in hundredths of the major unit, days from, days to.
_TABLE: Final = {
    ("home", "standard"): ("Standard", 390, 2, 4),
    ("home", "express"): ("Express", 990, 1, 2),
    ("eu", "standard"): ("Standard", 790, 3, 7),
    ("eu", "express"): ("Express", 1490, 2, 3),
    ("world", "standard"): ("Standard", 1290, 6, 14),
    ("world", "express"): ("Express", 2490, 3, 5),
}
HOME: Final = "DE"
#: What the letter or parcel weighs more than this costs the price once more per started step.
_STEP_GRAMS: Final = 5_000


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """A way to send something: its price, and working days from and to."""

    code: str
    label: str
    amount: Money
    min_days: int
    max_days: int


def methods(country: str, weight_grams: int, subtotal: Money) -> list[ShippingMethod]:
    """The ways to send `weight_grams` to `country`, the cheapest first; nothing to send, nothing to pay."""
    zone = "home" if country == HOME else "eu" if country in EU else "world"
    steps = max(1, -(-weight_grams // _STEP_GRAMS))
    found = []
    for (where, code), (label, price, min_days, max_days) in _TABLE.items():
        if where == zone:
            minor = price * 10 ** exponent(subtotal.currency) // 100 * steps if weight_grams else 0
            minor = -(-minor // step(subtotal.currency)) * step(subtotal.currency)
            found.append(ShippingMethod(code, label, Money(minor, subtotal.currency), min_days, max_days))
    return found
