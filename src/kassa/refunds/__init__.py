"""Refunds: money going back.

Tables: `refunds`, `refund_lines`. Invariants: the row is written before the provider is asked, it counts from
then on, and its id is the idempotency key; a refund belongs to a payment, so what an order was paid with in parts goes
back in parts, to gift cards last; the sum of the refunds of a payment
that are not failed or canceled never exceeds what was received (a trigger says so too); `orders.refunded_minor`
is the sum of those that are not surplus; units of a line go back, and to the shelf, at most as often as they
were sold; the ledger has a refund from the moment the provider has it, and its reversal if it comes to nothing.
"""

from kassa.refunds.errors import (
    AlreadyRestocked,
    InvalidRefund,
    NothingToRefund,
    RefundTooLarge,
)
from kassa.refunds.queries import (
    Given,
    GivenLine,
    Refund,
    get,
    given,
    lines_of_order,
    of_order,
    refunded_minor,
    refunded_units,
)
from kassa.refunds.recording import look_after, sync
from kassa.refunds.service import (
    left_minor,
    left_of_payments,
    request,
    return_surplus,
    send_back_surplus,
    submit,
)
from kassa.refunds.sharing import LineLeft, RefundLine, lines_left
from kassa.refunds.states import State

__all__ = [
    "AlreadyRestocked",
    "Given",
    "GivenLine",
    "InvalidRefund",
    "LineLeft",
    "NothingToRefund",
    "Refund",
    "RefundLine",
    "RefundTooLarge",
    "State",
    "get",
    "given",
    "left_minor",
    "left_of_payments",
    "lines_left",
    "lines_of_order",
    "look_after",
    "of_order",
    "refunded_minor",
    "refunded_units",
    "request",
    "return_surplus",
    "send_back_surplus",
    "submit",
    "sync",
]
