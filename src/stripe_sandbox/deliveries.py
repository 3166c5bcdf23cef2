"""Webhook deliveries: one row per event and endpoint, posted until answered with 2xx or out of retries.

States: `pending` → `delivered` | `failed` | `dropped` (lost on purpose) | `canceled` (its endpoint was
deleted). Every post is a row of `attempts`; both age out with their event. `due` is on the sandbox clock; the
signature is made at sending time with the wall clock, because receivers compare it with theirs.
"""

import asyncio
import hashlib
import hmac
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from stripe_sandbox.defaults import Obj
from stripe_sandbox.objects.webhook_endpoints import active_secrets

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]

# Three retries over a few hours, as Stripe does for test events (docs.stripe.com/webhooks).
RETRY_SECONDS: tuple[float, ...] = (300, 3600, 10800)
TIMEOUT_SECONDS = 20.0
AT_ONCE = 32
# One receiver that hangs leaves room for the others.
AT_ONCE_PER_ENDPOINT = 16
MAX_ROUNDS = 100
REORDER_SECONDS = 0.5
# What is wrong with a delivery's next signature: nothing, the secret, or a stamp too old to be believed.
SOUND, BAD_SIGNATURE, STALE = 0, 1, 2
STALE_SECONDS = 3600
ANSWER_CHARACTERS = 500
ANSWER_BYTES = 64 * 1024
# Stripe signs test events also with a scheme that must be ignored; whoever takes it for good is found out.
FAKE_KEY: Final = b"the v0 scheme proves nothing"

_SHOWN = ("id", "event", "type", "endpoint", "state", "attempts", "status", "error", "due")
_SELECT = (
    "SELECT d.id, d.event, json_extract(o.body, '$.type'), d.endpoint, d.state, d.attempts, d.status, d.error,"
    " d.due FROM deliveries d LEFT JOIN objects o ON o.id = d.event"
)
_TO_POST = (
    "SELECT d.id, d.endpoint, d.attempts, d.bad_signature, o.body, d.held FROM deliveries d"
    " JOIN objects o ON o.id = d.event"
    " WHERE d.state = 'pending' AND d.id NOT IN ({}) AND d.endpoint NOT IN ({})"
)

log = logging.getLogger("stripe_sandbox")


