"""All SQL of `stripe_events`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kassa.kernel.db import Tx


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """An event as a worker takes it; `attempts` counts the present one."""

    id: str
    type: str
    object_id: str
    body: bytes
    attempts: int


async def insert(tx: Tx, event_id: str, *, type_: str, object_id: str, body: bytes, now: datetime) -> bool:
    """Keep an event; False if it was there (its deliveries are counted)."""
    return bool(
        await tx.fetchval(
            """
            insert into stripe_events (id, type, object_id, body, run_at, received_at)
            values ($1, $2, $3, $4, $5, $5)
            on conflict (id) do update set deliveries = stripe_events.deliveries + 1
            returning deliveries = 1
            """,
            event_id,
            type_,
            object_id,
            body,
            now,
        )
    )


async def claim(tx: Tx, *, now: datetime, lease: datetime, limit: int) -> list[WaitingEvent]:
    """Take waiting events, of each object only the oldest, until `lease`."""
    rows = await tx.fetch(
        """
        with due as (
            select id from stripe_events event
            where state = 'received' and run_at <= $1
              and not exists (
                select 1 from stripe_events earlier
                where earlier.object_id = event.object_id and earlier.state = 'received'
                  and (earlier.received_at, earlier.id) < (event.received_at, event.id)
              )
            order by run_at, received_at limit $3 for update skip locked
        )
        update stripe_events set attempts = attempts + 1, run_at = $2
        from due where stripe_events.id = due.id
        returning stripe_events.id, type, object_id, body, attempts
        """,
        now,
        lease,
        limit,
    )
    return [WaitingEvent(*row.values()) for row in rows]


async def settle(
    tx: Tx, ids: Sequence[str], states: Sequence[str], verdicts: Sequence[str], *, now: datetime
) -> None:
    """Write down what became of a batch of events."""
    await tx.execute(
        """
        update stripe_events set state = verdict.state, verdict = verdict.verdict, handled_at = $4
        from unnest($1::text[], $2::text[], $3::text[]) as verdict (id, state, verdict)
        where stripe_events.id = verdict.id
        """,
        list(ids),
        list(states),
        list(verdicts),
        now,
    )


async def postpone(tx: Tx, event_id: str, error: str, *, run_at: datetime) -> None:
    """It could not be heeded now: why, and when to try again."""
    await tx.execute(
        "update stripe_events set verdict = $2, run_at = $3 where id = $1", event_id, error, run_at
    )
