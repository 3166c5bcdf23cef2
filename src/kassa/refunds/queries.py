"""All SQL of `refunds` and `refund_lines`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kassa.kernel.db import Conn, Row, Tx
from kassa.refunds.states import State


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back. `kind`: `requested`, `found` (made at the provider), or `surplus` (the order had no
    use for it). `last_error` is {message} of the provider."""

    id: UUID
    payment_id: UUID
    order_id: UUID
    amount_minor: int
    currency: str
    kind: str
    reason: str
    actor: str
    state: State
    provider_ref: str | None
    last_error: Mapping[str, Any] | None
    created_at: datetime
    updated_at: datetime

    @property
    def own(self) -> bool:
        """Whether this was the order's money; surplus never was."""
        return self.kind != "surplus"


@dataclass(frozen=True, slots=True)
class GivenLine:
    """So many units of an order's line that a refund is for, and what of it they are."""

    refund_id: UUID
    line_id: UUID
    quantity: int
    amount_minor: int
    restock: bool
    restocked_at: datetime | None
    counts: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What of a payment is promised or gone back: of the order's own money, and of surplus; in minor units."""

    own: int = 0
    surplus: int = 0


async def insert(tx: Tx, refund: Refund) -> bool:
    """Write a refund down before anybody is asked; False if it was there already."""
    return bool(
        await tx.execute(
            """
            insert into refunds (id, payment_id, order_id, amount_minor, currency, kind, reason, actor, state,
                provider_ref, last_error, created_at, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            on conflict do nothing
            """,
            refund.id, refund.payment_id, refund.order_id, refund.amount_minor, refund.currency, refund.kind,
            refund.reason, refund.actor, refund.state, refund.provider_ref, refund.last_error,
            refund.created_at, refund.updated_at,
        )
    )  # fmt: skip


async def insert_lines(tx: Tx, refund_id: UUID, lines: Sequence[GivenLine]) -> None:
    """What a refund is for."""
    await tx.execute(
        """
        insert into refund_lines (refund_id, line_id, quantity, amount_minor, restock, restocked_at)
        select $1, line_id, quantity, amount, restock, restocked_at
        from unnest($2::uuid[], $3::int[], $4::bigint[], $5::bool[], $6::timestamptz[])
            as line (line_id, quantity, amount, restock, restocked_at)
        """,
        refund_id, [line.line_id for line in lines], [line.quantity for line in lines],
        [line.amount_minor for line in lines], [line.restock for line in lines],
        [line.restocked_at for line in lines],
    )  # fmt: skip


async def get(conn: Conn, refund_id: UUID) -> Refund | None:
    """The refund, if there is one."""
    row = await conn.fetchrow(
        """
        select id, payment_id, order_id, amount_minor, currency, kind, reason, actor, state, provider_ref,
            last_error, created_at, updated_at
        from refunds where id = $1
        """,
        refund_id,
    )
    return _refund(row) if row is not None else None


async def by_provider_ref(conn: Conn, reference: str) -> Refund | None:
    """The refund that the provider calls `reference`."""
    row = await conn.fetchrow(
        """
        select id, payment_id, order_id, amount_minor, currency, kind, reason, actor, state, provider_ref,
            last_error, created_at, updated_at
        from refunds where provider_ref = $1
        """,
        reference,
    )
    return _refund(row) if row is not None else None


async def of_order(conn: Conn, order_id: UUID) -> list[Refund]:
    """The refunds of an order, oldest first, at most a hundred."""
    rows = await conn.fetch(
        """
        select id, payment_id, order_id, amount_minor, currency, kind, reason, actor, state, provider_ref,
            last_error, created_at, updated_at
        from refunds where order_id = $1 order by created_at, id limit 100
        """,
        order_id,
    )
    return [_refund(row) for row in rows]


async def lines_of_order(conn: Conn, order_id: UUID) -> list[GivenLine]:
    """What the refunds of an order are for, oldest first, also of those that came to nothing."""
    rows = await conn.fetch(
        """
        select refund_id, line_id, quantity, line.amount_minor, restock, restocked_at,
            state in ('requested', 'pending', 'succeeded')
        from refund_lines as line join refunds on refunds.id = refund_id
        where order_id = $1 order by created_at, refund_id, line_id
        """,
        order_id,
    )
    return [GivenLine(*row.values()) for row in rows]


