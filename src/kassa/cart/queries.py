"""All SQL of `carts`, `cart_lines` and `removed_lines`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa.cart.errors import CartNotFound
from kassa.kernel.db import Conn, Row, Tx
from kassa.kernel.money import Money

#: So many lines that were taken out can be put back.
_REMOVED_KEPT: Final = 10
_SWEPT_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart's own facts; `discount_code` is the code that was entered for it."""

    id: UUID
    currency: str
    discount_code: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is stored; `seen` is what a unit cost when it was put in, in minor units by currency."""

    variant_id: UUID
    quantity: int
    added_at: datetime
    seen: Mapping[str, int]


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
    return _cart(await conn.fetchrow("select id, currency, discount_code from carts where id = $1", cart_id))


async def lock(tx: Tx, cart_id: UUID) -> Cart:
    """The cart, locked until `tx` ends; first in the order of locks.

    Raises:
        CartNotFound: there is none.
    """
    return _cart(
        await tx.fetchrow("select id, currency, discount_code from carts where id = $1 for update", cart_id)
    )


async def lock_if_there(tx: Tx, cart_id: UUID) -> UUID | None:
    """Lock a cart, if it was not swept; the cart it was merged into, if any."""
    return await tx.fetchval(  # type: ignore[no-any-return]
        "select merged_into from carts where id = $1 for update", cart_id
    )


async def merged_into(conn: Conn, cart_id: UUID) -> UUID | None:
    """The cart that this one was merged into, if any."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        "select merged_into from carts where id = $1", cart_id
    )


async def set_merged_into(tx: Tx, cart_id: UUID, into: UUID) -> None:
    """Note where a cart's lines went."""
    await tx.execute("update carts set merged_into = $2 where id = $1", cart_id, into)


async def is_of_customer(conn: Conn, cart_id: UUID) -> bool:
    """Whether this is the bag of somebody with an account."""
    return bool(await conn.fetchval("select exists (select 1 from customers where cart_id = $1)", cart_id))


async def set_currency(tx: Tx, cart_id: UUID, currency: str) -> None:
    """Show the cart in another currency from now on."""
    await tx.execute("update carts set currency = $2 where id = $1", cart_id, currency)


async def set_code(tx: Tx, cart_id: UUID, code: str | None, *, now: datetime) -> None:
    """The discount code of a cart."""
    await tx.execute("update carts set discount_code = $2, updated_at = $3 where id = $1", cart_id, code, now)


async def forget_code(tx: Tx, cart_id: UUID, codes: Sequence[str]) -> None:
    """Take the discount code out of a cart if it is one of these."""
    await tx.execute(
        "update carts set discount_code = null where id = $1 and discount_code = any($2)",
        cart_id,
        list(codes),
    )


async def lines(conn: Conn, cart_id: UUID) -> list[Line]:
    """The lines, in the order in which they were put in."""
    rows = await conn.fetch(
        """
        select variant_id, quantity, added_at, seen from cart_lines
        where cart_id = $1 order by added_at, variant_id
        """,
        cart_id,
    )
    return [Line(*row.values()) for row in rows]


