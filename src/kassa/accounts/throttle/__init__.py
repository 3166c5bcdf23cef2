"""Throttle: how often something may be tried, counted in the database so that all processes count together.

Tables: `tries`. Invariants: a try is counted before it is made, in one statement, so many at once can't slip
through together; of who tried, and for whom, there is only a hash; a row lives no longer than the longest window
and the table holds no more than `KEPT` rows after a sweep.
"""

from kassa.accounts.throttle.guesses import guess, guessed_right
from kassa.accounts.throttle.limits import Limit, client, count, forget, sweep, wait

__all__ = ["Limit", "client", "count", "forget", "guess", "guessed_right", "sweep", "wait"]
