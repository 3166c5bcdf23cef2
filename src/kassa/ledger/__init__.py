"""The ledger: double entry, in minor units, one set of books per currency.

Tables: `ledger_entries`, `ledger_lines`. Invariants: `post` is the only writer; the lines of an entry sum to
zero; an entry is written in the transaction of its cause, once per (kind, cause), and never changed: what
turns out otherwise is reversed by another entry. The database's own triggers refuse all else. Debit is
positive, credit negative, so every trial balance is zero, and the balance of `provider` is what the
provider's own books say.
"""

from kassa.ledger.chart import Account
from kassa.ledger.errors import Unbalanced
from kassa.ledger.queries import Entry, EntryPage, balances, get, of_order, page
from kassa.ledger.service import (
    post,
    post_dispute,
    post_exchange,
    post_fee,
    post_gift_card_given,
    post_gift_card_voided,
    post_payment,
    post_payout,
    post_payout_failed,
    post_provider_fee,
    post_refund,
    post_refund_failed,
    post_sale,
)

__all__ = [
    "Account",
    "Entry",
    "EntryPage",
    "Unbalanced",
    "balances",
    "get",
    "of_order",
    "page",
    "post",
    "post_dispute",
    "post_exchange",
    "post_fee",
    "post_gift_card_given",
    "post_gift_card_voided",
    "post_payment",
    "post_payout",
    "post_payout_failed",
    "post_provider_fee",
    "post_refund",
    "post_refund_failed",
    "post_sale",
]
