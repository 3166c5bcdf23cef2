"""Heed the events that were received: look what they are about, and ask what is true now.

To heed a further type, write a function of the shape `Heed` and give it a line in `HEEDED`.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from kassa import inbox, payments, reconciliation, refunds
from kassa.inbox import WaitingEvent
from kassa.jobs.queue import pause
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.stripe import Gateway
from kassa.webhooks.contested import dispute_moved
from kassa.webhooks.ignored import why
from kassa.webhooks.moved import payment_moved
from kassa.webhooks.told import NOT_OURS, Heed, NotYet, Told, without_payment

#: With pauses doubling to an hour this is about half a day; then a person must look.
MAX_ATTEMPTS: Final = 20
_BATCH: Final = 64
_LEASE: Final = timedelta(seconds=60)
_SECONDS: Final = 45

log = structlog.get_logger()


_Settled = tuple[str, str, str, UUID | None]


async def heed_waiting(db: Database, gateway: Gateway, *, clock: Clock) -> int:
    """Heed a batch of waiting events, several at once; how many there were."""
    now = clock.now()
    async with db.transaction() as tx:
        events = await inbox.claim(tx, now=now, lease=now + _LEASE, limit=_BATCH)
    if not events:
        return 0
    verdicts = await asyncio.gather(*(_heed(db, gateway, event, clock) for event in events))
    settled = [verdict for verdict in verdicts if verdict]
    if settled:
        async with db.transaction() as tx:
            await inbox.settle(tx, settled, now=clock.now())
    return len(events)


async def _heed(db: Database, gateway: Gateway, event: WaitingEvent, clock: Clock) -> _Settled | None:
    """The event's end (id, state, verdict, order), or None if it is to be tried again."""
    heed = HEEDED.get(event.type)
    if heed is None:
        return event.id, "ignored", why(event.type) or "unknown type", None
    try:
        async with asyncio.timeout(_SECONDS):
            data = msgspec.json.decode(event.body)["data"]["object"]
            told = await heed(db, gateway, event, data, clock)
    except Exception as error:
        return await _failed(db, event, error, clock)
    return event.id, "handled" if told.ours else "ignored", told.verdict, told.order_id


async def _failed(db: Database, event: WaitingEvent, error: Exception, clock: Clock) -> _Settled | None:
    """Try again after a pause that grows; after the last attempt it is dead, and a case."""
    text = f"{type(error).__name__}: {error}"[:500]
    log.warning(
        "event not heeded", stripe_event=event.id, type=event.type, attempts=event.attempts, error=text
    )
    now = clock.now()
    known = {"event": event.id, "type": event.type, "object": event.object_id, "error": text}
    async with db.transaction() as tx:
        if event.attempts < MAX_ATTEMPTS:
            await inbox.postpone(tx, event.id, text, run_at=now + pause(event.attempts))
            return None
        if isinstance(error, NotYet):
            await reconciliation.open_case(tx, "unknown_payment", event.object_id, known=known, now=now)
        else:
            await reconciliation.open_case(tx, "event_not_heeded", event.id, known=known, now=now)
    return event.id, "dead", text, None


async def _charge_booked(
    db: Database, gateway: Gateway, event: WaitingEvent, data: Mapping[str, Any], clock: Clock
) -> Told:
    """A charge of ours stands in the provider's books now: what it cost can be known."""
    if data.get("balance_transaction") is None:
        return Told("not booked yet", ours=False)
    payment = await _paid_by(db, data)
    if payment is None:
        return NOT_OURS
    done = await payments.record_fee(db, gateway, payment.id, clock=clock)
    return Told(f"payment {payment.id}: {'fee recorded' if done else 'nothing new'}", payment.order_id)


async def _refund_moved(
    db: Database, gateway: Gateway, event: WaitingEvent, data: Mapping[str, Any], clock: Clock
) -> Told:
    """A refund moved, ours or one made at the provider: record what is true now."""
    if not await refunds.sync(db, gateway, event.object_id, clock=clock):
        return await without_payment(gateway, event, data)
    payment = await _paid_by(db, data)
    return Told(f"refund {event.object_id} recorded", payment.order_id if payment else None)


async def _warned_of_fraud(
    db: Database, gateway: Gateway, event: WaitingEvent, data: Mapping[str, Any], clock: Clock
) -> Told:
    """A card's issuer suspects fraud: somebody must look, before it becomes a dispute."""
    payment = await _paid_by(db, data)
    if payment is None:
        return await without_payment(gateway, event, data)
    known = {
        "warning": event.object_id, "fraud_type": data.get("fraud_type"), "payment_id": str(payment.id),
        "amount_minor": payment.received_minor, "currency": payment.currency,
    }  # fmt: skip
    async with db.transaction() as tx:
        await reconciliation.open_case(
            tx,
            "early_fraud_warning",
            event.object_id,
            known=known,
            now=clock.now(),
            order_id=payment.order_id,
        )
    return Told("a case for the operator", payment.order_id)


async def _paid_by(db: Database, data: Mapping[str, Any]) -> payments.Payment | None:
    """The payment whose PaymentIntent this object of Stripe's names."""
    intent = data.get("payment_intent")
    reference = intent.get("id") if isinstance(intent, dict) else intent
    if not reference:
        return None
    async with db.connection() as conn:
        return await payments.by_reference(conn, str(reference), None)


#: What is looked into.
HEEDED: Final[Mapping[str, Heed]] = {
    "payment_intent.succeeded": payment_moved,
    "payment_intent.payment_failed": payment_moved,
    "payment_intent.requires_action": payment_moved,
    "payment_intent.processing": payment_moved,
    "payment_intent.canceled": payment_moved,
    "payment_intent.amount_capturable_updated": payment_moved,
    "checkout.session.completed": payment_moved,
    "checkout.session.async_payment_succeeded": payment_moved,
    "checkout.session.async_payment_failed": payment_moved,
    "checkout.session.expired": payment_moved,
    "charge.succeeded": _charge_booked,
    "charge.captured": _charge_booked,
    "charge.updated": _charge_booked,
    "refund.created": _refund_moved,
    "refund.updated": _refund_moved,
    "refund.failed": _refund_moved,
    "charge.dispute.created": dispute_moved,
    "charge.dispute.updated": dispute_moved,
    "charge.dispute.funds_withdrawn": dispute_moved,
    "charge.dispute.funds_reinstated": dispute_moved,
    "charge.dispute.closed": dispute_moved,
    "radar.early_fraud_warning.created": _warned_of_fraud,
}
