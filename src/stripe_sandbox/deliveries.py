"""Webhook deliveries: one row per event and endpoint, posted until answered with 2xx or out of retries.

States: `pending` → `delivered` | `failed` | `dropped` (lost on purpose). `due` is on the sandbox clock; the
signature is made at sending time with the wall clock, because receivers compare it with theirs.
"""

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import aiohttp

from stripe_sandbox.defaults import Obj

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]

# The first failures are usually a shop that is just starting again; the later ones are Stripe's three.
RETRY_SECONDS: tuple[float, ...] = (1, 5, 30, 300, 3600, 10800)
TIMEOUT_SECONDS = 20.0
AT_ONCE = 32
MAX_ROUNDS = 100
REORDER_SECONDS = 0.5

log = logging.getLogger("stripe_sandbox")


class Deliveries:
    """The outbox of the sandbox."""

    def __init__(self, box: "Sandbox", post: Post | None, retries: Sequence[float]) -> None:
        self._box, self._retries = box, retries
        self._post = post or self._http_post
        self._session: aiohttp.ClientSession | None = None
        self._in_flight: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.wake = asyncio.Event()

    def add(self, event: str, type: str, endpoint: str) -> None:
        """Put one delivery into the outbox, in the transaction of its event."""
        due, held, state, bad, copies = self._box.clock.now(), 0, "pending", 0, 1
        fault = self._box.faults.next_webhook(type)
        if fault is not None:
            state = "dropped" if fault.kind == "drop" else state
            copies = 2 if fault.kind == "duplicate" else copies
            bad = int(fault.kind == "bad_signature")
            if fault.kind == "delay":
                due += fault.seconds
            if fault.kind == "reorder":
                held, due = 1, due + (fault.seconds or REORDER_SECONDS)
        for _ in range(copies):
            self._box.store.run(
                "INSERT INTO deliveries (event, endpoint, state, due, held, attempts, bad_signature)"
                " VALUES (?, ?, ?, ?, ?, 0, ?)",
                (event, endpoint, state, due, held, bad),
            )
        self.wake.set()

    def resend(self, event: str, type: str, endpoints: Sequence[str]) -> None:
        """Deliver an event once more, whatever became of it before."""
        for endpoint in endpoints:
            self.add(event, type, endpoint)

    def latest(self, limit: int) -> list[Obj]:
        """The newest deliveries, newest first, each with the type of its event (null when it aged out)."""
        rows = self._box.store.rows(
            "SELECT d.id, d.event, json_extract(o.body, '$.type'), d.endpoint, d.state, d.attempts, d.status, d.error"
            " FROM deliveries d LEFT JOIN objects o ON o.id = d.event ORDER BY d.id DESC LIMIT ?",
            (limit,),
        )
        names = ("id", "event", "type", "endpoint", "state", "attempts", "status", "error")
        return [dict(zip(names, row, strict=True)) for row in rows]

    async def deliver_due(self) -> int:
        """Post everything that is due now, in order of creation; returns how many posts were made.

        Deliveries that a `reorder` fault holds back come last, newest first.
        """
        made = 0
        for _ in range(MAX_ROUNDS):
            self._box.run_due()
            rows = self._due(include_held=True)
            if not rows:
                return made
            for row in rows:
                self._in_flight.add(row[0])
                await self._deliver(row)
                made += 1
        return made

    async def run(self) -> None:
        """Deliver in the background until cancelled."""
        while True:
            self._box.run_due()
            for row in self._due(include_held=False)[: AT_ONCE - len(self._in_flight)]:
                self._in_flight.add(row[0])
                task = asyncio.create_task(self._deliver(row))
                self._tasks.add(task)
                task.add_done_callback(self._done)
            self.wake.clear()
            try:
                async with asyncio.timeout(0.2):
                    await self.wake.wait()
            except TimeoutError:
                continue

    async def close(self) -> None:
        """Stop what is under way; it stays pending and is sent after the next start."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.wake.set()

    def _due(self, *, include_held: bool) -> list[Any]:
        now = self._box.clock.now()
        rows = self._box.store.rows(
            "SELECT d.id, d.endpoint, d.attempts, d.bad_signature, o.body FROM deliveries d"
            " JOIN objects o ON o.id = d.event WHERE d.state = 'pending' AND (d.due <= ? OR (d.held AND ?))"
            " ORDER BY d.held, CASE WHEN d.held THEN -d.id ELSE d.id END LIMIT ?",
            (now, include_held, AT_ONCE * 2),
        )
        return [row for row in rows if row[0] not in self._in_flight]

    async def _deliver(self, row: Any) -> None:
        id, endpoint_id, attempts, bad_signature, body = row
        try:
            endpoint = self._box.endpoint(endpoint_id)
            if endpoint is None or endpoint["status"] != "enabled":
                self._record(id, attempts, "failed", None, "the endpoint is disabled or deleted")
                return
            headers = _headers(body, "wrong" if bad_signature else endpoint["_"]["secret"])
            status, error = await self._try(endpoint["url"], headers, body)
            ok = status is not None and 200 <= status < 300
            self._record(id, attempts, "delivered" if ok else "pending", status, error)
        finally:
            self._in_flight.discard(id)

    async def _try(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int | None, str | None]:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await self._post(url, headers, body), None
        except TimeoutError:
            return None, "timed out"
        except Exception as error:  # whatever the receiver does, the sandbox keeps running and tries again
            log.debug("webhook to %s failed: %r", url, error)
            return None, f"{type(error).__name__}: {error}"[:300]

    def _record(self, id: int, attempts: int, state: str, status: int | None, error: str | None) -> None:
        due = self._box.clock.now()
        if state == "pending":
            if attempts < len(self._retries):
                due += self._retries[attempts]
            else:
                state = "failed"
        with self._box.store.transaction():
            self._box.store.run(
                "UPDATE deliveries SET state = ?, attempts = ?, status = ?, error = ?, due = ?, held = 0,"
                " bad_signature = 0 WHERE id = ?",
                (state, attempts + 1, status, error, due, id),
            )

    async def _http_post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=False)
        async with self._session.post(url, headers=headers, data=body, allow_redirects=False) as answer:
            await answer.read()
            return answer.status


def signature(body: bytes, secret: str, at: int) -> str:
    """The `Stripe-Signature` header of `body`, stamped `at` (Unix seconds of the wall clock)."""
    digest = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _headers(body: bytes, secret: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature(body, secret, int(time.time())),
    }
