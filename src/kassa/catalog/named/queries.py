"""Reads `collections`, `products` and `variants` by slug, SKU or id."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from kassa.kernel.db import Conn


@dataclass(frozen=True, slots=True)
class Named:
    """A collection or product (`code` is its slug) or a variant (its SKU)."""

    id: UUID
    kind: Literal["collection", "product", "variant"]
    code: str
    title: str


async def named(
    conn: Conn,
    *,
    collections: Iterable[str] = (),
    products: Iterable[str] = (),
    skus: Iterable[str] = (),
    ids: Iterable[UUID] = (),
) -> list[Named]:
    """What these slugs, SKUs and ids name; what names nothing is left out. Collections first, then by title."""
    rows = await conn.fetch(
        """
        select id, kind, code, title from (
            select id, 'collection' as kind, slug as code, title, 1 as place from collections
            where slug = any($1) or id = any($4)
            union all
            select id, 'product', slug, title, 2 from products where slug = any($2) or id = any($4)
            union all
            select v.id, 'variant', v.sku, p.title || case when v.title <> '' then ' — ' || v.title else '' end, 3
            from variants v join products p on p.id = v.product_id where v.sku = any($3) or v.id = any($4)
        ) as found order by place, title, code
        """,
        list(collections),
        list(products),
        list(skus),
        list(ids),
    )
    return [Named(*row.values()) for row in rows]
