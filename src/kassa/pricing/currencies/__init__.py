"""Currencies: rates of exchange, and price lists that are made by them.

Tables: `exchange_rates`, `price_lists`; writes those rows of `prices` that are marked automatic.
Invariants: a rate keeps its day and is never changed, a newer one is put beside it; an automatic price never takes
the place of one that a person set; every converted amount is a multiple of what can be charged in its currency.
"""

from kassa.pricing.currencies.charm import Charm, charms
from kassa.pricing.currencies.rates import Rate, Rates, convert

__all__ = ["Charm", "Rate", "Rates", "charms", "convert"]
