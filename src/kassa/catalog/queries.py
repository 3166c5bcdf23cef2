"""SQL of the catalogue but for finding things in it (`find/queries.py` has that)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kassa.catalog import translations
from kassa.kernel.db import Conn, Row, Tx


@dataclass(frozen=True, slots=True)
class SaleVariant:
    """A variant as carts and orders see it; `price_minor` in the currency asked for, None without a price.

    `meant`: the ids that a discount may name to mean it: its own, its product's, and those of its collections and of
    the collections that these stand in.
    """

    id: UUID
    sku: str
    title: str
    slug: str
    product_title: str
    price_minor: int | None
    weight_grams: int
    tax_class: str
    ships: bool
    active: bool
    available: int
    image_url: str | None
    attributes: Mapping[str, str]
    meant: frozenset[UUID] = frozenset()


async def variants_by_sku(conn: Conn, skus: Iterable[str], currency: str) -> dict[str, SaleVariant]:
    """The variants of these SKUs, priced in `currency`; unknown SKUs are absent."""
    return {variant.sku: variant for variant in await _sale_variants(conn, currency, skus=skus)}


async def variants_by_id(conn: Conn, ids: Iterable[UUID], currency: str) -> dict[UUID, SaleVariant]:
    """The variants of these ids, priced in `currency`."""
    return {variant.id: variant for variant in await _sale_variants(conn, currency, ids=ids)}


async def product_row(conn: Conn, slug: str) -> Row | None:
    """A product's own facts."""
    return await conn.fetchrow(
        """
        select id, slug, title, description, vendor, kind, tags, attributes, options, status, extra
        from products where slug = $1
        """,
        slug,
    )


async def product_slugs(conn: Conn, *, after: str, limit: int) -> list[str]:
    """Slugs in order, from behind `after`: the pages of an export."""
    rows = await conn.fetch("select slug from products where slug > $1 order by slug limit $2", after, limit)
    return [row["slug"] for row in rows]


async def variant_rows(conn: Conn, product_id: UUID, currency: str) -> Sequence[Row]:
    """A product's variants in their order, with every price."""
    return await conn.fetch(
        """
        select v.id, v.sku, v.title, v.options, v.weight_grams, v.barcode, v.ships, v.active, v.extra,
            coalesce(on_hand, 0) as on_hand, coalesce(on_hand - reserved, 0) as available,
            coalesce((select jsonb_object_agg(currency, amount_minor) from prices where variant_id = v.id), '{}')
                as prices,
            coalesce((select jsonb_object_agg(currency, compare_at_minor) from prices
                where variant_id = v.id and compare_at_minor is not null), '{}') as compare_at,
            (select amount_minor from prices where variant_id = v.id and currency = $2) as price_minor,
            (select compare_at_minor from prices where variant_id = v.id and currency = $2) as compare_at_minor,
            array(select currency::text from prices where variant_id = v.id and automatic) as automatic
        from variants v left join stock on stock.variant_id = v.id
        where v.product_id = $1 order by v.position
        """,
        product_id,
        currency,
    )


async def media_rows(conn: Conn, product_id: UUID) -> Sequence[Row]:
    """A product's pictures in their order."""
    return await conn.fetch("select url, alt from media where product_id = $1 order by position", product_id)


async def collections_of(conn: Conn, product_id: UUID) -> list[tuple[str, str]]:
    """(slug, title) of the shelves a product is on."""
    rows = await conn.fetch(
        """
        select slug, title from collections join collection_products on collection_id = id
        where product_id = $1 order by title
        """,
        product_id,
    )
    return [(row["slug"], row["title"]) for row in rows]


async def is_empty(conn: Conn) -> bool:
    """Whether there is no product at all."""
    return not await conn.fetchval("select exists (select 1 from products)")


