"""What the shop prices by now."""

from datetime import datetime
from uuid import UUID

from kassa.kernel.db import Conn
from kassa.pricing import discounts, taxes, zones
from kassa.pricing.rules import Rules


async def rules(
    conn: Conn,
    *,
    currency: str,
    now: datetime,
    code: str | None = None,
    email: str = "",
    order_id: UUID | None = None,
    discounted: bool = True,
) -> Rules:
    """What a cart in `currency` is priced by at `now`.

    `code` is the discount that was entered, `email` whose limits count, as far as it is known; what `order_id` uses,
    an order of the same cart that waits, is left to it. Not `discounted`: at the prices of the list.
    """
    found = discounts.Looked()
    if discounted:
        found = await discounts.look(conn, code=code, now=now, email=email, order_id=order_id)
    return Rules(
        day=now.date(),
        code=found.code,
        discounts=found.discounts,
        refused=found.refused,
        taxes=await taxes.tables(conn),
        shipping=await zones.table(conn, now=now),
    )
