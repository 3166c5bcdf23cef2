"""Nobody must ever go into the database to get an order out of where it is."""

import pytest

from kassa.orders import TRANSITIONS, Event, State

#: What staff can do to an order, from the console and through the API.
BY_STAFF = {Event.CANCELED, Event.PICKED, Event.SHIPPED, Event.DELIVERED, Event.REFUNDED_IN_FULL}
ENDS = {State.FULFILLED, State.CANCELED, State.FAILED, State.REFUNDED}


def reached(state: State, events: set[Event]) -> set[State]:
    """Where `events` can lead from `state`, `state` included."""
    found, new = {state}, {state}
    while new:
        new = {TRANSITIONS[pair] for pair in TRANSITIONS if pair[0] in new and pair[1] in events} - found
        found |= new
    return found


@pytest.mark.parametrize("state", State)
def test_staff_can_lead_an_order_to_an_end_from_wherever_it_is(state):
    assert reached(state, BY_STAFF) & ENDS


@pytest.mark.parametrize("state", State)
def test_no_state_has_no_place_for_money(state):
    assert (state, Event.PAYMENT_SUCCEEDED) in TRANSITIONS
