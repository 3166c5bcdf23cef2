"""Whether a way through the states is one that the table of states allows. Pure."""

from kassa.orders import Event, InvalidTransition, State, after
from kassa.reconciliation.invariants.journal import Walk

_DEAD = (State.CANCELED, State.FAILED)


def fault(walk: Walk) -> str | None:
    """What is wrong with a walk, or None: it is legal and ends where its orders say they are."""
    first, *steps = (walk.steps or "").split(" ")
    if first != "placed":
        return "its journal does not begin with its placing"
    at, failed, paid = State.PENDING, False, False
    for step in steps:
        there = _next(at, step, failed=failed)
        if there is None:
            return f"its journal has {step!r} while it was {at}, which the table of states does not allow"
        failed = failed or (at is State.PENDING and step == Event.ATTEMPT_FAILED)
        at = there
        paid = paid or at is State.PAID
    if at != walk.state:
        return f"it is {walk.state}, but its journal leads to {at}"
    if paid != walk.paid:
        return f"it {'has' if walk.paid else 'lacks'} a time of payment, against its journal"
    if failed != walk.attempt_failed:
        return "whether an attempt failed is not what its journal says"
    return None


def _next(at: State, step: str, *, failed: bool) -> State | None:
    """Where a step of the journal leads from `at`, if it may."""
    name, _, move = step.partition(":")
    before, _, there = move.partition(">")
    try:
        event = Event(name)
        expected = after(at, event, attempt_failed=failed)
    except (ValueError, InvalidTransition):
        return None
    if not move:
        stays = expected is at or (at in _DEAD and event is Event.PAYMENT_SUCCEEDED)
        return at if stays else None
    return expected if before == at and there == expected else None
