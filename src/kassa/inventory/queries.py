"""All SQL of `stock`, `holds`, `hold_lines` and `movements`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kassa.inventory.errors import HoldNotFound, UnknownStock
from kassa.kernel.db import Conn, Tx


@dataclass(frozen=True, slots=True)
class Stock:
    """A variant's numbers."""

    variant_id: UUID
    sku: str
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        """What can still be promised."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class Hold:
    """Stock kept for an order: `state` held, paying, committed or released; units by variant."""

    id: UUID
    state: str
    expires_at: datetime
    lines: Mapping[UUID, int]


async def lock_stock(tx: Tx, variant_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Lock these rows and say what is available of each; unknown ones are absent.

    Rows are locked in id order, so two orders for the same variants in opposite order wait for each other
    instead of deadlocking. An UPDATE alone gives no such order.
    """
    rows = await tx.fetch(
        """
        select variant_id, on_hand - reserved as available from stock
        where variant_id = any($1) order by variant_id for update
        """,
        list(variant_ids),
    )
    return {row["variant_id"]: row["available"] for row in rows}


async def take(tx: Tx, wanted: Mapping[UUID, int]) -> None:
    """Move units from available to reserved; the rows are locked and were looked at."""
    await tx.execute(
        """
        update stock set reserved = reserved + wanted.quantity
        from unnest($1::uuid[], $2::int[]) as wanted (variant_id, quantity)
        where stock.variant_id = wanted.variant_id
        """,
        list(wanted),
        list(wanted.values()),
    )


async def insert_hold(tx: Tx, hold_id: UUID, *, now: datetime, expires_at: datetime) -> bool:
    """A new hold; False if there is one of this id."""
    return bool(
        await tx.execute(
            """
            insert into holds (id, state, expires_at, created_at) values ($1, 'held', $2, $3)
            on conflict (id) do nothing
            """,
            hold_id,
            expires_at,
            now,
        )
    )


async def insert_lines(tx: Tx, hold_id: UUID, wanted: Mapping[UUID, int]) -> None:
    """What a hold keeps."""
    await tx.execute(
        """
        insert into hold_lines (hold_id, variant_id, quantity)
        select $1, variant_id, quantity from unnest($2::uuid[], $3::int[]) as wanted (variant_id, quantity)
        """,
        hold_id,
        list(wanted),
        list(wanted.values()),
    )


async def move_hold(
    tx: Tx, hold_id: UUID, *, frm: Sequence[str], to: str, expires_at: datetime | None = None
) -> bool:
    """Change a hold's state if it is in one of `frm`; whether it was."""
    return bool(
        await tx.execute(
            """
            update holds set state = $3, expires_at = coalesce($4, expires_at) where id = $1 and state = any($2)
            """,
            hold_id,
            list(frm),
            to,
            expires_at,
        )
    )


async def give_back(tx: Tx, hold_id: UUID) -> None:
    """A released hold's units are available again."""
    await tx.execute(
        """
        with line as (
            select stock.variant_id, quantity from hold_lines join stock using (variant_id)
            where hold_id = $1 order by stock.variant_id for update of stock
        )
        update stock set reserved = reserved - line.quantity from line where stock.variant_id = line.variant_id
        """,
        hold_id,
    )


async def sell(tx: Tx, hold_id: UUID, *, order_id: UUID, actor: str, now: datetime) -> None:
    """A committed hold's units leave the shelf, each with its movement."""
    await tx.execute(
        """
        with line as (
            select stock.variant_id, quantity from hold_lines join stock using (variant_id)
            where hold_id = $1 order by stock.variant_id for update of stock
        ), sold as (
            insert into movements (variant_id, delta, kind, order_id, actor, at)
            select variant_id, -quantity, 'sale', $2, $3, $4 from line
        )
        update stock set on_hand = on_hand - line.quantity, reserved = reserved - line.quantity
        from line where stock.variant_id = line.variant_id
        """,
        hold_id,
        order_id,
        actor,
        now,
    )


async def hold(conn: Conn, hold_id: UUID) -> Hold:
    """The hold with what it keeps.

    Raises:
        HoldNotFound: there is none.
    """
    rows = await conn.fetch(
        """
        select state, expires_at, variant_id, quantity from holds join hold_lines on hold_id = id where id = $1
        order by variant_id
        """,
        hold_id,
    )
    if not rows:
        raise HoldNotFound("There is no such hold.")
    lines = {row["variant_id"]: row["quantity"] for row in rows}
    return Hold(hold_id, rows[0]["state"], rows[0]["expires_at"], lines)


async def due_holds(conn: Conn, *, now: datetime, limit: int) -> list[UUID]:
    """Live holds whose time is over, the oldest first."""
    rows = await conn.fetch(
        """
        select id from holds where state in ('held', 'paying') and expires_at <= $1
        order by expires_at, id limit $2
        """,
        now,
        limit,
    )
    return [row["id"] for row in rows]


async def postpone(tx: Tx, hold_id: UUID, expires_at: datetime) -> None:
    """Leave a live hold alone until `expires_at`."""
    await tx.execute(
        "update holds set expires_at = $2 where id = $1 and state in ('held', 'paying')", hold_id, expires_at
    )


async def stock(conn: Conn, sku: str) -> Stock:
    """The numbers of the variant of this SKU.

    Raises:
        UnknownStock: no variant has it.
    """
    row = await conn.fetchrow(
        """
        select variants.id, sku, coalesce(on_hand, 0), coalesce(reserved, 0)
        from variants left join stock on variant_id = variants.id where sku = $1
        """,
        sku,
    )
    if row is None:
        raise UnknownStock("No variant has this SKU.")
    return Stock(*row.values())


async def lock_one(tx: Tx, variant_id: UUID) -> tuple[int, int]:
    """A variant's (on_hand, reserved), its row made if need be, and locked."""
    await tx.execute("insert into stock (variant_id) values ($1) on conflict do nothing", variant_id)
    row = await tx.fetchrow(
        "select on_hand, reserved from stock where variant_id = $1 for update", variant_id
    )
    assert row is not None  # noqa: S101 - made one statement ago
    return row["on_hand"], row["reserved"]


async def move(
    tx: Tx, variant_id: UUID, delta: int, *, kind: str, reason: str, actor: str, now: datetime
) -> None:
    """Change on_hand by `delta`, with its movement."""
    await tx.execute(
        """
        with moved as (
            insert into movements (variant_id, delta, kind, reason, actor, at) values ($1, $2, $3, $4, $5, $6)
        )
        update stock set on_hand = on_hand + $2 where variant_id = $1
        """,
        variant_id, delta, kind, reason, actor, now,
    )  # fmt: skip


async def put_back(
    tx: Tx, order_id: UUID, units: Mapping[UUID, int], *, kind: str, actor: str, now: datetime
) -> None:
    """Units that were sold are on hand again, each variant with its movement; rows are locked in id order."""
    await tx.execute(
        """
        with line as (
            select stock.variant_id, quantity
            from unnest($2::uuid[], $3::int[]) as back (variant_id, quantity) join stock using (variant_id)
            order by stock.variant_id for update of stock
        ), returned as (
            insert into movements (variant_id, delta, kind, order_id, actor, at)
            select variant_id, quantity, $4, $1, $5, $6 from line
        )
        update stock set on_hand = on_hand + line.quantity from line where stock.variant_id = line.variant_id
        """,
        order_id, list(units), list(units.values()), kind, actor, now,
    )  # fmt: skip
