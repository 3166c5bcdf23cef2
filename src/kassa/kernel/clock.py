"""What time it is. Passed in everywhere, so a test can stand still or jump."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time as an aware datetime in UTC."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, in UTC, to the microsecond."""
        return datetime.fromtimestamp(time.time(), UTC)


class FrozenClock:
    """A clock for tests: stands still until it is told to move."""

    def __init__(self, at: datetime | None = None) -> None:
        self._at = at or datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The moment the clock was left at."""
        return self._at

    def advance(self, **parts: float) -> None:
        """Move forward by a timedelta's keyword arguments, e.g. `advance(minutes=15)`."""
        self._at += timedelta(**parts)
