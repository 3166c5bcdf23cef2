"""The job table: putting in, taking out in batches, giving back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kassa.kernel.db import Conn, Tx
from kassa.kernel.ids import jitter, new_id

#: With pauses of 1 s doubling to an hour, the last attempt comes about half a day after the first.
MAX_ATTEMPTS: Final = 20
#: A worker that died is believed dead when its job's lease has run out.
LEASE: Final = timedelta(seconds=60)

_ERROR_LIMIT: Final = 2_000
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Job:
    """A job as a worker takes it; `attempts` counts the present one."""

    id: UUID
    name: str
    args: Mapping[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job that nobody will try again by himself."""

    id: UUID
    name: str
    args: Mapping[str, Any]
    attempts: int
    last_error: str | None
    created_at: datetime


async def enqueue(
    tx: Tx,
    name: str,
    args: Mapping[str, Any] | None = None,
    *,
    now: datetime,
    run_at: datetime | None = None,
    key: str | None = None,
) -> None:
    """Add a job that becomes visible when `tx` commits.

    `key` makes it the only one of its kind: while a job with the same key waits, runs or lies dead, a
    second is not added.
    """
    await tx.execute(
        """
        insert into jobs (id, name, args, key, run_at, created_at) values ($1, $2, $3, $4, $5, $6)
        on conflict (key) where key is not null do nothing
        """,
        new_id(),
        name,
        args or {},
        key,
        run_at or now,
        now,
    )


async def enqueue_many(tx: Tx, name: str, args: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Add one job per element of `args`, in one statement."""
    await tx.execute(
        """
        insert into jobs (id, name, args, run_at, created_at)
        select id, $2, args, $4, $4 from unnest($1::uuid[], $3::jsonb[]) as wanted (id, args)
        """,
        [new_id() for _ in args],
        name,
        list(args),
        now,
    )


async def claim(tx: Tx, *, now: datetime, limit: int) -> list[Job]:
    """Take up to `limit` due jobs, and those whose worker died, for `LEASE`; the longest due first."""
    rows = await tx.fetch(
        """
        with due as (
            select id from jobs
            where (state = 'ready' and run_at <= $1) or (state = 'running' and locked_until < $1)
            order by run_at, id limit $2 for update skip locked
        ), taken as (
            update jobs set state = 'running', attempts = attempts + 1, locked_until = $1 + $3::interval
            from due where jobs.id = due.id
            returning jobs.id, name, args, attempts, run_at
        )
        select id, name, args, attempts from taken order by run_at, id
        """,
        now,
        limit,
        LEASE,
    )
    return [Job(row["id"], row["name"], row["args"], row["attempts"]) for row in rows]


async def finish(tx: Tx, ids: Sequence[UUID]) -> None:
    """These jobs are done; their rows go."""
    await tx.execute("delete from jobs where id = any($1)", list(ids))


async def fail(tx: Tx, job: Job, error: str, *, now: datetime) -> bool:
    """The job failed: try again after a pause, or declare it dead; whether it is dead now."""
    is_dead = job.attempts >= MAX_ATTEMPTS
    await tx.execute(
        """
        update jobs set state = $2, last_error = $3, run_at = $4, locked_until = null where id = $1
        """,
        job.id,
        "dead" if is_dead else "ready",
        error[:_ERROR_LIMIT],
        now + pause(job.attempts),
    )
    return is_dead


def shown(args: Mapping[str, Any]) -> dict[str, Any]:
    """What a job was asked to do, as people may read it: a `token` would open somebody's account to them."""
    return {name: "…" if name == "token" and value else value for name, value in args.items()}


async def dead(conn: Conn) -> list[DeadJob]:
    """The newest dead jobs, at most a hundred; without the tokens they carry."""
    rows = await conn.fetch(
        """
        select id, name, args, attempts, last_error, created_at from jobs where state = 'dead'
        order by created_at desc limit $1
        """,
        _PAGE,
    )
    return [
        DeadJob(
            row["id"], row["name"], shown(row["args"]), row["attempts"], row["last_error"], row["created_at"]
        )
        for row in rows
    ]


async def retry(tx: Tx, job_id: UUID, *, now: datetime) -> bool:
    """Give a dead job another round of attempts; whether there was one."""
    return bool(
        await tx.execute(
            "update jobs set state = 'ready', attempts = 0, run_at = $2 where id = $1 and state = 'dead'",
            job_id,
            now,
        )
    )


def pause(attempts: int) -> timedelta:
    """How long to wait after the n-th failure: 1 s doubling to an hour, with jitter."""
    return timedelta(seconds=jitter(min(3600, 2 ** (min(attempts, 13) - 1))))


async def beat(tx: Tx, worker_id: UUID, *, now: datetime) -> None:
    """A worker says that it lives; those unseen for a day are forgotten."""
    await tx.execute(
        "insert into workers (id, seen_at) values ($1, $2) on conflict (id) do update set seen_at = $2",
        worker_id,
        now,
    )
    await tx.execute("delete from workers where seen_at < $1", now - timedelta(days=1))


async def last_beat(conn: Conn) -> datetime | None:
    """When a worker was last seen alive."""
    return await conn.fetchval("select max(seen_at) from workers")  # type: ignore[no-any-return]


async def due_schedules(tx: Tx, every: Mapping[str, timedelta], *, now: datetime) -> list[str]:
    """Names of the schedules whose time has come, each moved on to its next time; one worker gets each."""
    rows = await tx.fetch(
        """
        insert into schedules (name, next_at) select name, $3::timestamptz + every
        from unnest($1::text[], $2::interval[]) as wanted (name, every)
        on conflict (name) do update set next_at = excluded.next_at where schedules.next_at <= $3
        returning name
        """,
        list(every),
        list(every.values()),
        now,
    )
    return [row["name"] for row in rows]
