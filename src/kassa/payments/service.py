"""The verbs of a payment: start it, collect it, ask what became of it, close it.

`start` takes `tx`. `collect`, `sync` and `close` speak to the provider: they take `db, gateway`, open their
own short transactions, and end in `_record`, the only way money comes in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kassa import cart, inventory, jobs, orders
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.ids import new_id
from kassa.payments import queries, states
from kassa.payments.books import post
from kassa.payments.errors import NotPayable
from kassa.payments.queries import Payment
from kassa.stripe import Gateway, Intent, Rejected, Session, SessionLine

#: How soon the poller asks about an attempt that nobody has told us about, and how rarely later on.
FIRST_LOOK: Final = timedelta(seconds=30)
LAST_LOOK: Final = timedelta(minutes=30)
#: Stripe lets a Checkout Session live for at most 24 hours; ours is closed by expiry long before.
SESSION_LIFE: Final = timedelta(hours=23)
#: A customer whose bank said no keeps the goods at least this long to try again.
RETRY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What the provider says of an attempt, whichever object it came from."""

    state: str
    currency: str
    received: int
    intent_ref: str | None = None
    session_ref: str | None = None
    charge: str | None = None
    client_secret: str | None = None
    url: str | None = None
    last_error: Mapping[str, Any] | None = None


