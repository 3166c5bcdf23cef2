"""Orders page by page: all, and those of one customer, whose index of their own keeps this fast in a shop with many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa.kernel import cursor
from kassa.kernel.db import Conn
from kassa.orders.states import State

_PAGE_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """An order as a list shows it; `lines_count` is the number of units."""

    id: UUID
    number: int
    state: State
    currency: str
    total_minor: int
    email: str
    created_at: datetime
    paid_at: datetime | None
    lines_count: int


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some orders, newest first, and the cursor of the next page."""

    items: Sequence[OrderSummary]
    next: str | None


async def list_orders(
    conn: Conn,
    *,
    owner: str | None = None,
    states: Sequence[str] | None = None,
    q: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> OrderPage:
    """Orders, newest first, at most a hundred a page.

    `q` is an order number or the beginning of an e-mail address.

    Raises:
        Invalid: `after` is no cursor of ours (`invalid_cursor`).
    """
    limit = max(1, min(limit, _PAGE_LIMIT))
    at, last = cursor.read(after)
    digits = "".join(c for c in q or "" if c.isdecimal() and c.isascii())
    rows = await conn.fetch(
        """
        select id, number, state, currency, total_minor, email, created_at, paid_at,
            (select coalesce(sum(quantity), 0) from order_lines where order_id = orders.id)::int
        from orders
        where ($1::text is null or owner = $1)
          and ($2::text[] is null or state = any($2))
          and ($3::text is null or number = $4 or starts_with(lower(email), lower($3)))
          and ($5::timestamptz is null or (created_at, id) < ($5, $6))
        order by created_at desc, id desc limit $7
        """,
        owner,
        list(states) if states is not None else None,
        q or None,
        int(digits) if digits and len(digits) < 18 else None,
        at,
        last,
        limit + 1,
    )
    found = [OrderSummary(row[0], row[1], State(row[2]), *list(row.values())[3:]) for row in rows[:limit]]
    more = len(rows) > limit
    return OrderPage(found, cursor.write(found[-1].created_at, found[-1].id) if more else None)


async def of_customer(
    conn: Conn, customer_id: UUID, *, after: str | None = None, limit: int = 10
) -> OrderPage:
    """A customer's orders, newest first, at most a hundred a page.

    Raises:
        Invalid: `after` is no cursor of ours (`invalid_cursor`).
    """
    limit = max(1, min(limit, _PAGE_LIMIT))
    at, last = cursor.read(after)
    rows = await conn.fetch(
        """
        select id, number, state, currency, total_minor, email, created_at, paid_at,
            (select coalesce(sum(quantity), 0) from order_lines where order_id = orders.id)::int
        from orders
        where customer_id = $1 and ($2::timestamptz is null or (created_at, id) < ($2, $3))
        order by created_at desc, id desc limit $4
        """,
        customer_id,
        at,
        last,
        limit + 1,
    )
    found = [OrderSummary(row[0], row[1], State(row[2]), *list(row.values())[3:]) for row in rows[:limit]]
    more = len(rows) > limit
    return OrderPage(found, cursor.write(found[-1].created_at, found[-1].id) if more else None)
