"""The SDK's requests handed to a function instead of a network: how a simulation stands between shop and
provider.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from kassa.kernel.db import assert_no_transaction

#: ``await exchange(method, path with query, headers, body)`` → status, headers, body; `ConnectionError` when
#: the connection breaks before the answer is there.
Exchange = Callable[[str, str, Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str], bytes]]]


class Wired(stripe.HTTPClient):
    """An HTTP client for the Stripe SDK on top of `exchange`; `pause` is how it waits before a retry."""

    name = "wired"

    def __init__(self, exchange: Exchange, pause: Callable[[float], Awaitable[None]]) -> None:
        super().__init__()
        self._exchange = exchange
        self._pause = pause

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One exchange, under the law of the real transport: no database transaction may be open."""
        assert_no_transaction()
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        sent = {name.lower(): str(value) for name, value in (headers or {}).items()}
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        try:
            status, answered, answer = await self._exchange(method.upper(), path, sent, body)
        except ConnectionError as error:
            raise stripe.APIConnectionError(str(error), should_retry=True) from error  # type: ignore[no-untyped-call]
        return answer, status, answered

    def sleep_async(self, secs: float) -> Awaitable[None]:
        """The pause before a retry."""
        return self._pause(secs)

    def close(self) -> None:
        """Nothing is open."""

    async def close_async(self) -> None:
        """Nothing is open."""
