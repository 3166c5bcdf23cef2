"""What a provider's status means for an attempt. Pure."""

from kassa.stripe import Intent, Session

#: Stripe's PaymentIntent statuses (https://docs.stripe.com/payments/paymentintents/lifecycle) as ours.
_INTENT = {
    "requires_payment_method": "open",
    "requires_confirmation": "open",
    "requires_action": "requires_action",
    "processing": "processing",
    "requires_capture": "authorized",
    "succeeded": "succeeded",
    "canceled": "canceled",
}
_SESSION = {"open": "open", "expired": "canceled"}


def of_intent(intent: Intent) -> str:
    """Our state of an attempt whose PaymentIntent looks like this."""
    return _INTENT[intent.status]


def of_session(session: Session) -> str:
    """Our state of an attempt whose Checkout Session looks like this.

    A page that is complete is left for good: where the bank says no afterwards, this attempt has failed, and the
    customer needs another.
    """
    state = of_intent(session.intent) if session.intent is not None else None
    if session.status == "complete":
        if state is None:
            return "processing" if session.payment_status == "unpaid" else "succeeded"
        return "failed" if state == "open" else state
    if session.status == "open" and state is not None:
        return state if state in ("requires_action", "processing", "authorized", "succeeded") else "open"
    if state in ("processing", "authorized", "succeeded"):
        return state
    return _SESSION[session.status]
