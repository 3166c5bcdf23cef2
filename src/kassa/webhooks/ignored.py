"""The types of Stripe's events that we know and need nothing of, each with the reason."""

from collections.abc import Mapping
from typing import Final

_TOLD_BY_INTENT: Final = "its PaymentIntent tells the same"
_TOLD_BY_REFUND: Final = "its refund tells the same"
_BOOKS: Final = "read from the provider's books by reconciliation"
_CATALOGUE: Final = "the catalogue is ours"
_BILLING: Final = "nothing is sold by subscription"
_CUSTOMER: Final = "customers are ours; nothing is kept at the provider"

#: Type → why it needs nothing. A type ending in a dot stands for all that begin so.
IGNORED: Final[Mapping[str, str]] = {
    "payment_intent.created": "we made it",
    "payment_intent.partially_funded": "bank transfers are not offered",
    "charge.failed": _TOLD_BY_INTENT,
    "charge.pending": _TOLD_BY_INTENT,
    "charge.expired": _TOLD_BY_INTENT,
    "charge.refunded": _TOLD_BY_REFUND,
    "charge.refund.updated": _TOLD_BY_REFUND,
    "radar.early_fraud_warning.updated": "the case that its creation opened says enough",
    "payout.": _BOOKS,
    "balance.": _BOOKS,
    "customer.": _CUSTOMER,
    "payment_method.": _CUSTOMER,
    "setup_intent.": _CUSTOMER,
    "mandate.": _CUSTOMER,
    "product.": _CATALOGUE,
    "price.": _CATALOGUE,
    "coupon.": _CATALOGUE,
    "promotion_code.": _CATALOGUE,
    "tax_rate.": _CATALOGUE,
    "account.": "the account's own affairs",
    "capability.": "the account's own affairs",
    "file.": "files are ours",
    "review.": "reviews are held in the provider's dashboard; what comes of one is a refund",
    "tax.": "taxes are ours to work out",
    "cash_balance.": "bank transfers are not offered",
    "source.": "superseded by PaymentIntents",
    "invoice.": _BILLING,
    "invoiceitem.": _BILLING,
    "subscription_schedule.": _BILLING,
    "quote.": _BILLING,
    "plan.": _BILLING,
    "credit_note.": _BILLING,
    "topup.": "the account's own affairs",
    "transfer.": "the account's own affairs",
    "application_fee.": "the account's own affairs",
    "person.": "the account's own affairs",
    "reporting.": "reports are the provider's own",
}


def why(type_: str) -> str | None:
    """The reason why events of this type need nothing, or None: nobody ever thought of this type."""
    parts = type_.split(".")
    families = (".".join(parts[:count]) + "." for count in range(len(parts) - 1, 0, -1))
    for name in (type_, *families):
        if name in IGNORED:
            return IGNORED[name]
    return None
