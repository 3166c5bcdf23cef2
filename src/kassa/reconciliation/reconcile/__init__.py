"""Reconciliation: the provider's books against ours, for a stretch of time.

Tables: `reconciliations`, a row a run. Promises: whatever was missed is found (events, payments, refunds, disputes,
payouts, fees), and comes in by the doors that webhooks use, so twice is once; what can't be decided is a case of
its own kind; a run that could not go on is incomplete, and the next one begins where the last complete one ended.
"""

from kassa.reconciliation.reconcile.queries import Run, newest
from kassa.reconciliation.reconcile.service import (
    STAGES,
    ask_for_run,
    go_on,
    nightly,
    reconcile,
    run_from_job,
)
from kassa.reconciliation.reconcile.tally import Report, Tally

__all__ = [
    "STAGES",
    "Report",
    "Run",
    "Tally",
    "ask_for_run",
    "go_on",
    "newest",
    "nightly",
    "reconcile",
    "run_from_job",
]
