"""All SQL of `wishlists` and `wishes`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kassa.kernel.db import Conn, Tx


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose list: a customer's, if there is one, else the browser's session's."""

    session_id: UUID | None = None
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Wishlist:
    """A list; `shared_at` is when its owner began to share it, None while nobody else may see it."""

    id: UUID
    shared_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wish:
    """A product on a list; `variant_ids` are its editions, in their order."""

    product_id: UUID
    slug: str
    title: str
    attributes: Mapping[str, str]
    added_at: datetime
    variant_ids: Sequence[UUID]


async def of_owner(conn: Conn, owner: Owner) -> Wishlist | None:
    """The owner's list, if he has one."""
    row = await conn.fetchrow(
        """
        select id, shared_at from wishlists
        where case when $2::uuid is null then session_id = $1 else customer_id = $2 end
        """,
        owner.session_id,
        owner.customer_id,
    )
    return Wishlist(*row.values()) if row is not None else None


async def open_(tx: Tx, id_: UUID, owner: Owner, *, now: datetime) -> UUID:
    """The id of the owner's list, locked until `tx` ends; it is made if there is none."""
    session_id = owner.session_id if owner.customer_id is None else None
    await tx.execute(
        """
        insert into wishlists (id, session_id, customer_id, created_at) values ($1, $2, $3, $4)
        on conflict do nothing
        """,
        id_,
        session_id,
        owner.customer_id,
        now,
    )
    return await tx.fetchval(  # type: ignore[no-any-return]
        "select id from wishlists where session_id = $1 or customer_id = $2 for update",
        session_id,
        owner.customer_id,
    )


async def of_id(conn: Conn, id_: UUID) -> Wishlist | None:
    """The list of this id."""
    row = await conn.fetchrow("select id, shared_at from wishlists where id = $1", id_)
    return Wishlist(*row.values()) if row is not None else None


async def product_ids(conn: Conn, owner: Owner) -> frozenset[UUID]:
    """Every product on the owner's list: for the hearts of a page of products, one statement."""
    if owner.session_id is None and owner.customer_id is None:
        return frozenset()
    rows = await conn.fetch(
        """
        select product_id from wishes join wishlists on wishlists.id = wishlist_id
        where case when $2::uuid is null then session_id = $1 else customer_id = $2 end
        """,
        owner.session_id,
        owner.customer_id,
    )
    return frozenset(row["product_id"] for row in rows)


async def wishes(conn: Conn, wishlist_id: UUID) -> list[Wish]:
    """What is on a list and for sale, the newest first."""
    rows = await conn.fetch(
        """
        select product_id, slug, title, attributes, added_at, array(
            select id from variants where variants.product_id = products.id and active order by position limit 50)
        from wishes join products on products.id = product_id
        where wishlist_id = $1 and status = 'active' order by added_at desc, product_id
        """,
        wishlist_id,
    )
    return [Wish(*row.values()) for row in rows]


async def count(conn: Conn, wishlist_id: UUID) -> int:
    """How many products are on a list."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        "select count(*) from wishes where wishlist_id = $1", wishlist_id
    )


async def put(tx: Tx, wishlist_id: UUID, product_id: UUID, *, now: datetime) -> None:
    """Put a product on a list, once."""
    await tx.execute(
        """
        insert into wishes (wishlist_id, product_id, added_at) values ($1, $2, $3) on conflict do nothing
        """,
        wishlist_id,
        product_id,
        now,
    )


async def drop(tx: Tx, owner: Owner, product_id: UUID) -> None:
    """Take a product off the owner's list."""
    await tx.execute(
        """
        delete from wishes where product_id = $3 and wishlist_id in (
            select id from wishlists where case when $2::uuid is null then session_id = $1 else customer_id = $2 end
        )
        """,
        owner.session_id,
        owner.customer_id,
        product_id,
    )


async def share(tx: Tx, wishlist_id: UUID, at: datetime | None) -> None:
    """Note since when a list is shared; None: it is not."""
    await tx.execute("update wishlists set shared_at = $2 where id = $1", wishlist_id, at)


async def pour(tx: Tx, frm: UUID, into: UUID, *, limit: int) -> None:
    """Put what is on one list on the other, the newest first, up to `limit` together."""
    await tx.execute(
        """
        insert into wishes (wishlist_id, product_id, added_at)
        select $2, product_id, added_at from wishes
        where wishlist_id = $1 and product_id not in (select product_id from wishes where wishlist_id = $2)
        order by added_at desc
        limit greatest(0, $3 - (select count(*) from wishes where wishlist_id = $2))
        on conflict do nothing
        """,
        frm,
        into,
        limit,
    )


async def delete(tx: Tx, wishlist_id: UUID) -> None:
    """Forget a list with everything on it."""
    await tx.execute("delete from wishlists where id = $1", wishlist_id)


async def delete_of(tx: Tx, customer_id: UUID) -> None:
    """Forget a customer's list."""
    await tx.execute("delete from wishlists where customer_id = $1", customer_id)


async def exist(conn: Conn, ids: Sequence[UUID]) -> bool:
    """Whether all of these are products for sale."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        "select count(*) = cardinality($1::uuid[]) from products where id = any($1) and status = 'active'",
        list(ids),
    )
