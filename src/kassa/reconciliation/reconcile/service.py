"""The verbs: compare the two books of a stretch of time, repair what is safe, and have the rest looked at."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kassa import jobs
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.errors import Unavailable
from kassa.kernel.ids import new_id
from kassa.reconciliation.reconcile import balance, money_in, money_out, ours, queries, told
from kassa.reconciliation.reconcile.queries import Run
from kassa.reconciliation.reconcile.tally import Report, Round, Tally
from kassa.stripe import Gateway, Window

#: A first run looks back no further than the provider keeps events (https://docs.stripe.com/api/events).
FARTHEST: Final = timedelta(days=30)
#: Windows overlap by this much: clocks differ, and the provider writes some things down a little later.
OVERLAP: Final = timedelta(minutes=10)
#: A job of the worker's is to be short: after so many seconds the rest is left to the next one.
_SLICE_SECONDS: Final = 15
#: The hour (UTC) of the nightly run, if the last one is this old; and how old it may be at any hour.
_NIGHT: Final = 3
_OLD_AT_NIGHT: Final = timedelta(hours=12)
_OLD: Final = timedelta(hours=26)

Stage = Callable[[Round, str | None], AsyncIterator[str]]

#: What is gone through, in this order: money first, then what took it back, then what is left of both.
STAGES: Final[Mapping[str, Stage]] = {
    "payment_intents": money_in.intents,
    "charges": money_in.charges,
    "refunds": money_out.refunded,
    "disputes": money_out.disputed,
    "payouts": balance.payouts,
    "balance_transactions": balance.lines,
    "our_payments": ours.payments,
    "our_refunds": ours.refunds,
    "events": told.events,
}


async def reconcile(
    db: Database,
    gateway: Gateway,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    clock: Clock,
    by: str = "clock",
) -> Report:
    """Compare the books of what happened from `since` (default: where the last complete run ended) to `until` (now).

    Doing it twice repairs nothing twice; while it runs, the shop goes on.

    Raises:
        Unavailable: the provider or the database did not answer. What was repaired is repaired, the run is
            written down as incomplete, and the same again is safe.
    """
    run_id = new_id()
    await _begin(db, run_id, since=since, until=until, by=by, now=clock.now())
    return await go_on(db, gateway, run_id, clock=clock)


async def go_on(
    db: Database, gateway: Gateway, run_id: UUID, *, clock: Clock, seconds: float | None = None
) -> Report:
    """Take a run up where it stopped, for about so many `seconds` (None: to its end).

    Raises:
        Unavailable: as `reconcile`.
    """
    async with db.connection() as conn:
        run = await queries.get(conn, run_id)
    if run is None:
        raise ValueError(f"run {run_id} has never begun")
    tally = Tally.read(run.counts)
    work = Round(db, gateway, clock, Window(run.since, run.until), tally)
    if run.finished_at is None:
        await _work(work, run, seconds)
        async with db.connection() as conn:
            run = await queries.get(conn, run_id) or run
    return Report(run_id, run.since, run.until, run.finished_at is not None, tally)


async def run_from_job(db: Database, gateway: Gateway, args: Mapping[str, Any], *, clock: Clock) -> None:
    """The job `reconcile`: a slice of the run `run_id`, which begins if it has not; the rest is another job."""
    run_id = UUID(args["run_id"])
    await _begin(db, run_id, since=None, until=None, by=args.get("by", "clock"), now=clock.now())
    report = await go_on(db, gateway, run_id, clock=clock, seconds=_SLICE_SECONDS)
    if not report.complete:
        key = f"reconcile:{run_id}:{report.tally.stage}:{report.tally.after}"
        async with db.transaction() as tx:
            await jobs.enqueue(tx, "reconcile", args, now=clock.now(), key=key)


async def ask_for_run(tx: Tx, *, by: str, now: datetime) -> None:
    """Have a worker compare the books soon; asking twice before it has begun is asking once."""
    await jobs.enqueue(tx, "reconcile", {"run_id": str(new_id()), "by": by}, now=now, key="reconcile")


async def nightly(db: Database, *, clock: Clock) -> bool:
    """Called every so often: have the books compared once a night; whether that was asked for now.

    By day too, if the night's run did not take place because the shop was down.
    """
    now = clock.now()
    async with db.transaction() as tx:
        last = await queries.newest(tx, limit=1)
        began = last[0].started_at if last else await queries.oldest(tx)
        age = now - began if began else timedelta()
        due = age >= _OLD or (age >= _OLD_AT_NIGHT and now.hour == _NIGHT)
        if due:
            await ask_for_run(tx, by="clock", now=now)
    return due


async def _begin(
    db: Database, run_id: UUID, *, since: datetime | None, until: datetime | None, by: str, now: datetime
) -> None:
    async with db.transaction() as tx:
        since = since or await _where_to_begin(tx, now)
        until = until or now
        await queries.begin(tx, run_id, since=since, until=max(since, until), by=by, now=now)


async def _where_to_begin(tx: Tx, now: datetime) -> datetime:
    reached = await queries.reached(tx)
    if reached is not None:
        return min(reached, now) - OVERLAP
    oldest = await queries.oldest(tx)
    return max(oldest or now - timedelta(days=1), now - FARTHEST) - OVERLAP


async def _work(work: Round, run: Run, seconds: float | None) -> None:
    """Go through the stages from where the tally says, writing down after each page how far it is."""
    loop, tally = asyncio.get_running_loop(), work.tally
    stop = None if seconds is None else loop.time() + seconds
    names = list(STAGES)
    tally.error = None
    try:
        for name in names[names.index(tally.stage) if tally.stage in STAGES else 0 :]:
            if name != tally.stage:
                tally.stage, tally.after = name, None
                tally.counted.setdefault(name, 0)
            async for last in STAGES[name](work, tally.after):
                tally.after = last
                await _write(work, run)
                if stop is not None and loop.time() > stop:
                    return
    except Unavailable as error:
        tally.error = error.detail
        await _write(work, run)
        raise
    await _write(work, run, finished=True)


async def _write(work: Round, run: Run, *, finished: bool = False) -> None:
    at = work.clock.now() if finished else None
    async with work.db.transaction() as tx:
        await queries.write(tx, run.id, counts=work.tally.written(), finished_at=at)
