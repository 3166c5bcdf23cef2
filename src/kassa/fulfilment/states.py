"""The life of a parcel: picked → shipped → delivered, or picked → canceled. A step done twice is done once."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from kassa.fulfilment.errors import InvalidStep


class State(StrEnum):
    """Where a parcel stands."""

    PICKED = "picked"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELED = "canceled"


class Step(StrEnum):
    """What can happen to a parcel."""

    SHIP = "ship"
    DELIVER = "deliver"
    CANCEL = "cancel"


S = State

#: A pair that is not here is refused with `InvalidStep`.
STEPS: Final[Mapping[tuple[State, Step], State]] = {
    (S.PICKED,    Step.SHIP):    S.SHIPPED,
    (S.PICKED,    Step.CANCEL):  S.CANCELED,
    (S.SHIPPED,   Step.SHIP):    S.SHIPPED,     # asked again
    (S.SHIPPED,   Step.DELIVER): S.DELIVERED,
    (S.DELIVERED, Step.SHIP):    S.DELIVERED,   # asked again, late
    (S.DELIVERED, Step.DELIVER): S.DELIVERED,
    (S.CANCELED,  Step.CANCEL):  S.CANCELED,
}  # fmt: skip
_DONE: Final[Mapping[Step, str]] = {
    Step.SHIP: "shipped",
    Step.DELIVER: "delivered",
    Step.CANCEL: "canceled",
}


def after(state: State, step: Step) -> State:
    """Where `step` leads from `state`.

    Raises:
        InvalidStep: the table has no place for this pair.
    """
    if (state, step) not in STEPS:
        raise InvalidStep(
            f"A parcel that is {state} cannot be {_DONE[step]}.",
            extra={"state": str(state), "step": str(step)},
        )
    return STEPS[state, step]
