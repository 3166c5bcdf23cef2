"""All SQL of `fulfilments` and `fulfilment_lines`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kassa.fulfilment.carriers import tracking_url
from kassa.fulfilment.errors import FulfilmentNotFound
from kassa.fulfilment.states import State
from kassa.kernel import cursor
from kassa.kernel.db import Conn, Row, Tx

_PAGE_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class ParcelLine:
    """So many units of an order's line, in a parcel."""

    line_id: UUID
    sku: str
    title: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """A parcel; `actor` made it."""

    id: UUID
    order_id: UUID
    state: State
    carrier: str
    tracking_number: str
    actor: str
    created_at: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None
    lines: tuple[ParcelLine, ...] = ()

    @property
    def units(self) -> int:
        """How many things are in it."""
        return sum(line.quantity for line in self.lines)

    @property
    def tracking_url(self) -> str | None:
        """The carrier's page about it, if we know one."""
        return tracking_url(self.carrier, self.tracking_number)


@dataclass(frozen=True, slots=True)
class LineLeft:
    """A line of an order: units ordered, in parcels (not canceled), and given up for their money."""

    line_id: UUID
    sku: str
    title: str
    ordered: int
    packed: int
    refunded: int

    @property
    def over(self) -> int:
        """How many more are in parcels, or given up, than were ordered: a refunded unit may have been sent."""
        return max(0, self.packed + self.refunded - self.ordered)

    @property
    def left(self) -> int:
        """How many can still be put into a parcel: refunded units are unsent ones first."""
        return max(0, self.ordered - self.packed - self.refunded)


@dataclass(frozen=True, slots=True)
class ToShip:
    """An order that waits for somebody to pack: `units` to put into parcels, `picked` parcels to hand over.

    `authorized`: its money is promised by the bank and taken when it is sent.
    """

    id: UUID
    number: int
    state: str
    email: str
    shipping_address: Mapping[str, Any]
    shipping_method: str
    created_at: datetime
    paid_at: datetime | None
    units: int
    picked: int

    @property
    def authorized(self) -> bool:
        """Whether its money is still to be taken."""
        return self.paid_at is None


@dataclass(frozen=True, slots=True)
class ToShipPage:
    """Some of them, the oldest first, and the cursor of the next page."""

    items: Sequence[ToShip]
    next: str | None


async def insert(tx: Tx, parcel: Fulfilment) -> bool:
    """Write a parcel with its lines; False if there is one of this id (nothing changed)."""
    written = await tx.execute(
        """
        insert into fulfilments (id, order_id, state, carrier, tracking_number, actor, created_at, shipped_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing
        """,
        parcel.id, parcel.order_id, parcel.state, parcel.carrier, parcel.tracking_number, parcel.actor,
        parcel.created_at, parcel.shipped_at,
    )  # fmt: skip
    if not written:
        return False
    await tx.execute(
        """
        insert into fulfilment_lines (fulfilment_id, line_id, quantity)
        select $1, line_id, quantity from unnest($2::uuid[], $3::int[]) as line (line_id, quantity)
        """,
        parcel.id,
        [line.line_id for line in parcel.lines],
        [line.quantity for line in parcel.lines],
    )
    return True


async def find(conn: Conn, fulfilment_id: UUID) -> Fulfilment | None:
    """The parcel with its lines, if there is one."""
    row = await conn.fetchrow(
        """
        select id, order_id, state, carrier, tracking_number, actor, created_at, shipped_at, delivered_at
        from fulfilments where id = $1
        """,
        fulfilment_id,
    )
    if row is None:
        return None
    rows = await conn.fetch(
        """
        select line_id, sku, title, packed.quantity
        from fulfilment_lines as packed join order_lines on order_lines.id = line_id
        where fulfilment_id = $1 order by position
        """,
        fulfilment_id,
    )
    return _parcel(row, tuple(ParcelLine(*line.values()) for line in rows))


async def get(conn: Conn, fulfilment_id: UUID) -> Fulfilment:
    """The parcel with its lines.

    Raises:
        FulfilmentNotFound: there is none.
    """
    found = await find(conn, fulfilment_id)
    if found is None:
        raise FulfilmentNotFound("There is no such parcel.")
    return found


async def of_order(conn: Conn, order_id: UUID) -> list[Fulfilment]:
    """The parcels of an order, oldest first, at most a thousand."""
    rows = await conn.fetch(
        """
        select id, order_id, state, carrier, tracking_number, actor, created_at, shipped_at, delivered_at
        from fulfilments where order_id = $1 order by created_at, id limit 1000
        """,
        order_id,
    )
    if not rows:
        return []
    packed = await conn.fetch(
        """
        select fulfilment_id, line_id, sku, title, packed.quantity
        from fulfilment_lines as packed join order_lines on order_lines.id = line_id
        where fulfilment_id = any($1) order by position
        """,
        [row["id"] for row in rows],
    )
    lines: dict[UUID, list[ParcelLine]] = {}
    for line in packed:
        lines.setdefault(line["fulfilment_id"], []).append(ParcelLine(*list(line.values())[1:]))
    return [_parcel(row, tuple(lines.get(row["id"], ()))) for row in rows]


