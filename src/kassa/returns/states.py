"""The life of a return: asked → accepted → received; or refused, as long as it has not come. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from kassa.returns.errors import InvalidStep


class State(StrEnum):
    """Where a return stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    RECEIVED = "received"


class Step(StrEnum):
    """What can happen to a return."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    RECEIVE = "receive"


S = State

#: A pair that is not here is refused with `InvalidStep`; a step done twice is done once.
STEPS: Final[Mapping[tuple[State, Step], State]] = {
    (S.ASKED,    Step.ACCEPT):  S.ACCEPTED,
    (S.ASKED,    Step.REFUSE):  S.REFUSED,
    (S.ASKED,    Step.RECEIVE): S.RECEIVED,    # it came before anybody had answered
    (S.ACCEPTED, Step.ACCEPT):  S.ACCEPTED,
    (S.ACCEPTED, Step.REFUSE):  S.REFUSED,     # it never came, or not as it should have
    (S.ACCEPTED, Step.RECEIVE): S.RECEIVED,
    (S.REFUSED,  Step.REFUSE):  S.REFUSED,
    (S.RECEIVED, Step.RECEIVE): S.RECEIVED,
}  # fmt: skip
_DONE: Final[Mapping[Step, str]] = {Step.ACCEPT: "accepted", Step.REFUSE: "refused", Step.RECEIVE: "received"}


def after(state: State, step: Step) -> State:
    """Where `step` leads from `state`.

    Raises:
        InvalidStep: the table has no place for this pair.
    """
    if (state, step) not in STEPS:
        raise InvalidStep(
            f"A return that is {state} cannot be {_DONE[step]}.",
            extra={"state": str(state), "step": str(step)},
        )
    return STEPS[state, step]
