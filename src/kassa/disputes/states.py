"""The life of a dispute, as the provider calls its stages. Pure."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a dispute stands. With `warning_` the bank only asks (an inquiry), and no money has moved."""

    WARNING_NEEDS_RESPONSE = "warning_needs_response"
    WARNING_UNDER_REVIEW = "warning_under_review"
    WARNING_CLOSED = "warning_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"


#: In these an answer is waited for.
ANSWERABLE: Final = frozenset({State.WARNING_NEEDS_RESPONSE, State.NEEDS_RESPONSE})
#: In these the bank only asks, or has only asked.
INQUIRY: Final = frozenset({State.WARNING_NEEDS_RESPONSE, State.WARNING_UNDER_REVIEW, State.WARNING_CLOSED})
#: In these it is over.
CLOSED: Final = frozenset({State.WARNING_CLOSED, State.WON, State.LOST, State.PREVENTED})
_KNOWN: Final = frozenset(map(str, State))
#: An inquiry comes before the chargeback that it may become.
_ORDER: Final = {
    State.WARNING_NEEDS_RESPONSE: 0,
    State.WARNING_UNDER_REVIEW: 1,
    State.NEEDS_RESPONSE: 2,
    State.UNDER_REVIEW: 3,
}


def of_provider(status: str) -> State:
    """Our word for the provider's. A stage that we have no word for (an appeal) is under review."""
    return State(status) if status in _KNOWN else State.UNDER_REVIEW


def after(state: State, told: State) -> State:
    """What a dispute becomes when the provider says `told`; what was said late changes nothing.

    One that is over stays over, but banks do change their verdict, and a question that was closed may still
    become a chargeback.
    """
    if told in CLOSED:
        return told
    if state is State.WARNING_CLOSED and told in (State.NEEDS_RESPONSE, State.UNDER_REVIEW):
        return told
    if state in CLOSED:
        return state
    return told if _ORDER[told] > _ORDER[state] else state


def is_late(state: State, told: State) -> bool:
    """Whether `told` is what the provider said before it said `state`."""
    return after(state, told) is not told
