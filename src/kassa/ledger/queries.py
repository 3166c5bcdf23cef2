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
    """Something that moved money. `lines` in minor units of `currency`: debit positive, credit negative.

    `number` is the order in which entries were written; numbers may be left out.
    """

    id: UUID
    kind: str
    cause: str
    at: datetime
    currency: str
    order_id: UUID | None
    lines: Mapping[Account, int]
    number: int


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
        select number, id, kind, cause, at, currency, order_id,
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
        select number, id, kind, cause, at, currency, order_id,
            (select jsonb_object_agg(account, amount_minor) from ledger_lines where entry_id = ledger_entries.id)
            as lines
        from ledger_entries where order_id = $1 order by number limit 1000
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
    rows = await conn.fetch(
        """
        select number, id, kind, cause, at, currency, order_id,
            (select jsonb_object_agg(account, amount_minor) from ledger_lines where entry_id = ledger_entries.id)
            as lines
        from ledger_entries
        where ($1::bigint is null or number < $1) and ($2::text is null or currency = $2)
        order by number desc limit $3
        """,
        _read_cursor(after),
        currency,
        limit + 1,
    )
    found = [_entry(row) for row in rows[:limit]]
    return EntryPage(found, _cursor(found[-1].number) if len(rows) > limit else None)


def _entry(row: Row) -> Entry:
    lines = {name: row["lines"][name] for name in Account if name in (row["lines"] or {})}
    return Entry(
        row["id"], row["kind"], row["cause"], row["at"], row["currency"], row["order_id"], lines, row["number"]
    )  # fmt: skip


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(str(number).encode()).decode().rstrip("=")


def _read_cursor(text: str | None) -> int | None:
    if not text:
        return None
    try:
        number = int(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not 0 < number < 2**63:
            raise ValueError("no entry has such a number")
        return number
    except ValueError:
        raise Invalid("The cursor `after` is not one of ours.", code="invalid_cursor") from None
