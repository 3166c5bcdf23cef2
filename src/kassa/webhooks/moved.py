"""A PaymentIntent or a Checkout Session moved."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kassa import checkout, orders, payments
from kassa.inbox import WaitingEvent
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.kernel.errors import KassaError
from kassa.kernel.ids import parse_id
from kassa.stripe import Gateway, Intent, intent_of_event
from kassa.webhooks.told import NOT_OURS, NotYet, Told


async def payment_moved(
    db: Database, gateway: Gateway, event: WaitingEvent, data: Mapping[str, Any], clock: Clock
) -> Told:
    """Record what is true now of the payment that the event is about.

    Raises:
        NotYet: the object carries our marks, and neither its payment nor its order is here.
    """
    marks = data.get("metadata") or {}
    payment_id, order_id = (parse_id(str(marks.get(name, ""))) for name in ("kassa_payment", "kassa_order"))
    buy_now_id = parse_id(str(marks.get("kassa_buy_now", "")))
    if buy_now_id is not None:
        return await _bought_at_once(db, gateway, event, buy_now_id, clock)
    async with db.connection() as conn:
        payment = await payments.by_reference(conn, event.object_id, payment_id)
    if payment is None or _another(payment, event.object_id):
        order_id = payment.order_id if payment else order_id
        if order_id is None and payment_id is None:
            return NOT_OURS
        return await _stray(db, gateway, event, order_id, clock)
    actor = f"stripe:{event.id}"
    success = _told_success(event, data)
    if success and (success.received, success.currency) == (payment.amount_minor, payment.currency):
        await payments.record_intent(db, payment, success, clock=clock, actor=actor)
        return Told(f"payment {payment.id}: succeeded", payment.order_id)
    after = await payments.sync(db, gateway, payment.id, clock=clock, actor=actor)
    return Told(f"payment {after.id}: {after.state}", after.order_id)


async def _bought_at_once(
    db: Database, gateway: Gateway, event: WaitingEvent, buy_now_id: UUID, clock: Clock
) -> Told:
    """Something bought without a cart: the money makes the order; a second object of the same is a stray."""
    try:
        found = await checkout.sync_buy_now(db, gateway, buy_now_id, clock=clock, actor=f"stripe:{event.id}")
    except checkout.BuyNowNotFound:
        raise NotYet(f"{event.object_id} carries our marks, and what was bought is not there") from None
    if found.order_id is not None:
        async with db.connection() as conn:
            known = await payments.by_reference(conn, event.object_id, None)
        if known is None:
            return await _stray(db, gateway, event, found.order_id, clock)
    return Told(f"bought at once {found.id}: {found.state}", found.order_id)


def _told_success(event: WaitingEvent, data: Mapping[str, Any]) -> Intent | None:
    """The success that the event shows. In a shape that we do not know it is a hint like any other."""
    if event.type != "payment_intent.succeeded":
        return None
    try:
        intent = intent_of_event(data)
    except (KeyError, TypeError, AttributeError, KassaError):
        return None
    return intent if intent.status == "succeeded" else None


def _another(payment: payments.Payment, object_id: str) -> bool:
    """Whether the object carries the marks of a payment that has another object already."""
    known = payment.session_ref if object_id.startswith("cs_") else payment.intent_ref
    return known is not None and known != object_id


async def _stray(
    db: Database, gateway: Gateway, event: WaitingEvent, order_id: UUID | None, clock: Clock
) -> Told:
    """An object that carries our marks and is not the one we know: made twice, or by somebody else's hand.

    Money that it took becomes a payment of its order, which uses it or sends it back.
    """
    if order_id is None or not await _is_there(db, order_id):
        raise NotYet(f"{event.object_id} carries our marks, and its order is not there")
    hosted = event.object_id.startswith("cs_")
    told = await (gateway.session(event.object_id) if hosted else gateway.intent(event.object_id))
    if not payments.collected(told):
        return Told("another object of the order's, which took no money", order_id)
    async with db.transaction() as tx:
        payment = await payments.insert_collected(
            tx, order_id, told, now=clock.now(), actor=f"stripe:{event.id}"
        )
    return Told(f"payment {payment.id}: found", order_id)


async def _is_there(db: Database, order_id: UUID) -> bool:
    async with db.connection() as conn:
        try:
            await orders.get(conn, order_id)
        except orders.OrderNotFound:
            return False
    return True
