"""What the past is made of, and how far it is."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kassa.kernel.db import Conn


async def goods(conn: Conn, currency: str, *, limit: int) -> list[str]:
    """SKUs that can be bought in a currency and are sent."""
    rows = await conn.fetch(
        """
        select sku from variants join products on products.id = product_id join prices on variant_id = variants.id
        where active and ships and status = 'active' and currency = $1 order by sku limit $2
        """,
        currency,
        limit,
    )
    return [row["sku"] for row in rows]


async def has_orders(conn: Conn) -> bool:
    """Whether anybody has bought anything yet."""
    return bool(await conn.fetchval("select exists (select 1 from orders)"))


async def unfinished(conn: Conn, placed: Sequence[UUID], *, now: datetime) -> int:
    """Jobs that are due, events that nobody has heeded, and orders of those `placed` that are not decided yet."""
    return int(
        await conn.fetchval(
            """
            select (select count(*) from jobs where state = 'ready' and run_at <= $2)
                + (select count(*) from stripe_events where state not in ('handled', 'ignored'))
                + (select count(*) from orders where state = 'pending' and id = any($1))
            """,
            list(placed),
            now,
        )
    )


async def states(conn: Conn) -> dict[str, int]:
    """How many orders are in each state."""
    return {
        row["state"]: row["count"]
        for row in await conn.fetch("select state, count(*) from orders group by state order by state")
    }
