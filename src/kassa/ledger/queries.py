"""All SQL of `ledger_entries` and `ledger_lines`."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa.kernel.db import Conn, Row, Tx
from kassa.kernel.errors import Invalid
from kassa.ledger.chart import Account

_PAGE_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that moved money. `lines` in minor units of `currency`: debit positive, credit negative."""

    id: UUID
    kind: str
    cause: str
    at: datetime
    currency: str
    order_id: UUID | None
    lines: Mapping[Account, int]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries, newest first, and the cursor of the next page."""

    items: Sequence[Entry]
    next: str | None


async def insert(
    tx: Tx, entry_id: UUID, *, kind: str, cause: str, order_id: UUID | None, currency: str, at: datetime,
    lines: Mapping[Account, int],
) -> bool:  # fmt: skip
    """Write an entry with its lines; False if this cause was posted before (nothing is written then)."""
    return bool(
        await tx.execute(
            """
            with entry as (
                insert into ledger_entries (id, kind, cause, order_id, currency, at)
                values ($1, $2, $3, $4, $5, $6)
                on conflict (kind, cause) do nothing
                returning id
            )
            insert into ledger_lines (entry_id, account, amount_minor)
            select entry.id, line.account, line.amount
            from entry, unnest($7::text[], $8::bigint[]) as line (account, amount)
            """,
            entry_id, kind, cause, order_id, currency, at, [str(account) for account in lines],
            list(lines.values()),
        )
    )  # fmt: skip


async def balances(conn: Conn, currency: str | None = None) -> dict[tuple[str, Account], int]:
    """What stands in each account that was ever moved, by (currency, account); in minor units."""
    rows = await conn.fetch(
        """
        select entry.currency, line.account, sum(line.amount_minor)::bigint
        from ledger_lines as line join ledger_entries as entry on entry.id = line.entry_id
        where $1::text is null or entry.currency = $1
        group by entry.currency, line.account
        """,
        currency,
    )
    return {(row[0], Account(row[1])): row[2] for row in rows}


async def get(conn: Conn, kind: str, cause: str) -> Entry | None:
    """The entry of a cause, if it was posted."""
    row = await conn.fetchrow(
        """
        select id, kind, cause, at, currency, order_id,
            (select jsonb_object_agg(account, amount_minor) from ledger_lines where entry_id = ledger_entries.id)
            as lines
        from ledger_entries where kind = $1 and cause = $2
        """,
        kind,
        cause,
    )
    return _entry(row) if row is not None else None


async def of_order(conn: Conn, order_id: UUID) -> list[Entry]:
    """What was posted for an order, oldest first, at most a thousand entries."""
    rows = await conn.fetch(
        """
        select id, kind, cause, at, currency, order_id,
            (select jsonb_object_agg(account, amount_minor) from ledger_lines where entry_id = ledger_entries.id)
            as lines
        from ledger_entries where order_id = $1 order by at, id limit 1000
        """,
        order_id,
    )
    return [_entry(row) for row in rows]


async def page(
    conn: Conn, after: str | None = None, limit: int = 50, *, currency: str | None = None
) -> EntryPage:
    """Entries, newest first, at most a hundred a page.

    Raises:
        Invalid: `after` is no cursor of ours (`invalid_cursor`).
    """
    limit = max(1, min(limit, _PAGE_LIMIT))
    at, last = _read_cursor(after)
    rows = await conn.fetch(
        """
        select id, kind, cause, at, currency, order_id,
            (select jsonb_object_agg(account, amount_minor) from ledger_lines where entry_id = ledger_entries.id)
            as lines
        from ledger_entries
        where ($1::timestamptz is null or (at, id) < ($1, $2)) and ($3::text is null or currency = $3)
        order by at desc, id desc limit $4
        """,
        at,
        last,
        currency,
        limit + 1,
    )
    found = [_entry(row) for row in rows[:limit]]
    return EntryPage(found, _cursor(found[-1].at, found[-1].id) if len(rows) > limit else None)


def _entry(row: Row) -> Entry:
    lines = {name: row["lines"][name] for name in Account if name in (row["lines"] or {})}
    return Entry(row["id"], row["kind"], row["cause"], row["at"], row["currency"], row["order_id"], lines)


def _cursor(at: datetime, entry_id: UUID) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{entry_id}".encode()).decode().rstrip("=")


def _read_cursor(text: str | None) -> tuple[datetime | None, UUID | None]:
    if not text:
        return None, None
    try:
        at, _, entry_id = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("a cursor's time has a zone")
        return moment, UUID(entry_id)
    except ValueError:
        raise Invalid("The cursor `after` is not one of ours.", code="invalid_cursor") from None
