"""All SQL of `exchange_rates` and `price_lists`, and of those `prices` that nobody set by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from kassa.kernel.db import Conn, Row, Tx
from kassa.pricing.currencies.charm import Charm
from kassa.pricing.currencies.rates import Rate


@dataclass(frozen=True, slots=True)
class PriceList:
    """A price list that makes itself from that in `base`; `margin` in basis points on top of the rate."""

    currency: str
    base: str
    margin: int
    charm: Charm
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class BasePrice:
    """What a variant costs in a currency that others follow, in its minor units."""

    variant_id: UUID
    currency: str
    amount_minor: int
    compare_at_minor: int | None


@dataclass(frozen=True, slots=True)
class Made:
    """An automatic price, in minor units of its currency."""

    variant_id: UUID
    currency: str
    amount_minor: int
    compare_at_minor: int | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many variants that are for sale have a price in a currency."""

    by_hand: int
    automatic: int
    without: int


async def newest_rates(conn: Conn, currency: str | None = None) -> tuple[list[Rate], str | None]:
    """The newest rate of each pair, two steps of an index for each, however long the history; and the currency that
    prices in `currency` follow, if they do and there are rates.
    """
    rows = await conn.fetch(
        """
        with recursive pair as (
            (select base, currency from exchange_rates order by base, currency limit 1)
            union all
            select next.base, next.currency from pair cross join lateral (
                select base, currency from exchange_rates as one
                where (one.base, one.currency) > (pair.base, pair.currency) order by base, currency limit 1
            ) as next
        )
        select pair.base, pair.currency, newest.rate, newest.day, newest.source,
            (select base from price_lists where currency = $1) as followed
        from pair cross join lateral (
            select rate, day, source from exchange_rates as one
            where one.base = pair.base and one.currency = pair.currency order by day desc limit 1
        ) as newest
        """,
        currency,
    )
    return [_rate(row) for row in rows], rows[0]["followed"] if rows else None


async def history(conn: Conn, currency: str, *, limit: int) -> list[Rate]:
    """What was said of a currency, the newest day first."""
    rows = await conn.fetch(
        """
        select base, currency, rate, day, source from exchange_rates where currency = $1
        order by day desc, base limit $2
        """,
        currency,
        limit,
    )
    return [_rate(row) for row in rows]


async def put_rates(tx: Tx, said: Sequence[Rate], *, now: datetime) -> int:
    """Write rates down; how many are new or other than before."""
    return await tx.execute(
        """
        insert into exchange_rates as known (base, currency, day, rate, source, recorded_at)
        select base, currency, day, rate, source, $6
        from unnest($1::text[], $2::text[], $3::date[], $4::numeric[], $5::text[])
            as said (base, currency, day, rate, source)
        on conflict (base, currency, day) do update
            set rate = excluded.rate, source = excluded.source, recorded_at = excluded.recorded_at
            where known.rate <> excluded.rate
        """,
        [one.base for one in said],
        [one.currency for one in said],
        [one.day for one in said],
        [Decimal(one.rate.numerator) / Decimal(one.rate.denominator) for one in said],
        [one.source for one in said],
        now,
    )


async def lists(conn: Conn) -> list[PriceList]:
    """Every price list that makes itself."""
    rows = await conn.fetch(
        """
        select currency, base, margin, size_minor, below_minor, changed_at, changed_by from price_lists
        order by currency
        """
    )
    return [
        PriceList(
            row["currency"], row["base"], row["margin"], Charm(row["size_minor"], row["below_minor"]),
            row["changed_at"], row["changed_by"],
        )
        for row in rows
    ]  # fmt: skip


async def put_list(tx: Tx, one: PriceList) -> None:
    """Write a price list's rule."""
    await tx.execute(
        """
        insert into price_lists (currency, base, margin, size_minor, below_minor, changed_at, changed_by)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (currency) do update
            set base = $2, margin = $3, size_minor = $4, below_minor = $5, changed_at = $6, changed_by = $7
        """,
        one.currency,
        one.base,
        one.margin,
        one.charm.size,
        one.charm.below,
        one.changed_at,
        one.changed_by,
    )


async def end_list(tx: Tx, currency: str) -> bool:
    """Take a price list's rule away; whether there was one."""
    return bool(await tx.execute("delete from price_lists where currency = $1", currency))


