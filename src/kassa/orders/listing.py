"""The orders of one customer, page by page; an index of their own keeps this fast in a shop with many."""

from typing import Final
from uuid import UUID

from kassa.kernel import cursor
from kassa.kernel.db import Conn
from kassa.orders.queries import OrderPage, OrderSummary
from kassa.orders.states import State

_PAGE_LIMIT: Final = 100


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
