"""Guessing passwords is slow work: so many failures, then a rest."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from kassa.kernel.errors import TooMany

FAILURES: Final = 10
WINDOW: Final = timedelta(minutes=15)
_KEYS: Final = 10_000


class Throttle:
    """Counts attempts per key from the first one on; after `WINDOW` the count begins anew.

    It lives in this process's memory and knows the last ten thousand keys.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def attempt(self, key: str, *, now: datetime) -> None:
        """Count an attempt before it is made, so that many at once can't slip through together.

        Raises:
            TooMany: there were ten already; `retry_after` says when the count begins anew.
        """
        since, count = self._seen.pop(key, (now, 0))
        if now - since >= WINDOW:
            since, count = now, 0
        self._seen[key] = (since, min(count + 1, FAILURES + 1))
        if len(self._seen) > _KEYS:
            self._seen.popitem(last=False)
        if count >= FAILURES:
            wait = int((since + WINDOW - now).total_seconds()) + 1
            raise TooMany("Too many attempts. Please wait a quarter of an hour.", retry_after=wait)

    def forget(self, key: str) -> None:
        """The attempt succeeded: nothing counts any more."""
        self._seen.pop(key, None)
