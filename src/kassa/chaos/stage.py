"""The seeded scheduler: every actor waits at a step until it is chosen, so one seed is one interleaving.

A step is a statement to the database, a call over a network, or a pause. Whoever is chosen runs until it
reaches its next step; everybody else stands still, and of those who wake at the same moment one after the other
goes out to the world. Nobody waits inside the database: who finds a row locked waits here, and tries again when
one of those who had it has ended his transaction.
"""

import asyncio
import bisect
import heapq
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final, Protocol, TypeVar
from weakref import WeakKeyDictionary

from kassa.chaos.watch import Watch

T = TypeVar("T")

#: When every run begins.
BEGAN: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


#: How long those who are told that the run is over may take to leave.
_END_SECONDS: Final = 10.0


class Killed(BaseException):
    """The process that was doing this is gone; nothing may catch it."""


class Stuck(RuntimeError):
    """Nobody can go on, a statement does not end, or there is no end of it all."""


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


@dataclass(frozen=True, slots=True)
class Wait:
    """What somebody waits for: not before `until()` holds, or the time is `by`; `whom` says who has it now."""

    until: Callable[[], bool]
    by: datetime
    whom: Callable[[], str]


@dataclass(slots=True, eq=False)
class Parked:
    """A task that waits to be chosen; `order` names it in the same way in every run."""

    order: tuple[str, int, int]
    label: str
    process: Mortal | None
    task: "asyncio.Task[Any] | None"
    future: "asyncio.Future[None]"
    wait: Wait | None = None
    error: Callable[[], BaseException] | None = None  # what it goes on with when it is chosen


class _Timer(asyncio.TimerHandle):
    """One of asyncio's timers; of those that are due at the same moment the first made goes first."""

    __slots__ = ("number",)
    number: int

    def __lt__(self, other: asyncio.TimerHandle) -> bool:
        if isinstance(other, _Timer) and self._when == other._when:  # type: ignore[attr-defined]
            return self.number < other.number
        return super().__lt__(other)


current_actor: ContextVar[Actor] = ContextVar("chaos_actor")
current_process: ContextVar[Mortal | None] = ContextVar("chaos_process", default=None)


