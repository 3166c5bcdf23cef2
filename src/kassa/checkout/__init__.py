"""Checkout: from a cart to an order that waits for money, and out of it again.

Tables: `buy_nows`, what is bought at once, without a cart. Promises: an order is placed once per id, with stock
held or not at all; at most one attempt is payable; an order is never ended before the provider has said that
nobody can pay it any more; what is bought at once becomes an order by its confirmed payment alone, once, and
leaves nothing but a released hold if nobody pays.
"""

from kassa.checkout.buy_now import BuyNowWish, buy_now, give_up, look_after_buy_nows, sync_buy_now
from kassa.checkout.errors import (
    BuyNowNotFound,
    BuyNowOver,
    NothingToBuy,
    NotOffered,
    OrderTaken,
    QuoteChanged,
    UnknownSku,
)
from kassa.checkout.expiry import expire_due, look_after_payments
from kassa.checkout.gift_cards import take_off_gift_card, use_gift_cards
from kassa.checkout.place import PlaceOrder, place_order
from kassa.checkout.queries import BuyNow, proof_of
from kassa.checkout.queries import get as get_buy_now
from kassa.checkout.reminders import send_link
from kassa.checkout.service import (
    cancel,
    capture_before_sending,
    capture_order,
    close_payment,
    expire,
    pay,
    sync_payment,
)
from kassa.checkout.taxed import taxed

__all__ = [
    "BuyNow",
    "BuyNowNotFound",
    "BuyNowOver",
    "BuyNowWish",
    "NotOffered",
    "NothingToBuy",
    "OrderTaken",
    "PlaceOrder",
    "QuoteChanged",
    "UnknownSku",
    "buy_now",
    "cancel",
    "capture_before_sending",
    "capture_order",
    "close_payment",
    "expire",
    "expire_due",
    "get_buy_now",
    "give_up",
    "look_after_buy_nows",
    "look_after_payments",
    "pay",
    "place_order",
    "proof_of",
    "send_link",
    "sync_buy_now",
    "sync_payment",
    "take_off_gift_card",
    "taxed",
    "use_gift_cards",
]
