"""What a provider's status means for an attempt. Pure."""

from kassa.stripe import Intent, Session

#: Stripe's PaymentIntent statuses (https://docs.stripe.com/payments/paymentintents/lifecycle) as ours.
_INTENT = {
    "requires_payment_method": "open",
    "requires_confirmation": "open",
    "requires_action": "requires_action",
    "processing": "processing",
    "requires_capture": "processing",
    "succeeded": "succeeded",
    "canceled": "canceled",
}
_SESSION = {"open": "open", "expired": "canceled"}


def of_intent(intent: Intent) -> str:
    """Our state of an attempt whose PaymentIntent looks like this."""
    return _INTENT[intent.status]


def of_session(session: Session) -> str:
    """Our state of an attempt whose Checkout Session looks like this."""
    if session.status == "complete":
        return "processing" if session.payment_status == "unpaid" else "succeeded"
    if session.status == "open" and session.intent is not None:
        state = of_intent(session.intent)
        return state if state in ("requires_action", "processing", "succeeded") else "open"
    return _SESSION[session.status]