async def count(conn: Conn, cart_id: UUID) -> int:
    """Units in the cart; zero for one that is not there."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        "select coalesce(sum(quantity), 0)::int from cart_lines where cart_id = $1", cart_id
    )


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
    """Make a line exactly `quantity` units; a new one remembers what it costs today."""
    await tx.execute(
        """
        insert into cart_lines (cart_id, variant_id, quantity, added_at, seen) values ($1, $2, $3, $4,
            coalesce((select jsonb_object_agg(currency, amount_minor) from prices where variant_id = $2), '{}'))
        on conflict (cart_id, variant_id) do update set quantity = excluded.quantity
        """,
        cart_id,
        variant_id,
        quantity,
        now,
    )
    await _touch(tx, cart_id, now)


async def write(tx: Tx, cart_id: UUID, merged: Sequence[Line], *, now: datetime) -> None:
    """Put these lines into a cart as they are, in place of its lines of the same variants."""
    await tx.execute(
        """
        insert into cart_lines (cart_id, variant_id, quantity, added_at, seen)
        select $1, variant_id, quantity, added_at, seen
        from unnest($2::uuid[], $3::int[], $4::timestamptz[], $5::jsonb[])
            as line (variant_id, quantity, added_at, seen)
        on conflict (cart_id, variant_id)
            do update set quantity = excluded.quantity, added_at = excluded.added_at, seen = excluded.seen
        """,
        cart_id,
        [line.variant_id for line in merged],
        [line.quantity for line in merged],
        [line.added_at for line in merged],
        [line.seen for line in merged],
    )
    await _touch(tx, cart_id, now)


async def empty(tx: Tx, cart_id: UUID) -> None:
    """Take every line out for good."""
    await tx.execute("delete from cart_lines where cart_id = $1", cart_id)


async def agree(tx: Tx, cart_id: UUID, variant_id: UUID, price: Money) -> None:
    """Remember this price as the one that was seen, and if it is today's, today's in every currency.

    Not in a currency that the thing is not sold in.
    """
    await tx.execute(
        """
        update cart_lines set seen = case
            when today.prices -> $3 = to_jsonb($4::bigint) then today.prices
            else seen || jsonb_build_object($3::text, $4::bigint) end
        from (select coalesce(jsonb_object_agg(currency, amount_minor), '{}') as prices from prices
            where variant_id = $2) as today
        where cart_id = $1 and variant_id = $2 and today.prices ? $3
        """,
        cart_id,
        variant_id,
        price.currency,
        price.amount,
    )


async def drop(tx: Tx, cart_id: UUID, variant_id: UUID, *, now: datetime) -> None:
    """Take a line out, and keep it aside with the last few that were."""
    await tx.execute(
        """
        with gone as (
            delete from cart_lines where cart_id = $1 and variant_id = $2
            returning cart_id, variant_id, quantity, added_at, seen
        )
        insert into removed_lines (cart_id, variant_id, quantity, added_at, seen, removed_at)
        select cart_id, variant_id, quantity, added_at, seen, $3 from gone
        on conflict (cart_id, variant_id) do update set quantity = excluded.quantity,
            added_at = excluded.added_at, seen = excluded.seen, removed_at = excluded.removed_at
        """,
        cart_id,
        variant_id,
        now,
    )
    await tx.execute(
        """
        delete from removed_lines where cart_id = $1 and variant_id in (
            select variant_id from removed_lines where cart_id = $1 order by removed_at desc, variant_id offset $2)
        """,
        cart_id,
        _REMOVED_KEPT,
    )
    await _touch(tx, cart_id, now)


async def removed(conn: Conn, cart_id: UUID, sku: str) -> str | None:
    """The title of what was taken out under this SKU and can be put back, or None."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        """
        select p.title || case when v.title <> '' then ' — ' || v.title else '' end
        from removed_lines join variants v on v.id = variant_id join products p on p.id = v.product_id
        where cart_id = $1 and sku = $2
        """,
        cart_id,
        sku,
    )


async def take_removed(tx: Tx, cart_id: UUID, variant_id: UUID) -> Line | None:
    """A line that was taken out; it can be put back only once."""
    row = await tx.fetchrow(
        """
        delete from removed_lines where cart_id = $1 and variant_id = $2
        returning variant_id, quantity, added_at, seen
        """,
        cart_id,
        variant_id,
    )
    return Line(*row.values()) if row is not None else None


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


async def sweep(tx: Tx, *, before: datetime) -> int:
    """Delete carts that nobody touched since `before`, some thousands at a time; how many there were.

    The bag of a customer and of a living session stays, however old it is.
    """
    return await tx.execute(
        """
        delete from carts where id in (
            select id from carts where updated_at < $1
              and not exists (select 1 from sessions where sessions.cart_id = carts.id)
              and not exists (select 1 from customers where customers.cart_id = carts.id)
            order by updated_at limit $2 for update skip locked)
        """,
        before,
        _SWEPT_AT_ONCE,
    )


async def _touch(tx: Tx, cart_id: UUID, now: datetime) -> None:
    await tx.execute("update carts set updated_at = $2 where id = $1", cart_id, now)


def _cart(row: Row | None) -> Cart:
    if row is None:
        raise CartNotFound("There is no such cart.")
    return Cart(*row.values())
