"""What happens to orders that nobody comes back to. Called every second by one of the workers."""

import asyncio
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from kassa import inventory, jobs, orders, payments
from kassa.checkout import queries, service
from kassa.checkout.buy_now import give_up
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.kernel.errors import KassaError
from kassa.stripe import Gateway

_BATCH: Final = 50
#: How long a hold is left alone when Stripe can't be asked about its payment.
_LATER: Final = timedelta(minutes=2)
#: How long it is left alone while the bank is still thinking (for days, at times); news comes by other ways.
_THINKING: Final = timedelta(minutes=30)
#: How long before an authorisation lapses somebody is told.
_WARNING: Final = timedelta(days=1)
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
            bought_at_once = await queries.is_open(conn, order_id)
        if bought_at_once:
            await give_up(db, gateway, order_id, clock=clock, actor="clock")
            return
        wait = await _with_the_bank(db, gateway, order_id, hold, clock=clock)
        if wait is None:
            await service.expire(db, gateway, order_id, clock=clock)
            return
    except payments.StillProcessing:
        wait = clock.now() + _THINKING
    except KassaError as error:
        log.info("expiry postponed", order=str(order_id), code=error.code)
        wait = clock.now() + _LATER
    async with db.transaction() as tx:
        await inventory.postpone(tx, order_id, wait)


async def _with_the_bank(
    db: Database, gateway: Gateway, order_id: UUID, hold: inventory.Hold, *, clock: Clock
) -> datetime | None:
    """Until when the goods are kept because a bank is being asked or has promised; asks the provider.

    Not for a customer in front of his bank's challenge: when that began, the hold was made long enough.
    """
    if hold.state != "paying":
        return None
    async with db.connection() as conn:
        attempts = [payment for payment in await payments.of_order(conn, order_id) if payment.payable]
    for attempt in attempts:
        now = await payments.sync(db, gateway, attempt.id, clock=clock, actor="clock")
        if now.state == "processing":
            return clock.now() + _THINKING
        if now.state == "authorized" and now.capture_before and clock.now() < now.capture_before:
            return now.capture_before
        if now.state == "succeeded":
            return clock.now()
    return None


async def _look(db: Database, gateway: Gateway, payment_id: UUID, *, clock: Clock) -> None:
    try:
        payment = await payments.sync(db, gateway, payment_id, clock=clock, actor="clock")
        async with db.connection() as conn:
            order = await orders.get(conn, payment.order_id)
        if payment.payable and order.state is not orders.State.PENDING:
            await payments.close(db, gateway, payment_id, clock=clock, actor="clock")
        elif payment.state == "authorized":
            await _watch(db, payment, clock=clock)
    except KassaError as error:
        log.info("look at payment postponed", payment=str(payment_id), code=error.code)


async def _watch(db: Database, payment: payments.Payment, *, clock: Clock) -> None:
    """A bank's promise that lapses within a day is put before the operator: send the goods, or lose the money."""
    now = clock.now()
    if payment.capture_before is None or now < payment.capture_before - _WARNING:
        return
    known = {
        "payment_id": str(payment.id), "amount_minor": payment.amount_minor, "currency": payment.currency,
        "capture_before": payment.capture_before.isoformat(),
    }  # fmt: skip
    case = {
        "kind": "authorization_expiring", "cause": str(payment.id), "order_id": str(payment.order_id), "known": known,
    }  # fmt: skip
    async with db.transaction() as tx:
        await jobs.enqueue(tx, "open_case", case, now=now, key=f"authorization:{payment.id}")
