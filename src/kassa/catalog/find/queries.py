"""SQL of finding: what is asked, the pages in each order, the counts, the words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kassa.catalog.queries import picture
from kassa.kernel.db import Conn, Row, Tx


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product as a list shows it; `from_minor` is the least of its prices in `currency`."""

    id: UUID
    slug: str
    title: str
    attributes: Mapping[str, str]
    image_url: str | None
    from_minor: int | None
    currency: str
    available: bool
    variants: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the database understands it, and of which state of the catalogue it is asked.

    `words` are what was typed, without diacritics, and `terms` the `tsquery` of each; `query` is that of all of
    them, "" without one. `ids` are the tags of every facet asked for. What was computed for `version` holds as
    long as the version is the same; `spelling` is that of the words alone.
    """

    database: str
    version: int
    spelling: int
    words: Sequence[str]
    terms: Sequence[str]
    query: str
    ids: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Fits:
    """What a listing must have; None asks nothing. The arguments of `found` in the database, in its order."""

    shelf: int | None = None
    subject: Sequence[int] | None = None
    author: Sequence[int] | None = None
    format: Sequence[int] | None = None
    language: Sequence[int] | None = None
    price: Sequence[int] | None = None
    available: bool | None = None
    query: str | None = None

    def args(self) -> tuple[Any, ...]:
        """The first eight arguments of every statement that lists."""
        return (
            self.shelf, self.subject, self.author, self.format, self.language, self.price, self.available, self.query,
        )  # fmt: skip

    def tags(self) -> list[int]:
        """Every value that is asked for."""
        asked = (self.subject, self.author, self.format, self.language, self.price)
        return [tag for tags in asked for tag in tags or ()]


async def look(
    conn: Conn, text: str, *, names: Sequence[str] = (), values: Sequence[str] = (), code: str = ""
) -> Asked:
    """Understand `text`, and find the tags of (name, value) pairs; `code` is a further code to look for exactly.

    A word is looked for as it is and as every language of the catalogue stems it, the last one as a beginning
    too. Words as common as "the" are left out unless nothing else was typed.
    """
    row = await conn.fetchrow(
        """
        with word as (
            select word, n, array_length(tsvector_to_array(to_tsvector('english', word)), 1) is null as common
            from regexp_split_to_table(left(plain($1), 200), ' ') with ordinality as typed (word, n)
            where word <> '' and n <= 12
        ), config as (
            select 'simple'::regconfig as config union select 'english'
            union select stemmer(value) from facet_values where name = 'language'
        ), term as (
            select n, word, common, n = max(n) over () as last, bool_and(common) over () as vague,
                (select string_agg(distinct '''' || lexeme || '''', ' | ')
                    from config, unnest(tsvector_to_array(to_tsvector(config, word))) as lexeme) as forms,
                (select string_agg('''' || lexeme || ''':*', ' & ')
                    from unnest(tsvector_to_array(to_tsvector('simple', word))) as lexeme) as beginning
            from word
        ), kept as (
            select n, word,
                '(' || forms || case when last and length(word) > 1 then ' | ' || beginning else '' end || ')' as term
            from term where forms is not null and (vague or not common)
        )
        select current_database()::text as database,
            (select last_value from listings_version) as version, (select last_value from spelling_version) as spelling,
            coalesce((select array_agg(word order by n) from kept), '{}') as words,
            coalesce((select array_agg(term order by n) from kept), '{}') as terms,
            coalesce((select '(' || string_agg(term, ' & ' order by n) || ') | ''#' || replace(plain($1), ' ', '')
                || '''' || case when $4 = '' then '' else ' | ''#' || $4 || '''' end from kept), '') as query,
            coalesce((select jsonb_object_agg(name, ids) from (
                select name, array_agg(id) as ids from facet_values
                where (name, value) in (select * from unnest($2::text[], $3::text[])) group by name
            ) as known), '{}') as ids
        """,
        text,
        list(names),
        list(values),
        code,
    )
    assert row is not None  # noqa: S101 - it has no condition
    return Asked(**{name: row[name] for name in row.keys()})  # noqa: SIM118 - a record, not a dict


async def by_title(
    conn: Conn, fits: Fits, currency: str, after: tuple[str | None, UUID | None], limit: int
) -> list[tuple[ProductCard, Any]]:
    """A page from A to Z from behind (title key, id), each card with its key."""
    rows = await conn.fetch(
        """
        select card.*, least_minor, in_stock > 0 as available, title_key as key
        from found($1, $2, $3, $4, $5, $6, $7, $8::text::tsquery) as listing join cards as card on card.id = product_id
        left join listing_prices as price on price.product_id = listing.product_id and currency = $9
        where $10::text is null or (title_key, listing.product_id) > ($10, $11::uuid)
        order by title_key, listing.product_id limit $12
        """,
        *fits.args(),
        currency,
        *after,
        limit,
    )
    return [_card(row, currency) for row in rows]


async def by_title_backwards(
    conn: Conn, fits: Fits, currency: str, after: tuple[str | None, UUID | None], limit: int
) -> list[tuple[ProductCard, Any]]:
    """A page from Z to A."""
    rows = await conn.fetch(
        """
        select card.*, least_minor, in_stock > 0 as available, title_key as key
        from found($1, $2, $3, $4, $5, $6, $7, $8::text::tsquery) as listing join cards as card on card.id = product_id
        left join listing_prices as price on price.product_id = listing.product_id and currency = $9
        where $10::text is null or (title_key, listing.product_id) < ($10, $11::uuid)
        order by title_key desc, listing.product_id desc limit $12
        """,
        *fits.args(),
        currency,
        *after,
        limit,
    )
    return [_card(row, currency) for row in rows]


async def by_age(
    conn: Conn, fits: Fits, currency: str, after: tuple[datetime | None, UUID | None], limit: int
) -> list[tuple[ProductCard, Any]]:
    """A page, the newest first."""
    rows = await conn.fetch(
        """
        select card.*, least_minor, in_stock > 0 as available, created_at as key
        from found($1, $2, $3, $4, $5, $6, $7, $8::text::tsquery) as listing join cards as card on card.id = product_id
        left join listing_prices as price on price.product_id = listing.product_id and currency = $9
        where $10::timestamptz is null or (created_at, listing.product_id) < ($10, $11::uuid)
        order by created_at desc, listing.product_id desc limit $12
        """,
        *fits.args(),
        currency,
        *after,
        limit,
    )
    return [_card(row, currency) for row in rows]


async def by_price(
    conn: Conn, fits: Fits, currency: str, after: tuple[int | None, UUID | None], limit: int
) -> list[tuple[ProductCard, Any]]:
    """A page of what has a price in `currency`, the lowest first."""
    rows = await conn.fetch(
        """
        select card.*, least_minor, in_stock > 0 as available, least_minor as key
        from listing_prices as price
        join found($1, $2, $3, $4, $5, $6, $7, $8::text::tsquery) as listing on listing.product_id = price.product_id
        join cards as card on card.id = price.product_id
        where currency = $9 and ($10::bigint is null or (least_minor, price.product_id) > ($10, $11::uuid))
        order by least_minor, price.product_id limit $12
        """,
        *fits.args(),
        currency,
        *after,
        limit,
    )
    return [_card(row, currency) for row in rows]


async def by_price_backwards(
    conn: Conn, fits: Fits, currency: str, after: tuple[int | None, UUID | None], limit: int
) -> list[tuple[ProductCard, Any]]:
    """A page of what has a price in `currency`, the highest first."""
    rows = await conn.fetch(
        """
        select card.*, least_minor, in_stock > 0 as available, least_minor as key
        from listing_prices as price
        join found($1, $2, $3, $4, $5, $6, $7, $8::text::tsquery) as listing on listing.product_id = price.product_id
        join cards as card on card.id = price.product_id
        where currency = $9 and ($10::bigint is null or (least_minor, price.product_id) < ($10, $11::uuid))
        order by least_minor desc, price.product_id desc limit $12
        """,
        *fits.args(),
        currency,
        *after,
        limit,
    )
    return [_card(row, currency) for row in rows]


async def unpriced(
    conn: Conn, fits: Fits, currency: str, after: UUID | None, limit: int
) -> list[tuple[ProductCard, Any]]:
    """What has no price in `currency`: the end of a list by price."""
    rows = await conn.fetch(
        """
        select card.*, null::bigint as least_minor, in_stock > 0 as available, null as key
        from found($1, $2, $3, $4, $5, $6, $7, $8::text::tsquery) as listing join cards as card on card.id = product_id
        where ($10::uuid is null or product_id > $10) and not exists
            (select 1 from listing_prices as price where price.product_id = listing.product_id and currency = $9)
        order by product_id limit $11
        """,
        *fits.args(),
        currency,
        after,
        limit,
    )
    return [_card(row, currency) for row in rows]


async def by_relevance(
    conn: Conn, fits: Fits, currency: str, *, title: str, skip: int, limit: int
) -> list[tuple[ProductCard, Any]]:
    """A page of the best of what was searched for: titles that are or begin like `title`, then by rank.

    Ranking reads every word of a product, so it is bounded: five hundred that have the words in title, author or
    code, and a thousand of any. The planner is not shown the question, lest it guess that a beginning fits
    everything; and it is kept (`offset 0`) from reading all listings to find a few.
    """
    rows = await conn.fetch(
        """
        with hit as (
            (select product_id from listing_words, lateral (
                select from found($1, $2, $3, $4, $5, $6, $7, null) as listing
                where listing.product_id = listing_words.product_id offset 0
            ) as fits where heading @@ (select $8::text::tsquery) limit 500)
            union
            (select product_id from listing_words, lateral (
                select from found($1, $2, $3, $4, $5, $6, $7, null) as listing
                where listing.product_id = listing_words.product_id offset 0
            ) as fits where words @@ (select $8::text::tsquery) limit 1000)
        ), best as (
            select product_id, in_stock > 0 as available, title_key,
                case when title_key = $9 then 2.0 when starts_with(title_key, $9) then 1.0 else 0.0 end
                    + ts_rank('{0.05, 0.2, 0.5, 1}', words, $8::text::tsquery) as rank
            from hit, lateral (select in_stock, title_key, words from listings join listing_words using (product_id)
                where listings.product_id = hit.product_id offset 0) as listing
            order by rank desc, title_key, product_id offset $10 limit $11
        )
        select card.*, least_minor, available, null as key
        from best join cards as card on card.id = product_id
        left join listing_prices as price on price.product_id = best.product_id and currency = $12
        order by rank desc, title_key, best.product_id
        """,
        *fits.args(),
        title,
        skip,
        limit,
        currency,
    )
    return [_card(row, currency) for row in rows]


async def count(conn: Conn, fits: Fits, names: Sequence[str]) -> list[tuple[str, str, int]]:
    """(facet, value, products) of what fits; the facet "" counts all of it.

    Fifty values of a facet, the most common first, two hundred shelves, and all that `fits` names. Where a value or a
    shelf is asked for, its rows alone are read, by their index; the planner need not know which for that.
    """
    rows = await conn.fetch(
        """
        with asked as (
            select coalesce($3::int[], $2::int[], case when $1::int is not null then array[$1] end, $6::int[],
                $4::int[], $5::int[]) as one
        ), near as (
            select tags, in_stock from found($1, $2, $3, $4, $5, $6, $7, null)
            where $8::text is null and (select one from asked) is null
            union all
            select tags, in_stock from found($1, $2, $3, $4, $5, $6, $7, null)
            where $8::text is null and tags && (select one from asked)
            union all
            select listing.tags, listing.in_stock from listing_words, lateral (
                select tags, in_stock from found($1, $2, $3, $4, $5, $6, $7, null) as listing
                where listing.product_id = listing_words.product_id offset 0
            ) as listing where words @@ (select $8::text::tsquery)
        ), named as (
            select name, value, count, id = any($10::int[]) as chosen,
                row_number() over (partition by name order by count desc, value) as place
            from (select tag, count(*)::int from near, unnest(tags) as tag group by tag) as counted
            join facet_values on id = tag where name = any($9::text[])
        )
        select '' as name, '' as value, count(*)::int as count from near
        union all
        select 'availability', case when in_stock > 0 then 'in_stock' else 'sold_out' end, count(*)::int from near
        group by in_stock > 0
        union all
        (select name, value, count from named where chosen or place <= case name when 'collection' then 200 else 50 end
            order by name, place)
        """,
        *fits.args(),
        list(names),
        fits.tags(),
    )
    return [(row["name"], row["value"], row["count"]) for row in rows]


async def shelf_rows(conn: Conn) -> Sequence[Row]:
    """Every shelf with something for sale on it or in it: slug, title, description, parent's slug, count."""
    return await conn.fetch(
        """
        select shelf.slug, shelf.title, shelf.description, parent.slug as parent, counted.count
        from collections as shelf left join collections as parent on parent.id = shelf.parent_id
        join (
            select ancestor_id, count(distinct product_id)::int from shelf_lines
            join collection_products using (collection_id) join listings using (product_id)
            where for_sale group by ancestor_id
        ) as counted on counted.ancestor_id = shelf.id
        order by shelf.position, shelf.title limit 200
        """
    )


async def vocabulary_rows(conn: Conn) -> Sequence[Row]:
    """Words, and names as they are and `plain`, each with its products, the most common first, bounded."""
    return await conn.fetch(
        """
        (select false as name, word as text, '' as plain, count(*)::int as count
            from listing_words, unnest(spelling) as word group by word order by count(*) desc, word limit 50000)
        union all
        (select true, value, plain(value), count(*)::int
            from listings, unnest(tags) as tag join facet_values on id = tag
            where for_sale and name in ('author', 'subject') group by id order by count(*) desc, value limit 20000)
        """
    )


async def known_terms(conn: Conn, terms: Sequence[str]) -> list[bool]:
    """Which of these `tsquery` terms anything for sale has."""
    rows = await conn.fetch(
        """
        select (select count(*) > 0 from listing_words where words @@ term::tsquery) as known
        from unnest($1::text[]) with ordinality as asked (term, n) order by n
        """,
        list(terms),
    )
    return [row["known"] for row in rows]


async def index(tx: Tx, product_ids: Sequence[UUID]) -> None:
    """Write the listings of these products anew."""
    await tx.execute("select index_products($1)", list(product_ids))


def _card(row: Row, currency: str) -> tuple[ProductCard, Any]:
    image = picture(row["slug"], row["url"], row["attributes"])
    card = ProductCard(
        row["id"], row["slug"], row["title"], row["attributes"], image, row["least_minor"], currency,
        row["available"], row["variants"],
    )  # fmt: skip
    return card, row["key"]