async def refunded_units(conn: Conn, order_id: UUID) -> dict[UUID, int]:
    """How many units of each line of an order have been, or are being, given back."""
    rows = await conn.fetch(
        """
        select line_id, sum(quantity)::int
        from refund_lines join refunds on refunds.id = refund_id
        where order_id = $1 and state in ('requested', 'pending', 'succeeded') group by line_id
        """,
        order_id,
    )
    return {row[0]: row[1] for row in rows}


async def given(conn: Conn, order_id: UUID) -> dict[UUID, Given]:
    """What was, or is being, given back of each payment of an order; a payment nothing went back of is absent."""
    rows = await conn.fetch(
        """
        select payment_id, (coalesce(sum(amount_minor) filter (where kind <> 'surplus'), 0))::bigint,
            (coalesce(sum(amount_minor) filter (where kind = 'surplus'), 0))::bigint
        from refunds where order_id = $1 and state in ('requested', 'pending', 'succeeded') group by payment_id
        """,
        order_id,
    )
    return {row[0]: Given(row[1], row[2]) for row in rows}


async def contested(conn: Conn, order_id: UUID) -> dict[UUID, int]:
    """What the customer's bank has taken back of each payment: it can't be given back a second time. Read from
    the disputes, which are another room's to write."""
    rows = await conn.fetch(
        """
        select payment_id, sum(amount_minor)::bigint from disputes
        where order_id = $1 and withdrawn_minor > 0 group by payment_id
        """,
        order_id,
    )
    return {row[0]: row[1] for row in rows}


async def refunded_minor(conn: Conn, order_id: UUID) -> int:
    """What has been, or is being, given back of the order's own money (surplus never was the order's)."""
    return int(
        await conn.fetchval(
            """
            select coalesce(sum(amount_minor), 0) from refunds
            where order_id = $1 and kind <> 'surplus' and state in ('requested', 'pending', 'succeeded')
            """,
            order_id,
        )
    )


async def succeeded_minor(conn: Conn, order_id: UUID) -> int:
    """What of the order's own money has gone back for good, as far as anybody knows."""
    return int(
        await conn.fetchval(
            """
            select coalesce(sum(amount_minor), 0) from refunds
            where order_id = $1 and kind <> 'surplus' and state = 'succeeded'
            """,
            order_id,
        )
    )


async def count_on_order(tx: Tx, order_id: UUID) -> None:
    """Make the order say what its refunds say; the order is locked by the caller."""
    await tx.execute(
        """
        with given as (
            select coalesce(sum(amount_minor), 0)::bigint as total from refunds
            where order_id = $1 and kind <> 'surplus' and state in ('requested', 'pending', 'succeeded')
        )
        update orders set refunded_minor = given.total from given where id = $1
        """,
        order_id,
    )


async def record(
    tx: Tx, refund_id: UUID, *, state: str, provider_ref: str | None, last_error: Mapping[str, Any] | None,
    now: datetime,
) -> None:  # fmt: skip
    """Write down what the provider said of it."""
    await tx.execute(
        """
        update refunds set state = $2, provider_ref = coalesce($3, provider_ref),
            last_error = coalesce($4, last_error), updated_at = $5
        where id = $1
        """,
        refund_id, state, provider_ref, last_error, now,
    )  # fmt: skip


async def unsent(conn: Conn, *, before: datetime, limit: int) -> list[UUID]:
    """Refunds written down before then that the provider has said nothing of, the oldest first."""
    rows = await conn.fetch(
        "select id from refunds where state = 'requested' and updated_at < $1 order by updated_at limit $2",
        before,
        limit,
    )
    return [row["id"] for row in rows]


async def under_way(conn: Conn, *, before: datetime, limit: int) -> list[str]:
    """The provider's names of refunds on their way that nobody has told us about since then."""
    rows = await conn.fetch(
        """
        select provider_ref from refunds
        where state = 'pending' and updated_at < $1 and provider_ref is not null order by updated_at limit $2
        """,
        before,
        limit,
    )
    return [row["provider_ref"] for row in rows]


def _refund(row: Row) -> Refund:
    values = dict(row)
    return Refund(**{**values, "state": State(values["state"])})
