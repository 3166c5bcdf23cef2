"""Stock: how many there are, how many are promised, and why.

Tables: `stock`, `holds`, `hold_lines`, `movements`. Invariants: 0 ≤ reserved ≤ on_hand (the table says so
too); on_hand is the sum of the variant's movements; reserved is the sum of the lines of its live holds (held,
paying). A hold goes held → paying → committed | released, and back from paying to held when the bank said no.
Locks: stock rows in order of variant id, as late as possible in the transaction.
"""

from kassa.inventory.errors import BelowReserved, HoldNotFound, InsufficientStock, UnknownStock
from kassa.inventory.queries import Hold, Stock, due_holds, hold, lock_stock, postpone, stock
from kassa.inventory.service import (
    adjust,
    commit,
    paying,
    put_back,
    release,
    reserve,
    resume,
    retake,
    set_on_hand,
)

__all__ = [
    "BelowReserved",
    "Hold",
    "HoldNotFound",
    "InsufficientStock",
    "Stock",
    "UnknownStock",
    "adjust",
    "commit",
    "due_holds",
    "hold",
    "lock_stock",
    "paying",
    "postpone",
    "put_back",
    "release",
    "reserve",
    "resume",
    "retake",
    "set_on_hand",
    "stock",
]
