"""The verbs of a payment: start it, collect it, ask what became of it, close it.

`start` takes `tx`. `collect`, `sync` and `close` speak to the provider: they take `db, gateway`, open their
own short transactions, and end in `record`, the only way money comes in.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from kassa import orders
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.ids import new_id
from kassa.kernel.speech import _, speak
from kassa.payments import queries
from kassa.payments.errors import NotPayable
from kassa.payments.facts import Facts, of_intent, of_session
from kassa.payments.queries import Payment
from kassa.payments.record import FIRST_LOOK, record
from kassa.stripe import Declined, Gateway, Intent, Rejected, SessionLine

#: Stripe lets a Checkout Session live for at most 24 hours; ours is closed by expiry long before.
SESSION_LIFE: Final = timedelta(hours=23)
#: How long a bank keeps its promise where Stripe does not say (https://docs.stripe.com/payments/place-a-hold).
AUTHORIZATION_LIFE: Final = timedelta(days=7)


async def start(
    tx: Tx, order: orders.Order, flow: str, *, now: datetime, capture: str = "automatic",
    customer_ref: str | None = None,
) -> Payment:  # fmt: skip
    """Write down that what gift cards leave to pay of `order` (locked by the caller) is to be collected by `flow`.

    `capture`: at once (`automatic`), or only authorised now and collected by `capture` later (`manual`).
    `customer_ref`: the provider's name of the customer whose saved cards may pay.

    Raises:
        NotPayable: the order is not waiting for money.
    """
    if order.state is not orders.State.PENDING:
        raise NotPayable(f"The order is {order.state}, so there is nothing to pay.")
    return await queries.insert(
        tx, new_id(), order_id=order.id, flow=flow, amount_minor=order.due_minor,
        currency=order.currency, capture=capture, now=now, sync_at=now + FIRST_LOOK, customer_ref=customer_ref,
    )  # fmt: skip


async def collect(db: Database, gateway: Gateway, payment_id: UUID, *, clock: Clock) -> Payment:
    """Have the provider's object made for this attempt, once, however often this is called.

    Raises:
        Unreachable: nobody knows whether it was made; calling again finds out.
        Rejected: the provider refused; the attempt has failed.
    """
    async with db.connection() as conn:
        payment = await queries.get(conn, payment_id)
        order = await orders.get(conn, payment.order_id)
    if payment.provider_ref or not payment.payable:
        return payment
    try:
        facts = await _create(gateway, payment, order)
    except Rejected as error:
        facts = Facts(
            state="failed", currency=payment.currency, received=0, last_error={"message": error.detail}
        )
        await _settle(db, payment, facts, clock=clock, actor="stripe:api")
        raise
    return await _settle(db, payment, facts, clock=clock, actor="stripe:api")


async def sync(db: Database, gateway: Gateway, payment_id: UUID, *, clock: Clock, actor: str) -> Payment:
    """Ask the provider what is true now and record it. Webhook, return page and poller all come here."""
    async with db.connection() as conn:
        payment = await queries.get(conn, payment_id)
    if payment.provider_ref is None:
        return await collect(db, gateway, payment_id, clock=clock)
    if payment.session_ref:
        facts = of_session(await gateway.session(payment.session_ref))
    else:
        facts = of_intent(await gateway.intent(payment.provider_ref))
    if facts.state == "authorized" and payment.capture_before is None:
        facts = replace(facts, capture_before=await _capture_before(gateway, facts, clock.now()))
    return await _settle(db, payment, facts, clock=clock, actor=actor)


async def capture(db: Database, gateway: Gateway, payment_id: UUID, *, clock: Clock, actor: str) -> Payment:
    """Collect the whole of what the bank has promised; the payment as it is then.

    Where nothing is promised (any more), nothing is asked for: the state says why. Doing it twice is doing it
    once.

    Raises:
        Declined: the bank went back on its word; what became of the payment is recorded.
        Unreachable: nobody knows; capturing again finds out.
    """
    async with db.connection() as conn:
        payment = await queries.get(conn, payment_id)
    if payment.state != "authorized" or payment.intent_ref is None:
        return payment
    try:
        intent = await gateway.capture_intent(payment.intent_ref)
    except Declined:
        await sync(db, gateway, payment_id, clock=clock, actor=actor)
        raise
    return await _settle(db, payment, of_intent(intent), clock=clock, actor=actor)


async def record_intent(
    db: Database, payment: Payment, intent: Intent, *, clock: Clock, actor: str
) -> Payment:
    """Believe a signed event that shows a success: a fact that can't change again."""
    if intent.status != "succeeded":
        raise ValueError("only a success can be believed without asking")
    return await _settle(db, payment, of_intent(intent), clock=clock, actor=actor)


