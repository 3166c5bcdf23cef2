"""All SQL of `tax_answers`, `tax_sales` and `tax_reversals`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kassa.kernel.db import Conn, Row, Tx


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale that the provider is to be told of. `wish` is the question as it was put, to be put again."""

    order_id: UUID
    calculation: str
    wish: Mapping[str, Any]
    tax_minor: int
    total_minor: int
    currency: str
    state: str
    transaction: str | None


@dataclass(frozen=True, slots=True)
class Reversal:
    """Money that went back, and the provider is to be told so. `whole`: all of the sale at once."""

    refund_id: UUID
    order_id: UUID
    amount_minor: int
    whole: bool
    state: str


async def answer(conn: Conn, key: str, *, now: datetime) -> Mapping[str, Any] | None:
    """What was answered to the question of this key, if that still holds."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        "select answer from tax_answers where key = $1 and expires_at > $2", key, now
    )


async def wish(conn: Conn, calculation: str) -> Mapping[str, Any] | None:
    """The question that was answered by this calculation, as it was put to the provider."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        "select wish from tax_answers where reference = $1 limit 1", calculation
    )


async def keep(
    tx: Tx, key: str, reference: str, wish: Mapping[str, Any], answer: Mapping[str, Any], *, now: datetime,
    expires_at: datetime,
) -> None:  # fmt: skip
    """Write an answer down, over an older one; one that still holds stays."""
    await tx.execute(
        """
        insert into tax_answers (key, reference, wish, answer, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (key) do update set reference = excluded.reference, wish = excluded.wish,
            answer = excluded.answer, created_at = excluded.created_at, expires_at = excluded.expires_at
        where tax_answers.expires_at <= excluded.created_at
        """,
        key,
        reference,
        wish,
        answer,
        now,
        expires_at,
    )


async def sweep(tx: Tx, *, now: datetime) -> int:
    """Forget answers that hold no longer; how many."""
    return await tx.execute("delete from tax_answers where expires_at <= $1", now)


async def await_payment(tx: Tx, sale: Sale, *, now: datetime) -> None:
    """Write down a sale that may come of an order; once."""
    await tx.execute(
        """
        insert into tax_sales (order_id, calculation, wish, tax_minor, total_minor, currency, state, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (order_id) do nothing
        """,
        sale.order_id, sale.calculation, sale.wish, sale.tax_minor, sale.total_minor, sale.currency, sale.state, now,
    )  # fmt: skip


async def sale(conn: Conn, order_id: UUID) -> Sale | None:
    """The sale of an order, if its taxes were worked out elsewhere."""
    return _sale(
        await conn.fetchrow(
            """
            select order_id, calculation, wish, tax_minor, total_minor, currency, state, transaction
            from tax_sales where order_id = $1
            """,
            order_id,
        )
    )


async def due(tx: Tx, order_id: UUID) -> bool:
    """The order is paid: its sale is to be told; False if there is none, or it was said before."""
    return bool(
        await tx.execute(
            "update tax_sales set state = 'due' where order_id = $1 and state = 'waiting'", order_id
        )
    )


async def told(
    tx: Tx, order_id: UUID, state: str, *, transaction: str | None, error: str | None, now: datetime
) -> bool:
    """What became of telling a sale: recorded or impossible. False if that is known already."""
    return bool(
        await tx.execute(
            """
            update tax_sales set state = $2, transaction = $3, last_error = $4, told_at = $5
            where order_id = $1 and state = 'due'
            """,
            order_id,
            state,
            transaction,
            error,
            now,
        )
    )


async def await_reversal(
    tx: Tx, order_id: UUID, refund_id: UUID, amount_minor: int, *, now: datetime
) -> bool:
    """Money of a sale went back; False if the sale is not the provider's concern, or this was said before."""
    return bool(
        await tx.execute(
            """
            insert into tax_reversals (refund_id, order_id, amount_minor, whole, created_at)
            select $2, order_id, $3, $3 = total_minor, $4 from tax_sales where order_id = $1
            on conflict (refund_id) do nothing
            """,
            order_id,
            refund_id,
            amount_minor,
            now,
        )
    )


async def reversal(conn: Conn, refund_id: UUID) -> Reversal | None:
    """What is to be told of a refund, if anything."""
    row = await conn.fetchrow(
        "select refund_id, order_id, amount_minor, whole, state from tax_reversals where refund_id = $1",
        refund_id,
    )
    return Reversal(*row.values()) if row is not None else None


async def reversed_(
    tx: Tx, refund_id: UUID, state: str, *, reference: str | None, error: str | None, now: datetime
) -> bool:
    """What became of telling a reversal. False if that is known already."""
    return bool(
        await tx.execute(
            """
            update tax_reversals set state = $2, reference = $3, last_error = $4, told_at = $5
            where refund_id = $1 and state = 'due'
            """,
            refund_id,
            state,
            reference,
            error,
            now,
        )
    )


def _sale(row: Row | None) -> Sale | None:
    return Sale(*row.values()) if row is not None else None
