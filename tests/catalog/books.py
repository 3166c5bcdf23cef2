"""Books for tests, with what their pages show."""

from collections.abc import Sequence
from uuid import UUID

from kassa import catalog, inventory
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database, Tx


def variant(
    sku: str, *, price: int = 1299, on_hand: int = 5, before: int = 0, **options: str
) -> catalog.VariantInput:
    """A variant of 300 grams."""
    compare_at = {"EUR": before} if before else {}
    return catalog.VariantInput(
        sku=sku, prices={"EUR": price}, compare_at=compare_at, on_hand=on_hand, weight_grams=300, options=options
    )  # fmt: skip


async def put_book(
    db: Database, clock: FrozenClock, title: str, *variants: catalog.VariantInput, author: str = "Jane Austen",
    subject: str = "Love", collections: Sequence[str] = (), media: Sequence[str] | None = None, status: str = "active",
    description: str = "<p>A book &amp; more.</p>",
) -> UUID:  # fmt: skip
    """A book under the slug of its title; its id."""
    slug = catalog.slugify(title)

    async def set_on_hand(tx: Tx, variant_id: UUID, quantity: int) -> None:
        await inventory.set_on_hand(tx, variant_id, quantity, actor="test", now=clock.now())

    given = catalog.ProductInput(
        title=title, kind="Book", variants=variants or [variant(slug.upper())], description=description,
        attributes={"author": author, "subject": subject, "year": "1815"} if author else {}, collections=collections,
        media=[catalog.MediaInput(url) for url in media] if media is not None else None, status=status,
        vendor="Kassa Books",
    )  # fmt: skip
    async with db.transaction() as tx:
        id_, _ = await catalog.put_product(tx, slug, given, set_on_hand=set_on_hand, now=clock.now())
    return id_
