"""Gift cards: money the shop owes to whoever holds the code.

Tables: `gift_cards`, `gift_card_events`. Invariants: a card's balance is what was issued, less what was voided and
spent, plus what was given back to it, and the balances of a currency are the ledger's account `gift_cards`; what is
promised to orders that wait is never more than the balance, and the balance never below nothing (the database says so
too); a card that is bought comes into being with the payment of its order, once per unit; its code is derived from
the shop's secret and its id, and only the code's hash is kept. What a card pays is a row of `payments`.
"""

from kassa.gift_cards.codes import code_of, mark, reveal, shown
from kassa.gift_cards.errors import (
    CardRefused,
    GiftCardNotFound,
    NothingToVoid,
    TooManyGiftCards,
)
from kassa.gift_cards.queries import (
    CardEvent,
    CardPage,
    GiftCard,
    Part,
    SoldCard,
    get,
    history,
    of_order,
    page,
    parts,
    sold_by,
)
from kassa.gift_cards.queries import lock as lock_cards
from kassa.gift_cards.service import (
    CARDS_LIMIT,
    GUESSES,
    find,
    give_back,
    issue,
    issue_sold,
    promise,
    release,
    seal,
    send_again,
    spend,
    take_back,
    void,
)

__all__ = [
    "CARDS_LIMIT",
    "GUESSES",
    "CardEvent",
    "CardPage",
    "CardRefused",
    "GiftCard",
    "GiftCardNotFound",
    "NothingToVoid",
    "Part",
    "SoldCard",
    "TooManyGiftCards",
    "code_of",
    "find",
    "get",
    "give_back",
    "history",
    "issue",
    "issue_sold",
    "lock_cards",
    "mark",
    "of_order",
    "page",
    "parts",
    "promise",
    "release",
    "reveal",
    "seal",
    "send_again",
    "shown",
    "sold_by",
    "spend",
    "take_back",
    "void",
]
