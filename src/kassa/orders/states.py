"""The life of an order: every (state, event) pair that can happen, and where it leads.

A pair that is not in the table is refused with `InvalidTransition`. "Partly refunded" is an amount, not a
state. The diagram in ARCHITECTURE.md is generated from this table; a test walks every pair.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from kassa.orders.errors import InvalidTransition


class State(StrEnum):
    """Where an order stands."""

    PENDING = "pending"
    PAID = "paid"
    FULFILLING = "fulfilling"
    FULFILLED = "fulfilled"
    CANCELED = "canceled"
    FAILED = "failed"
    REFUNDED = "refunded"


class Event(StrEnum):
    """What can happen to an order."""

    PAYMENT_SUCCEEDED = "payment_succeeded"
    ATTEMPT_FAILED = "attempt_failed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    PICKED = "picked"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    REFUNDED_IN_FULL = "refunded_in_full"


S, E = State, Event

#: `SHIPPED` is the last parcel but not yet the last delivery; `DELIVERED` is the last delivery.
#: An expired order that no attempt failed on was simply given up: see `after`.
TRANSITIONS: Final[Mapping[tuple[State, Event], State]] = {
    (S.PENDING,    E.PAYMENT_SUCCEEDED): S.PAID,
    (S.PENDING,    E.ATTEMPT_FAILED):    S.PENDING,   # the customer may try another card
    (S.PENDING,    E.EXPIRED):           S.FAILED,
    (S.PENDING,    E.CANCELED):          S.CANCELED,

    # Money the order has no use for, too late or twice: it stays put, `payments` sends it back.
    (S.PAID,       E.PAYMENT_SUCCEEDED): S.PAID,
    (S.PAID,       E.ATTEMPT_FAILED):    S.PAID,
    (S.PAID,       E.EXPIRED):           S.PAID,
    (S.PAID,       E.PICKED):            S.FULFILLING,
    (S.PAID,       E.SHIPPED):           S.FULFILLING,
    (S.PAID,       E.DELIVERED):         S.FULFILLED,
    (S.PAID,       E.REFUNDED_IN_FULL):  S.REFUNDED,

    (S.FULFILLING, E.PAYMENT_SUCCEEDED): S.FULFILLING,
    (S.FULFILLING, E.ATTEMPT_FAILED):    S.FULFILLING,
    (S.FULFILLING, E.PICKED):            S.FULFILLING,
    (S.FULFILLING, E.SHIPPED):           S.FULFILLING,
    (S.FULFILLING, E.DELIVERED):         S.FULFILLED,
    (S.FULFILLING, E.REFUNDED_IN_FULL):  S.REFUNDED,

    (S.FULFILLED,  E.PAYMENT_SUCCEEDED): S.FULFILLED,
    (S.FULFILLED,  E.ATTEMPT_FAILED):    S.FULFILLED,
    (S.FULFILLED,  E.REFUNDED_IN_FULL):  S.REFUNDED,

    # Late money revives the order if its stock is still there; else it stays, and the money goes back.
    (S.CANCELED,   E.PAYMENT_SUCCEEDED): S.PAID,
    (S.CANCELED,   E.ATTEMPT_FAILED):    S.CANCELED,
    (S.CANCELED,   E.EXPIRED):           S.CANCELED,
    (S.CANCELED,   E.CANCELED):          S.CANCELED,
    (S.CANCELED,   E.REFUNDED_IN_FULL):  S.CANCELED,
    (S.FAILED,     E.PAYMENT_SUCCEEDED): S.PAID,
    (S.FAILED,     E.ATTEMPT_FAILED):    S.FAILED,
    (S.FAILED,     E.EXPIRED):           S.FAILED,
    (S.FAILED,     E.CANCELED):          S.FAILED,
    (S.FAILED,     E.REFUNDED_IN_FULL):  S.FAILED,

    (S.REFUNDED,   E.PAYMENT_SUCCEEDED): S.REFUNDED,
    (S.REFUNDED,   E.ATTEMPT_FAILED):    S.REFUNDED,
    (S.REFUNDED,   E.REFUNDED_IN_FULL):  S.REFUNDED,
}  # fmt: skip

#: In these the order's stock is back on the shelf.
DEAD: Final = frozenset({S.CANCELED, S.FAILED})


def after(state: State, event: Event, *, attempt_failed: bool = False, stock_left: bool = True) -> State:
    """Where `event` leads from `state`.

    `attempt_failed`: whether a payment attempt ever failed; an order that expires without one was given up
    (canceled), not failed. `stock_left`: whether the stock of a dead order could be taken again for money
    that came late.

    Raises:
        InvalidTransition: the table has no place for this pair.
    """
    if (state, event) not in TRANSITIONS:
        raise InvalidTransition(
            f"An order that is {state} cannot be {event.replace('_', ' ')}.",
            extra={"state": str(state), "event": str(event)},
        )
    if state is S.PENDING and event is E.EXPIRED and not attempt_failed:
        return S.CANCELED
    if state in DEAD and event is E.PAYMENT_SUCCEEDED and not stock_left:
        return state
    return TRANSITIONS[state, event]
