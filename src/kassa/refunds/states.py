"""The life of a refund: requested → pending → succeeded, failed or canceled. Pure."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a refund stands."""

    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


#: Stripe's refund statuses as ours; a refund that waits for the customer is on its way.
OF_PROVIDER: Final = {
    "pending": State.PENDING,
    "requires_action": State.PENDING,
    "succeeded": State.SUCCEEDED,
    "failed": State.FAILED,
    "canceled": State.CANCELED,
}
#: In these the money is promised or gone, so it can't be promised again.
COUNTS: Final = frozenset({State.REQUESTED, State.PENDING, State.SUCCEEDED})
#: In these the provider has taken it from our balance, so it is in the books.
SENT: Final = frozenset({State.PENDING, State.SUCCEEDED})


def after(state: State, told: State, *, submitted: bool) -> State:
    """What a refund becomes when the provider says `told`; what was said late changes nothing.

    `submitted`: whether the provider has it. One that it refused may turn out to have been made after all;
    one that it has and that did not reach its customer is over. A bank can send a success back, but
    a success is never on its way again.
    """
    if state in (State.FAILED, State.CANCELED):
        return state if submitted else told
    if state is State.SUCCEEDED and told is State.PENDING:
        return state
    return told
