"""Paying, asking, giving up: what speaks to the provider on behalf of an order."""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from kassa import orders, payments
from kassa.checkout.saved_cards import customer_ref
from kassa.kernel.clock import Clock
from kassa.kernel.db import Conn, Database, Tx
from kassa.kernel.errors import Unavailable
from kassa.payments import Payment
from kassa.stripe import Gateway, Rejected

#: How often paying or canceling looks again when somebody else is changing the same order.
_ROUNDS: Final = 5
#: In these an order was given up already; doing so again is nothing new.
_GIVEN_UP: Final = frozenset({orders.State.CANCELED, orders.State.FAILED})


async def pay(
    db: Database, gateway: Gateway, order_id: UUID, flow: str, *, clock: Clock, actor: str = "customer",
    saved_cards: bool = False,
) -> tuple[Payment, bool]:  # fmt: skip
    """An attempt by `flow` (`element` or `hosted`) that the customer can pay now; whether it is a new one.

    The same flow again gives the same attempt; the other flow first closes the old one. `saved_cards`: whoever pays
    is the customer who ordered, signed in. Nobody else is led to a page of Stripe's that knows this customer; what
    the customer has begun there is closed first.

    Raises:
        NotPayable: the order is not waiting for money (any more), or the bank has promised it already.
        StillProcessing: the bank is still deciding about the other attempt.
        Unreachable: the provider did not answer; the same again finds out.
    """
    known = saved_cards or flow == "element"  # the element shows saved cards only with a secret of its own
    saved = await customer_ref(db, gateway, order_id) if known else None
    for _ in range(_ROUNDS):
        async with db.transaction() as tx:
            order = await orders.lock(tx, order_id)
            if order.state is not orders.State.PENDING:
                raise payments.NotPayable(f"The order is {order.state}, so there is nothing to pay.")
            other = await payable(tx, order_id)
            if other is not None and other.state == "authorized":
                raise payments.NotPayable(
                    "The bank has promised the money already; nothing more is to be paid."
                )
            fits = other is None or (other.flow == flow and (known or other.customer_ref is None))
            if fits:
                created = other is None
                payment = other or await payments.start(
                    tx, order, flow, now=clock.now(), capture=gateway.capture, customer_ref=saved
                )
        if fits or other is None:
            try:
                return await payments.collect(db, gateway, payment.id, clock=clock), created
            except Rejected:
                if payment.customer_ref is None:
                    raise
            saved = None  # Stripe may have forgotten the customer: the order is paid without saved cards
            continue
        await close_for_good(db, gateway, other, clock=clock, actor=actor)
    raise Unavailable("The payment is being changed by somebody else.", code="busy")


async def cancel(db: Database, gateway: Gateway, order_id: UUID, *, clock: Clock, actor: str) -> None:
    """Give a pending order up: the provider's object is closed first, then the stock goes back.

    Raises:
        InvalidTransition: the order can't be canceled (any more).
        StillProcessing: the bank is still deciding.
        Unreachable: nobody knows yet whether it can still be paid; the order stays.
    """
    await _end(db, gateway, order_id, orders.Event.CANCELED, clock=clock, actor=actor)


async def expire(db: Database, gateway: Gateway, order_id: UUID, *, clock: Clock) -> None:
    """The time of a pending order is over: as `cancel`, but by the clock."""
    await _end(db, gateway, order_id, orders.Event.EXPIRED, clock=clock, actor="clock")


async def capture_order(
    db: Database, gateway: Gateway, order_id: UUID, *, clock: Clock, actor: str
) -> orders.Order:
    """Collect what the customer's bank has promised for an order; the order as it stands then, paid.

    An order that is not waiting for money is given back as it is.

    Raises:
        NothingToCapture: nothing is promised, or not any more.
        StillProcessing: the bank has not decided yet.
        Declined: the bank went back on its word.
        Unreachable: nobody knows; the same again finds out.
    """
    async with db.snapshot() as conn:
        order = await orders.get(conn, order_id)
        attempts = await payments.of_order(conn, order_id)
    if order.state is not orders.State.PENDING:
        return order
    promised = next((attempt for attempt in attempts if attempt.payable), None)
    if promised is not None and promised.state != "authorized":
        promised = await payments.sync(db, gateway, promised.id, clock=clock, actor=actor)
    if promised is None or promised.state == "open":
        raise payments.NothingToCapture("The customer's bank has promised nothing for this order.")
    if promised.state == "authorized":
        promised = await payments.capture(db, gateway, promised.id, clock=clock, actor=actor)
    if promised.payable:
        raise payments.StillProcessing("The bank has not decided about the payment yet.")
    if promised.state != "succeeded":
        raise payments.NothingToCapture("The bank's promise has lapsed; the customer must pay again.")
    async with db.connection() as conn:
        return await orders.get(conn, order_id)


async def capture_before_sending(
    db: Database,
    gateway: Gateway,
    order_id: UUID,
    check: Callable[[Conn], Awaitable[None]],
    *,
    clock: Clock,
    actor: str,
) -> None:
    """Before goods leave: if the bank has only promised the money, take it, but not for what `check` refuses.

    Afterwards the parcel can't be refused for its units any more.

    Raises:
        Whatever `check` raises, before any money is taken; else as `capture_order`.
    """
    async with db.connection() as conn:
        if not any(attempt.state == "authorized" for attempt in await payments.of_order(conn, order_id)):
            return
        await check(conn)
    await capture_order(db, gateway, order_id, clock=clock, actor=actor)


async def sync_payment(
    db: Database, gateway: Gateway, payment_id: UUID, *, clock: Clock, actor: str
) -> Payment:
    """Ask the provider what became of a payment and record it."""
    return await payments.sync(db, gateway, payment_id, clock=clock, actor=actor)


async def close_payment(db: Database, gateway: Gateway, payment_id: UUID, *, clock: Clock) -> None:
    """See to it that nobody can pay this attempt any more."""
    await payments.close(db, gateway, payment_id, clock=clock, actor="clock")


async def _end(
    db: Database, gateway: Gateway, order_id: UUID, event: orders.Event, *, clock: Clock, actor: str
) -> None:
    for _ in range(_ROUNDS):
        async with db.transaction() as tx:
            order = await orders.lock(tx, order_id)
            pending = order.state is orders.State.PENDING
            open_payment = await payable(tx, order_id) if pending else None
            if open_payment is None:
                if pending or (event is orders.Event.CANCELED and order.state not in _GIVEN_UP):
                    await orders.apply(tx, order_id, event, now=clock.now(), actor=actor)
                    await payments.release_gift_cards(tx, order_id, now=clock.now())
                return
        await close_for_good(db, gateway, open_payment, clock=clock, actor=actor)
    raise Unavailable("The order is being changed by somebody else.", code="busy")


async def close_for_good(
    db: Database, gateway: Gateway, payment: Payment, *, clock: Clock, actor: str
) -> None:
    """See to it that nobody can pay an attempt any more.

    Raises:
        StillProcessing: the bank is still deciding.
    """
    closed = await payments.close(db, gateway, payment.id, clock=clock, actor=actor)
    if closed.payable:
        raise payments.StillProcessing("The bank has not decided about the payment yet.")


async def payable(tx: Tx, order_id: UUID) -> Payment | None:
    """The attempt of an order that can be paid, if there is one."""
    found = [payment for payment in await payments.of_order(tx, order_id) if payment.payable]
    return found[0] if found else None
