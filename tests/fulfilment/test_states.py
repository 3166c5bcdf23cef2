"""Every (state, step) of a parcel, walked."""

import pytest

from kassa.fulfilment import STEPS, InvalidStep, State, Step, after


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_a_step_leads_where_the_table_says_or_is_refused(state, step):
    if (state, step) in STEPS:
        assert after(state, step) is STEPS[state, step]
    else:
        with pytest.raises(InvalidStep) as refused:
            after(state, step)
        assert refused.value.extra == {"state": str(state), "step": str(step)}


def test_a_step_done_twice_is_done_once():
    for (_, step), reached in STEPS.items():
        assert after(reached, step) is reached


def test_what_has_left_the_house_is_not_canceled_and_what_was_unpacked_is_not_sent():
    for state, step in [
        (State.SHIPPED, Step.CANCEL),
        (State.DELIVERED, Step.CANCEL),
        (State.CANCELED, Step.SHIP),
        (State.CANCELED, Step.DELIVER),
        (State.PICKED, Step.DELIVER),
    ]:
        assert (state, step) not in STEPS
