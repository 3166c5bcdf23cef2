"""The verbs of an order: place it, let something happen to it, note something about it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kassa import inventory, jobs
from kassa.kernel.db import Tx
from kassa.orders import queries, states
from kassa.orders.queries import NewOrder, Order
from kassa.orders.states import Event, State
from kassa.pricing import discounts
from kassa.pricing.taxes import elsewhere


async def insert(tx: Tx, order: NewOrder, *, now: datetime, actor: str) -> bool:
    """Place an order; False if one of this id was placed before (nothing changes then).

    The caller reserves its stock and uses its discounts in the same transaction.
    """
    if not await queries.insert(tx, order, now=now):
        return False
    data = {"total_minor": order.quote.total, "currency": order.quote.currency}
    await queries.journal(tx, order.id, "order.placed", now=now, actor=actor, data=data)
    return True


async def apply(
    tx: Tx, order_id: UUID, event: Event, *, now: datetime, actor: str, data: Mapping[str, Any] | None = None,
    retake: Callable[[Tx], Awaitable[bool]] | None = None,
) -> Order:  # fmt: skip
    """Let `event` happen to an order: the only door through which an order changes state.

    `retake`: what else than stock must be taken again for late money to revive an order; whether it could be.

    Stock, discounts and mail follow the order here, in the same transaction, so no caller can move one and forget the
    others. The order comes back as it stands afterwards: a payment that succeeded and did not move it is
    surplus, and the caller sends it back.

    Raises:
        InvalidTransition: the order's state has no place for this event; nothing changed.
        OrderNotFound: there is none.
    """
    order = await queries.lock(tx, order_id)
    state = states.after(order.state, event, attempt_failed=order.attempt_failed)
    if order.state in states.DEAD and state is State.PAID:
        stock_left = await _retake(tx, order_id, retake, now=now)
        state = states.after(order.state, event, stock_left=stock_left)
    if state is not order.state:
        await _follow(tx, order, state, now=now, actor=actor)
    failed = event is Event.ATTEMPT_FAILED and order.state is State.PENDING
    if state is not order.state or failed:
        paid_at = now if state is State.PAID else None
        await queries.record(tx, order_id, state, attempt_failed=failed, paid_at=paid_at)
    moved = {"from": order.state, "to": state} if state is not order.state else {}
    await queries.journal(
        tx, order_id, f"order.{event}", now=now, actor=actor, data={**(data or {}), **moved}
    )
    return await queries.get(tx, order_id)


async def note(
    tx: Tx, order_id: UUID, type_: str, *, now: datetime, actor: str, data: Mapping[str, Any] | None = None
) -> None:
    """Write something about an order into its journal without changing its state; locks the order."""
    await queries.lock(tx, order_id)
    await queries.journal(tx, order_id, type_, now=now, actor=actor, data=data or {})


def shown_number(number: int) -> str:
    """An order's number as people see and say it: K-10001."""
    return f"K-{number}"


async def _retake(
    tx: Tx, order_id: UUID, also: Callable[[Tx], Awaitable[bool]] | None, *, now: datetime
) -> bool:
    """Hold the stock of a dead order and use its discounts again, and what `also` takes: all of it, or nothing."""
    if not await inventory.retake(tx, order_id, now=now, expires_at=now):
        return False
    if await discounts.retake(tx, order_id):
        if also is None or await also(tx):
            return True
        await discounts.restore(tx, order_id)
    await inventory.release(tx, order_id)
    return False


async def _follow(tx: Tx, order: Order, state: State, *, now: datetime, actor: str) -> None:
    if state is State.PAID:
        await inventory.commit(tx, order.id, order_id=order.id, actor=actor, now=now)
        await discounts.commit(tx, order.id)
        await elsewhere.sold(tx, order.id, now=now)
        await jobs.enqueue(
            tx, "send_receipt", {"order_id": str(order.id)}, now=now, key=f"receipt:{order.id}"
        )
    elif state in states.DEAD:
        await inventory.release(tx, order.id)
        await discounts.restore(tx, order.id)
