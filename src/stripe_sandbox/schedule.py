"""What happens by itself on the sandbox clock: each kind of act and the function that does it."""

from collections.abc import Callable

from stripe_sandbox.objects import (
    attempts,
    charges,
    coupons,
    customer_sessions,
    direct_charges,
    disputes,
    payment_intents,
    payouts,
    promotion_codes,
    radar,
    refund_course,
    sessions,
    setup_confirmation,
)
from stripe_sandbox.work import Work

ACTS: dict[str, Callable[[Work, str], None]] = {
    "settle_charge": charges.book_later,
    "settle_refund": refund_course.settle,
    "fail_refund": refund_course.fail,
    "cover_refund": refund_course.cover,
    "refer_refund": refund_course.refer,
    "expire_refund": refund_course.expire_when_due,
    "open_dispute": disputes.open_after_charge,
    "answer_dispute": disputes.answer,
    "lapse_dispute": disputes.lapse,
    "close_inquiry": disputes.close_inquiry,
    "warn_of_fraud": radar.warn,
    "send_payout": payouts.leave,
    "pay_payout": payouts.arrive,
    "expire_session": sessions.expire_when_due,
    "end_coupon": coupons.end_when_due,
    "end_promotion_code": promotion_codes.end_when_due,
    "forget_customer_session": customer_sessions.forget,
    "end_setup": setup_confirmation.end_pending,
    "expire_hold": payment_intents.expire_hold,
    "end_delayed": attempts.end_delayed,
    "expire_charge": direct_charges.expire_hold,
}
