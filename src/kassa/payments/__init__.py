"""Payments: each one attempt to collect one amount for one order.

Tables: `payments`. Invariants: at most one payable provider object per order (a unique index says so too);
the row is written before the provider is asked, and its id is the idempotency key; `record` is the only way
money comes in; `succeeded` is final; money its order has no use for is `surplus` and goes back by itself.
"""

from kassa.payments.errors import NotPayable, PaymentNotFound, StillProcessing
from kassa.payments.fees import record_fee
from kassa.payments.queries import PAYABLE, Payment, by_reference, due_for_sync, get, of_order
from kassa.payments.service import close, collect, record_intent, start, sync

__all__ = [
    "PAYABLE",
    "NotPayable",
    "Payment",
    "PaymentNotFound",
    "StillProcessing",
    "by_reference",
    "close",
    "collect",
    "due_for_sync",
    "get",
    "of_order",
    "record_fee",
    "record_intent",
    "start",
    "sync",
]
