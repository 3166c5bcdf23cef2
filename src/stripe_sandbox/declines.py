"""Every reason a bank may give for a no, and how Stripe writes it down: an error code and a decline code."""

from typing import Final

DECLINE_CODES: Final = (
    "generic_decline", "insufficient_funds", "lost_card", "stolen_card", "expired_card", "incorrect_cvc",
    "incorrect_number", "incorrect_zip", "processing_error", "card_velocity_exceeded", "authentication_required",
    "approve_with_id", "call_issuer", "card_not_supported", "currency_not_supported", "do_not_honor",
    "do_not_try_again", "duplicate_transaction", "fraudulent", "invalid_account", "invalid_amount",
    "issuer_not_available", "new_account_information_available", "no_action_taken", "not_permitted", "pickup_card",
    "reenter_transaction", "restricted_card", "revocation_of_authorization",
    "security_violation", "service_not_allowed", "stop_payment_order", "testmode_decline", "transaction_not_allowed",
    "try_again_later", "withdrawal_count_limit_exceeded",
)  # fmt: skip

# These are error codes of their own; the bank's decline code says nothing more.
_CODES_OF_THEIR_OWN: Final = {
    "expired_card", "incorrect_cvc", "incorrect_number", "incorrect_zip", "processing_error",
}  # fmt: skip


def decline(reason: str) -> tuple[str, str | None]:
    """Error code and decline code of a reason from `DECLINE_CODES`: ``card_declined`` and the reason, mostly."""
    if reason in _CODES_OF_THEIR_OWN:
        return reason, None
    if reason == "authentication_required":
        return reason, reason
    return "card_declined", reason
