"""What was sold, given back and kept as fees, by day or month, each currency by itself.

Reads `ledger_entries` and `ledger_lines`. Invariant: amounts of two currencies are never added.
"""

from kassa.ledger.reports.queries import Figures
from kassa.ledger.reports.service import DAYS_LIMIT, MONTHS_LIMIT, By, InvalidPeriod, report, totals

__all__ = ["DAYS_LIMIT", "MONTHS_LIMIT", "By", "Figures", "InvalidPeriod", "report", "totals"]
