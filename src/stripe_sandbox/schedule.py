"""What happens by itself on the sandbox clock: each kind of act and the function that does it."""

from collections.abc import Callable

from stripe_sandbox.objects import (
    attempts,
    charges,
    coupons,
    payment_intents,
    promotion_codes,
    refunds,
    sessions,
    setup_confirmation,
)
from stripe_sandbox.work import Work

ACTS: dict[str, Callable[[Work, str], None]] = {
    "settle_charge": charges.book_later,
    "settle_refund": refunds.settle,
    "fail_refund": refunds.fail,
    "expire_session": sessions.expire_when_due,
    "end_coupon": coupons.end_when_due,
    "end_promotion_code": promotion_codes.end_when_due,
    "end_setup": setup_confirmation.end_pending,
    "expire_hold": payment_intents.expire_hold,
    "end_delayed": attempts.end_delayed,
}
