"""What happens to orders that nobody comes back to. Called every second by one of the workers."""

import asyncio
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from kassa import inventory, orders, payments
from kassa.checkout import service
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.kernel.errors import KassaError
from kassa.stripe import Gateway

_BATCH: Final = 50
#: A customer in front of his bank's challenge gets this long on top of the hold, not for ever.
_CHALLENGE: Final = timedelta(minutes=10)
#: How long a hold is left alone whose payment the bank is still thinking about, or Stripe can't be asked about.
_LATER: Final = timedelta(minutes=2)
_LEASE: Final = timedelta(minutes=1)

log = structlog.get_logger()


async def expire_due(db: Database, gateway: Gateway, *, clock: Clock) -> int:
    """End the orders whose hold has run out, after asking the provider; how many were looked at.

    A hold whose payment could still succeed is never released: the provider's object is closed first, and if
    the money came after all, the order is paid.
    """
    async with db.connection() as conn:
        due = await inventory.due_holds(conn, now=clock.now(), limit=_BATCH)
    await asyncio.gather(*(_expire(db, gateway, hold_id, clock=clock) for hold_id in due))
    return len(due)


async def look_after_payments(db: Database, gateway: Gateway, *, clock: Clock) -> int:
    """Ask about the attempts of which nobody has told us anything for a while; how many."""
    now = clock.now()
    async with db.transaction() as tx:
        due = await payments.due_for_sync(tx, now=now, lease=now + _LEASE, limit=_BATCH)
    await asyncio.gather(*(_look(db, gateway, payment_id, clock=clock) for payment_id in due))
    return len(due)


async def _expire(db: Database, gateway: Gateway, order_id: UUID, *, clock: Clock) -> None:
    try:
        async with db.connection() as conn:
            hold = await inventory.hold(conn, order_id)
        if hold.state == "paying" and await _in_challenge(db, gateway, order_id, hold, clock=clock):
            return
        await service.expire(db, gateway, order_id, clock=clock)
    except KassaError as error:
        log.info("expiry postponed", order=str(order_id), code=error.code)
        async with db.transaction() as tx:
            await inventory.postpone(tx, order_id, clock.now() + _LATER)


async def _in_challenge(
    db: Database, gateway: Gateway, order_id: UUID, hold: inventory.Hold, *, clock: Clock
) -> bool:
    """Whether the customer may be in front of his bank right now; asks the provider."""
    async with db.connection() as conn:
        attempts = [payment for payment in await payments.of_order(conn, order_id) if payment.payable]
    for attempt in attempts:
        now = await payments.sync(db, gateway, attempt.id, clock=clock, actor="clock")
        if now.state == "processing":
            raise payments.StillProcessing("The bank has not decided yet.")
        if now.state == "requires_action" and clock.now() < hold.expires_at + _CHALLENGE:
            return True
        if now.state == "succeeded":
            return True
    return False


async def _look(db: Database, gateway: Gateway, payment_id: UUID, *, clock: Clock) -> None:
    try:
        payment = await payments.sync(db, gateway, payment_id, clock=clock, actor="clock")
        async with db.connection() as conn:
            order = await orders.get(conn, payment.order_id)
        if payment.payable and order.state is not orders.State.PENDING:
            await payments.close(db, gateway, payment_id, clock=clock, actor="clock")
    except KassaError as error:
        log.info("look at payment postponed", payment=str(payment_id), code=error.code)
