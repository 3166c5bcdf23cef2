"""The product list: filter, count, sort, page. One statement each; values travel as parameters."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kassa.catalog import queries
from kassa.kernel.db import Conn, Row
from kassa.kernel.errors import Invalid

SORTS: Final = ("title", "-title", "newest", "price", "-price")
FACETS: Final = ("author", "language", "subject")
_LIMIT: Final = 100


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
class Facet:
    """A property of the products found, and how many have which value."""

    name: str
    values: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class ProductPage:
    """A page of products, the facets of all that were found, the cursor of the next page."""

    items: Sequence[ProductCard]
    facets: Sequence[Facet]
    next: str | None
    total: int


async def list_products(
    conn: Conn,
    *,
    currency: str,
    q: str | None = None,
    collection: str | None = None,
    sort: str = "title",
    facets: Mapping[str, Sequence[str]] | None = None,
    limit: int = 20,
    after: str | None = None,
) -> ProductPage:
    """Products that are for sale, at most a hundred a page.

    Raises:
        Invalid: an unknown `sort` (`invalid_sort`), or `after` is no cursor of ours (`invalid_cursor`).
    """
    if sort not in SORTS:
        raise Invalid(
            "The list can't be sorted by this.", code="invalid_sort", errors=[("sort", "is unknown")]
        )
    limit = max(1, min(limit, _LIMIT))
    wanted = {name: list(values) for name, values in (facets or {}).items() if name in FACETS and values}
    pattern = (
        "%" + (q or "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%" if q else None
    )
    key, last = _read_cursor(after)
    column = sort.removeprefix("-")
    args = (pattern, collection, wanted, currency, column, key, last, limit + 1)
    cards = await _page(conn, *args, sort in ("-title", "-price", "newest"))
    more = len(cards) > limit
    counted = await _count(conn, pattern, collection, wanted)
    total = sum(count for name, _, count in counted if not name)
    return ProductPage(
        items=[card for card, _ in cards[:limit]],
        facets=[
            Facet(facet, [(value, count) for name, value, count in counted if name == facet])
            for facet in FACETS
        ],
        next=_cursor(cards[limit - 1][1], cards[limit - 1][0].id) if more else None,
        total=total,
    )


async def _page(conn: Conn, *args: object) -> list[tuple[ProductCard, str]]:
    rows = await conn.fetch(
        """
        select * from (
            select p.id, p.slug, p.title, p.attributes, image.url, card.least, card.available, card.variants,
                case $5::text when 'title' then lower(p.title)
                    when 'newest' then to_char(p.created_at, 'YYYYMMDDHH24MISSUS')
                    else lpad(coalesce(card.least, 0)::text, 15, '0') end collate "C" as key
            from products p
            cross join lateral (
                select min(amount_minor) as least, coalesce(bool_or(on_hand > reserved), false) as available,
                    count(*)::int as variants
                from variants v left join stock on stock.variant_id = v.id
                left join prices on prices.variant_id = v.id and currency = $4
                where v.product_id = p.id and v.active
            ) card
            left join lateral (select url from media where product_id = p.id order by position limit 1) image on true
            where p.status = 'active'
              and ($1::text is null or p.title ilike $1 or p.attributes->>'author' ilike $1)
              and ($2::text is null or exists (select 1 from collection_products join collections c on
                    c.id = collection_id where product_id = p.id and c.slug = $2))
              and not exists (select 1 from jsonb_each($3) wanted
                    where not coalesce(wanted.value ? (p.attributes->>wanted.key), false))
        ) found
        where $6::text is null
           or case when $9 then (key, id) < ($6, $7::uuid) else (key, id) > ($6, $7::uuid) end
        order by case when $9 then key end desc, case when $9 then id end desc, key, id limit $8
        """,
        *args,
    )
    return [_card(row, str(args[3])) for row in rows]


async def _count(
    conn: Conn, pattern: str | None, collection: str | None, wanted: Mapping[str, Sequence[str]]
) -> list[tuple[str, str, int]]:
    """(facet, value, products), most common first, fifty a facet; the facet '' counts everything found."""
    rows = await conn.fetch(
        """
        with found as (
            select p.attributes from products p
            where p.status = 'active'
              and ($1::text is null or p.title ilike $1 or p.attributes->>'author' ilike $1)
              and ($2::text is null or exists (select 1 from collection_products join collections c on
                    c.id = collection_id where product_id = p.id and c.slug = $2))
              and not exists (select 1 from jsonb_each($3) wanted
                    where not coalesce(wanted.value ? (p.attributes->>wanted.key), false))
        ), counted as (
            select key as name, value, count(*)::int, row_number() over (partition by key order by count(*) desc, value)
            from found, jsonb_each_text(attributes) where key = any($4) group by key, value
        )
        select '' as name, '' as value, count(*)::int as count from found
        union all select name, value, count from counted where row_number <= 50
        """,
        pattern,
        collection,
        wanted,
        list(FACETS),
    )
    return [(row["name"], row["value"], row["count"]) for row in rows]


def _card(row: Row, currency: str) -> tuple[ProductCard, str]:
    id_, slug, title, attributes, url, least, available, variants, key = row.values()
    image = queries.picture(slug, url, attributes)
    return ProductCard(id_, slug, title, attributes, image, least, currency, available, variants), key


def _cursor(key: str, id_: UUID) -> str:
    return base64.urlsafe_b64encode(f"{id_}{key}".encode()).decode().rstrip("=")


def _read_cursor(text: str | None) -> tuple[str | None, UUID | None]:
    if not text:
        return None, None
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        if "\x00" in plain:
            raise ValueError("no key has this character")
        return plain[36:], UUID(plain[:36])
    except ValueError:
        raise Invalid("The cursor `after` is not one of ours.", code="invalid_cursor") from None
