"""All SQL of `returns` and `return_lines`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa.kernel import cursor
from kassa.kernel.db import Conn, Row, Tx
from kassa.returns.errors import ReturnNotFound
from kassa.returns.states import State

_PAGE_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """So many units of an order's line on their way back."""

    line_id: UUID
    sku: str
    title: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ReturnRequest:
    """What a customer wants to send back, and what was answered. `reason` is one of `REASONS`."""

    id: UUID
    order_id: UUID
    number: int
    email: str
    state: State
    reason: str
    comment: str
    answer: str
    refund_id: UUID | None
    created_at: datetime
    decided_at: datetime | None
    received_at: datetime | None
    lines: tuple[ReturnLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """Some returns, oldest first, and the cursor of the next page."""

    items: Sequence[ReturnRequest]
    next: str | None


@dataclass(frozen=True, slots=True)
class Returnable:
    """A line of an order: units ordered and sent, on their way back, come back, and paid back (all ways)."""

    line_id: UUID
    sku: str
    title: str
    slug: str
    ordered: int
    sent: int
    under_way: int
    come_back: int
    paid_back: int

    @property
    def left(self) -> int:
        """How many can still be asked back: sent, and neither asked back nor paid back before."""
        sent = self.sent - self.under_way - self.come_back
        return max(0, min(sent, self.ordered - self.paid_back - self.under_way))


async def returnable(conn: Conn, order_id: UUID) -> list[Returnable]:
    """What of each line could be sent back, in the order of the lines. Parcels and refunds are other rooms' to
    write; here they are only read."""
    rows = await conn.fetch(
        """
        select line.id, sku, title, slug, line.quantity,
            (select coalesce(sum(packed.quantity), 0) from fulfilment_lines as packed
                join fulfilments on fulfilments.id = packed.fulfilment_id
             where packed.line_id = line.id and fulfilments.state in ('shipped', 'delivered'))::int,
            (select coalesce(sum(back.quantity), 0) from return_lines as back join returns on returns.id = return_id
             where back.line_id = line.id and returns.state in ('asked', 'accepted'))::int,
            (select coalesce(sum(back.quantity), 0) from return_lines as back join returns on returns.id = return_id
             where back.line_id = line.id and returns.state = 'received')::int,
            (select coalesce(sum(given.quantity), 0) from refund_lines as given
                join refunds on refunds.id = given.refund_id
             where given.line_id = line.id and refunds.state in ('requested', 'pending', 'succeeded'))::int
        from order_lines as line where line.order_id = $1 order by line.position
        """,
        order_id,
    )
    return [Returnable(*row.values()) for row in rows]


async def insert(tx: Tx, made: ReturnRequest) -> None:
    """Write a return with its lines."""
    await tx.execute(
        """
        insert into returns (id, order_id, state, reason, comment, created_at) values ($1, $2, $3, $4, $5, $6)
        """,
        made.id, made.order_id, made.state, made.reason, made.comment, made.created_at,
    )  # fmt: skip
    await tx.execute(
        """
        insert into return_lines (return_id, line_id, quantity)
        select $1, line_id, quantity from unnest($2::uuid[], $3::int[]) as line (line_id, quantity)
        """,
        made.id,
        [line.line_id for line in made.lines],
        [line.quantity for line in made.lines],
    )


async def find(conn: Conn, return_id: UUID) -> ReturnRequest | None:
    """The return with its lines, if there is one."""
    row = await conn.fetchrow(
        """
        select returns.id, order_id, number, email, returns.state, reason, comment, answer, refund_id,
            returns.created_at, decided_at, received_at
        from returns join orders on orders.id = order_id where returns.id = $1
        """,
        return_id,
    )
    return (await _with_lines(conn, [row]))[0] if row is not None else None


async def get(conn: Conn, return_id: UUID) -> ReturnRequest:
    """The return with its lines.

    Raises:
        ReturnNotFound: there is none.
    """
    found = await find(conn, return_id)
    if found is None:
        raise ReturnNotFound("There is no such return.")
    return found


async def of_order(conn: Conn, order_id: UUID) -> list[ReturnRequest]:
    """The returns of an order, oldest first, at most a hundred."""
    rows = await conn.fetch(
        """
        select returns.id, order_id, number, email, returns.state, reason, comment, answer, refund_id,
            returns.created_at, decided_at, received_at
        from returns join orders on orders.id = order_id
        where order_id = $1 order by returns.created_at, returns.id limit $2
        """,
        order_id,
        _PAGE_LIMIT,
    )
    return await _with_lines(conn, rows)


async def page(conn: Conn, states: Sequence[str], *, after: str | None = None, limit: int = 50) -> ReturnPage:
    """The returns in these states, newest first.

    Raises:
        Invalid: `after` is no cursor of ours (`invalid_cursor`).
    """
    limit = max(1, min(limit, _PAGE_LIMIT))
    at, last = cursor.read(after)
    rows = await conn.fetch(
        """
        select returns.id, order_id, number, email, returns.state, reason, comment, answer, refund_id,
            returns.created_at, decided_at, received_at
        from returns join orders on orders.id = order_id
        where returns.state = any($1)
            and ($2::timestamptz is null or (returns.created_at, returns.id) < ($2, $3))
        order by returns.created_at desc, returns.id desc limit $4
        """,
        list(states),
        at,
        last,
        limit + 1,
    )
    found = await _with_lines(conn, rows[:limit])
    more = len(rows) > limit
    return ReturnPage(found, cursor.write(found[-1].created_at, found[-1].id) if more else None)


async def waiting(conn: Conn) -> int:
    """How many wait for an answer, at most a hundred."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        "select count(*) from (select from returns where state = 'asked' limit $1) as found", _PAGE_LIMIT
    )


async def decide(tx: Tx, return_id: UUID, state: State, answer: str, *, now: datetime) -> None:
    """Write what was answered; the order is locked by the caller."""
    await tx.execute(
        "update returns set state = $2, answer = $3, decided_at = $4 where id = $1",
        return_id,
        state,
        answer,
        now,
    )


async def receive(
    tx: Tx, return_id: UUID, units: Mapping[UUID, int], *, refund_id: UUID, now: datetime
) -> None:
    """Write what has come, by line, and the refund that pays it back; lines of which nothing came go."""
    await tx.execute(
        """
        update returns set state = 'received', refund_id = $2, received_at = $3,
            decided_at = coalesce(decided_at, $3)
        where id = $1
        """,
        return_id,
        refund_id,
        now,
    )
    await tx.execute(
        "delete from return_lines where return_id = $1 and not line_id = any($2)", return_id, list(units)
    )
    await tx.execute(
        """
        update return_lines set quantity = come.quantity
        from unnest($2::uuid[], $3::int[]) as come (line_id, quantity)
        where return_id = $1 and return_lines.line_id = come.line_id
        """,
        return_id,
        list(units),
        list(units.values()),
    )


async def _with_lines(conn: Conn, rows: Sequence[Row]) -> list[ReturnRequest]:
    if not rows:
        return []
    packed = await conn.fetch(
        """
        select return_id, line_id, sku, title, back.quantity
        from return_lines as back join order_lines on order_lines.id = line_id
        where return_id = any($1) order by position
        """,
        [row["id"] for row in rows],
    )
    lines: dict[UUID, list[ReturnLine]] = {}
    for line in packed:
        lines.setdefault(line["return_id"], []).append(ReturnLine(*list(line.values())[1:]))
    found = []
    for row in rows:
        values = {**dict(row), "state": State(row["state"])}
        found.append(ReturnRequest(**values, lines=tuple(lines.get(row["id"], ()))))
    return found
