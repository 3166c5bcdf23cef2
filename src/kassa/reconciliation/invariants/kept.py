"""All SQL of `proofs`: what became of the proofs that workers ran."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kassa.kernel.db import Conn, Tx

#: Older proofs are forgotten.
KEPT: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class KeptProof:
    """A proof that a worker ran. `checks` are {name, counted, violations (how many), more, first}."""

    ok: bool
    with_provider: bool
    started_at: datetime
    finished_at: datetime
    seconds: float
    checks: Sequence[Mapping[str, Any]]


async def keep(tx: Tx, proof_id: UUID, proof: KeptProof) -> None:
    """Write a proof down, and forget old ones."""
    await tx.execute("delete from proofs where finished_at < $1", proof.finished_at - KEPT)
    await tx.execute(
        """
        insert into proofs (id, ok, with_provider, started_at, finished_at, seconds, checks)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        proof_id, proof.ok, proof.with_provider, proof.started_at, proof.finished_at, proof.seconds,
        list(proof.checks),
    )  # fmt: skip


async def last(conn: Conn) -> KeptProof | None:
    """The newest proof, if there is one."""
    row = await conn.fetchrow(
        """
        select ok, with_provider, started_at, finished_at, seconds, checks from proofs
        order by finished_at desc limit 1
        """
    )
    return KeptProof(*row.values()) if row is not None else None


async def backlog(conn: Conn, *, now: datetime) -> Mapping[str, float]:
    """What waits, in numbers: jobs and events, how old the oldest of them are in seconds, cases, live holds."""
    row = await conn.fetchrow(
        """
        select (select count(*) from jobs where state = 'ready' and run_at <= $1) as jobs_waiting,
            (select count(*) from jobs where state = 'dead') as jobs_dead,
            (select coalesce(extract(epoch from $1 - min(run_at)), 0) from jobs where state = 'ready' and run_at <= $1)
                as jobs_oldest_seconds,
            (select count(*) from stripe_events where state = 'received') as stripe_events_waiting,
            (select coalesce(extract(epoch from $1 - min(received_at)), 0) from stripe_events where state = 'received')
                as stripe_events_oldest_seconds,
            (select count(*) from stripe_events where state = 'dead') as stripe_events_dead,
            (select count(*) from cases where state = 'open') as cases_open,
            (select count(*) from holds where state in ('held', 'paying')) as holds_live
        """,
        now,
    )
    return {name: float(row[name]) for name in row.keys()} if row is not None else {}  # noqa: SIM118 - a Record