async def upsert_product(
    tx: Tx, product_id: UUID, values: Mapping[str, Any], *, now: datetime
) -> tuple[UUID, bool]:
    """Write a product's own facts under its slug; its id, and whether it is new."""
    row = await tx.fetchrow(
        """
        insert into products (id, slug, title, description, vendor, kind, tags, status, attributes, options, extra,
            created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
        on conflict (slug) do update set title = $3, description = $4, vendor = $5, kind = $6, tags = $7,
            status = $8, attributes = $9, options = $10, extra = $11, updated_at = $12
        returning id, id = $1 as created
        """,
        product_id, values["slug"], values["title"], values["description"], values["vendor"], values["kind"],
        values["tags"], values["status"], values["attributes"], values["options"], values["extra"], now,
    )  # fmt: skip
    assert row is not None  # noqa: S101 - an insert that returns, returns a row
    return row["id"], row["created"]


async def owner_of_skus(conn: Conn, skus: Sequence[str]) -> dict[str, UUID]:
    """Which product each of these SKUs belongs to."""
    rows = await conn.fetch("select sku, product_id from variants where sku = any($1)", list(skus))
    return {row["sku"]: row["product_id"] for row in rows}


async def upsert_variant(tx: Tx, variant_id: UUID, product_id: UUID, values: Mapping[str, Any]) -> UUID:
    """Write a variant under its SKU; its id."""
    return await tx.fetchval(  # type: ignore[no-any-return]
        """
        insert into variants (id, product_id, position, sku, title, options, weight_grams, barcode, tax_class, ships,
            extra)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (sku) do update set position = $3, title = $5, options = $6, weight_grams = $7, barcode = $8,
            tax_class = $9, ships = $10, extra = $11, active = true
        returning id
        """,
        variant_id, product_id, values["position"], values["sku"], values["title"], values["options"],
        values["weight_grams"], values["barcode"], values["tax_class"], values["ships"], values["extra"],
    )  # fmt: skip


async def retire_variants(tx: Tx, product_id: UUID, keep: Sequence[str]) -> None:
    """Variants of a product that are no longer offered stay for the orders that know them."""
    await tx.execute(
        "update variants set active = false where product_id = $1 and sku <> all($2)", product_id, list(keep)
    )


async def set_prices(
    tx: Tx,
    variant_id: UUID,
    prices: Mapping[str, int],
    compare_at: Mapping[str, int],
    *,
    left: Sequence[str] | None,
) -> None:
    """Make the prices of a variant that are set by hand exactly these; those that follow from them stay.

    So do those in the currencies `left`; None: those that follow and are given as they are.
    """
    untouched = left or ()
    prices = {currency: amount for currency, amount in prices.items() if currency not in untouched}
    await tx.execute(
        "delete from prices where variant_id = $1 and currency <> all($2) and not automatic",
        variant_id,
        [*prices, *untouched],
    )
    await tx.execute(
        """
        insert into prices (variant_id, currency, amount_minor, compare_at_minor)
        select $1, currency, amount, compare_at
        from unnest($2::text[], $3::bigint[], $4::bigint[]) as price (currency, amount, compare_at)
        on conflict (variant_id, currency)
            do update set amount_minor = excluded.amount_minor, compare_at_minor = excluded.compare_at_minor,
                automatic = false
            where not ($5 and prices.automatic and prices.amount_minor = excluded.amount_minor)
        """,
        variant_id,
        list(prices),
        list(prices.values()),
        [compare_at.get(currency) for currency in prices],
        left is None,
    )


async def has_price_lists(conn: Conn) -> bool:
    """Whether there are prices that follow from others."""
    return await conn.fetchval("select exists (select 1 from price_lists)")  # type: ignore[no-any-return]


async def set_media(tx: Tx, product_id: UUID, media: Sequence[tuple[UUID, str, str]]) -> None:
    """Make a product's pictures exactly these: (id, url, alt), in order."""
    await tx.execute("delete from media where product_id = $1", product_id)
    await tx.execute(
        """
        insert into media (id, product_id, position, url, alt)
        select id, $1, position, url, alt
        from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality as picture (id, url, alt, position)
        """,
        product_id,
        [id_ for id_, _, _ in media],
        [url for _, url, _ in media],
        [alt for _, _, alt in media],
    )


