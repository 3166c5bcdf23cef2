"""Refunds: money going back.

Tables: `refunds`. Invariants: the row is written before the provider is asked, it counts from then on, and
its id is the idempotency key; a refund belongs to a payment; the sum of the refunds of a payment that are not
failed or canceled never exceeds what was received; surplus goes back once per payment.
"""

from kassa.refunds.queries import Refund, get, of_order, refunded_minor
from kassa.refunds.service import send_back_surplus, submit, sync

__all__ = ["Refund", "get", "of_order", "refunded_minor", "send_back_surplus", "submit", "sync"]
