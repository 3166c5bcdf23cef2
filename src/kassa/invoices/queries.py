"""All SQL of `invoices` and `invoice_counters`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from kassa.invoices.papers import Content
from kassa.kernel.db import Conn, Row, Tx


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice or a credit note (`kind`: `invoice`, `credit_note`), and all that it says."""

    id: UUID
    kind: str
    order_id: UUID
    refund_id: UUID | None
    content: Content
    issued_at: datetime


async def take_number(tx: Tx, kind: str, year: int) -> int:
    """The next number of a kind and a year; its counter is locked until `tx` ends, and lost with it."""
    return int(
        await tx.fetchval(
            """
            insert into invoice_counters (kind, year, last) values ($1, $2, 1)
            on conflict (kind, year) do update set last = invoice_counters.last + 1 returning last
            """,
            kind,
            year,
        )
    )


async def insert(tx: Tx, paper: Paper, *, year: int, number: int) -> None:
    """Write a paper, for good."""
    await tx.execute(
        """
        insert into invoices (id, kind, year, number, order_id, refund_id, content, issued_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        paper.id, paper.kind, year, number, paper.order_id, paper.refund_id, msgspec.to_builtins(paper.content),
        paper.issued_at,
    )  # fmt: skip


async def get(conn: Conn, paper_id: UUID) -> Paper | None:
    """The paper of this id."""
    row = await conn.fetchrow(
        "select id, kind, order_id, refund_id, content, issued_at from invoices where id = $1", paper_id
    )
    return _paper(row) if row is not None else None


async def of_order(conn: Conn, order_id: UUID) -> list[Paper]:
    """The papers of an order, the invoice first, at most a hundred."""
    rows = await conn.fetch(
        """
        select id, kind, order_id, refund_id, content, issued_at from invoices
        where order_id = $1 order by kind desc, issued_at, number limit 100
        """,
        order_id,
    )
    return [_paper(row) for row in rows]


async def due(conn: Conn, *, since: datetime, limit: int) -> list[UUID]:
    """Orders paid, or paid back, since then that lack a paper, those that were paid first first."""
    rows = await conn.fetch(
        """
        select id from (
            (select id, paid_at as at from orders where paid_at > $1
                and not exists (select from invoices where order_id = orders.id and kind = 'invoice')
                order by paid_at limit $2)
            union
            (select order_id, updated_at from refunds where updated_at > $1 and state = 'succeeded'
                and kind <> 'surplus' and not exists (select from invoices where refund_id = refunds.id)
                order by updated_at limit $2)
        ) as lacking order by at limit $2
        """,
        since,
        limit,
    )
    return list(dict.fromkeys(row["id"] for row in rows))


def _paper(row: Row) -> Paper:
    values: dict[str, Any] = dict(row)
    return Paper(**{**values, "content": msgspec.convert(dict(values["content"]), Content)})
