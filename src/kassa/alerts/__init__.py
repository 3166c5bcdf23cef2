"""Alerts: somebody wants to know when an edition that is sold out is there again.

Tables: `alerts`; reads variants, products and stock. Invariants: nobody is told who has not proved to read the
address; one alert per edition and address until it is told; each is told at most once, and the row says so before
the mail is written; an address can be made to get at most so many letters that ask for its proof.
Locks: none: an alert is told by one statement that looks at its state once more.
"""

from kassa.alerts.errors import AlertNotFound, InStock
from kassa.alerts.queries import Alert, get, of_email
from kassa.alerts.service import PER_UNIT, WAVE, ask, confirm, end_all, forget, sweep, tell, tell_due

__all__ = [
    "PER_UNIT",
    "WAVE",
    "Alert",
    "AlertNotFound",
    "InStock",
    "ask",
    "confirm",
    "end_all",
    "forget",
    "get",
    "of_email",
    "sweep",
    "tell",
    "tell_due",
]
