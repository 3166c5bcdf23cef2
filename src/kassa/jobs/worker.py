"""The worker: takes due jobs in batches, runs several at once, stops without losing any."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from kassa.jobs import queue
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.ids import new_id

Handler = Callable[[Mapping[str, Any]], Awaitable[None]]

Step = Callable[[], Awaitable[int]]

_BATCH: Final = 32
_IDLE_SECONDS: Final = 0.1
_BEAT_SECONDS: Final = 5.0
_JOB_SECONDS: Final = 45
_DRAIN_ROUNDS: Final = 1_000
_ERROR_LIMIT: Final = 500

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Schedule:
    """A verb that is called every so often by one of the workers; it must be safe to call at any time."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]


class Worker:
    """Runs jobs and schedules until told to stop; any number of workers may share a database."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        handlers: Mapping[str, Handler],
        schedules: Sequence[Schedule] = (),
        steps: Sequence[Step] = (),
    ) -> None:
        """`steps` are further queues to empty: each is called again at once while it says it found work."""
        self._db = db
        self._clock = clock
        self._handlers = handlers
        self._schedules = {schedule.name: schedule for schedule in schedules}
        self.steps = tuple(steps)
        self._id = new_id()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; what is running then is finished first."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every(_BEAT_SECONDS, stop, self._beat))
            group.create_task(self._every(_IDLE_SECONDS, stop, self._tick))
            for step in (self.work_once, *self.steps):
                group.create_task(self._every(_IDLE_SECONDS, stop, step))

    async def turn(self) -> int:
        """One round of everything: schedules that are due, a batch of jobs, every step; how much was found."""
        await self._tick()
        found = await self.work_once()
        for step in self.steps:
            found += await step()
        return found

    async def work_once(self) -> int:
        """Take one batch of due jobs and run it; how many there were."""
        async with self._db.transaction() as tx:
            jobs = await queue.claim(tx, now=self._clock.now(), limit=_BATCH)
        if jobs:
            done = await asyncio.gather(*(self._attempt(job) for job in jobs))
            async with self._db.transaction() as tx:
                await queue.finish(tx, [job.id for job, ok in zip(jobs, done, strict=True) if ok])
        return len(jobs)

    async def _attempt(self, job: queue.Job) -> bool:
        try:
            async with asyncio.timeout(_JOB_SECONDS):
                await self._handlers[job.name](job.args)
        except Exception as error:
            text, now = f"{type(error).__name__}: {error}", self._clock.now()
            async with self._db.transaction() as tx:
                is_dead = await queue.fail(tx, job, text, now=now)
                if is_dead and job.name != "open_case":
                    await _tell(tx, job, text, now=now)
            log.warning("job failed", job=job.name, attempts=job.attempts, dead=is_dead, exc_info=True)
            return False
        return True

    async def _tick(self) -> int:
        every = {name: schedule.every for name, schedule in self._schedules.items()}
        async with self._db.transaction() as tx:
            due = await queue.due_schedules(tx, every, now=self._clock.now())
        for name in due:
            await self._schedules[name].run()
        return 0

    async def _beat(self) -> int:
        async with self._db.transaction() as tx:
            await queue.beat(tx, self._id, now=self._clock.now())
        return 0

    async def _every(self, seconds: float, stop: asyncio.Event, step: Step) -> None:
        """Call `step` until `stop`: at once again when it found work, else after a pause."""
        while not stop.is_set():
            try:
                found = await step()
            except Exception:
                log.warning("worker step failed", exc_info=True)
                found = 0
            if not found:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), seconds)


async def _tell(tx: Tx, job: queue.Job, error: str, *, now: datetime) -> None:
    """A job that nobody will try again is put before the operator: one case each time it dies."""
    known = {
        "job": job.name,
        "args": queue.shown(job.args),
        "attempts": job.attempts,
        "error": error[:_ERROR_LIMIT],
    }
    case = {"kind": "job_dead", "cause": f"{job.id} {now:%Y-%m-%dT%H:%M:%SZ}", "known": known}
    await queue.enqueue(tx, "open_case", case, now=now)


async def drain(worker: Worker) -> int:
    """Do everything that is due now (tests and one-off commands); how much that was."""
    count = 0
    for _ in range(_DRAIN_ROUNDS):
        found = await worker.work_once()
        for step in worker.steps:
            found += await step()
        if not found:
            break
        count += found
    return count
