"""All SQL of `stripe_events`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa.inbox.errors import EventNotFound
from kassa.kernel import cursor
from kassa.kernel.db import Conn, Tx

STATES: Final = ("received", "handled", "ignored", "dead")
_PAGE_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """An event as a worker takes it; `attempts` counts the present one."""

    id: str
    type: str
    object_id: str
    body: bytes
    attempts: int


@dataclass(frozen=True, slots=True)
class Summary:
    """An event as a list shows it; `verdict` is what became of it, or why it was not heeded yet."""

    id: str
    type: str
    object_id: str
    state: str
    verdict: str | None
    order_id: UUID | None
    deliveries: int
    attempts: int
    replays: int
    received_at: datetime
    handled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """An event with its raw body, as Stripe signed it."""

    summary: Summary
    body: bytes
    run_at: datetime


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, newest first, and the cursor of the next page."""

    items: Sequence[Summary]
    next: str | None


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


async def insert_missed(
    tx: Tx, event_id: str, *, type_: str, object_id: str, body: bytes, now: datetime
) -> bool:
    """Keep an event that no webhook has brought; False if it is there."""
    return bool(
        await tx.execute(
            """
            insert into stripe_events (id, type, object_id, body, deliveries, run_at, received_at)
            values ($1, $2, $3, $4, 0, $5, $5)
            on conflict (id) do nothing
            """,
            event_id,
            type_,
            object_id,
            body,
            now,
        )
    )


async def missing(conn: Conn, event_ids: Sequence[str]) -> list[str]:
    """Those of these events that were never received, in the order given."""
    rows = await conn.fetch(
        """
        select told.id from unnest($1::text[]) with ordinality as told (id, place)
        where not exists (select from stripe_events where stripe_events.id = told.id)
        order by place
        """,
        list(event_ids),
    )
    return [row["id"] for row in rows]


async def claim(tx: Tx, *, now: datetime, lease: datetime, limit: int) -> list[WaitingEvent]:
    """Take waiting events, of each object only the oldest, until `lease`; the first received first."""
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
            order by run_at, received_at, id limit $3 for update skip locked
        ), taken as (
            update stripe_events set attempts = attempts + 1, run_at = $2
            from due where stripe_events.id = due.id
            returning stripe_events.id, type, object_id, body, attempts, received_at
        )
        select id, type, object_id, body, attempts from taken order by received_at, id
        """,
        now,
        lease,
        limit,
    )
    return [WaitingEvent(*row.values()) for row in rows]


async def settle(
    tx: Tx,
    ids: Sequence[str],
    states: Sequence[str],
    verdicts: Sequence[str],
    order_ids: Sequence[UUID | None],
    *,
    now: datetime,
) -> None:
    """Write down what became of a batch of events."""
    await tx.execute(
        """
        update stripe_events set state = told.state, verdict = told.verdict, handled_at = $5,
            order_id = coalesce(told.order_id, stripe_events.order_id)
        from unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) as told (id, state, verdict, order_id)
        where stripe_events.id = told.id
        """,
        list(ids),
        list(states),
        list(verdicts),
        list(order_ids),
        now,
    )


async def postpone(tx: Tx, event_id: str, error: str, *, run_at: datetime) -> None:
    """It could not be heeded now: why, and when to try again."""
    await tx.execute(
        "update stripe_events set verdict = $2, run_at = $3 where id = $1", event_id, error, run_at
    )


async def put_back(tx: Tx, event_id: str, *, now: datetime) -> bool:
    """A settled event waits once more, with all its attempts before it; whether it was settled."""
    return bool(
        await tx.execute(
            """
            update stripe_events set state = 'received', attempts = 0, replays = replays + 1, run_at = $2,
                handled_at = null
            where id = $1 and state <> 'received'
            """,
            event_id,
            now,
        )
    )


async def get(conn: Conn, event_id: str) -> Event:
    """The event with its raw body.

    Raises:
        EventNotFound: there is none.
    """
    row = await conn.fetchrow(
        """
        select id, type, object_id, state, verdict, order_id, deliveries, attempts, replays, received_at,
            handled_at, body, run_at
        from stripe_events where id = $1
        """,
        event_id,
    )
    if row is None:
        raise EventNotFound("There is no such event.")
    values = list(row.values())
    return Event(Summary(*values[:11]), values[11], values[12])


async def page(
    conn: Conn,
    *,
    state: str | None = None,
    type_: str | None = None,
    q: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> EventPage:
    """Events, newest first, at most a hundred a page.

    `type_` is a whole type, or its beginning when it ends in a dot (`charge.dispute.`); `q` is the id of an
    event, of Stripe's object or of an order.

    Raises:
        Invalid: `after` is no cursor of ours (`invalid_cursor`).
    """
    limit = max(1, min(limit, _PAGE_LIMIT))
    at, last = cursor.read_named(after)
    rows = await conn.fetch(
        """
        select id, type, object_id, state, verdict, order_id, deliveries, attempts, replays, received_at, handled_at
        from stripe_events
        where ($1::text is null or state = $1)
          and ($2::text is null or type = $2 or (right($2, 1) = '.' and starts_with(type, $2)))
          and ($3::text is null or id = $3 or object_id = $3 or order_id::text = lower($3))
          and ($4::timestamptz is null or (received_at, id) < ($4, $5))
        order by received_at desc, id desc limit $6
        """,
        state,
        type_ or None,
        q or None,
        at,
        last,
        limit + 1,
    )
    found = [Summary(*row.values()) for row in rows[:limit]]
    more = len(rows) > limit
    return EventPage(found, cursor.write(found[-1].received_at, found[-1].id) if more else None)


async def heard_of(conn: Conn, object_ids: Sequence[str]) -> set[str]:
    """Those of these objects of Stripe's that any event was about that a webhook has brought."""
    rows = await conn.fetch(
        "select distinct object_id from stripe_events where object_id = any($1) and deliveries > 0",
        list(object_ids),
    )
    return {row["object_id"] for row in rows}
