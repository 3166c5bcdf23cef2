"""The sandbox itself: store, clock, faults and outbox in one object, and the few verbs its own pages need.

`app.state.sandbox` is one of these. Everything runs in the event loop's thread; one unit of work is one
synchronous transaction, so nothing can happen in the middle of another thing.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from stripe_sandbox.clock import Clock
from stripe_sandbox.defaults import Obj
from stripe_sandbox.deliveries import RETRY_SECONDS, Deliveries, Post
from stripe_sandbox.errors import StripeError
from stripe_sandbox.faults import Faults
from stripe_sandbox.idempotency import Answers
from stripe_sandbox.ids import Chance, draw_from
from stripe_sandbox.objects import confirmation, sessions, setup_confirmation, webhook_endpoints
from stripe_sandbox.request_log import RequestLog
from stripe_sandbox.schedule import ACTS
from stripe_sandbox.store import Store
from stripe_sandbox.work import Work, public

log = logging.getLogger("stripe_sandbox")

FORGET_EVERY_SECONDS = 600.0
ACTS_AT_ONCE = 100
FAR = float("inf")


def intent_kind(id: str) -> str:
    """The kind of intent that has this id."""
    return "setup_intent" if id.startswith("seti_") else "payment_intent"


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """What an API call was answered: HTTP status and JSON body."""

    status: int
    body: Obj


class Sandbox:
    """One account of a Stripe that runs here."""

    def __init__(
        self,
        store_path: Path | None,
        *,
        base_url: str,
        clock: Callable[[], float] | None = None,
        post: Post | None = None,
        webhook: tuple[str, str] | None = None,
        retries: Sequence[float] = RETRY_SECONDS,
    ) -> None:
        self.base_url = base_url
        self.store = Store(store_path)
        self.clock = Clock(clock, float(self.store.meta("clock_offset") or 0))
        self.chance = msgspec.json.decode(self.store.meta("chance") or "{}", type=Chance)
        self.faults = Faults(self.store)
        self.requests = RequestLog(self.store)
        self.answers = Answers(self.store)
        self.deliveries = Deliveries(self, post, retries)
        self._endpoints: list[Obj] | None = None
        self._next_due: float | None = None
        self._next_forget = 0.0
        self.started = time.time_ns()  # tells one run from the next
        if webhook is not None:
            with self.work() as work:
                webhook_endpoints.configure(work, *webhook)

    @contextmanager
    def work(self, **caller: Any) -> Iterator[Work]:
        """A unit of work that commits at the end, or leaves no trace if it raises."""
        draw_from(self.chance)
        try:
            with self.store.transaction():
                unit = Work(self, **caller)
                yield unit
                unit.flush()
                if self.chance.seed is not None:
                    self.store.set_meta("chance", msgspec.json.encode(self.chance).decode())
        except BaseException:
            self.stored_anew()
            raise

    def session(self, id: str) -> Obj | None:
        """A Checkout Session with its `line_items`, as it is now, or None."""
        with self.work() as work:
            found = work.get("checkout.session", id)
            return None if found is None else public(found) | {"line_items": sessions.lines(work, found)}

    def session_return_url(self, id: str) -> str | None:
        """Where the customer goes after paying this session, or None if nowhere."""
        with self.work() as work:
            return sessions.complete_url(work.need("checkout.session", id))

    def payment_intent(self, id: str) -> Obj | None:
        """A PaymentIntent as it is now, or None."""
        with self.work() as work:
            found = work.get("payment_intent", id)
            return None if found is None else public(found)

    def intent(self, id: str) -> Obj | None:
        """A PaymentIntent or SetupIntent as it is now, or None."""
        return self.read(intent_kind(id), id)

    def intent_return_url(self, id: str) -> str | None:
        """Where the customer of this intent goes after a challenge on a page of its own, or None."""
        with self.work() as work:
            found = work.get(intent_kind(id), id)
            url: str | None = found["_"]["return_url"] if found else None
            return url

    def read(self, kind: str, id: str | None) -> Obj | None:
        """Any object by its kind (`charge`, `payment_method`, …) and id, as it is now, or None."""
        with self.work() as work:
            found = work.get(kind, id)
            return None if found is None else public(found)

    def pay_session(self, id: str, params: Obj) -> ApiAnswer:
        """The customer confirms on the session's page; a decline is a 402 and the session stays open."""
        return self.attempt(lambda work: sessions.pay(work, id, params))

    def authenticate(self, id: str, outcome: str) -> ApiAnswer:
        """The customer passes ("succeed") or fails ("fail") what a PaymentIntent or SetupIntent asks of them."""
        act = setup_confirmation if intent_kind(id) == "setup_intent" else confirmation
        return self.attempt(lambda work: act.authenticate(work, id, outcome))

    def attempt(self, act: Callable[[Work], Obj]) -> ApiAnswer:
        """Run `act` in a transaction and answer as the API would."""
        self.run_due()
        refused: StripeError | None = None
        body: Obj = {}
        try:
            with self.work() as work:
                try:
                    body = public(act(work))
                except StripeError as error:
                    if not error.keep:
                        raise
                    refused = error
        except StripeError as error:
            refused = error
        self.deliveries.wake.set()
        return ApiAnswer(refused.status, refused.body()) if refused else ApiAnswer(200, body)

    async def close(self) -> None:
        """Stop deliveries that are under way and close the store; for tests that run no lifespan."""
        await self.deliveries.close()
        self.store.close()

    async def deliver_due(self) -> int:
        """Post all webhooks that are due, one by one; returns how many posts were made."""
        return await self.deliveries.deliver_due()

    def plan(self, due: float, kind: str, target: str) -> None:
        """Have an act happen at `due` on the sandbox clock."""
        self.store.run("INSERT INTO schedule (due, kind, target) VALUES (?, ?, ?)", (due, kind, target))
        self._next_due = None

    def run_due(self) -> None:
        """Let everything happen whose time has come, in order of its time."""
        now = self.clock.now()
        self.requests.flush_sometimes(now)
        if now >= self._next_forget:
            more = self.store.forget_old(now)
            self._next_forget = now if more else now + FORGET_EVERY_SECONDS
        while self._when_next() <= now:
            rows = self.store.rows(
                "SELECT id, kind, target FROM schedule WHERE due <= ? ORDER BY due, id LIMIT ?",
                (now, ACTS_AT_ONCE),
            )
            self._next_due = None
            try:
                self._act(rows)
            except Exception:
                for row in rows:
                    self._act_alone(row)

    def _act(self, rows: Sequence[Any]) -> None:
        """Do what was planned, in one transaction."""
        with self.work() as work:
            for id, kind, target in rows:
                self.store.run("DELETE FROM schedule WHERE id = ?", (id,))
                ACTS[kind](work, target)
                work.flush()

    def _act_alone(self, row: Any) -> None:
        # One act that fails must not stop the clock for everything else.
        try:
            self._act([row])
        except Exception:
            log.exception("%s of %s failed and is given up", row[1], row[2])
            self.store.run("DELETE FROM schedule WHERE id = ?", (row[0],))

    def advance(self, seconds: float) -> float:
        """Move the clock forward, stopping wherever something is due; returns the new time."""
        target = self.clock.now() + seconds
        while (due := self._when_next()) <= target:
            self._set_clock(max(0.0, due - self.clock.now()))
            self.run_due()
        self._set_clock(max(0.0, target - self.clock.now()))
        self.run_due()
        self.deliveries.wake.set()
        return self.clock.now()

    def reset(self, seed: int | None = None) -> None:
        """Forget everything: objects, answers, faults, what was planned. The configured endpoint stays.

        With a `seed` all ids are drawn from it from now on: the same calls make the same ids.
        """
        self.store.clear(webhook_endpoints.CONFIGURED)
        self.requests.forget()
        self.start_again(0.0, Chance(seed))

    def start_again(self, offset: float, chance: Chance) -> None:
        """Go on with what is in the store, the clock moved by `offset` and ids drawn from `chance`."""
        self.clock.offset, self.chance = offset, chance
        self.store.set_meta("clock_offset", repr(offset))
        self.store.set_meta("chance", msgspec.json.encode(chance).decode())
        self._next_forget = 0.0
        self.deliveries.drop()
        self.stored_anew()

    def stored_anew(self) -> None:
        """What the store holds is not what was read from it before."""
        self._next_due = None
        self.faults.reload()
        self.endpoints_changed()

    def endpoints(self) -> list[Obj]:
        """All webhook endpoints, secrets included."""
        if self._endpoints is None:
            rows = self.store.rows("SELECT body FROM objects WHERE type = 'webhook_endpoint' ORDER BY seq")
            self._endpoints = [msgspec.json.decode(row[0]) for row in rows]
        return self._endpoints

    def endpoint(self, id: str) -> Obj | None:
        """One webhook endpoint, secret included."""
        return next((one for one in self.endpoints() if one["id"] == id), None)

    def endpoints_changed(self) -> None:
        """Read the endpoints again at their next use."""
        self._endpoints = None

    def _set_clock(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.store.set_meta("clock_offset", repr(self.clock.offset))

    def _when_next(self) -> float:
        if self._next_due is None:
            row = self.store.row("SELECT min(due) FROM schedule")
            self._next_due = FAR if row[0] is None else row[0]
        return self._next_due