async def add_collections(
    tx: Tx, shelves: Sequence[tuple[UUID, str, str]], parents: Mapping[str, str]
) -> list[UUID]:
    """Make the shelves, (id, slug, title), that are new; put those that stand nowhere into their `parents`, by slug.

    A shelf is never put into itself or into one that stands in it. The products that have moved with a shelf.
    """
    await tx.execute(
        """
        insert into collections (id, slug, title)
        select * from unnest($1::uuid[], $2::text[], $3::text[]) on conflict (slug) do nothing
        """,
        [id_ for id_, _, _ in shelves],
        [slug for _, slug, _ in shelves],
        [title for _, _, title in shelves],
    )
    moved: list[UUID] = []
    for slug, parent in parents.items():
        moved += await _put_into(tx, slug, parent)
    return moved


async def _put_into(tx: Tx, slug: str, parent: str) -> list[UUID]:
    """The products on and in a shelf that stood nowhere and stands in `parent` now; none if it stays."""
    rows = await tx.fetch(
        """
        with placed as (
            update collections as shelf set parent_id = parent.id from collections as parent
            where shelf.slug = $1 and parent.slug = $2 and shelf.parent_id is null and not exists
                (select 1 from shelf_lines where collection_id = parent.id and ancestor_id = shelf.id)
            returning shelf.id
        )
        select distinct product_id from placed join shelf_lines on ancestor_id = placed.id
        join collection_products using (collection_id)
        """,
        slug,
        parent,
    )
    return [row["product_id"] for row in rows]


async def set_collections(tx: Tx, product_id: UUID, slugs: Sequence[str]) -> None:
    """Put a product on exactly these shelves."""
    await tx.execute("delete from collection_products where product_id = $1", product_id)
    await tx.execute(
        """
        insert into collection_products (collection_id, product_id)
        select id, $1 from collections where slug = any($2)
        """,
        product_id,
        list(slugs),
    )


async def paths_of(conn: Conn, product_id: UUID) -> list[list[str]]:
    """The shelves a product is on, each as the titles that lead to it, outermost first."""
    rows = await conn.fetch(
        """
        select array_agg(ancestor.title order by depth desc) as path
        from collection_products join shelf_lines using (collection_id)
        join collections as ancestor on ancestor.id = ancestor_id
        where product_id = $1 group by collection_id order by path
        """,
        product_id,
    )
    return [row["path"] for row in rows]


async def _sale_variants(
    conn: Conn, currency: str, *, skus: Iterable[str] = (), ids: Iterable[UUID] = ()
) -> list[SaleVariant]:
    rows = await conn.fetch(
        """
        select v.id, v.sku, v.title, p.slug, p.title as product_title, amount_minor, v.weight_grams, v.tax_class,
            v.ships, v.active and p.status = 'active' as active, coalesce(on_hand - reserved, 0) as available,
            p.attributes, (select url from media where media.product_id = p.id order by position limit 1) as image,
            p.id as product_id, array(
                with recursive shelf (id) as (
                    select collection_id from collection_products c where c.product_id = p.id
                    union select parent_id from shelf join collections using (id) where parent_id is not null
                ) select id from shelf) as collections
        from variants v join products p on p.id = v.product_id
        left join prices on prices.variant_id = v.id and currency = $1
        left join stock on stock.variant_id = v.id
        where v.sku = any($2) or v.id = any($3)
        """,
        currency,
        list(skus),
        list(ids),
    )
    words = await translations.words(conn)
    ids_of = [row[name] for row in rows for name in ("id", "product_id")]
    titles = await translations.titles(conn, ids_of)
    return [_sale_variant(row, titles, words) for row in rows]


def picture(slug: str, url: str | None, attributes: Mapping[str, str]) -> str | None:
    """The address of a product's picture: its first medium, or for a book the cover that we draw."""
    return url or (f"/media/covers/{slug}.svg" if attributes.get("author") else None)


def _sale_variant(row: Row, titles: Mapping[UUID, str], words: Mapping[str, str]) -> SaleVariant:
    product = titles.get(row["product_id"]) or row["product_title"]
    variant = titles.get(row["id"]) or words.get(row["title"], row["title"])
    return SaleVariant(
        row["id"], row["sku"], f"{product} — {variant}" if variant else product, row["slug"], product,
        row["amount_minor"], row["weight_grams"],
        row["tax_class"], row["ships"], row["active"], row["available"],
        picture(row["slug"], row["image"], row["attributes"]), row["attributes"],
        frozenset([row["id"], row["product_id"], *row["collections"]]),
    )  # fmt: skip
