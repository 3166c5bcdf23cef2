"""The seeded scheduler: every actor waits at a step until it is chosen, so one seed is one interleaving.

A step is a statement to the database, a call over a network, or a pause. Whoever is chosen runs until it
reaches its next step; everybody else stands still. Nobody waits inside the database: who finds a row locked
waits here, and tries again when some transaction has ended.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final, Protocol, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")

#: When every run begins.
BEGAN: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Killed(BaseException):
    """The process that was doing this is gone; nothing may catch it."""


class Stuck(RuntimeError):
    """Nobody can go on: everybody waits for a lock, or a statement does not end."""


class Mortal(Protocol):
    """Somebody steps are taken for: a process of the shop."""

    name: str
    alive: bool


@dataclass(slots=True)
class Actor:
    """Somebody with a will: a buyer, an operator, a worker, the courier. May do several things at once."""

    name: str
    threads: int = 0


@dataclass(slots=True)
class _Thread:
    """One of the things an actor does; numbered when it begins, so that it has the same number in every run."""

    actor: Actor
    number: int
    steps: int = 0


@dataclass(slots=True)
class Parked:
    """A task that waits to be chosen; `order` names it in the same way in every run."""

    order: tuple[str, int, int]
    label: str
    process: Mortal | None
    future: "asyncio.Future[None]"
    after: int = -1  # chosen only when more transactions than this have ended
    error: Callable[[], BaseException] | None = None  # what it goes on with when it is chosen


current_actor: ContextVar[Actor] = ContextVar("chaos_actor")
current_process: ContextVar[Mortal | None] = ContextVar("chaos_process", default=None)


class Stage:
    """Chance, time and turns of one run. It is also the clock of everybody in it."""

    def __init__(self, seed: int, began: datetime | None = None) -> None:
        self.chance = random.Random(f"stage {seed}")  # noqa: S311 - a simulation must be repeatable
        self.steps = 0
        self.seen: Counter[str] = Counter()
        self.violations: list[str] = []
        self.before_turn: Callable[[Parked], Awaitable[bool]] | None = None
        self._now = self._began = began or BEGAN
        self._epoch: float | None = None
        self._parked: list[Parked] = []
        self._naps = 0
        self._asleep: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._flying: set[asyncio.Future[Any]] = set()
        self._ended = 0
        self._trace = blake2b(digest_size=16)
        self._threads: WeakKeyDictionary[asyncio.Task[Any], _Thread] = WeakKeyDictionary()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []

    def now(self) -> datetime:
        """The simulated time."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the simulated time forward."""
        self._now += by

    @property
    def trace(self) -> str:
        """What this run did so far, as one number: two runs of one seed agree in it."""
        return self._trace.hexdigest()

    def start(self, name: str, play: Callable[[], Coroutine[Any, Any, None]]) -> "asyncio.Task[None]":
        """An actor enters; it begins when it is chosen."""

        async def act() -> None:
            current_actor.set(Actor(name))
            try:
                await self.step("enters")
                await play()
            except Killed:
                return
            except BaseException as error:
                self._failures.append(error)
                raise

        task = asyncio.get_running_loop().create_task(act(), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._left)
        return task

    async def step(self, label: str, *, until_end: bool = False) -> None:
        """Wait here until chosen; with `until_end`, not before some transaction has ended.

        Raises:
            Killed: the process this was done for is gone.
        """
        process = current_process.get()
        if process is not None and not process.alive:
            raise Killed
        thread = self._thread()
        thread.steps += 1
        order = (thread.actor.name, thread.number, thread.steps)
        after = self._ended if until_end else -1
        parked = Parked(order, label, process, asyncio.get_running_loop().create_future(), after)
        self._parked.append(parked)
        await parked.future

    async def sleep(self, seconds: float) -> None:
        """Wait until the simulated time is `seconds` later, then to be chosen."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._naps += 1
        self._asleep.append((self._now + timedelta(seconds=seconds), self._naps, future))
        await future
        await self.step("wakes")

    async def fly(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for something outside this thread, for which everybody waits."""
        if asyncio.current_task() not in self._threads:
            try:
                await self.step("begins")  # things begun at once begin one by one
            except BaseException:
                work.close()
                raise
        task = asyncio.ensure_future(work)
        self._flying.add(task)
        try:
            return await task
        finally:
            self._flying.discard(task)

    def transaction_ended(self) -> None:
        """Somebody's locks are gone."""
        self._ended += 1

    def _thread(self) -> _Thread:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a step outside of a task")
        thread = self._threads.get(task)
        if thread is None:
            actor = current_actor.get()
            actor.threads += 1
            thread = self._threads[task] = _Thread(actor, actor.threads)
        return thread

    def fail(self, chosen: Callable[[Parked], bool], error: Callable[[], BaseException]) -> None:
        """Whoever is parked and chosen goes on with an error, each when its turn comes."""
        for one in self._parked:
            if chosen(one) and not one.future.done():
                one.error, one.after = error, -1

    async def run(self, until: Callable[[], bool]) -> None:
        """Let everybody take turns until `until()` holds or everybody has left.

        Raises:
            Stuck: nobody can go on.
            Exception: what an actor failed with.
        """
        loop: Any = asyncio.get_running_loop()
        self._epoch = self._epoch or loop.time()
        loop.time = self._seconds  # asyncio's own timers run by the simulated clock too
        try:
            await self._run(until)
        finally:
            del loop.time

    def _seconds(self) -> float:
        return (self._epoch or 0) + (self._now - self._began).total_seconds()

    async def _run(self, until: Callable[[], bool]) -> None:
        while True:
            await self._quiet()
            if self._failures:
                raise self._failures[0]
            if until() or not self._tasks:
                return
            self._parked = sorted(
                (one for one in self._parked if not one.future.done()), key=lambda one: one.order
            )
            ready = [one for one in self._parked if one.after < self._ended]
            if not ready:
                self._wake_next()
                continue
            await self._turn(ready[self.chance.randrange(len(ready))])

    async def _turn(self, chosen: Parked) -> None:
        self._now += timedelta(microseconds=self.chance.randrange(1, 2000))
        self._wake_due()
        if self.before_turn is not None and not await self.before_turn(chosen):
            return
        self._parked.remove(chosen)
        if not chosen.future.done():
            self.steps += 1
            self.seen[chosen.label] += 1
            self._trace.update(f"{chosen.order} {chosen.label} {self._now.timestamp()}\n".encode())
            if chosen.error is None:
                chosen.future.set_result(None)
            else:
                chosen.future.set_exception(chosen.error())

    def _wake_due(self) -> None:
        due = sorted(one for one in self._asleep if one[0] <= self._now)
        for one in due:
            self._asleep.remove(one)
            if not one[2].done():
                one[2].set_result(None)

    def _wake_next(self) -> None:
        """Nobody can go on now: time passes until somebody wakes. Whoever waits for a lock then waits for somebody
        who waits himself, or sleeps: both must not be.
        """
        if self._parked:
            waiting = "; ".join(one.label for one in self._parked)
            self.violations.append(f"deadlock: {waiting}")
        self._asleep = [one for one in self._asleep if not one[2].done()]
        if not self._asleep:
            raise Stuck("; ".join(one.label for one in self._parked) or "nobody is there")
        self._now = max(self._now, min(self._asleep)[0])
        self._wake_due()

    async def _quiet(self) -> None:
        """Return when nobody runs: all are parked or asleep."""
        loop: Any = asyncio.get_running_loop()
        while loop._ready or self._flying:  # nothing else tells whether somebody could still run
            if not loop._ready:
                await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)

    def _left(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # kept in `_failures`
