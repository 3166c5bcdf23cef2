"""All SQL of `orders`, `order_lines` and `order_events`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from kassa.kernel.db import Conn, Row, Tx
from kassa.kernel.ids import new_id
from kassa.orders.errors import OrderNotFound
from kassa.orders.states import State
from kassa.pricing import Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order about to be placed; `quote` is frozen into it."""

    id: UUID
    token_hash: bytes
    email: str
    locale: str
    quote: Quote
    shipping_address: Mapping[str, Any]
    billing_address: Mapping[str, Any] | None
    cart_id: UUID | None
    owner: str
    customer_id: UUID | None = None
    note: str = ""
    vat_id: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """So many of one variant, at the price agreed; amounts in the order's minor unit."""

    id: UUID
    sku: str
    title: str
    slug: str
    variant_id: UUID
    quantity: int
    unit_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int
    rounding_minor: int = 0
    voucher: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands, with its lines. `discounts` is what each took: {id, title, code, amount}; `gift_minor` is
    what gift cards pay of the total."""

    id: UUID
    number: int
    token_hash: bytes
    state: State
    currency: str
    email: str
    locale: str
    subtotal_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    tax_included: bool
    tax_lines: Sequence[Mapping[str, Any]]
    shipping_method: str
    shipping_address: Mapping[str, Any]
    billing_address: Mapping[str, Any] | None
    cart_id: UUID | None
    owner: str
    attempt_failed: bool
    created_at: datetime
    paid_at: datetime | None
    refunded_minor: int = 0
    customer_id: UUID | None = None
    note: str = ""
    rounding_minor: int = 0
    discounts: Sequence[Mapping[str, Any]] = ()
    gift_minor: int = 0
    vat_id: str = ""
    reverse_charge: bool = False
    lines: tuple[OrderLine, ...] = ()

    @property
    def due_minor(self) -> int:
        """What is to be paid besides gift cards."""
        return self.total_minor - self.gift_minor

    @property
    def voucher_minor(self) -> int:
        """What of the total is for gift cards that are bought; the lines must have been read."""
        return sum(line.total_minor for line in self.lines if line.voucher)


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """A row of the journal; `hash`, in hex, covers the row and the one before it."""

    seq: int
    at: datetime
    type: str
    actor: str
    data: Mapping[str, Any]
    hash: str


async def insert(tx: Tx, order: NewOrder, *, now: datetime) -> bool:
    """Write the order and its lines; False if an order of this id is there already (nothing changed)."""
    quote = order.quote
    written = await tx.execute(
        """
        insert into orders (id, token_hash, currency, email, locale, subtotal_minor, discount_minor,
            shipping_minor, tax_minor, total_minor, tax_included, tax_lines, shipping_method,
            shipping_address, billing_address, cart_id, owner, created_at, customer_id, note, rounding_minor,
            discounts, quote, vat_id, reverse_charge)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
            $23, $24, $25)
        on conflict (id) do nothing
        """,
        order.id, order.token_hash, quote.currency, order.email, order.locale, quote.subtotal, quote.discount,
        quote.shipping, quote.tax, quote.total, quote.tax_included, msgspec.to_builtins(quote.tax_lines),
        quote.shipping_method, order.shipping_address, order.billing_address, order.cart_id, order.owner, now,
        order.customer_id, order.note, quote.rounding, msgspec.to_builtins(quote.used), msgspec.to_builtins(quote),
        order.vat_id, quote.reverse_charge,
    )  # fmt: skip
    if not written:
        return False
    lines = quote.lines
    await tx.execute(
        """
        insert into order_lines (id, order_id, position, variant_id, sku, title, slug, quantity,
            unit_minor, discount_minor, tax_minor, total_minor, rounding_minor, voucher)
        select id, $1, position, variant_id, sku, title, slug, quantity, unit, discount, tax, total, rounding,
            (select tax_class = 'voucher' from variants where variants.id = variant_id)
        from unnest($2::uuid[], $3::int[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::int[],
            $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[])
            as line (id, position, variant_id, sku, title, slug, quantity, unit, discount, tax, total, rounding)
        """,
        order.id,
        [new_id() for _ in lines], list(range(1, len(lines) + 1)),
        [line.variant_id for line in lines], [line.sku for line in lines], [line.title for line in lines],
        [line.slug for line in lines], [line.quantity for line in lines], [line.unit for line in lines],
        [line.discount for line in lines], [line.tax for line in lines], [line.total for line in lines],
        [line.rounding for line in lines],
    )  # fmt: skip
    return True


async def lock(tx: Tx, order_id: UUID) -> Order:
    """The order, locked until `tx` ends: the mutex of everything about it. Lines are not read.

    Raises:
        OrderNotFound: there is none.
    """
    row = await tx.fetchrow(
        """
        select id, number, token_hash, state, currency, email, locale, subtotal_minor, discount_minor,
            shipping_minor, tax_minor, total_minor, tax_included, tax_lines, shipping_method,
            shipping_address, billing_address, cart_id, owner, attempt_failed, created_at, paid_at,
            refunded_minor, customer_id, note, rounding_minor, discounts, gift_minor, vat_id, reverse_charge
        from orders where id = $1 for update
        """,
        order_id,
    )
    return _order(row)


async def get(conn: Conn, order_id: UUID) -> Order:
    """The order with its lines.

    Raises:
        OrderNotFound: there is none.
    """
    row = await conn.fetchrow(
        """
        select id, number, token_hash, state, currency, email, locale, subtotal_minor, discount_minor,
            shipping_minor, tax_minor, total_minor, tax_included, tax_lines, shipping_method,
            shipping_address, billing_address, cart_id, owner, attempt_failed, created_at, paid_at,
            refunded_minor, customer_id, note, rounding_minor, discounts, gift_minor, vat_id, reverse_charge
        from orders where id = $1
        """,
        order_id,
    )
    return _order(row, await lines(conn, order_id))


async def cart_of(conn: Conn, order_id: UUID) -> UUID | None:
    """The cart an order was made of; it never changes, so no lock is needed to know it."""
    return await conn.fetchval("select cart_id from orders where id = $1", order_id)  # type: ignore[no-any-return]


async def customer_of(conn: Conn, order_id: UUID) -> UUID | None:
    """Whose order it is, if somebody was signed in when it was placed."""
    return await conn.fetchval("select customer_id from orders where id = $1", order_id)  # type: ignore[no-any-return]


async def quote_of(conn: Conn, order_id: UUID) -> Quote | None:
    """The quote that an order was placed with; None for one from before quotes were kept.

    Raises:
        OrderNotFound: there is none.
    """
    row = await conn.fetchrow("select quote from orders where id = $1", order_id)
    if row is None:
        raise OrderNotFound("There is no such order.")
    return msgspec.convert(row["quote"], Quote) if row["quote"] is not None else None


async def numbers(conn: Conn, order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The numbers of these orders; one that is not there is left out."""
    rows = await conn.fetch("select id, number from orders where id = any($1)", list(order_ids))
    return {row["id"]: row["number"] for row in rows}


async def lines(conn: Conn, order_id: UUID) -> tuple[OrderLine, ...]:
    """The lines of an order, in their order."""
    rows = await conn.fetch(
        """
        select id, sku, title, slug, variant_id, quantity, unit_minor, discount_minor, tax_minor, total_minor,
            rounding_minor, voucher
        from order_lines where order_id = $1 order by position
        """,
        order_id,
    )
    return tuple(OrderLine(*row.values()) for row in rows)


async def record(
    tx: Tx, order_id: UUID, state: State, *, attempt_failed: bool, paid_at: datetime | None
) -> None:
    """Write an order's new state: the only statement that does."""
    await tx.execute(
        """
        update orders set state = $2, attempt_failed = attempt_failed or $3, paid_at = coalesce(paid_at, $4)
        where id = $1
        """,
        order_id,
        state,
        attempt_failed,
        paid_at,
    )


async def set_gift(tx: Tx, order_id: UUID, gift_minor: int) -> None:
    """What gift cards pay of an order, which is locked by the caller, who writes their payments."""
    await tx.execute("update orders set gift_minor = $2 where id = $1", order_id, gift_minor)


async def journal(
    tx: Tx, order_id: UUID, type_: str, *, now: datetime, actor: str, data: Mapping[str, Any]
) -> None:
    """Add a row to the journal; the order is locked by the caller, so numbers have no gaps."""
    await tx.execute(
        """
        with last as (
            select seq, hash from order_events where order_id = $1 order by seq desc limit 1
        ), next as (
            select coalesce((select seq from last), 0) + 1 as seq, (select hash from last) as previous
        )
        insert into order_events (order_id, seq, at, type, actor, data, hash)
        select $1, seq, $2, $3, $4, $5, order_event_hash(previous, $1, seq, $2, $3, $4, $5) from next
        """,
        order_id,
        now,
        type_,
        actor,
        data,
    )


async def chain_head(conn: Conn, order_id: UUID) -> str:
    """The hash of an order's last event, in hex: whoever has it can tell whether the journal was changed.

    Raises:
        OrderNotFound: nothing was ever written about it.
    """
    head = await conn.fetchval(
        "select hash from order_events where order_id = $1 order by seq desc limit 1", order_id
    )
    if head is None:
        raise OrderNotFound("There is no such order.")
    return bytes(head).hex()


async def declines(conn: Conn, order_id: UUID) -> int:
    """How many tries to pay an order came to nothing, over all its attempts."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        "select count(*) from order_events where order_id = $1 and type = 'order.attempt_failed'", order_id
    )


async def chain_break(conn: Conn, order_id: UUID) -> int | None:
    """The number of the first event whose hash does not follow from the one before; None: all do.

    What was altered, left out, put in or reordered breaks the chain there. Events cut off its end do not:
    they are missed by whoever was given the head, which is why receipts print it.
    """
    return await conn.fetchval(  # type: ignore[no-any-return]
        """
        select min(seq) from (
            select seq, hash, row_number() over chain as place,
                order_event_hash(lag(hash) over chain, order_id, seq, at, type, actor, data) as due
            from order_events where order_id = $1 window chain as (order by seq)
        ) as event
        where hash <> due or seq <> place
        """,
        order_id,
    )


async def events(conn: Conn, order_id: UUID) -> list[OrderEvent]:
    """The journal of an order, oldest first, at most a thousand rows."""
    rows = await conn.fetch(
        """
        select seq, at, type, actor, data, encode(hash, 'hex') from order_events
        where order_id = $1 order by seq limit 1000
        """,
        order_id,
    )
    return [OrderEvent(*row.values()) for row in rows]


async def claim(tx: Tx, customer_id: UUID, email: str) -> int:
    """Give a customer the orders that were placed with this address (in lower case) and are nobody's; how many.

    Whoever calls must know that the customer reads the address.
    """
    return await tx.execute(
        "update orders set customer_id = $1 where lower(email) = $2 and customer_id is null",
        customer_id,
        email,
    )


async def disown(tx: Tx, customer_id: UUID) -> int:
    """A customer's orders are nobody's again, as a guest's are; how many."""
    return await tx.execute("update orders set customer_id = null where customer_id = $1", customer_id)


def _order(row: Row | None, lines: tuple[OrderLine, ...] = ()) -> Order:
    if row is None:
        raise OrderNotFound("There is no such order.")
    values = dict(row)
    return Order(**{**values, "state": State(values["state"])}, lines=lines)
