"""Every pair of state and event is decided, and decided as ARCHITECTURE §7 says."""

import itertools

import pytest

from kassa.orders import TRANSITIONS, Event, InvalidTransition, State, after

S, E = State, Event
LEGAL = set(TRANSITIONS)
ILLEGAL = set(itertools.product(State, Event)) - LEGAL


@pytest.mark.parametrize(("state", "event"), sorted(LEGAL))
def test_a_legal_event_leads_where_the_table_says(state, event):
    assert after(state, event, attempt_failed=True) == TRANSITIONS[state, event]


@pytest.mark.parametrize(("state", "event"), sorted(ILLEGAL))
def test_an_event_that_has_no_place_is_refused_with_both_names(state, event):
    with pytest.raises(InvalidTransition) as refused:
        after(state, event)

    assert refused.value.extra == {"state": str(state), "event": str(event)}


def test_the_pairs_that_are_refused_are_the_ones_of_the_plan():
    refused = {
        (S.PENDING, E.PICKED), (S.PENDING, E.SHIPPED), (S.PENDING, E.DELIVERED), (S.PENDING, E.REFUNDED_IN_FULL),
        (S.PAID, E.CANCELED), (S.FULFILLING, E.EXPIRED), (S.FULFILLING, E.CANCELED),
        (S.FULFILLED, E.EXPIRED), (S.FULFILLED, E.CANCELED), (S.FULFILLED, E.PICKED), (S.FULFILLED, E.SHIPPED),
        (S.FULFILLED, E.DELIVERED), (S.CANCELED, E.PICKED), (S.CANCELED, E.SHIPPED), (S.CANCELED, E.DELIVERED),
        (S.FAILED, E.PICKED), (S.FAILED, E.SHIPPED), (S.FAILED, E.DELIVERED), (S.REFUNDED, E.EXPIRED),
        (S.REFUNDED, E.CANCELED), (S.REFUNDED, E.PICKED), (S.REFUNDED, E.SHIPPED), (S.REFUNDED, E.DELIVERED),
    }  # fmt: skip

    assert refused == ILLEGAL


def test_an_order_that_expires_unpaid_is_canceled_unless_an_attempt_failed():
    assert after(S.PENDING, E.EXPIRED) is S.CANCELED
    assert after(S.PENDING, E.EXPIRED, attempt_failed=True) is S.FAILED


@pytest.mark.parametrize("dead", [S.CANCELED, S.FAILED])
def test_late_money_revives_an_order_only_while_its_stock_is_there(dead):
    assert after(dead, E.PAYMENT_SUCCEEDED, stock_left=True) is S.PAID
    assert after(dead, E.PAYMENT_SUCCEEDED, stock_left=False) is dead
