"""Returns: customers send back what was sent to them.

Tables: `returns`, `return_lines`; reads parcels. Invariants: of no line more units are asked back than were sent and
not paid back; a return goes asked → accepted → received, or is refused before it has come; what has come is paid
back by one refund, whose id follows from the return's, so receiving twice pays once; every step is in the order's
journal.
Locks: the order, always first: it is the mutex of its returns too.
"""

from kassa.returns.errors import (
    AnswerMissing,
    InvalidReturn,
    InvalidStep,
    NothingToReturn,
    ReturnNotFound,
    TooMany,
)
from kassa.returns.queries import (
    Returnable,
    ReturnLine,
    ReturnPage,
    ReturnRequest,
    get,
    of_order,
    page,
    returnable,
    waiting,
)
from kassa.returns.service import COMMENT_LIMIT, REASONS, accept, ask, receive, refuse
from kassa.returns.states import State, Step, after

__all__ = [
    "COMMENT_LIMIT",
    "REASONS",
    "AnswerMissing",
    "InvalidReturn",
    "InvalidStep",
    "NothingToReturn",
    "ReturnLine",
    "ReturnNotFound",
    "ReturnPage",
    "ReturnRequest",
    "Returnable",
    "State",
    "Step",
    "TooMany",
    "accept",
    "after",
    "ask",
    "get",
    "of_order",
    "page",
    "receive",
    "refuse",
    "returnable",
    "waiting",
]