async def close(db: Database, gateway: Gateway, payment_id: UUID, *, clock: Clock, actor: str) -> Payment:
    """See to it that nobody can pay this attempt any more; the payment as it is then.

    If the money came in the meantime, it is `succeeded` and the order is paid; if the bank is still thinking,
    it stays `processing`. Both are answers, not errors. An authorisation is given up.
    """
    async with db.connection() as conn:
        payment = await queries.get(conn, payment_id)
    if payment.provider_ref is None and payment.payable:
        payment = await collect(db, gateway, payment_id, clock=clock)
    if payment.state == "succeeded" or payment.provider_ref is None:
        return payment
    if payment.session_ref:
        facts = await _close_session(gateway, payment.session_ref)
    else:
        facts = of_intent(await gateway.cancel_intent(payment.provider_ref))
    return await _settle(db, payment, facts, clock=clock, actor=actor)


async def _close_session(gateway: Gateway, session_ref: str) -> Facts:
    """Expire the page. One that is complete can't be; then what the customer left there is given up."""
    facts = of_session(await gateway.expire_session(session_ref))
    if facts.state in queries.PAYABLE and facts.state != "open" and facts.intent_ref:
        await gateway.cancel_intent(facts.intent_ref)
        facts = of_session(await gateway.session(session_ref))
    return facts


async def _capture_before(gateway: Gateway, facts: Facts, now: datetime) -> datetime:
    """When the authorisation lapses."""
    told = await gateway.capture_before(facts.charge) if facts.charge else None
    return datetime.fromtimestamp(told, UTC) if told else now + AUTHORIZATION_LIFE


async def _create(gateway: Gateway, payment: Payment, order: orders.Order) -> Facts:
    key = f"payment:{payment.id}"
    number = orders.shown_number(order.number)
    metadata = {"kassa_order": str(order.id), "kassa_payment": str(payment.id), "order_number": number}
    if payment.flow == "element":
        intent = await gateway.create_intent(
            key=key, amount=payment.amount_minor, currency=payment.currency, description=f"Order {number}",
            email=order.email, metadata=metadata, capture=payment.capture, customer=payment.customer_ref,
        )  # fmt: skip
        return of_intent(intent)
    back = f"{gateway.front(order.locale)}/orders/{order.id}"
    session = await gateway.create_session(
        key=key, currency=payment.currency, lines=_session_lines(order), email=order.email,
        reference=str(order.id), description=f"Order {number}", metadata=metadata,
        success_url=f"{back}/return?session_id={{CHECKOUT_SESSION_ID}}", cancel_url=f"{back}/pay?canceled=1",
        expires_at=int((payment.created_at + SESSION_LIFE).timestamp()), capture=payment.capture,
        customer=payment.customer_ref, language=order.locale,
    )  # fmt: skip
    return of_session(session)


def _session_lines(order: orders.Order) -> list[SessionLine]:
    """The order as lines whose sum is what is to be paid of it, to the minor unit, in its customer's language."""
    if order.gift_minor:
        number = orders.shown_number(order.number)
        with speak(order.locale):
            title = _("Order %(number)s, what gift cards leave to pay", number=number)
        return [SessionLine(title=title, unit=order.due_minor, quantity=1)]
    lines = [
        SessionLine(title=line.title, unit=line.unit_minor, quantity=line.quantity)
        if line.total_minor == line.unit_minor * line.quantity
        else SessionLine(title=f"{line.quantity} × {line.title}", unit=line.total_minor, quantity=1)
        for line in order.lines
    ]
    with speak(order.locale):
        extra = (
            (_("Shipping"), order.shipping_minor),
            (_("Tax"), 0 if order.tax_included else order.tax_minor),
        )
    return lines + [SessionLine(title=title, unit=amount, quantity=1) for title, amount in extra if amount]


async def _settle(db: Database, payment: Payment, facts: Facts, *, clock: Clock, actor: str) -> Payment:
    async with db.transaction() as tx:
        return await record(tx, payment, facts, now=clock.now(), actor=actor)
