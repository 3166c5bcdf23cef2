"""All SQL of the simulation itself: how it stands above the database, and what must not be left in it."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from kassa.kernel.db import Conn

#: A transaction whose first statement can be tried again.
BEGIN: Final = "begin; savepoint step"
BEGIN_SNAPSHOT: Final = "begin isolation level repeatable read read only"
#: Before a statement that may meet a lock, so that it can be tried again in its transaction.
MARK_AGAIN: Final = "release savepoint step; savepoint step"
#: A statement met a lock: as if it had not been sent.
UNDO: Final = "rollback to savepoint step"
#: The same, and now one that waits, so that the database can say for whom.
UNDO_AND_WAIT: Final = "rollback to savepoint step; set local lock_timeout = 0"
WAIT_NO_MORE: Final = "set local lock_timeout = 1"


async def blockers(control: asyncpg.Connection, pid: int) -> list[int]:
    """The sessions this one waits for inside the database; if there are any, its statement is canceled."""
    row = await control.fetchrow(
        """
        select pids, case when cardinality(pids) > 0 then pg_cancel_backend($1) end
        from (select pg_blocking_pids($1) as pids) as asked
        """,
        pid,
    )
    return sorted(set(row["pids"])) if row is not None else []


async def sessions(dsn: str) -> list[str]:
    """What the sessions of a run are doing that are not idle."""
    conn = await asyncpg.connect(dsn)
    try:
        rows = await conn.fetch(
            """
            select format('session %s is %s, waits for %s: %s', pid, state, pg_blocking_pids(pid), left(query, 80))
            from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()
            order by pid limit 20
            """
        )
    finally:
        await conn.close()
    return [row[0] for row in rows]


async def cut(control: asyncpg.Connection, pids: Sequence[int]) -> None:
    """Break these sessions of the database; returns when it has noticed."""
    await control.fetch("select pg_terminate_backend(pid, 5000) from unnest($1::int[]) pid", list(pids))


async def held(conn: Conn) -> list[str]:
    """Holds that still keep stock."""
    rows = await conn.fetch(
        """
        select format('hold %s is still %s', id, state) from holds where state in ('held', 'paying')
        order by id limit 101
        """
    )
    return [row[0] for row in rows]


async def unfinished(conn: Conn) -> list[str]:
    """What somebody still has to do: jobs, and events nobody has heeded."""
    rows = await conn.fetch(
        """
        select format('job %s is still %s after %s attempts: %s', name, state, attempts, last_error) from jobs
        union all
        select format('event %s (%s) is still %s: %s', id, type, state, verdict) from stripe_events
        where state not in ('handled', 'ignored')
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def cases(conn: Conn, expected: Sequence[str]) -> list[str]:
    """Cases that nothing in a run explains. That a refund made by hand had to wait for one of ours is explained, and
    its case says so: what became of it, the proof sees.
    """
    rows = await conn.fetch(
        """
        select format('case %s (%s): %s', kind, cause, known) from cases
        where kind <> all($1) and not (kind = 'not_reconciled' and known ->> 'error' like '%is not decided yet.')
        order by opened_at limit 101
        """,
        list(expected),
    )
    return [row[0] for row in rows]


async def figures(conn: asyncpg.Connection) -> dict[str, int]:
    """How much was done in a run."""
    row = await conn.fetchrow(
        """
        select (select count(*) from orders) as orders,
            (select count(*) from orders where paid_at is not null) as paid_orders,
            (select count(*) from fulfilments) as parcels,
            (select count(*) from refunds where kind <> 'surplus') as refunds,
            (select count(*) from refunds where kind = 'surplus') as surplus_refunds,
            (select count(*) from disputes) as disputes,
            (select count(*) from stripe_events) as events
        """
    )
    return dict(row) if row is not None else {}


async def bounced(conn: Conn) -> dict[str, int]:
    """Surplus that did not go back, in minor units by order: a case, and money that stays, but for what somebody
    sent back by hand.
    """
    rows = await conn.fetch(
        """
        select order_id::text, sum(least(bounced, received_minor - gone))::bigint from (
            select payments.order_id, received_minor,
                max(refunds.amount_minor) filter (where kind = 'surplus' and refunds.state in ('failed', 'canceled'))
                    as bounced,
                coalesce(sum(refunds.amount_minor) filter (where refunds.state not in ('failed', 'canceled')), 0)
                    as gone
            from payments join refunds on refunds.payment_id = payments.id group by payments.id
        ) as payment where bounced is not null group by order_id
        """
    )
    return {row[0]: row[1] for row in rows}


async def surplus(conn: Conn) -> dict[str, int]:
    """Surplus that is on its way back or there, in minor units by order."""
    rows = await conn.fetch(
        """
        select order_id::text, sum(amount_minor)::bigint from refunds
        where kind = 'surplus' and state not in ('failed', 'canceled') group by order_id
        """
    )
    return {row[0]: row[1] for row in rows}


async def kept(conn: Conn) -> dict[str, tuple[str, int, str]]:
    """What each order says it kept of what the provider took: its state, minor units, currency."""
    rows = await conn.fetch(
        """
        select id::text, state, case when paid_at is null or state in ('canceled', 'failed') then 0
            else total_minor - gift_minor - coalesce(back, 0) end, currency
        from orders left join (
            select refunds.order_id, sum(refunds.amount_minor)::bigint as back
            from refunds join payments on payments.id = payment_id
            where gift_card_id is null and kind <> 'surplus' and refunds.state in ('requested', 'pending', 'succeeded')
            group by refunds.order_id
        ) as given on given.order_id = id
        """
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


async def paid_at(conn: Conn) -> dict[str, float | None]:
    """When each order was paid, in Unix seconds."""
    rows = await conn.fetch("select id::text, extract(epoch from paid_at)::float8 from orders")
    return {row[0]: row[1] for row in rows}
