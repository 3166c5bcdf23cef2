"""Disputes: a customer's bank takes a payment back, or asks about it first.

Tables: `disputes`, `dispute_files`. Invariants: one row per dispute of the provider; what is over does not open
again; evidence can be staged until it is submitted, and is submitted once; the ledger has what the provider took
and gave back, fee included, as its own books have it; stock is never touched.
"""

from kassa.disputes.errors import DisputeNotFound, FileNotFound, InvalidEvidence, NoEvidence, NotAnswerable
from kassa.disputes.evidence import (
    FIELD_LIMIT,
    PAPER_LIMIT,
    PAPERS,
    TEXTS,
    attach,
    detach,
    send,
    sniff,
    stage,
    submit,
)
from kassa.disputes.pack import pack
from kassa.disputes.queries import (
    Dispute,
    DisputeFile,
    DisputePage,
    files,
    get,
    of_order,
    page,
    waiting,
)
from kassa.disputes.service import look_after, sync
from kassa.disputes.states import ANSWERABLE, CLOSED, State
from kassa.disputes.suggestions import suggested

__all__ = [
    "ANSWERABLE",
    "CLOSED",
    "FIELD_LIMIT",
    "PAPERS",
    "PAPER_LIMIT",
    "TEXTS",
    "Dispute",
    "DisputeFile",
    "DisputeNotFound",
    "DisputePage",
    "FileNotFound",
    "InvalidEvidence",
    "NoEvidence",
    "NotAnswerable",
    "State",
    "attach",
    "detach",
    "files",
    "get",
    "look_after",
    "of_order",
    "pack",
    "page",
    "send",
    "sniff",
    "stage",
    "submit",
    "suggested",
    "sync",
    "waiting",
]
