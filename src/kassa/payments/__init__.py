"""Payments: each one attempt to collect one amount for one order.

Tables: `payments`. Invariants: at most one payable provider object per order (a unique index says so too), for what
gift cards leave to pay; what they pay is reserved while the order waits and spent by `record` with its success;
the row is written before the provider is asked, and its id is the idempotency key; `record` is the only way
money comes in; what is over stays over, but for a success, which is final; money its order has no use for is
`surplus` and goes back by itself; an authorisation is a promise of money and not yet a payment of the order.
"""

from kassa.payments.errors import NothingToCapture, NotPayable, PaymentNotFound, StillProcessing
from kassa.payments.fees import record_fee
from kassa.payments.found import collected, insert_collected
from kassa.payments.gift_parts import release as release_gift_cards
from kassa.payments.gift_parts import take_off as take_off_gift_card
from kassa.payments.gift_parts import use as use_gift_cards
from kassa.payments.queries import PAYABLE, Payment, by_reference, due_for_sync, get, of_order
from kassa.payments.record import TRIES, surplus_minor
from kassa.payments.service import capture, close, collect, record_intent, start, sync
from kassa.payments.silence import unheard, watch_webhooks
from kassa.payments.whose import whose

__all__ = [
    "PAYABLE",
    "TRIES",
    "NotPayable",
    "NothingToCapture",
    "Payment",
    "PaymentNotFound",
    "StillProcessing",
    "by_reference",
    "capture",
    "close",
    "collect",
    "collected",
    "due_for_sync",
    "get",
    "insert_collected",
    "of_order",
    "record_fee",
    "record_intent",
    "release_gift_cards",
    "start",
    "surplus_minor",
    "sync",
    "take_off_gift_card",
    "unheard",
    "use_gift_cards",
    "watch_webhooks",
    "whose",
]
