"""How the SDK's requests travel: one pooled aiohttp session per process and event loop.

The SDK's own default client is synchronous and obeys proxy variables; this one is neither. It keeps the
SDK's retries (same idempotency key, at most two, with growing pauses) and asserts the law that no database
transaction is open while we talk to the provider.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any, Final

import aiohttp
import stripe

from kassa.kernel.db import assert_no_transaction

_TOTAL_SECONDS: Final = 20
_CONNECT_SECONDS: Final = 5
_CONNECTIONS: Final = 100
_BODY_LIMIT: Final = 8 * 1024 * 1024


class Transport(stripe.HTTPClient):
    """An asynchronous HTTP client for the Stripe SDK."""

    name = "aiohttp"

    def __init__(self) -> None:
        super().__init__()
        self._session: aiohttp.ClientSession | None = None

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One exchange, whole in memory; a fault on the way is the SDK's `APIConnectionError`."""
        assert_no_transaction()
        try:
            async with self._open().request(method, url, headers=headers, data=post_data) as answer:
                return await _whole(answer), answer.status, answer.headers
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise stripe.APIConnectionError(  # type: ignore[no-untyped-call]
                f"Stripe is not to be reached: {type(error).__name__}", should_retry=True
            ) from error

    def sleep_async(self, secs: float) -> Awaitable[None]:
        """The pause before a retry."""
        return asyncio.sleep(secs)

    def close(self) -> None:
        """Nothing synchronous is open."""

    async def close_async(self) -> None:
        """Close the pooled connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
                timeout=aiohttp.ClientTimeout(total=_TOTAL_SECONDS, connect=_CONNECT_SECONDS),
                trust_env=False,
                auto_decompress=True,
            )
        return self._session


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    """The body to its end: one read gives only what has arrived.

    Raises:
        OSError: it is longer than any answer of Stripe's.
    """
    body = bytearray()
    async for part in answer.content.iter_any():
        body += part
        if len(body) > _BODY_LIMIT:
            raise OSError("the answer is too long")
    return bytes(body)
