"""All SQL of the simulation itself: how it stands above the database, and what must not be left in it."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from kassa.kernel.db import Conn

#: Before a statement that may meet a lock, so that it can be tried again in its transaction.
MARK: Final = "savepoint step"
#: The same, after another one went well.
MARK_AGAIN: Final = "release savepoint step; savepoint step"
#: A statement met a lock: as if it had not been sent.
UNDO: Final = "rollback to savepoint step"


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
    """Cases of kinds that nothing in a run explains."""
    rows = await conn.fetch(
        """
        select format('case %s (%s): %s', kind, cause, known) from cases where kind <> all($1)
        order by opened_at limit 101
        """,
        list(expected),
    )
    return [row[0] for row in rows]


async def bounced(conn: Conn) -> dict[str, int]:
    """Surplus that the bank did not take back, in minor units by order: a case, and money that stays."""
    rows = await conn.fetch(
        """
        select order_id::text, sum(amount_minor)::bigint from refunds
        where kind = 'surplus' and state in ('failed', 'canceled') group by order_id
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
    """What each order says it kept: its state, minor units, currency."""
    rows = await conn.fetch(
        """
        select id::text, state, case when paid_at is null or state in ('canceled', 'failed') then 0
            else total_minor - refunded_minor end, currency from orders
        """
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


async def paid_at(conn: Conn) -> dict[str, float | None]:
    """When each order was paid, in Unix seconds."""
    rows = await conn.fetch("select id::text, extract(epoch from paid_at)::float8 from orders")
    return {row[0]: row[1] for row in rows}