class Stage:
    """Chance, time and turns of one run. It is also the clock of everybody in it."""

    def __init__(self, seed: int, began: datetime | None = None) -> None:
        self.chance = random.Random(f"stage {seed}")  # noqa: S311 - a simulation must be repeatable
        self.steps = 0
        self.limit = 10_000_000
        self.seen: Counter[str] = Counter()
        self.violations: list[str] = []
        self.before_turn: Callable[[Parked], Awaitable[bool]] | None = None
        self._now = self._began = began or BEGAN
        self._epoch: float | None = None
        self._ready: list[Parked] = []  # by their order
        self._waiting: list[Parked] = []
        self._naps = 0
        self._asleep: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._is_flying = False
        self._holder: asyncio.Task[Any] | None = None
        self._quiet: asyncio.Future[None] | None = None
        self._poll: Callable[[float | None], Any] = lambda timeout: ()
        self._timers = 0
        self._latest = "the beginning"
        self._told: set[tuple[str, int, int]] = set()
        self._over = False
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

    async def step(self, label: str, wait: Wait | None = None) -> None:
        """Wait here until chosen; with `wait`, for that.

        Raises:
            Killed: the process this was done for is gone, or the run is over.
        """
        process = current_process.get()
        if self._over or (process is not None and not process.alive):
            raise Killed
        thread = self._thread()
        thread.steps += 1
        order = (thread.actor.name, thread.number, thread.steps)
        future = asyncio.get_running_loop().create_future()
        parked = Parked(order, label, process, asyncio.current_task(), future, wait)
        self._park(parked)
        try:
            await future
        except BaseException:
            self._leave(parked)
            raise

    def _park(self, one: Parked) -> None:
        if one.wait is None:
            bisect.insort(self._ready, one, key=_order)
        else:
            self._waiting.append(one)

    def _leave(self, one: Parked) -> None:
        for some in (self._ready, self._waiting):
            if one in some:
                some.remove(one)

    async def sleep(self, seconds: float) -> None:
        """Wait until the simulated time is `seconds` later, then to be chosen."""
        if self._over:
            raise Killed
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._naps += 1
        heapq.heappush(self._asleep, (self._now + timedelta(seconds=seconds), self._naps, future))
        await future
        await self.step("wakes")

    async def fly(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for something outside this thread, for which everybody waits. Whoever wants to without having been
        chosen, since it was begun or woken by another, is chosen first: never do two fly at once.
        """
        if asyncio.current_task() is not self._holder or self._over:
            try:
                await self.step("begins")
            except BaseException:
                work.close()
                raise
        self._is_flying = True
        try:
            return await work
        finally:
            self._is_flying = False

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
        for one in [*self._ready, *self._waiting]:
            if chosen(one) and not one.future.done():
                self._leave(one)
                one.error, one.wait = error, None
                self._park(one)

    async def run(self, until: Callable[[], bool]) -> None:
        """Let everybody take turns until `until()` holds or everybody has left.

        Raises:
            Stuck: nobody can go on.
            Exception: what an actor failed with.
        """
        loop: Any = asyncio.get_running_loop()
        self._epoch = self._epoch or loop.time()
        self._poll = loop._selector.select
        # asyncio's own timers run by the simulated clock too, and while nobody flies there is nothing to poll for
        loop.time, loop.call_at, loop._selector.select = self._seconds, self._call_at, self._select
        watch = Watch(lambda: self.steps)
        try:
            with watch:
                await self._run(until)
        except asyncio.CancelledError:
            if not watch.has_barked:
                raise
            raise Stuck(f"after {self._latest} nothing came back") from None
        finally:
            del loop.time, loop.call_at, loop._selector.select

    async def end(self) -> None:
        """The run is over: nobody takes another step."""
        self._over = True
        for one in [*self._ready, *self._waiting]:
            if not one.future.done():
                one.future.set_exception(Killed())
        for _, _, future in self._asleep:
            if not future.done():
                future.set_exception(Killed())
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_END_SECONDS)

    def _seconds(self) -> float:
        return (self._epoch or 0) + (self._now - self._began).total_seconds()

    def _call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        loop: Any = asyncio.get_running_loop()
        timer = _Timer(when, callback, args, loop, context)
        self._timers += 1
        timer.number, timer._scheduled = self._timers, True  # type: ignore[attr-defined]
        heapq.heappush(loop._scheduled, timer)
        return timer

    def _select(self, timeout: float | None) -> Any:
        """What the event loop asks for between two rounds; with a timeout it has nothing to do."""
        if self._quiet is None or self._is_flying:
            return self._poll(timeout)
        if timeout is None or timeout > 0:
            if not self._quiet.done():
                self._quiet.set_result(None)
            self._quiet = None
        return ()

    async def _all_still(self) -> None:
        """Return when nobody runs: all are parked or asleep."""
        quiet = self._quiet = asyncio.get_running_loop().create_future()
        await quiet

    async def _run(self, until: Callable[[], bool]) -> None:
        while True:
            await self._all_still()
            if self._failures:
                raise self._failures[0]
            if until() or not self._tasks:
                return
            if self.steps > self.limit:
                raise Stuck(f"there is no end after {self.steps} steps")
            over = [one for one in self._waiting if one.wait is None or self._is_over(one.wait)]
            ready = sorted([*self._ready, *over], key=_order) if over else self._ready
            if not ready:
                self._wake_next()
                continue
            await self._turn(ready[self.chance.randrange(len(ready))])

    def _is_over(self, wait: Wait) -> bool:
        return wait.by <= self._now or wait.until()

    async def _turn(self, chosen: Parked) -> None:
        self._now += timedelta(microseconds=self.chance.randrange(1, 2000))
        self._wake_due()
        await self._all_still()  # before anything else happens to those who woke
        if self.before_turn is not None and not await self.before_turn(chosen):
            return
        if not chosen.future.done():
            self._leave(chosen)
            self.steps += 1
            self.seen[chosen.label] += 1
            self._latest = chosen.label
            self._trace.update(f"{chosen.order} {chosen.label} {self._now.timestamp()}\n".encode())
            self._holder = chosen.task
            if chosen.error is None:
                chosen.future.set_result(None)
            else:
                chosen.future.set_exception(chosen.error())

    def _wake_due(self) -> None:
        while self._asleep and self._asleep[0][0] <= self._now:
            future = heapq.heappop(self._asleep)[2]
            if not future.done():
                future.set_result(None)

    def _wake_next(self) -> None:
        """Nobody can go on now: time passes until somebody wakes or gives up waiting. Whoever waits for somebody then
        waits for one who sleeps, or for one who waits himself: neither must be.
        """
        waits = [(one, one.wait) for one in self._waiting if one.wait is not None]
        told = [f"{one.label} for {wait.whom()}" for one, wait in waits if one.order not in self._told]
        self._told.update(one.order for one, _ in waits)
        if told:
            self.violations.append(f"standstill: {'; '.join(told)}")
        while self._asleep and self._asleep[0][2].done():
            heapq.heappop(self._asleep)
        moments = [wait.by for _, wait in waits] + [one[0] for one in self._asleep[:1]]
        if not moments:
            raise Stuck("nobody is there")
        self._now = max(self._now, min(moments))
        self._wake_due()

    def _left(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # kept in `_failures`


def _order(one: Parked) -> tuple[str, int, int]:
    return one.order
