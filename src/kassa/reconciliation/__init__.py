"""Where the provider's books and ours are compared, and what an operator must decide is kept.

Tables: `cases`. Invariant: a case is opened once per (kind, cause), however often its cause is met.
"""

from kassa.reconciliation.jobs import open_from_job
from kassa.reconciliation.service import open_case

__all__ = ["open_case", "open_from_job"]
