"""The chart of accounts."""

from enum import StrEnum


class Account(StrEnum):
    """An account of the books. Each holds one balance per currency; debit is positive, credit negative.

    What the shop has: `receivable` (owed by customers; negative: owed to them), `provider` (at Stripe), `bank`. What
    it owes: `gift_cards` (to their holders). What it earned: `sales`, `tax` (owed to the state), `shipping`. What it
    gave up: `discounts`, `refunds`, `disputes`, `fees`. Between two currencies stands `exchange`: what one gave up the
    other got.
    """

    RECEIVABLE = "receivable"
    PROVIDER = "provider"
    BANK = "bank"
    GIFT_CARDS = "gift_cards"
    SALES = "sales"
    TAX = "tax"
    SHIPPING = "shipping"
    DISCOUNTS = "discounts"
    REFUNDS = "refunds"
    DISPUTES = "disputes"
    FEES = "fees"
    EXCHANGE = "exchange"
