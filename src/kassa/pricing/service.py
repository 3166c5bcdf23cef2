"""What the shop prices by now."""

from datetime import datetime

from kassa.kernel.db import Conn
from kassa.pricing import taxes
from kassa.pricing.rules import Rules


async def rules(
    conn: Conn, *, currency: str, now: datetime, code: str | None = None, email: str = ""
) -> Rules:
    """What a cart in `currency` is priced by at `now`.

    `code` is the discount that was entered, `email` whose limits count, as far as it is known.
    """
    return Rules(day=now.date(), code=code, taxes=await taxes.tables(conn))
