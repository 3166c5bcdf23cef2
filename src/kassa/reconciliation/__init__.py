"""Where the provider's books and ours are compared, and what an operator must decide is kept.

Tables: `cases`, `proofs`. Invariants: a case is opened once per (kind, cause), however often its cause is met; it is
resolved once, with who did it and a note on how; every kind that is opened has its words in `KINDS`.
"""

from kassa.reconciliation.errors import CaseNotFound, CaseResolved, ResolutionMissing
from kassa.reconciliation.jobs import open_from_job, resolve_from_job
from kassa.reconciliation.kinds import KINDS, Kind, kind_of
from kassa.reconciliation.prove import Check, Proof, prove
from kassa.reconciliation.proving import Prover
from kassa.reconciliation.queries import Case, CasePage, cases_of_order, get_case, open_cases
from kassa.reconciliation.service import open_case, page, resolve, resolve_cause

__all__ = [
    "KINDS",
    "Case",
    "CaseNotFound",
    "CasePage",
    "CaseResolved",
    "Check",
    "Kind",
    "Proof",
    "Prover",
    "ResolutionMissing",
    "cases_of_order",
    "get_case",
    "kind_of",
    "open_case",
    "open_cases",
    "open_from_job",
    "page",
    "prove",
    "resolve",
    "resolve_cause",
    "resolve_from_job",
]
