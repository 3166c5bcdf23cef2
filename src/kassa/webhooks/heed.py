"""Heed the events that were received: look what they are about, and ask what is true now."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import msgspec
import structlog

from kassa import payments, reconciliation, refunds
from kassa.jobs.queue import pause
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.kernel.ids import parse_id
from kassa.stripe import Gateway, intent_of_event
from kassa.webhooks import queries
from kassa.webhooks.queries import WaitingEvent

#: With pauses doubling to an hour this is about half a day; then a person must look.
MAX_ATTEMPTS: Final = 20
_BATCH: Final = 64
_LEASE: Final = timedelta(seconds=60)
_SECONDS: Final = 45

log = structlog.get_logger()

Heed = Callable[[Database, Gateway, WaitingEvent, Mapping[str, Any], Clock], Awaitable[str]]


class NotYet(Exception):
    """The event is about something of ours that is not written down yet: try again."""


async def heed_waiting(db: Database, gateway: Gateway, *, clock: Clock) -> int:
    """Heed a batch of waiting events, several at once; how many there were."""
    now = clock.now()
    async with db.transaction() as tx:
        events = await queries.claim(tx, now=now, lease=now + _LEASE, limit=_BATCH)
    if not events:
        return 0
    verdicts = await asyncio.gather(*(_heed(db, gateway, event, clock) for event in events))
    settled = [(event.id, *verdict) for event, verdict in zip(events, verdicts, strict=True) if verdict]
    if settled:
        ids, states, reasons = zip(*settled, strict=True)
        async with db.transaction() as tx:
            await queries.settle(tx, ids, states, reasons, now=clock.now())
    return len(events)


async def _heed(db: Database, gateway: Gateway, event: WaitingEvent, clock: Clock) -> tuple[str, str] | None:
    """The event's end (state, verdict), or None if it is to be tried again."""
    heed = HEEDED.get(event.type)
    if heed is None:
        return "ignored", "known, and of no consequence" if event.type in IGNORED else "unknown type"
    try:
        async with asyncio.timeout(_SECONDS):
            data = msgspec.json.decode(event.body)["data"]["object"]
            verdict = await heed(db, gateway, event, data, clock)
    except Exception as error:
        return await _failed(db, event, f"{type(error).__name__}: {error}"[:500], clock)
    return ("ignored", verdict) if verdict.startswith("not ours") else ("handled", verdict)


async def _failed(db: Database, event: WaitingEvent, error: str, clock: Clock) -> tuple[str, str] | None:
    log.warning(
        "event not heeded", stripe_event=event.id, type=event.type, attempts=event.attempts, error=error
    )
    now = clock.now()
    async with db.transaction() as tx:
        if event.attempts < MAX_ATTEMPTS:
            await queries.postpone(tx, event.id, error, run_at=now + pause(event.attempts))
            return None
        known = {"type": event.type, "object": event.object_id, "error": error}
        await reconciliation.open_case(tx, "event_not_heeded", event.id, known=known, now=now)
    return "dead", error


async def _payment_moved(
    db: Database, gateway: Gateway, event: WaitingEvent, data: Mapping[str, Any], clock: Clock
) -> str:
    """A PaymentIntent or Checkout Session of ours moved: record what is true now."""
    payment_id = parse_id(str((data.get("metadata") or {}).get("kassa_payment", "")))
    async with db.connection() as conn:
        payment = await payments.by_reference(conn, event.object_id, payment_id)
    if payment is None:
        if payment_id is not None:
            raise NotYet(f"payment {payment_id} is not there")
        return "not ours"
    actor = f"stripe:{event.id}"
    if event.type == "payment_intent.succeeded":
        intent = intent_of_event(data)
        if (intent.status, intent.received, intent.currency) == (
            "succeeded", payment.amount_minor, payment.currency,
        ):  # fmt: skip
            await payments.record_intent(db, payment, intent, clock=clock, actor=actor)
            return f"payment {payment.id}: succeeded"
    after = await payments.sync(db, gateway, payment.id, clock=clock, actor=actor)
    return f"payment {after.id}: {after.state}"


async def _refund_moved(
    db: Database, gateway: Gateway, event: WaitingEvent, data: Mapping[str, Any], clock: Clock
) -> str:
    """A refund moved, ours or one made at the provider: record what is true now."""
    if await refunds.sync(db, gateway, event.object_id, clock=clock):
        return f"refund {event.object_id} recorded"
    return "not ours"


#: What is looked into.
HEEDED: Final[Mapping[str, Heed]] = {
    "payment_intent.succeeded": _payment_moved,
    "payment_intent.payment_failed": _payment_moved,
    "payment_intent.requires_action": _payment_moved,
    "payment_intent.processing": _payment_moved,
    "payment_intent.canceled": _payment_moved,
    "payment_intent.amount_capturable_updated": _payment_moved,
    "checkout.session.completed": _payment_moved,
    "checkout.session.async_payment_succeeded": _payment_moved,
    "checkout.session.async_payment_failed": _payment_moved,
    "checkout.session.expired": _payment_moved,
    "refund.created": _refund_moved,
    "refund.updated": _refund_moved,
    "refund.failed": _refund_moved,
}

#: What is known and needs nothing: another event, or the object itself, tells the same.
IGNORED: Final = frozenset(
    {
        "payment_intent.created",
        "charge.succeeded",
        "charge.failed",
        "charge.pending",
        "charge.captured",
        "charge.updated",
        "charge.expired",
        "charge.refunded",
        "charge.refund.updated",
        "customer.created",
        "customer.updated",
        "payment_method.attached",
    }
)
