"""All SQL of `disputes` and `dispute_files`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa.disputes.errors import DisputeNotFound
from kassa.disputes.states import State
from kassa.kernel import cursor
from kassa.kernel.db import Conn, Row, Tx

_PAGE_LIMIT: Final = 100
#: A row of another room, by column.
Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Dispute:
    """A customer's bank takes a payment back, or asks about it. `amount_minor` is what is disputed,
    `withdrawn_minor` and `fee_minor` what the provider has taken for it (0 again when it gave that back), in the
    currency `settled_in` of its balance (None while nothing moved);
    `evidence` is text by field; `submitted_at` is when we answered."""

    id: UUID
    payment_id: UUID
    order_id: UUID
    provider_ref: str
    reason: str
    state: State
    amount_minor: int
    currency: str
    withdrawn_minor: int
    fee_minor: int
    due_by: datetime | None
    evidence: Mapping[str, str]
    submitted_at: datetime | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    settled_in: str | None = None


@dataclass(frozen=True, slots=True)
class DisputeFile:
    """A paper for the bank; `kind` is the field of the evidence that it fills."""

    id: UUID
    dispute_id: UUID
    kind: str
    name: str
    content_type: str
    size: int
    provider_ref: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DisputePage:
    """Some disputes, newest first, and the cursor of the next page."""

    items: Sequence[Dispute]
    next: str | None


async def insert(tx: Tx, dispute: Dispute) -> bool:
    """Write a dispute down; False if it was there already."""
    return bool(
        await tx.execute(
            """
            insert into disputes (id, payment_id, order_id, provider_ref, reason, state, amount_minor, currency,
                withdrawn_minor, fee_minor, due_by, evidence, submitted_at, created_at, updated_at, closed_at,
                settled_in)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            on conflict do nothing
            """,
            dispute.id, dispute.payment_id, dispute.order_id, dispute.provider_ref, dispute.reason,
            dispute.state, dispute.amount_minor, dispute.currency, dispute.withdrawn_minor, dispute.fee_minor,
            dispute.due_by, dispute.evidence, dispute.submitted_at, dispute.created_at, dispute.updated_at,
            dispute.closed_at, dispute.settled_in,
        )
    )  # fmt: skip


async def write(tx: Tx, dispute: Dispute) -> None:
    """Write down what the provider said of a dispute; the order is locked by the caller."""
    await tx.execute(
        """
        update disputes set reason = $2, state = $3, amount_minor = $4, withdrawn_minor = $5, fee_minor = $6,
            due_by = $7, submitted_at = $8, updated_at = $9, closed_at = $10, settled_in = $11
        where id = $1
        """,
        dispute.id, dispute.reason, dispute.state, dispute.amount_minor, dispute.withdrawn_minor,
        dispute.fee_minor, dispute.due_by, dispute.submitted_at, dispute.updated_at, dispute.closed_at,
        dispute.settled_in,
    )  # fmt: skip


async def get(conn: Conn, dispute_id: UUID) -> Dispute:
    """The dispute.

    Raises:
        DisputeNotFound: there is none.
    """
    row = await conn.fetchrow(
        """
        select id, payment_id, order_id, provider_ref, reason, state, amount_minor, currency, withdrawn_minor,
            fee_minor, due_by, evidence, submitted_at, created_at, updated_at, closed_at, settled_in
        from disputes where id = $1
        """,
        dispute_id,
    )
    if row is None:
        raise DisputeNotFound("There is no such dispute.")
    return _dispute(row)


async def by_provider_ref(conn: Conn, reference: str) -> Dispute | None:
    """The dispute that the provider calls `reference`."""
    row = await conn.fetchrow(
        """
        select id, payment_id, order_id, provider_ref, reason, state, amount_minor, currency, withdrawn_minor,
            fee_minor, due_by, evidence, submitted_at, created_at, updated_at, closed_at, settled_in
        from disputes where provider_ref = $1
        """,
        reference,
    )
    return _dispute(row) if row is not None else None


async def of_order(conn: Conn, order_id: UUID) -> list[Dispute]:
    """The disputes of an order, oldest first, at most a hundred."""
    rows = await conn.fetch(
        """
        select id, payment_id, order_id, provider_ref, reason, state, amount_minor, currency, withdrawn_minor,
            fee_minor, due_by, evidence, submitted_at, created_at, updated_at, closed_at, settled_in
        from disputes where order_id = $1 order by created_at, id limit 100
        """,
        order_id,
    )
    return [_dispute(row) for row in rows]


async def page(
    conn: Conn, *, states: Sequence[str] | None = None, after: str | None = None, limit: int = 50
) -> DisputePage:
    """Disputes, newest first, at most a hundred a page; with `states`, only those in one of them.

    Raises:
        Invalid: `after` is no cursor of ours (`invalid_cursor`).
    """
    limit = max(1, min(limit, _PAGE_LIMIT))
    at, last = cursor.read(after)
    rows = await conn.fetch(
        """
        select id, payment_id, order_id, provider_ref, reason, state, amount_minor, currency, withdrawn_minor,
            fee_minor, due_by, evidence, submitted_at, created_at, updated_at, closed_at, settled_in
        from disputes
        where ($1::text[] is null or state = any($1))
          and ($2::timestamptz is null or (created_at, id) < ($2, $3))
        order by created_at desc, id desc limit $4
        """,
        list(states) if states is not None else None,
        at,
        last,
        limit + 1,
    )
    found = [_dispute(row) for row in rows[:limit]]
    return DisputePage(found, cursor.write(found[-1].created_at, found[-1].id) if len(rows) > limit else None)


async def waiting(conn: Conn) -> int:
    """How many disputes wait for an answer of ours."""
    return int(
        await conn.fetchval(
            """
            select count(*) from disputes
            where state in ('needs_response', 'warning_needs_response') and submitted_at is null
            """
        )
    )


async def undecided(conn: Conn, *, before: datetime, limit: int) -> list[str]:
    """The provider's names of disputes that are not over and were last asked about before then."""
    rows = await conn.fetch(
        """
        select provider_ref from disputes where closed_at is null and updated_at < $1 order by updated_at limit $2
        """,
        before,
        limit,
    )
    return [row["provider_ref"] for row in rows]


