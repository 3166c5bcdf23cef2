"""All SQL of `carts` and `cart_lines`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kassa.cart.errors import CartNotFound
from kassa.kernel.db import Conn, Tx


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart's own facts."""

    id: UUID
    currency: str


async def insert(tx: Tx, cart_id: UUID, currency: str, *, now: datetime) -> None:
    """A new, empty cart."""
    await tx.execute(
        "insert into carts (id, currency, created_at, updated_at) values ($1, $2, $3, $3)",
        cart_id,
        currency,
        now,
    )


async def get(conn: Conn, cart_id: UUID) -> Cart:
    """The cart.

    Raises:
        CartNotFound: there is none.
    """
    row = await conn.fetchrow("select id, currency from carts where id = $1", cart_id)
    if row is None:
        raise CartNotFound("There is no such cart.")
    return Cart(*row.values())


async def lock(tx: Tx, cart_id: UUID) -> Cart:
    """The cart, locked until `tx` ends; first in the order of locks.

    Raises:
        CartNotFound: there is none.
    """
    row = await tx.fetchrow("select id, currency from carts where id = $1 for update", cart_id)
    if row is None:
        raise CartNotFound("There is no such cart.")
    return Cart(*row.values())


async def set_currency(tx: Tx, cart_id: UUID, currency: str) -> None:
    """Show the cart in another currency from now on."""
    await tx.execute("update carts set currency = $2 where id = $1", cart_id, currency)


async def lines(conn: Conn, cart_id: UUID) -> dict[UUID, int]:
    """Units by variant, in the order in which they were put in."""
    rows = await conn.fetch(
        "select variant_id, quantity from cart_lines where cart_id = $1 order by added_at, variant_id",
        cart_id,
    )
    return {row["variant_id"]: row["quantity"] for row in rows}


async def contents(conn: Conn, cart_id: UUID) -> list[tuple[str, int]]:
    """(SKU, units), in the order in which they were put in."""
    rows = await conn.fetch(
        """
        select sku, quantity from cart_lines join variants on variants.id = variant_id
        where cart_id = $1 order by added_at, variant_id
        """,
        cart_id,
    )
    return [(row["sku"], row["quantity"]) for row in rows]


async def put(tx: Tx, cart_id: UUID, variant_id: UUID, quantity: int, *, now: datetime) -> None:
    """Make a line exactly `quantity` units."""
    await tx.execute(
        """
        insert into cart_lines (cart_id, variant_id, quantity, added_at) values ($1, $2, $3, $4)
        on conflict (cart_id, variant_id) do update set quantity = excluded.quantity
        """,
        cart_id,
        variant_id,
        quantity,
        now,
    )
    await tx.execute("update carts set updated_at = $2 where id = $1", cart_id, now)


async def drop(tx: Tx, cart_id: UUID, variant_id: UUID, *, now: datetime) -> None:
    """Take a line out."""
    await tx.execute("delete from cart_lines where cart_id = $1 and variant_id = $2", cart_id, variant_id)
    await tx.execute("update carts set updated_at = $2 where id = $1", cart_id, now)


async def subtract(tx: Tx, cart_id: UUID, quantities: Mapping[UUID, int]) -> None:
    """Take so many of each out; a line with nothing left goes."""
    await tx.execute(
        """
        with bought as (
            select variant_id, quantity from unnest($2::uuid[], $3::int[]) as bought (variant_id, quantity)
        ), gone as (
            delete from cart_lines using bought
            where cart_id = $1 and cart_lines.variant_id = bought.variant_id
              and cart_lines.quantity <= bought.quantity
        )
        update cart_lines set quantity = cart_lines.quantity - bought.quantity from bought
        where cart_id = $1 and cart_lines.variant_id = bought.variant_id and cart_lines.quantity > bought.quantity
        """,
        cart_id,
        list(quantities),
        list(quantities.values()),
    )
