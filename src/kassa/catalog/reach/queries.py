"""SQL of what leads to a product from elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kassa.catalog import queries, translations
from kassa.catalog.find.queries import ProductCard
from kassa.kernel.db import Conn, Row


@dataclass(frozen=True, slots=True)
class SitemapPage:
    """Products from the slug `first` on; `changed` is when any of them last did."""

    first: str
    changed: datetime


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """A product that has a page, and when it last changed."""

    slug: str
    changed: datetime


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product as a feed tells of it; `summary` is sanitised HTML."""

    id: UUID
    slug: str
    title: str
    author: str
    summary: str
    created_at: datetime
    updated_at: datetime


async def related(conn: Conn, product_id: UUID, currency: str, *, limit: int) -> list[ProductCard]:
    """Products near this one, the nearest first, those in stock before those that are not.

    By the same author counts most, then the same subject, then each shelf in common. Of each only the
    neighbours in an index are looked at, so it costs the same in a shop of any size. Author and subject are compared
    as scalars: joined, their rows would all be read and sorted.
    """
    rows = await conn.fetch(
        """
        with self as (
            select nullif(attributes->>'author', '') as author, nullif(attributes->>'subject', '') as subject
            from products where id = $1
        ), near as (
            (select id, 8 as weight from products
                where status = 'active' and attributes->>'author' = (select author from self)
                order by id desc limit 16)
            union all
            (select id, 3 from products
                where status = 'active' and attributes->>'subject' = (select subject from self) and id < $1
                order by id desc limit 8)
            union all
            (select id, 3 from products
                where status = 'active' and attributes->>'subject' = (select subject from self) and id > $1
                order by id limit 8)
            union all
            (select beside.product_id, 2 from
                (select collection_id from collection_products where product_id = $1 limit 8) shelf
                cross join lateral (
                    (select product_id from collection_products other where other.collection_id = shelf.collection_id
                        and other.product_id < $1 order by product_id desc limit 8)
                    union all
                    (select product_id from collection_products other where other.collection_id = shelf.collection_id
                        and other.product_id > $1 order by product_id limit 8)
                ) beside)
        ), best as (
            select product_id, weight, in_stock > 0 as available
            from (select id, sum(weight) as weight from near where id <> $1 group by id) as weighed
            join listings on product_id = id
            where for_sale order by available desc, weight desc, id desc limit $3
        )
        select card.*, least_minor, available from best join cards as card on card.id = product_id
        left join listing_prices as price on price.product_id = best.product_id and currency = $2
        order by available desc, weight desc, card.id desc
        """,
        product_id,
        currency,
        limit,
    )
    return await translations.cards(conn, [_card(row, currency) for row in rows])


async def sitemap_pages(conn: Conn, *, size: int, limit: int) -> list[SitemapPage]:
    """Where each page of `size` products begins, in the order of slugs, at most `limit` of them."""
    rows = await conn.fetch(
        """
        select min(slug) as first, max(updated_at) as changed from (
            select slug, updated_at, (row_number() over (order by slug) - 1) / $1 as page
            from products where status = 'active'
        ) numbered group by page order by page limit $2
        """,
        size,
        limit,
    )
    return [SitemapPage(*row.values()) for row in rows]


async def sitemap(conn: Conn, *, first: str, size: int) -> list[SitemapEntry]:
    """`size` products from the slug `first` on."""
    rows = await conn.fetch(
        """
        select slug, updated_at from products where status = 'active' and slug >= $1 order by slug limit $2
        """,
        first,
        size,
    )
    return [SitemapEntry(*row.values()) for row in rows]


async def new_products(conn: Conn, *, limit: int) -> list[NewProduct]:
    """The newest products, newest first."""
    rows = await conn.fetch(
        """
        select id, slug, title, coalesce(attributes->>'author', '') as author, description, created_at, updated_at
        from products where status = 'active' order by created_at desc, id desc limit $1
        """,
        limit,
    )
    return [NewProduct(*row.values()) for row in rows]


def _card(row: Row, currency: str) -> ProductCard:
    return ProductCard(
        id=row["id"],
        slug=row["slug"],
        title=row["title"],
        attributes=row["attributes"],
        image_url=queries.picture(row["slug"], row["url"], row["attributes"]),
        from_minor=row["least_minor"],
        currency=currency,
        available=row["available"],
        variants=row["variants"],
    )
