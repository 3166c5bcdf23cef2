"""How often somebody may ask: counted per process and client in windows of a minute."""

from collections import OrderedDict
from datetime import datetime
from typing import Any, Final

from litestar import Request

from kassa.kernel.errors import TooMany

_CLIENTS: Final = 10_000
_WINDOW_SECONDS: Final = 60


class RateLimit:
    """At most `per_minute` hits per key and minute. Remembers the last ten thousand keys."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def hit(self, key: str, *, now: datetime) -> None:
        """Count one; `now` is the clock's.

        Raises:
            TooMany: that was one too many; `retry_after` says when the minute is over.
        """
        window, into = divmod(int(now.timestamp()), _WINDOW_SECONDS)
        known, count = self._seen.pop(key, (window, 0))
        count = count + 1 if known == window else 1
        self._seen[key] = (window, count)
        if len(self._seen) > _CLIENTS:
            self._seen.popitem(last=False)
        if count > self._per_minute:
            raise TooMany("That was too often. Please wait a little.", retry_after=_WINDOW_SECONDS - into)


def client_of(request: Request[Any, Any, Any]) -> str:
    """Whom to count a request for: the address it came from."""
    return request.client.host if request.client else "unknown"
