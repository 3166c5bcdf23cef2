"""Paid orders to send, and the operator's hands."""

from typing import Any
from uuid import UUID

from tests.factories import make_variant, place

from kassa import fulfilment, orders
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database, Tx
from kassa.kernel.ids import new_id
from kassa.orders import Event

STAFF = "staff:ada@example.org"


async def paid(db: Database, clock: FrozenClock, **wanted: int) -> orders.Order:
    """A paid order of so many of each SKU; by default three of EMMA and one of PERSUASION."""
    lines = list((wanted or {"EMMA": 3, "PERSUASION": 1}).items())
    for sku, _ in lines:
        await make_variant(db, clock, sku, on_hand=20)
    order = await place(db, clock, lines=lines)
    async with db.transaction() as tx:
        return await orders.apply(tx, order.id, Event.PAYMENT_SUCCEEDED, now=clock.now(), actor="stripe:api")


def line(order: orders.Order, sku: str) -> UUID:
    """The id of the order's line of this SKU."""
    return next(one.id for one in order.lines if one.sku == sku)


async def do(db: Database, clock: FrozenClock, verb: Any, *args: Any, **more: Any) -> Any:
    """A verb in a transaction of its own, by a member of the staff."""
    async with db.transaction() as tx:
        return await verb(tx, *args, actor=STAFF, now=clock.now(), **more)


async def refunded(db: Database, order: orders.Order, clock: FrozenClock, *args: Any, **more: Any) -> UUID:
    """As `write_refund`, in a transaction of its own."""
    async with db.transaction() as tx:
        return await write_refund(tx, order, clock, *args, **more)


async def write_refund(
    tx: Tx, order: orders.Order, clock: FrozenClock, lines: dict[UUID, int], *, amount: int = 100,
    state: str = "requested",
) -> UUID:  # fmt: skip
    """A refund of so many units of each line, as another room writes it; its id."""
    refund_id = new_id()
    paid = "select id from payments where order_id = $1 and state = 'succeeded' and not surplus"
    payment_id = await tx.fetchval(paid, order.id) or await _pay(tx, order, clock)
    await tx.execute(
        """
        insert into refunds (id, payment_id, order_id, amount_minor, currency, kind, reason, state,
            created_at, updated_at)
        values ($1, $2, $3, $4, 'EUR', 'requested', 'changed mind', $5, $6, $6)
        """,
        refund_id, payment_id, order.id, amount, state, clock.now(),
    )  # fmt: skip
    for line_id, quantity in lines.items():
        await tx.execute(
            "insert into refund_lines (refund_id, line_id, quantity, amount_minor) values ($1, $2, $3, 1)",
            refund_id, line_id, quantity,
        )  # fmt: skip
    await tx.execute("update orders set refunded_minor = refunded_minor + $2 where id = $1", order.id, amount)
    return refund_id


async def _pay(tx: Tx, order: orders.Order, clock: FrozenClock) -> UUID:
    payment_id = new_id()
    await tx.execute(
        """
        insert into payments (id, order_id, flow, state, amount_minor, currency, intent_ref,
            received_minor, created_at, updated_at)
        values ($1, $2, 'element', 'succeeded', $3, 'EUR', $4, $3, $5, $5)
        """,
        payment_id, order.id, order.total_minor, f"pi_{payment_id.hex}", clock.now(),
    )  # fmt: skip
    return payment_id


async def parcels(db: Database, order: orders.Order) -> list[tuple[str, dict[str, int]]]:
    """Every parcel of the order: its state, and units by SKU."""
    async with db.connection() as conn:
        found = await fulfilment.of_order(conn, order.id)
    return [(str(one.state), {inside.sku: inside.quantity for inside in one.lines}) for one in found]


async def left(db: Database, order: orders.Order) -> dict[str, int]:
    """Units that can still be put into a parcel, by SKU."""
    async with db.connection() as conn:
        return {one.sku: one.left for one in await fulfilment.left(conn, order.id)}


async def state(db: Database, order: orders.Order) -> str:
    """The order's state."""
    async with db.connection() as conn:
        return str((await orders.get(conn, order.id)).state)


async def journal(db: Database, order: orders.Order) -> list[str]:
    """The types of its events, oldest first."""
    async with db.connection() as conn:
        return [event.type for event in await orders.events(conn, order.id)]