async def left(conn: Conn, order_id: UUID) -> list[LineLeft]:
    """What of each line that is sent (a gift card goes by mail) is in parcels, given up, and left; in their order.

    Given up is what is paid back, or on its way; and what was put back on the shelf, even if its refund then
    failed: it is promised to others by now.
    """
    rows = await conn.fetch(
        """
        select line.id, line.sku, line.title, line.quantity,
            (select coalesce(sum(packed.quantity), 0)
             from fulfilment_lines as packed join fulfilments on fulfilments.id = packed.fulfilment_id
             where packed.line_id = line.id and fulfilments.state <> 'canceled')::int,
            (select coalesce(sum(given.quantity), 0)
             from refund_lines as given join refunds on refunds.id = given.refund_id
             where given.line_id = line.id and (given.restocked_at is not null
                or refunds.state in ('requested', 'pending', 'succeeded')))::int
        from order_lines as line where line.order_id = $1 and not line.voucher order by line.position
        """,
        order_id,
    )
    return [LineLeft(*row.values()) for row in rows]


async def move(tx: Tx, fulfilment_id: UUID, state: State, *, now: datetime) -> None:
    """Write a parcel's new state, and when it came to it."""
    await tx.execute(
        """
        update fulfilments set state = $2,
            shipped_at = case when $2 = 'shipped' then $3 else shipped_at end,
            delivered_at = case when $2 = 'delivered' then $3 else delivered_at end
        where id = $1
        """,
        fulfilment_id,
        state,
        now,
    )


async def track(tx: Tx, fulfilment_id: UUID, carrier: str, tracking_number: str) -> None:
    """Who carries it, and the number by which they know it."""
    await tx.execute(
        "update fulfilments set carrier = $2, tracking_number = $3 where id = $1",
        fulfilment_id,
        carrier,
        tracking_number,
    )


async def parcels(conn: Conn, order_id: UUID) -> tuple[int, int, int]:
    """How many parcels of an order are picked, shipped and delivered."""
    row = await conn.fetchrow(
        """
        select count(*) filter (where state = 'picked'), count(*) filter (where state = 'shipped'),
            count(*) filter (where state = 'delivered')
        from fulfilments where order_id = $1
        """,
        order_id,
    )
    return (row[0], row[1], row[2]) if row is not None else (0, 0, 0)


async def mark_sent(tx: Tx, order_id: UUID, at: datetime | None) -> None:
    """Nothing is left to pack or to hand over since `at`; None: something is."""
    await tx.execute(
        "update orders set sent_at = $2 where id = $1 and (sent_at is null) <> ($2::timestamptz is null)",
        order_id,
        at,
    )


async def to_ship(conn: Conn, *, after: str | None = None, limit: int = 50) -> ToShipPage:
    """Orders with something to pack or to hand over, the oldest first, at most a hundred a page.

    Raises:
        Invalid: `after` is no cursor of ours (`invalid_cursor`).
    """
    limit = max(1, min(limit, _PAGE_LIMIT))
    at, last = cursor.read(after)
    rows = await conn.fetch(
        """
        with paid as (
            select id from orders where state in ('paid', 'fulfilling') and sent_at is null
              and ($1::timestamptz is null or (created_at, id) > ($1, $2))
              and (exists (select from fulfilments where order_id = orders.id and fulfilments.state = 'picked')
                or refunded_minor < total_minor and exists (
                    select from order_lines as line
                    where line.order_id = orders.id and not line.voucher and line.quantity
                        > (select coalesce(sum(packed.quantity), 0)
                           from fulfilment_lines as packed join fulfilments on fulfilments.id = packed.fulfilment_id
                           where packed.line_id = line.id and fulfilments.state <> 'canceled')
                        + (select coalesce(sum(given.quantity), 0)
                           from refund_lines as given join refunds on refunds.id = given.refund_id
                           where given.line_id = line.id and (given.restocked_at is not null
                              or refunds.state in ('requested', 'pending', 'succeeded')))))
            order by created_at, id limit $3
        ), promised as (
            select orders.id from payments join orders on orders.id = order_id
            where payments.state = 'authorized' and orders.state = 'pending'
              and ($1::timestamptz is null or (orders.created_at, orders.id) > ($1, $2))
            order by orders.created_at, orders.id limit $3
        )
        select id, number, orders.state, email, shipping_address, shipping_method, created_at, paid_at,
            (select coalesce(sum(greatest(0, line.quantity
                - (select coalesce(sum(packed.quantity), 0)
                   from fulfilment_lines as packed join fulfilments on fulfilments.id = packed.fulfilment_id
                   where packed.line_id = line.id and fulfilments.state <> 'canceled')
                - (select coalesce(sum(given.quantity), 0)
                   from refund_lines as given join refunds on refunds.id = given.refund_id
                   where given.line_id = line.id and (given.restocked_at is not null
                      or refunds.state in ('requested', 'pending', 'succeeded')))
                )), 0)::int from order_lines as line where line.order_id = orders.id and not line.voucher),
            (select count(*)::int from fulfilments where order_id = orders.id and fulfilments.state = 'picked')
        from orders where id in (select id from paid union all select id from promised)
        order by created_at, id limit $3
        """,
        at,
        last,
        limit + 1,
    )
    found = [ToShip(*row.values()) for row in rows[:limit]]
    more = len(rows) > limit
    return ToShipPage(found, cursor.write(found[-1].created_at, found[-1].id) if more else None)


def _parcel(row: Row, lines: tuple[ParcelLine, ...]) -> Fulfilment:
    values = dict(row)
    return Fulfilment(**{**values, "state": State(values["state"])}, lines=lines)
