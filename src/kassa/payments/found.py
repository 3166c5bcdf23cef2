"""Money that was found at the provider without an attempt of ours: written down as one, after the fact."""

from datetime import datetime
from uuid import UUID

from kassa import cart, orders
from kassa.kernel.db import Tx
from kassa.kernel.ids import new_id
from kassa.payments import queries
from kassa.payments.facts import Facts, of_intent, of_session
from kassa.payments.queries import Payment
from kassa.payments.record import record
from kassa.stripe import Intent, Session


async def insert_collected(
    tx: Tx,
    order_id: UUID,
    told: Intent | Session,
    *,
    now: datetime,
    actor: str,
    payment_id: UUID | None = None,
) -> Payment:
    """Write down a payment that has succeeded at the provider already, and let the order follow.

    The order becomes paid by it if it still waits for money and the amount fits; else the money is surplus and
    goes back. Once per PaymentIntent: the payment that is there is the answer to the second call. Locks cart,
    order, stock.

    Raises:
        ValueError: what the provider showed is no success, or names no PaymentIntent.
        OrderNotFound: there is no such order.
    """
    facts = _facts(told)
    if not collected(told) or facts.intent_ref is None:
        raise ValueError(f"{told.id} has collected nothing")
    cart_id = await orders.cart_of(tx, order_id)
    if cart_id:
        await cart.lock_bought_of(tx, cart_id)
    await orders.lock(tx, order_id)
    there = await queries.by_reference(tx, facts.intent_ref, None)
    if there is None:
        there = await _insert(tx, order_id, facts, payment_id or new_id(), now=now)
    return await record(tx, there, facts, now=now, actor=actor)


def collected(told: Intent | Session) -> bool:
    """Whether this object of the provider's has taken money."""
    facts = _facts(told)
    return facts.state == "succeeded" and facts.intent_ref is not None and facts.received > 0


def _facts(told: Intent | Session) -> Facts:
    return of_intent(told) if isinstance(told, Intent) else of_session(told)


async def _insert(tx: Tx, order_id: UUID, facts: Facts, payment_id: UUID, *, now: datetime) -> Payment:
    """A row that nobody can pay (there may be an open attempt beside it), about to become a success."""
    flow = "hosted" if facts.session_ref else "element"
    return await queries.insert(
        tx, payment_id, order_id=order_id, flow=flow, state="canceled", amount_minor=facts.received,
        currency=facts.currency, capture="automatic", now=now, sync_at=None,
    )  # fmt: skip
