"""All SQL of `cases`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kassa.kernel import cursor
from kassa.kernel.db import Conn, Row, Tx
from kassa.reconciliation.errors import CaseNotFound

_PAGE_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class Case:
    """Something an operator must decide, or has decided: `state` is `open` or `resolved`."""

    id: UUID
    kind: str
    cause: str
    order_id: UUID | None
    known: Mapping[str, Any]
    state: str
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: str | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases, newest first, and the cursor of the next page."""

    items: Sequence[Case]
    next: str | None


async def insert_case(
    tx: Tx,
    case_id: UUID,
    *,
    kind: str,
    cause: str,
    order_id: UUID | None,
    known: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Open a case; False if there is one of this cause already."""
    return bool(
        await tx.execute(
            """
            insert into cases (id, kind, cause, order_id, known, opened_at) values ($1, $2, $3, $4, $5, $6)
            on conflict (kind, cause) do nothing
            """,
            case_id, kind, cause, order_id, known, now,
        )
    )  # fmt: skip


async def close_case(tx: Tx, case_id: UUID, *, resolution: str, actor: str, now: datetime) -> Case | None:
    """Resolve a case if it is open; None if it is not, or not there."""
    row = await tx.fetchrow(
        """
        update cases set state = 'resolved', resolved_at = $4, resolved_by = $3, resolution = $2
        where id = $1 and state = 'open'
        returning id, kind, cause, order_id, known, state, opened_at, resolved_at, resolved_by, resolution
        """,
        case_id,
        resolution,
        actor,
        now,
    )
    return _case(row) if row is not None else None


async def close_case_of(tx: Tx, kind: str, cause: str, *, resolution: str, actor: str, now: datetime) -> bool:
    """Resolve the open case of this cause; whether there was one."""
    return bool(
        await tx.execute(
            """
            update cases set state = 'resolved', resolved_at = $5, resolved_by = $4, resolution = $3
            where kind = $1 and cause = $2 and state = 'open'
            """,
            kind,
            cause,
            resolution,
            actor,
            now,
        )
    )


async def was_opened(conn: Conn, kind: str, cause: str) -> bool:
    """Whether there is a case of this cause, open or resolved."""
    return bool(await conn.fetchval("select true from cases where kind = $1 and cause = $2", kind, cause))


async def get_case(conn: Conn, case_id: UUID) -> Case:
    """The case.

    Raises:
        CaseNotFound: there is none.
    """
    row = await conn.fetchrow(
        """
        select id, kind, cause, order_id, known, state, opened_at, resolved_at, resolved_by, resolution
        from cases where id = $1
        """,
        case_id,
    )
    if row is None:
        raise CaseNotFound("There is no such case.")
    return _case(row)


async def page_of_cases(
    conn: Conn,
    *,
    state: str | None = None,
    kind: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> CasePage:
    """Cases, newest first, at most a hundred a page; without `state` or `kind`, all of them.

    Raises:
        Invalid: `after` is no cursor of ours (`invalid_cursor`).
    """
    limit = max(1, min(limit, _PAGE_LIMIT))
    at, last = cursor.read(after)
    rows = await conn.fetch(
        """
        select id, kind, cause, order_id, known, state, opened_at, resolved_at, resolved_by, resolution
        from cases
        where ($1::text is null or state = $1)
          and ($2::text is null or kind = $2)
          and ($3::timestamptz is null or (opened_at, id) < ($3, $4))
        order by opened_at desc, id desc limit $5
        """,
        state,
        kind,
        at,
        last,
        limit + 1,
    )
    found = [_case(row) for row in rows[:limit]]
    more = len(rows) > limit
    return CasePage(found, cursor.write(found[-1].opened_at, found[-1].id) if more else None)


async def cases_of_order(conn: Conn, order_id: UUID) -> list[Case]:
    """The cases about an order, oldest first, at most a hundred."""
    rows = await conn.fetch(
        """
        select id, kind, cause, order_id, known, state, opened_at, resolved_at, resolved_by, resolution
        from cases where order_id = $1 order by opened_at, id limit 100
        """,
        order_id,
    )
    return [_case(row) for row in rows]


async def open_cases(conn: Conn) -> dict[str, int]:
    """How many cases are open, by kind."""
    rows = await conn.fetch(
        "select kind, count(*) from cases where state = 'open' group by kind order by kind"
    )
    return {row["kind"]: row["count"] for row in rows}


def _case(row: Row) -> Case:
    return Case(*row.values())
