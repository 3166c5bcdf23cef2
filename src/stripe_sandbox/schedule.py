"""What happens by itself on the sandbox clock: each kind of act and the function that does it."""

from collections.abc import Callable

from stripe_sandbox.objects import charges, payment_intents, refunds, sessions
from stripe_sandbox.work import Work

ACTS: dict[str, Callable[[Work, str], None]] = {
    "settle_charge": charges.book_later,
    "settle_refund": refunds.settle,
    "fail_refund": refunds.fail,
    "expire_session": sessions.expire_when_due,
    "expire_hold": payment_intents.expire_hold,
}