async def write_evidence(tx: Tx, dispute_id: UUID, evidence: Mapping[str, str], *, now: datetime) -> None:
    """Put the texts of a dispute in the place of those that are there."""
    await tx.execute(
        "update disputes set evidence = $2, updated_at = $3 where id = $1", dispute_id, evidence, now
    )


async def mark_submitted(tx: Tx, dispute_id: UUID, at: datetime | None) -> None:
    """The answer is on its way since then; None: it was refused, and can be given again."""
    await tx.execute("update disputes set submitted_at = $2 where id = $1", dispute_id, at)


async def files(conn: Conn, dispute_id: UUID) -> list[DisputeFile]:
    """The papers of a dispute, without what is in them, oldest first."""
    rows = await conn.fetch(
        """
        select id, dispute_id, kind, name, content_type, octet_length(body), provider_ref, created_at
        from dispute_files where dispute_id = $1 order by created_at, id
        """,
        dispute_id,
    )
    return [DisputeFile(*row.values()) for row in rows]


async def file_body(conn: Conn, file_id: UUID) -> bytes:
    """What is in a paper; empty if there is none."""
    return bytes(await conn.fetchval("select body from dispute_files where id = $1", file_id) or b"")


async def insert_file(tx: Tx, file: DisputeFile, body: bytes) -> None:
    """Keep a paper; one of the same kind that was there is gone then."""
    await tx.execute(
        "delete from dispute_files where dispute_id = $1 and kind = $2", file.dispute_id, file.kind
    )
    await tx.execute(
        """
        insert into dispute_files (id, dispute_id, kind, name, content_type, body, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        file.id, file.dispute_id, file.kind, file.name, file.content_type, body, file.created_at,
    )  # fmt: skip


async def delete_file(tx: Tx, dispute_id: UUID, file_id: UUID) -> bool:
    """Throw a paper away; whether it was there."""
    return bool(
        await tx.execute("delete from dispute_files where id = $1 and dispute_id = $2", file_id, dispute_id)
    )


async def record_upload(tx: Tx, file_id: UUID, reference: str) -> None:
    """The provider has the paper, and calls it so."""
    await tx.execute("update dispute_files set provider_ref = $2 where id = $1", file_id, reference)


async def letters(conn: Conn, order_id: UUID) -> list[Record]:
    """The mails of an order as they were written, oldest first: read for the pack alone, never written here."""
    rows = await conn.fetch(
        """
        select kind, recipient, subject, text_body, html_body, state, created_at, sent_at
        from mails where order_id = $1 and kind not like 'dispute%' order by created_at, id limit 100
        """,
        order_id,
    )
    return [dict(row) for row in rows]


async def parcels(conn: Conn, order_id: UUID) -> list[Record]:
    """The parcels of an order with what is in them, oldest first: read for the pack alone."""
    rows = await conn.fetch(
        """
        select fulfilments.id, fulfilments.state, carrier, tracking_number, fulfilments.created_at, shipped_at,
            delivered_at, coalesce(jsonb_agg(jsonb_build_object('sku', sku, 'title', title, 'quantity', part.quantity)
                order by position) filter (where part.line_id is not null), '[]') as lines
        from fulfilments left join fulfilment_lines as part on part.fulfilment_id = fulfilments.id
            left join order_lines on order_lines.id = part.line_id
        where fulfilments.order_id = $1 group by fulfilments.id order by fulfilments.created_at, fulfilments.id
        """,
        order_id,
    )
    return [dict(row) for row in rows]


def _dispute(row: Row) -> Dispute:
    values = dict(row)
    return Dispute(**{**values, "state": State(values["state"])})