async def keep_prices(tx: Tx, currency: str) -> int:
    """The automatic prices in a currency count as set by hand from now on; how many."""
    return await tx.execute("update prices set automatic = false where currency = $1 and automatic", currency)


async def products_after(conn: Conn, after: UUID | None, *, limit: int) -> list[UUID]:
    """Products in the order of their ids, from behind `after`."""
    rows = await conn.fetch(
        "select id from products where $1::uuid is null or id > $1 order by id limit $2", after, limit
    )
    return [row["id"] for row in rows]


async def lock_free(tx: Tx, product_ids: Sequence[UUID]) -> set[UUID]:
    """Lock those of these products that nobody is changing."""
    rows = await tx.fetch(
        "select id from products where id = any($1) order by id for no key update skip locked",
        list(product_ids),
    )
    return {row["id"] for row in rows}


async def base_prices(conn: Conn, product_ids: Sequence[UUID], bases: Sequence[str]) -> list[BasePrice]:
    """What the variants of these products cost in the currencies that others follow."""
    rows = await conn.fetch(
        """
        select variant_id, currency, amount_minor, compare_at_minor
        from variants join prices on variant_id = id
        where product_id = any($1) and active and currency = any($2) and not automatic
        """,
        list(product_ids),
        list(bases),
    )
    return [
        BasePrice(row["variant_id"], row["currency"], row["amount_minor"], row["compare_at_minor"])
        for row in rows
    ]


async def write_prices(tx: Tx, product_ids: Sequence[UUID], made: Sequence[Made]) -> set[UUID]:
    """Make the automatic prices of these products exactly those; the products of which one has changed.

    A price that somebody set by hand stays.
    """
    rows = await tx.fetch(
        """
        with made as (
            select * from unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[])
                as one (variant_id, currency, amount_minor, compare_at_minor)
        ), gone as (
            delete from prices using variants
            where variants.id = prices.variant_id and product_id = any($1) and automatic and not exists (
                select 1 from made
                where made.variant_id = prices.variant_id and made.currency = prices.currency
            )
            returning prices.variant_id
        ), written as (
            insert into prices as known (variant_id, currency, amount_minor, compare_at_minor, automatic)
            select variant_id, currency, amount_minor, compare_at_minor, true from made
            on conflict (variant_id, currency) do update
                set amount_minor = excluded.amount_minor, compare_at_minor = excluded.compare_at_minor
                where known.automatic and (known.amount_minor, known.compare_at_minor)
                    is distinct from (excluded.amount_minor, excluded.compare_at_minor)
            returning variant_id
        )
        select distinct product_id from variants
        where id in (select variant_id from gone union all select variant_id from written)
        """,
        list(product_ids),
        [one.variant_id for one in made],
        [one.currency for one in made],
        [one.amount_minor for one in made],
        [one.compare_at_minor for one in made],
    )
    return {row["product_id"] for row in rows}


async def coverage(conn: Conn, currency: str) -> Coverage:
    """How many variants for sale have a price in a currency, and who set it."""
    row = await conn.fetchrow(
        """
        select count(*) filter (where not automatic) as by_hand, count(*) filter (where automatic) as automatic,
            count(*) filter (where automatic is null) as without
        from variants join products on products.id = product_id
        left join prices on variant_id = variants.id and currency = $1
        where active and status = 'active'
        """,
        currency,
    )
    assert row is not None  # noqa: S101 - an aggregate returns a row
    return Coverage(row["by_hand"], row["automatic"], row["without"])


async def samples(conn: Conn, own: str, *, limit: int) -> list[tuple[str, int]]:
    """Some of the newest products, the cheapest, the dearest and between, with what they cost in the own currency."""
    rows = await conn.fetch(
        """
        select title, least_minor from (
            select distinct on (least_minor) title, least_minor from (
                select title, least_minor from listing_prices join products on id = product_id
                where currency = $1 order by product_id desc limit 100
            ) as newest order by least_minor, title
        ) as various order by least_minor
        """,
        own,
    )
    found = [(row["title"], row["least_minor"]) for row in rows]
    places = range(limit) if len(found) > limit else range(len(found))
    return [found[place * (len(found) - 1) // max(len(places) - 1, 1)] for place in places]


def _rate(row: Row) -> Rate:
    day: date = row["day"]
    return Rate(row["base"], row["currency"], Fraction(row["rate"]), day, row["source"])
