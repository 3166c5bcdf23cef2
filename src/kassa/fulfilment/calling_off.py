"""A paid order that its customer wants no more, as long as nothing of it has left the house."""

from datetime import datetime
from typing import Final
from uuid import UUID

from kassa import jobs, orders, refunds
from kassa.fulfilment import queries, service, states
from kassa.fulfilment.errors import AlreadySent, NothingToCallOff
from kassa.kernel.db import Conn, Tx
from kassa.refunds import RefundLine

#: The journal's word for it: there is one per order, so asking twice is asking once.
CALLED_OFF: Final = "cancellation.asked"
_OPEN: Final = frozenset({orders.State.PAID, orders.State.FULFILLING})
#: The customer reads it in the mail about the money.
_REASON: Final = "You canceled the order before it was sent."


async def can_be_called_off(conn: Conn, order: orders.Order) -> bool:
    """Whether `call_off` would do it now: paid, nothing sent, something of the money left, and not asked before."""
    if order.state not in _OPEN or await called_off(conn, order.id):
        return False
    _, shipped, arrived = await queries.parcels(conn, order.id)
    return not shipped and not arrived and await refunds.left_minor(conn, order) > 0


async def called_off(conn: Conn, order_id: UUID) -> bool:
    """Whether the order was called off."""
    return any(event.type == CALLED_OFF for event in await orders.events(conn, order_id))


async def call_off(tx: Tx, order_id: UUID, *, actor: str, now: datetime) -> bool:
    """Give back all that was paid for an order, put its goods on the shelf and its parcels apart; False if that was
    done before. It holds the order's lock, as whoever sends a parcel does: one of the two comes first.

    Raises:
        AlreadySent: something of it has left; nothing changed.
        NothingToCallOff: it is not paid, or its money has gone back already.
        OrderNotFound: there is none.
    """
    order = await orders.lock(tx, order_id)
    if await called_off(tx, order_id):
        return False
    _, shipped, arrived = await queries.parcels(tx, order_id)
    if shipped or arrived:
        raise AlreadySent("A parcel of this order has left already.")
    left = await refunds.left_minor(tx, order) if order.state in _OPEN else 0
    if not left:
        raise NothingToCallOff("There is nothing of this order that could be canceled.")
    await orders.note(
        tx,
        order_id,
        CALLED_OFF,
        now=now,
        actor=actor,
        data={"amount_minor": left, "currency": order.currency},
    )
    await refunds.request(
        tx, order_id, amount=left, lines=await _all_of_it(tx, order_id), reason=_REASON, actor=actor, now=now
    )
    for parcel in await queries.of_order(tx, order_id):
        if parcel.state is states.State.PICKED:
            await service.cancel(tx, parcel.id, actor=actor, now=now)
    await service.finish(tx, order_id, actor=actor, now=now)
    await jobs.enqueue(
        tx, "send_cancellation_mail", {"order_id": str(order_id), "amount_minor": left}, now=now,
        key=f"cancellation_mail:{order_id}",
    )  # fmt: skip
    return True


async def _all_of_it(tx: Tx, order_id: UUID) -> list[RefundLine]:
    """Every unit that was not paid back before; on the shelf again, unless it is there already."""
    order = await orders.get(tx, order_id)
    open_lines = refunds.lines_left(order, await refunds.lines_of_order(tx, order_id))
    return [
        RefundLine(one.line.id, one.quantity, restock=one.restockable >= one.quantity)
        for one in open_lines
        if one.quantity
    ]
