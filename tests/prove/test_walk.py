"""Which ways through the states are legal: what the table of states says, and nothing else."""

import pytest

from kassa.orders import TRANSITIONS, Event, State
from kassa.reconciliation.invariants.journal import Walk
from kassa.reconciliation.invariants.walk import fault

PATHS = {
    State.PENDING: "placed",
    State.PAID: "placed payment_succeeded:pending>paid",
    State.FULFILLING: "placed payment_succeeded:pending>paid shipped:paid>fulfilling",
    State.FULFILLED: "placed payment_succeeded:pending>paid delivered:paid>fulfilled",
    State.CANCELED: "placed canceled:pending>canceled",
    State.FAILED: "placed attempt_failed expired:pending>failed",
    State.REFUNDED: "placed payment_succeeded:pending>paid refunded_in_full:paid>refunded",
}


def walked(steps: str, state: State, *, failed: bool) -> Walk:
    return Walk(steps, state, failed, ">paid" in steps, 1)


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("state", State)
def test_each_pair_of_the_table_is_a_legal_step_and_no_other_is(state: State, event: Event):
    failed = state is State.FAILED or (state, event) == (State.PENDING, Event.ATTEMPT_FAILED)
    expired = (state, event) == (State.PENDING, Event.EXPIRED)
    expected = State.CANCELED if expired else TRANSITIONS.get((state, event))

    legal = set()
    for there in State:
        step = event if there is state else f"{event}:{state}>{there}"
        if fault(walked(f"{PATHS[state]} {step}", there, failed=failed)) is None:
            legal.add(there)

    late = state in (State.CANCELED, State.FAILED) and event is Event.PAYMENT_SUCCEEDED
    assert legal == ({expected} if expected else set()) | ({state} if late else set())


@pytest.mark.parametrize("steps", ["", "payment_succeeded:pending>paid", "placed placed", "placed invented"])
def test_a_journal_begins_with_its_placing_and_knows_its_events(steps: str):
    assert fault(walked(steps, State.PENDING, failed=False))


def test_a_step_that_says_another_beginning_is_illegal():
    assert fault(walked("placed payment_succeeded:canceled>paid", State.PAID, failed=False))
