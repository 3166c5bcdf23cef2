"""Checkout: from a cart to an order that waits for money, and out of it again.

No tables of its own. Promises: an order is placed once per id, with stock held or not at all; at most one
attempt is payable; an order is never ended before the provider has said that nobody can pay it any more.
"""

from kassa.checkout.errors import NothingToBuy, OrderTaken, QuoteChanged, UnknownSku
from kassa.checkout.expiry import expire_due, look_after_payments
from kassa.checkout.place import PlaceOrder, place_order
from kassa.checkout.service import cancel, capture_order, close_payment, pay, sync_payment

__all__ = [
    "NothingToBuy",
    "OrderTaken",
    "PlaceOrder",
    "QuoteChanged",
    "UnknownSku",
    "cancel",
    "capture_order",
    "close_payment",
    "expire_due",
    "look_after_payments",
    "pay",
    "place_order",
    "sync_payment",
]