class Deliveries:
    """The outbox of the sandbox."""

    def __init__(self, box: "Sandbox", post: Post | None, retries: Sequence[float]) -> None:
        self._box, self._retries = box, retries
        self._post = post
        self._session: aiohttp.ClientSession | None = None
        self._in_flight: dict[int, str] = {}  # delivery → endpoint
        self._tasks: set[asyncio.Task[None]] = set()
        self.wake = asyncio.Event()

    def add(self, event: str, type: str, endpoint: str) -> None:
        """Put one delivery into the outbox, in the transaction of its event."""
        due, held, state, flaw, copies = self._box.clock.now(), 0, "pending", SOUND, 1
        fault = self._box.faults.next_webhook(type)
        if fault is not None:
            state = "dropped" if fault.fault == "drop" else state
            copies = 2 if fault.fault == "duplicate" else copies
            flaw = {"bad_signature": BAD_SIGNATURE, "stale": STALE}.get(fault.fault, SOUND)
            if fault.fault == "delay":
                due += fault.seconds
            if fault.fault == "reorder":
                held, due = 1, due + (fault.seconds or REORDER_SECONDS)
        for _ in range(copies):
            self._box.store.run(
                "INSERT INTO deliveries (event, endpoint, state, due, held, attempts, bad_signature)"
                " VALUES (?, ?, ?, ?, ?, 0, ?)",
                (event, endpoint, state, due, held, flaw),
            )
        self.wake.set()

    def resend(self, event: str, type: str, endpoints: Sequence[str]) -> None:
        """Deliver an event once more, whatever became of it before; retries that are planned still happen."""
        for endpoint in endpoints:
            self.add(event, type, endpoint)

    def latest(self, limit: int) -> list[Obj]:
        """The newest deliveries, newest first: `id`, `event`, `type` (null when the event aged out),
        `endpoint`, `state`, `attempts` made, last `status` and `error`, and when it is `due` (sandbox time).
        """
        rows = self._box.store.rows(f"{_SELECT} ORDER BY d.id DESC LIMIT ?", (limit,))
        return [dict(zip(_SHOWN, row, strict=True)) for row in rows]

    def of_event(self, event: str) -> list[Obj]:
        """The deliveries of one event, oldest first, with the fields of `latest`."""
        rows = self._box.store.rows(f"{_SELECT} WHERE d.event = ? ORDER BY d.id", (event,))
        return [dict(zip(_SHOWN, row, strict=True)) for row in rows]

    def attempts(self, delivery: int) -> list[Obj]:
        """The posts of one delivery, oldest first: `at` (sandbox time), `status`, `error`, how many
        `milliseconds` the answer took, and the first 500 characters of the `answer`.
        """
        rows = self._box.store.rows(
            "SELECT at, status, error, milliseconds, answer FROM attempts WHERE delivery = ? ORDER BY id",
            (delivery,),
        )
        names = ("at", "status", "error", "milliseconds", "answer")
        return [dict(zip(names, row, strict=True)) for row in rows]

    async def deliver_due(self) -> int:
        """Post everything that is due now, in order of creation; returns how many posts were made.

        Deliveries that a `reorder` fault holds back come last, newest first.
        """
        made = 0
        for _ in range(MAX_ROUNDS):
            self._box.run_due()
            rows = self._due() or self._held()
            if not rows:
                return made
            for row in rows:
                self._in_flight[row[0]] = row[1]
                await self._deliver(row)
                made += 1
        return made

    async def run(self) -> None:
        """Deliver in the background until cancelled."""
        while True:
            self._box.run_due()
            for row in self._due() if len(self._in_flight) < AT_ONCE else ():
                if len(self._in_flight) >= AT_ONCE:
                    break
                if Counter(self._in_flight.values())[row[1]] < AT_ONCE_PER_ENDPOINT:
                    self._start(row)
            self.wake.clear()
            try:
                async with asyncio.timeout(0.2):
                    await self.wake.wait()
            except TimeoutError:
                continue

    def drop(self) -> None:
        """Give up what is under way: the rows it came from are gone, and others may get their numbers."""
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        """Stop what is under way; it stays pending and is sent after the next start."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _start(self, row: Any) -> None:
        self._in_flight[row[0]] = row[1]
        task = asyncio.create_task(self._deliver(row))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.wake.set()

    def _due(self) -> list[Any]:
        """What may be posted now: the longest due first, what a `reorder` fault held back last and backwards."""
        busy = [
            one for one, posts in Counter(self._in_flight.values()).items() if posts >= AT_ONCE_PER_ENDPOINT
        ]
        rows = self._box.store.rows(
            _TO_POST.format(_marks(self._in_flight), _marks(busy))
            + " AND d.due <= ? ORDER BY d.due, d.id LIMIT ?",
            (*self._in_flight, *busy, self._box.clock.now(), AT_ONCE * 2),
        )
        held = [row for row in rows if row[5]]
        return [row for row in rows if not row[5]] + sorted(held, key=lambda row: -row[0])

    def _held(self) -> list[Any]:
        """What a `reorder` fault holds back, newest first, due or not."""
        sql = _TO_POST.format(_marks(self._in_flight), "") + " AND d.held ORDER BY d.due DESC, d.id DESC"
        return self._box.store.rows(sql, tuple(self._in_flight))

    async def _deliver(self, row: Any) -> None:
        id, endpoint_id, attempts, flaw, body, _ = row
        try:
            endpoint = self._box.endpoint(endpoint_id)
            if endpoint is None or endpoint["status"] != "enabled":
                self._give_up(id, "the endpoint is disabled or deleted")
                return
            secrets = ["wrong"] if flaw == BAD_SIGNATURE else active_secrets(endpoint, self._box.clock.now())
            signed_at = int(time.time()) - (STALE_SECONDS if flaw == STALE else 0)
            began = time.monotonic()
            status, error, answer = await self._try(endpoint["url"], _headers(body, secrets, signed_at), body)
            took = round((time.monotonic() - began) * 1000)
            self._record(id, attempts, status, error, took, answer)
        finally:
            self._in_flight.pop(id, None)

    async def _try(
        self, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int | None, str | None, str]:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                if self._post is not None:
                    return await self._post(url, headers, body), None, ""
                status, answer = await self._http_post(url, headers, body)
                return status, None, answer
        except TimeoutError:
            return None, "timed out", ""
        except Exception as error:  # whatever the receiver does, the sandbox keeps running and tries again
            log.debug("webhook to %s failed: %r", url, error)
            return None, f"{type(error).__name__}: {error}"[:300], ""

    def _give_up(self, id: int, why: str) -> None:
        with self._box.store.transaction():
            self._box.store.run(
                "UPDATE deliveries SET state = 'failed', error = ?, held = 0 WHERE id = ? AND state = 'pending'",
                (why, id),
            )

    def _record(
        self, id: int, attempts: int, status: int | None, error: str | None, took: int, answer: str
    ) -> None:
        now = self._box.clock.now()
        state, due = "failed", now
        if status is not None and 200 <= status < 300:
            state = "delivered"
        elif attempts < len(self._retries):
            state, due = "pending", now + self._retries[attempts]
        with self._box.store.transaction():
            # An endpoint deleted meanwhile stays deleted; a reset meanwhile leaves no row to write to.
            known = self._box.store.run(
                "UPDATE deliveries SET state = CASE state WHEN 'canceled' THEN state ELSE ? END, attempts = ?,"
                " status = ?, error = ?, due = ?, held = 0, bad_signature = 0 WHERE id = ?",
                (state, attempts + 1, status, error, due, id),
            )
            if known.rowcount:
                self._box.store.run(
                    "INSERT INTO attempts (delivery, at, status, error, milliseconds, answer)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (id, now, status, error, took, answer),
                )

    async def _http_post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=False)
        async with self._session.post(url, headers=headers, data=body, allow_redirects=False) as answer:
            text = await _beginning(answer.content)
            return answer.status, text.decode(errors="replace")[:ANSWER_CHARACTERS]


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


async def _beginning(stream: aiohttp.StreamReader) -> bytes:
    """What a receiver answered, up to a size nobody needs to exceed."""
    read = b""
    while len(read) < ANSWER_BYTES and (more := await stream.read(ANSWER_BYTES - len(read))):
        read += more
    return read


def signature(body: bytes, secrets: Sequence[str], at: int) -> str:
    """The `Stripe-Signature` header of `body`, stamped `at` (Unix seconds of the wall clock): one `v1` per
    secret, and the fake `v0` of test events.
    """
    parts = [f"v1={_digest(secret.encode(), body, at)}" for secret in secrets]
    return ",".join([f"t={at}", *parts, f"v0={_digest(FAKE_KEY, body, at)}"])


def _digest(key: bytes, body: bytes, at: int) -> str:
    return hmac.new(key, b"%d." % at + body, hashlib.sha256).hexdigest()


def _headers(body: bytes, secrets: Sequence[str], at: int) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature(body, secrets, at),
    }
