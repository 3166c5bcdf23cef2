"""Currencies: rates of exchange, and price lists that are made by them.

Tables: `exchange_rates`, `price_lists`; writes those rows of `prices` that are marked automatic.
Invariants: a rate keeps its day, a newer one is put beside it; an automatic price never takes the place of one that
a person set; every converted amount is a multiple of what can be charged in its currency.
"""

from kassa.pricing.currencies.charm import Charm, charms
from kassa.pricing.currencies.ecb import SIZE_LIMIT as FILE_LIMIT
from kassa.pricing.currencies.ecb import read as read_ecb
from kassa.pricing.currencies.errors import InvalidPriceList, InvalidRates
from kassa.pricing.currencies.queries import Coverage, PriceList, coverage, history, lists, samples
from kassa.pricing.currencies.rates import Converter, Rate, Rates, convert
from kassa.pricing.currencies.service import (
    converter,
    end_list,
    is_stale,
    price_of,
    price_products,
    put_list,
    put_rates,
    rates,
    read_rate,
)

__all__ = [
    "FILE_LIMIT",
    "Charm",
    "Converter",
    "Coverage",
    "InvalidPriceList",
    "InvalidRates",
    "PriceList",
    "Rate",
    "Rates",
    "charms",
    "convert",
    "converter",
    "coverage",
    "end_list",
    "history",
    "is_stale",
    "lists",
    "price_of",
    "price_products",
    "put_list",
    "put_rates",
    "rates",
    "read_ecb",
    "read_rate",
    "samples",
]
