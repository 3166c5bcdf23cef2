"""Discounts: what makes a cart cheaper, how they go together, and how often each may be used.

Tables: `discounts`, `redemptions`. Invariants: `used` is how many redemptions are reserved or committed, and never more
than the limit (the table says so too); an order uses a discount at most once; a redemption follows its order (pending
reserves, paid commits, canceled or failed gives back); an order that was refunded keeps its uses.
Locks: discounts in the order of their ids, after stock, last of all.
"""

from kassa.pricing.discounts.engine import LIMIT, RULES, Discount, Kind, Line, Taken, fits, take
from kassa.pricing.discounts.entered import Entered, Standing, refusal, said, stand
from kassa.pricing.discounts.errors import (
    InvalidDiscount,
    LimitBelowUsed,
    TooManyAutomatic,
    UnknownDiscount,
    UsedUp,
)
from kassa.pricing.discounts.offers import DiscountInput, end, faults, one, put
from kassa.pricing.discounts.queries import Figures, Offer, Redemption, figures, page, redemptions, reserved
from kassa.pricing.discounts.service import (
    CODE_LIMIT,
    Looked,
    canonical,
    commit,
    known,
    look,
    redeem,
    restore,
    retake,
)
from kassa.pricing.discounts.titles import amount_off, percent, title

__all__ = [
    "CODE_LIMIT",
    "LIMIT",
    "RULES",
    "Discount",
    "DiscountInput",
    "Entered",
    "Figures",
    "InvalidDiscount",
    "Kind",
    "LimitBelowUsed",
    "Line",
    "Looked",
    "Offer",
    "Redemption",
    "Standing",
    "Taken",
    "TooManyAutomatic",
    "UnknownDiscount",
    "UsedUp",
    "amount_off",
    "canonical",
    "commit",
    "end",
    "faults",
    "figures",
    "fits",
    "known",
    "look",
    "one",
    "page",
    "percent",
    "put",
    "redeem",
    "redemptions",
    "refusal",
    "reserved",
    "restore",
    "retake",
    "said",
    "stand",
    "take",
    "title",
]
