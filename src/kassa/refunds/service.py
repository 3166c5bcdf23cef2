"""The verbs of a refund: write it down, ask for it, record what became of it."""

from uuid import UUID

from kassa import jobs, orders, payments
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.ids import new_id, parse_id
from kassa.refunds import queries
from kassa.refunds.queries import Refund
from kassa.stripe import Gateway, ProviderRefund, Rejected

#: Stripe's refund statuses as ours; a refund that waits for the customer is on its way.
_STATES = {
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "canceled",
}


async def send_back_surplus(db: Database, payment_id: UUID, *, clock: Clock) -> None:
    """Money that its order has no use for goes back: once per payment, however often this is called."""
    now = clock.now()
    async with db.transaction() as tx:
        payment = await payments.get(tx, payment_id)
        await orders.lock(tx, payment.order_id)
        refund = Refund(
            id=new_id(), payment_id=payment.id, order_id=payment.order_id, amount_minor=payment.received_minor,
            currency=payment.currency, kind="surplus", reason="surplus", state="requested", provider_ref=None,
            created_at=now, updated_at=now,
        )  # fmt: skip
        if not await queries.insert(tx, refund):
            return
        data = {"refund_id": str(refund.id), "amount_minor": refund.amount_minor, "currency": refund.currency}
        await orders.note(tx, refund.order_id, "refund.requested", now=now, actor="clock", data=data)
        await jobs.enqueue(tx, "submit_refund", {"refund_id": str(refund.id)}, now=now)


async def submit(db: Database, gateway: Gateway, refund_id: UUID, *, clock: Clock) -> None:
    """Ask the provider for a refund that was written down; asking twice is asking once.

    Raises:
        Unreachable: nobody knows; asking again finds out.
    """
    async with db.connection() as conn:
        refund = await queries.get(conn, refund_id)
        if refund is None or refund.state != "requested":
            return
        payment = await payments.get(conn, refund.payment_id)
    if payment.intent_ref is None:
        raise ValueError(f"payment {payment.id} received money without a PaymentIntent")
    try:
        answer = await gateway.create_refund(
            key=f"refund:{refund.id}", intent_id=payment.intent_ref, amount=refund.amount_minor,
            currency=refund.currency, metadata={"kassa_refund": str(refund.id)},
        )  # fmt: skip
    except Rejected as error:
        async with db.transaction() as tx:
            await _record(tx, refund, "failed", clock=clock, error=error.detail)
        return
    async with db.transaction() as tx:
        await _record(tx, refund, _STATES[answer.status], clock=clock, reference=answer.id)


async def sync(db: Database, gateway: Gateway, reference: str, *, clock: Clock) -> bool:
    """Ask the provider about a refund of its own naming and record it; whether it is about our money.

    One that was made in the provider's dashboard is written down as found.
    """
    answer = await gateway.refund(reference)
    async with db.transaction() as tx:
        refund = await queries.by_provider_ref(tx, reference)
        ours = parse_id(answer.metadata.get("kassa_refund", ""))
        if refund is None and ours is not None:
            refund = await queries.get(tx, ours)
        if refund is None:
            return await _found(tx, answer, clock=clock)
        await _record(
            tx, refund, _STATES[answer.status], clock=clock, reference=answer.id, error=answer.failure_reason
        )
    return True


async def _found(tx: Tx, answer: ProviderRefund, *, clock: Clock) -> bool:
    payment = await payments.by_reference(tx, answer.intent, None) if answer.intent else None
    if payment is None:
        return False
    await orders.lock(tx, payment.order_id)
    now = clock.now()
    refund = Refund(
        id=new_id(), payment_id=payment.id, order_id=payment.order_id, amount_minor=answer.amount,
        currency=answer.currency, kind="requested", reason="made at the provider", state=_STATES[answer.status],
        provider_ref=answer.id, created_at=now, updated_at=now,
    )  # fmt: skip
    if await queries.insert(tx, refund):
        data = {"refund_id": str(refund.id), "amount_minor": refund.amount_minor, "provider_ref": answer.id}
        await orders.note(tx, refund.order_id, "refund.found", now=now, actor="stripe:api", data=data)
    return True


async def _record(
    tx: Tx,
    refund: Refund,
    state: str,
    *,
    clock: Clock,
    reference: str | None = None,
    error: str | None = None,
) -> None:
    now = clock.now()
    await orders.lock(tx, refund.order_id)
    last_error = {"message": error} if error else None
    await queries.record(tx, refund.id, state=state, provider_ref=reference, last_error=last_error, now=now)
    if state == refund.state:
        return
    data = {"refund_id": str(refund.id), "amount_minor": refund.amount_minor, "currency": refund.currency}
    await orders.note(tx, refund.order_id, f"refund.{state}", now=now, actor="stripe:api", data=data)
    if state == "succeeded" and refund.kind == "surplus":
        key = f"refund_mail:{refund.id}"
        await jobs.enqueue(tx, "send_refund_mail", {"refund_id": str(refund.id)}, now=now, key=key)
