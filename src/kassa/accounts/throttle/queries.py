"""All SQL of `tries`."""

from datetime import datetime, timedelta

from kassa.kernel.db import Conn, Tx


async def count(tx: Tx, key: bytes, most: int, window: timedelta, *, now: datetime) -> tuple[int, datetime]:
    """Count one more, beginning anew when the window is over; how many there are now, and since when."""
    row = await tx.fetchrow(
        """
        insert into tries (key, since, count) values ($1, $2, 1)
        on conflict (key) do update set
            since = case when tries.since <= $3 then $2 else tries.since end,
            count = case when tries.since <= $3 then 1 else least(tries.count, $4) + 1 end
        returning count, since
        """,
        key,
        now,
        now - window,
        most,
    )
    assert row is not None, "an insert returns its row"  # noqa: S101
    return row["count"], row["since"]


async def full_since(conn: Conn, key: bytes, most: int, after: datetime) -> datetime | None:
    """Since when a window that began after a time counts more than `most`; None if there is none."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        "select since from tries where key = $1 and since > $2 and count > $3", key, after, most
    )


async def forget(tx: Tx, key: bytes) -> None:
    """Begin anew."""
    await tx.execute("delete from tries where key = $1", key)


async def sweep(tx: Tx, before: datetime, kept: int, at_once: int) -> int:
    """Delete what began before a time, and what is more than `kept`, the oldest first; how many went."""
    return await tx.execute(
        """
        delete from tries where key in (
            (select key from tries where since <= $1 order by since limit $3)
            union (select key from tries order by since desc offset $2 limit $3)
        )
        """,
        before,
        kept,
        at_once,
    )
