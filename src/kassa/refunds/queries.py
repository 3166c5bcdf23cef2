"""All SQL of `refunds`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kassa.kernel.db import Conn, Tx


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back. `kind`: `surplus` (the order had no use for it) or `requested`."""

    id: UUID
    payment_id: UUID
    order_id: UUID
    amount_minor: int
    currency: str
    kind: str
    reason: str
    state: str
    provider_ref: str | None
    created_at: datetime
    updated_at: datetime


async def insert(tx: Tx, refund: Refund) -> bool:
    """Write a refund down before anybody is asked; False if it was there already."""
    return bool(
        await tx.execute(
            """
            insert into refunds (id, payment_id, order_id, amount_minor, currency, kind, reason, state,
                provider_ref, created_at, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            on conflict do nothing
            """,
            refund.id, refund.payment_id, refund.order_id, refund.amount_minor, refund.currency, refund.kind,
            refund.reason, refund.state, refund.provider_ref, refund.created_at, refund.updated_at,
        )
    )  # fmt: skip


async def get(conn: Conn, refund_id: UUID) -> Refund | None:
    """The refund, if there is one."""
    row = await conn.fetchrow(
        """
        select id, payment_id, order_id, amount_minor, currency, kind, reason, state, provider_ref, created_at,
            updated_at
        from refunds where id = $1
        """,
        refund_id,
    )
    return Refund(*row.values()) if row is not None else None


async def by_provider_ref(conn: Conn, reference: str) -> Refund | None:
    """The refund that the provider calls `reference`."""
    row = await conn.fetchrow(
        """
        select id, payment_id, order_id, amount_minor, currency, kind, reason, state, provider_ref, created_at,
            updated_at
        from refunds where provider_ref = $1
        """,
        reference,
    )
    return Refund(*row.values()) if row is not None else None


async def of_order(conn: Conn, order_id: UUID) -> list[Refund]:
    """The refunds of an order, oldest first, at most a hundred."""
    rows = await conn.fetch(
        """
        select id, payment_id, order_id, amount_minor, currency, kind, reason, state, provider_ref, created_at,
            updated_at
        from refunds where order_id = $1 order by created_at, id limit 100
        """,
        order_id,
    )
    return [Refund(*row.values()) for row in rows]


async def refunded_minor(conn: Conn, order_id: UUID) -> int:
    """What has been, or is being, given back of the order's own money (surplus never was the order's)."""
    return int(
        await conn.fetchval(
            """
            select coalesce(sum(amount_minor), 0) from refunds
            where order_id = $1 and kind = 'requested' and state in ('requested', 'pending', 'succeeded')
            """,
            order_id,
        )
    )


async def record(
    tx: Tx, refund_id: UUID, *, state: str, provider_ref: str | None, last_error: Mapping[str, Any] | None,
    now: datetime,
) -> None:  # fmt: skip
    """Write down what the provider said of it."""
    await tx.execute(
        """
        update refunds set state = $2, provider_ref = coalesce($3, provider_ref), last_error = $4, updated_at = $5
        where id = $1
        """,
        refund_id, state, provider_ref, last_error, now,
    )  # fmt: skip
