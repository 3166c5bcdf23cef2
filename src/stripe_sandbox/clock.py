"""The sandbox's clock: real time plus an offset that tests move forward.

Everything the sandbox dates or schedules goes by this clock. Only webhook signatures do not: receivers
compare their stamp with real time (`deliveries` signs with the wall clock).
"""

import time
from collections.abc import Callable


class Clock:
    """Seconds since 1970 as the sandbox sees them; never runs backwards through `advance`."""

    def __init__(self, source: Callable[[], float] | None = None, offset: float = 0.0) -> None:
        self._source = source or time.time
        self.offset = offset

    def now(self) -> float:
        """The sandbox's present, in seconds."""
        return self._source() + self.offset

    def advance(self, seconds: float) -> None:
        """Move the present forward by `seconds` (not negative)."""
        if seconds < 0:
            raise ValueError("the clock does not run backwards")
        self.offset += seconds
