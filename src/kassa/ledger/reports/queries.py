"""SQL of the reports; it only reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kassa.kernel.db import Conn, Row


@dataclass(frozen=True, slots=True)
class Figures:
    """What the books say of a stretch of time (None: all that was asked for), in minor units of `currency`.

    `goods` without tax and shipping, before `discounts`. `exchanged`: what came from other currencies, less what
    became others.
    """

    begin: date | None
    currency: str
    orders: int
    goods: int
    discounts: int
    shipping: int
    tax: int
    refunds: int
    disputes: int
    fees: int
    exchanged: int

    @property
    def sold(self) -> int:
        """What customers were asked for: goods less discounts, with shipping and tax."""
        return self.goods - self.discounts + self.shipping + self.tax

    @property
    def net(self) -> int:
        """What is left of it after refunds, disputes and fees; the tax is still in it."""
        return self.sold - self.refunds - self.disputes - self.fees


async def figures(
    conn: Conn, since: datetime, until: datetime, *, by: str, currency: str, limit: int
) -> Sequence[Figures]:
    """By day or month (in UTC), the newest first; stretches in which nothing happened are left out."""
    rows = await conn.fetch(
        """
        select date_trunc($3, entry.at)::date as begin, currency,
            count(*) filter (where kind = 'sale' and account = 'receivable') as orders,
            -coalesce(sum(amount_minor) filter (where account = 'sales'), 0)::bigint as goods,
            coalesce(sum(amount_minor) filter (where account = 'discounts'), 0)::bigint as discounts,
            -coalesce(sum(amount_minor) filter (where account = 'shipping'), 0)::bigint as shipping,
            -coalesce(sum(amount_minor) filter (where account = 'tax'), 0)::bigint as tax,
            coalesce(sum(amount_minor) filter (where account = 'refunds'), 0)::bigint as refunds,
            coalesce(sum(amount_minor) filter (where account = 'disputes'), 0)::bigint as disputes,
            coalesce(sum(amount_minor) filter (where account = 'fees'), 0)::bigint as fees,
            -coalesce(sum(amount_minor) filter (where account = 'exchange'), 0)::bigint as exchanged
        from ledger_entries as entry join ledger_lines on entry_id = entry.id
        where entry.at >= $1 and entry.at < $2 and currency = $4
        group by 1, 2 order by 1 desc limit $5
        """,
        since,
        until,
        by,
        currency,
        limit,
    )
    return [_figures(row) for row in rows]


async def sums(conn: Conn, since: datetime, until: datetime) -> Sequence[Figures]:
    """One for each currency in which anything happened, in alphabetical order."""
    rows = await conn.fetch(
        """
        select null::date as begin, currency,
            count(*) filter (where kind = 'sale' and account = 'receivable') as orders,
            -coalesce(sum(amount_minor) filter (where account = 'sales'), 0)::bigint as goods,
            coalesce(sum(amount_minor) filter (where account = 'discounts'), 0)::bigint as discounts,
            -coalesce(sum(amount_minor) filter (where account = 'shipping'), 0)::bigint as shipping,
            -coalesce(sum(amount_minor) filter (where account = 'tax'), 0)::bigint as tax,
            coalesce(sum(amount_minor) filter (where account = 'refunds'), 0)::bigint as refunds,
            coalesce(sum(amount_minor) filter (where account = 'disputes'), 0)::bigint as disputes,
            coalesce(sum(amount_minor) filter (where account = 'fees'), 0)::bigint as fees,
            -coalesce(sum(amount_minor) filter (where account = 'exchange'), 0)::bigint as exchanged
        from ledger_entries as entry join ledger_lines on entry_id = entry.id
        where entry.at >= $1 and entry.at < $2
        group by currency order by currency
        """,
        since,
        until,
    )
    return [_figures(row) for row in rows]


def _figures(row: Row) -> Figures:
    return Figures(*row.values())