async def start(tx: Tx, order: orders.Order, flow: str, *, now: datetime) -> Payment:
    """Write down that the whole of `order` (locked by the caller) is to be collected by `flow`.

    Raises:
        NotPayable: the order is not waiting for money.
    """
    if order.state is not orders.State.PENDING:
        raise NotPayable(f"The order is {order.state}, so there is nothing to pay.")
    return await queries.insert(
        tx, new_id(), order_id=order.id, flow=flow, amount_minor=order.total_minor,
        currency=order.currency, now=now, sync_at=now + FIRST_LOOK,
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
        facts = _Facts(
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
        facts = _of_session(await gateway.session(payment.session_ref))
    else:
        facts = _of_intent(await gateway.intent(payment.provider_ref))
    return await _settle(db, payment, facts, clock=clock, actor=actor)


async def record_intent(
    db: Database, payment: Payment, intent: Intent, *, clock: Clock, actor: str
) -> Payment:
    """Believe a signed event that shows a success: a fact that can't change again."""
    if intent.status != "succeeded":
        raise ValueError("only a success can be believed without asking")
    return await _settle(db, payment, _of_intent(intent), clock=clock, actor=actor)


async def close(db: Database, gateway: Gateway, payment_id: UUID, *, clock: Clock, actor: str) -> Payment:
    """See to it that nobody can pay this attempt any more; the payment as it is then.

    If the money came in the meantime, it is `succeeded` and the order is paid; if the bank is still thinking,
    it stays `processing`. Both are answers, not errors.
    """
    async with db.connection() as conn:
        payment = await queries.get(conn, payment_id)
    if payment.provider_ref is None and payment.payable:
        payment = await collect(db, gateway, payment_id, clock=clock)
    if not payment.payable or payment.provider_ref is None:
        return payment
    if payment.session_ref:
        facts = _of_session(await gateway.expire_session(payment.session_ref))
    else:
        facts = _of_intent(await gateway.cancel_intent(payment.provider_ref))
    return await _settle(db, payment, facts, clock=clock, actor=actor)


async def _create(gateway: Gateway, payment: Payment, order: orders.Order) -> _Facts:
    key = f"payment:{payment.id}"
    number = orders.shown_number(order.number)
    metadata = {"kassa_order": str(order.id), "kassa_payment": str(payment.id), "order_number": number}
    if payment.flow == "element":
        intent = await gateway.create_intent(
            key=key, amount=payment.amount_minor, currency=payment.currency, description=f"Order {number}",
            email=order.email, metadata=metadata,
        )  # fmt: skip
        return _of_intent(intent)
    back = f"{gateway.return_base}/orders/{order.id}"
    session = await gateway.create_session(
        key=key, currency=payment.currency, lines=_session_lines(order), email=order.email,
        reference=str(order.id), description=f"Order {number}", metadata=metadata,
        success_url=f"{back}/return?session_id={{CHECKOUT_SESSION_ID}}", cancel_url=f"{back}/pay?canceled=1",
        expires_at=int((payment.created_at + SESSION_LIFE).timestamp()),
    )  # fmt: skip
    return _of_session(session)


def _session_lines(order: orders.Order) -> list[SessionLine]:
    """The order as lines whose sum is its total, to the minor unit."""
    lines = [
        SessionLine(title=line.title, unit=line.unit_minor, quantity=line.quantity)
        if line.total_minor == line.unit_minor * line.quantity
        else SessionLine(title=f"{line.quantity} × {line.title}", unit=line.total_minor, quantity=1)
        for line in order.lines
    ]
    extra = (("Shipping", order.shipping_minor), ("Tax", 0 if order.tax_included else order.tax_minor))
    return lines + [SessionLine(title=title, unit=amount, quantity=1) for title, amount in extra if amount]


def _of_intent(intent: Intent) -> _Facts:
    return _Facts(
        state=states.of_intent(intent),
        currency=intent.currency,
        received=intent.received,
        intent_ref=intent.id,
        charge=intent.charge,
        client_secret=intent.client_secret,
        last_error=intent.last_error,
    )


def _of_session(session: Session) -> _Facts:
    intent = session.intent
    return _Facts(
        state=states.of_session(session),
        currency=session.currency,
        received=intent.received if intent else 0,
        intent_ref=intent.id if intent else None,
        session_ref=session.id,
        charge=intent.charge if intent else None,
        url=session.url,
        last_error=intent.last_error if intent else None,
    )


async def _settle(db: Database, payment: Payment, facts: _Facts, *, clock: Clock, actor: str) -> Payment:
    async with db.transaction() as tx:
        return await _record(tx, payment, facts, now=clock.now(), actor=actor)


async def _record(tx: Tx, payment: Payment, facts: _Facts, *, now: datetime, actor: str) -> Payment:
    """Write down what the provider said and let the order follow: the only way money comes in.

    Locks cart, order, stock, in this order. Saying the same again changes nothing.
    """
    if facts.state == "succeeded" and payment.state != "succeeded":
        cart_id = await orders.cart_of(tx, payment.order_id)
        if cart_id:
            await cart.lock(tx, cart_id)
    order = await orders.lock(tx, payment.order_id)
    payment = await queries.get(tx, payment.id)
    state = "succeeded" if payment.state == "succeeded" else facts.state
    surplus = False
    if state == "succeeded" and payment.state != "succeeded":
        surplus = not await _take(tx, order, payment, facts, now=now, actor=actor)
    elif state != payment.state or (facts.last_error is not None and _new_failure(payment, facts)):
        await _follow(tx, order, payment, facts, now=now, actor=actor)
    final = state not in queries.PAYABLE
    after = await queries.write(
        tx, payment, state=state, intent_ref=facts.intent_ref, session_ref=facts.session_ref,
        charge_ref=facts.charge, received_minor=max(payment.received_minor, facts.received),
        client_secret=facts.client_secret, url=facts.url, last_error=facts.last_error, surplus=surplus,
        now=now, sync_at=None if final else now + _pause(payment, now),
    )  # fmt: skip
    if not final and order.state is not orders.State.PENDING:
        # The order ended while the provider was being asked: nobody may pay it any more.
        await jobs.enqueue(
            tx, "close_payment", {"payment_id": str(payment.id)}, now=now, key=f"close:{payment.id}"
        )
    return after


async def _take(
    tx: Tx, order: orders.Order, payment: Payment, facts: _Facts, *, now: datetime, actor: str
) -> bool:
    """Money came in. Whether the order had a use for it; if not, it is sent back."""
    fits = facts.received == payment.amount_minor == order.total_minor and facts.currency == order.currency
    data = {
        "payment_id": str(payment.id),
        "amount_minor": facts.received,
        "currency": facts.currency,
        "provider_ref": facts.intent_ref,
    }
    useful = False
    if fits:
        after = await orders.apply(
            tx, order.id, orders.Event.PAYMENT_SUCCEEDED, now=now, actor=actor, data=data
        )
        useful = order.state is not after.state and after.state is orders.State.PAID
        if useful and after.cart_id:
            bought = {line.variant_id: line.quantity for line in after.lines}
            await cart.take_out(tx, after.cart_id, bought, now=now)
    else:
        await orders.note(tx, order.id, "payment.unfit", now=now, actor=actor, data=data)
    await post(tx, order, payment.id, received=facts.received, currency=facts.currency, sold=useful, now=now)
    if not useful:
        await orders.note(tx, order.id, "payment.surplus", now=now, actor=actor, data=data)
        await jobs.enqueue(
            tx, "refund_surplus", {"payment_id": str(payment.id)}, now=now, key=f"surplus:{payment.id}"
        )
    return useful


async def _follow(
    tx: Tx, order: orders.Order, payment: Payment, facts: _Facts, *, now: datetime, actor: str
) -> None:
    """Something short of money happened to an attempt: the journal says so, and the hold follows."""
    data = {"payment_id": str(payment.id), "state": facts.state}
    failed = facts.last_error is not None and _new_failure(payment, facts)
    if failed or facts.state == "failed":
        error = {k: v for k, v in (facts.last_error or {}).items() if k != "message"}
        await orders.apply(
            tx, order.id, orders.Event.ATTEMPT_FAILED, now=now, actor=actor, data={**data, **error}
        )
    elif facts.state != payment.state:
        await orders.note(tx, order.id, f"payment.{facts.state}", now=now, actor=actor, data=data)
    if order.state is not orders.State.PENDING:
        return
    if facts.state in ("requires_action", "processing"):
        await inventory.paying(tx, order.id)
    elif payment.state in ("requires_action", "processing"):
        hold = await inventory.hold(tx, order.id)
        await inventory.resume(tx, order.id, now=now, expires_at=max(hold.expires_at, now + RETRY))


def _new_failure(payment: Payment, facts: _Facts) -> bool:
    """Whether the error shown is of another try than the one written down."""
    return (facts.last_error, facts.charge) != (payment.last_error, payment.charge_ref)


def _pause(payment: Payment, now: datetime) -> timedelta:
    """The older an attempt, the more rarely it is asked about."""
    return min(LAST_LOOK, max(FIRST_LOOK, (now - payment.created_at) / 2))
