"""The one door through which money comes in: what the provider said is written down, and the order follows."""

from datetime import datetime, timedelta
from typing import Any, Final

from kassa import cart, inventory, jobs, orders
from kassa.kernel.db import Tx
from kassa.payments import gift_parts, queries, telling
from kassa.payments.books import post
from kassa.payments.bought import take_out
from kassa.payments.facts import Facts
from kassa.payments.queries import Payment

#: How soon the poller asks about an attempt that nobody has told us about, and how rarely later on.
FIRST_LOOK: Final = timedelta(seconds=30)
LAST_LOOK: Final = timedelta(minutes=30)
#: An attempt that takes days (a bank debit, an authorisation) is asked about this rarely.
DAYS_LOOK: Final = timedelta(hours=6)
#: A customer whose bank said no keeps the goods at least this long to try again, and at most this long.
RETRY: Final = timedelta(seconds=60)
RETRY_LIMIT: Final = timedelta(minutes=30)
#: A customer in front of his bank's challenge keeps the goods at least this long, not for ever.
CHALLENGE: Final = timedelta(minutes=10)
#: After so many declines an order's time is over: whoever tries card after card is nobody's customer.
TRIES: Final = 10
#: Somebody's bank is being asked, or has promised the money.
_WITH_THE_BANK: Final = frozenset({"requires_action", "processing", "authorized"})
#: The money is there, or promised: what was ordered leaves the cart.
_BOUGHT: Final = frozenset({"authorized", "succeeded"})
_FINAL: Final = frozenset({"failed", "canceled"})


async def record(tx: Tx, payment: Payment, facts: Facts, *, now: datetime, actor: str) -> Payment:
    """Write down what the provider said and let the order follow: the only way money comes in.

    Locks cart, order, stock, in this order. Saying the same again changes nothing; what is over stays over,
    but for a success, which nothing can take back.
    """
    if facts.state in _BOUGHT and payment.state not in _BOUGHT:
        cart_id = await orders.cart_of(tx, payment.order_id)
        if cart_id:
            await cart.lock_bought_of(tx, cart_id)
    order = await orders.lock(tx, payment.order_id)
    payment = await queries.get(tx, payment.id)
    state = _next(payment, facts)
    surplus = False
    amount, currency = payment.amount_minor, payment.currency
    if state == "succeeded" and payment.state != "succeeded":
        surplus = not await _take(tx, order, payment, facts, now=now, actor=actor)
        if facts.currency != currency:
            amount, currency = facts.received, facts.currency
    elif state == facts.state and (state != payment.state or _new_failure(payment, facts)):
        await _follow(tx, order, payment, facts, now=now, actor=actor)
    live = facts.state in queries.PAYABLE and payment.state != "succeeded"
    after = await queries.write(
        tx, payment, state=state, intent_ref=facts.intent_ref, session_ref=facts.session_ref,
        charge_ref=facts.charge, received_minor=max(payment.received_minor, facts.received),
        client_secret=facts.client_secret, url=facts.url, last_error=facts.last_error, surplus=surplus,
        now=now, sync_at=now + _pause(payment, facts, now) if state in queries.PAYABLE else None,
        amount_minor=amount, currency=currency, told_by=actor if state == "succeeded" else None,
        capture_before=facts.capture_before,
    )  # fmt: skip
    if live and (order.state is not orders.State.PENDING or state != facts.state):
        # The order, or this attempt, ended while the provider was being asked: nobody may pay it any more.
        await _close_later(tx, payment, now=now)
    return after


def surplus_minor(payment: Payment, order: orders.Order) -> int:
    """How much of a payment its order has no use for, in the payment's currency: all of it, or what is too much.

    What a gift card paid was taken to measure.
    """
    if payment.state != "succeeded" or payment.gift_card_id is not None:
        return 0
    return payment.received_minor if payment.surplus else max(0, payment.received_minor - order.due_minor)


def _next(payment: Payment, facts: Facts) -> str:
    if payment.state == "succeeded" or (payment.state in _FINAL and facts.state != "succeeded"):
        return payment.state
    return facts.state


async def _take(
    tx: Tx, order: orders.Order, payment: Payment, facts: Facts, *, now: datetime, actor: str
) -> bool:
    """Money came in. Whether the order had a use for it; what it has no use for is sent back."""
    fits = facts.received >= order.due_minor and facts.currency == order.currency
    data = {
        "payment_id": str(payment.id),
        "amount_minor": facts.received,
        "currency": facts.currency,
        "provider_ref": facts.intent_ref,
    }
    useful = False
    after = order
    if fits:
        after = await orders.apply(
            tx, order.id, orders.Event.PAYMENT_SUCCEEDED, now=now, actor=actor, data=data,
            retake=lambda tx: gift_parts.retake(tx, order, now=now),
        )  # fmt: skip
        useful = order.state is not after.state and after.state is orders.State.PAID
        if useful and payment.state not in _BOUGHT:
            await take_out(tx, after)
    else:
        await _unfit(tx, order, payment, data, now=now, actor=actor)
    await post(tx, after, payment.id, received=facts.received, currency=facts.currency, sold=useful, now=now)
    if useful:
        await gift_parts.settle(tx, after, now=now, actor=actor)
    if useful and not payment.payable:
        await _close_others(tx, order, payment, now=now)
    if not useful or facts.received > order.due_minor:
        await orders.note(tx, order.id, "payment.surplus", now=now, actor=actor, data=data)
        await jobs.enqueue(
            tx, "refund_surplus", {"payment_id": str(payment.id)}, now=now, key=f"surplus:{payment.id}"
        )
    return useful


async def _unfit(
    tx: Tx, order: orders.Order, payment: Payment, data: dict[str, Any], *, now: datetime, actor: str
) -> None:
    """Too little, or in another currency: nothing is sent for it, and somebody must look how it came about."""
    asked = {"asked_minor": order.due_minor, "asked_currency": order.currency}
    await orders.note(tx, order.id, "payment.unfit", now=now, actor=actor, data={**data, **asked})
    case = {
        "kind": "unfit_payment", "cause": str(payment.id), "order_id": str(order.id), "known": {**data, **asked},
    }  # fmt: skip
    await jobs.enqueue(tx, "open_case", case, now=now, key=f"unfit:{payment.id}")


async def _follow(
    tx: Tx, order: orders.Order, payment: Payment, facts: Facts, *, now: datetime, actor: str
) -> None:
    """Something short of money happened to an attempt: the journal says so, and the hold follows."""
    data = {"payment_id": str(payment.id), "state": facts.state}
    if facts.state == "failed" or _new_failure(payment, facts):
        error = {k: v for k, v in (facts.last_error or {}).items() if k != "message"}
        await orders.apply(
            tx, order.id, orders.Event.ATTEMPT_FAILED, now=now, actor=actor, data={**data, **error}
        )
        await telling.failed(tx, order, payment, facts, now=now)
    elif facts.state != payment.state:
        await orders.note(tx, order.id, f"payment.{facts.state}", now=now, actor=actor, data=data)
        await telling.with_the_bank(tx, order, facts, now=now)
    if order.state is not orders.State.PENDING:
        return
    if facts.state in _WITH_THE_BANK:
        await inventory.paying(tx, order.id)
        hold = await inventory.hold(tx, order.id)
        if facts.state == "authorized" and payment.state not in _BOUGHT:
            await take_out(tx, await orders.get(tx, order.id))
        if facts.state == "requires_action" and hold.expires_at < now + CHALLENGE:
            await inventory.postpone(tx, order.id, now + CHALLENGE)
    elif payment.state in _WITH_THE_BANK:
        hold = await inventory.hold(tx, order.id)
        until = max(now + RETRY, min(hold.expires_at, now + RETRY_LIMIT))
        await inventory.resume(tx, order.id, now=now, expires_at=until)
    if facts.state not in _WITH_THE_BANK and await orders.declines(tx, order.id) >= TRIES:
        await inventory.postpone(tx, order.id, now)


async def _close_others(tx: Tx, order: orders.Order, paid: Payment, *, now: datetime) -> None:
    """The order was paid by an attempt that was thought to be over: the one that is open must not be paid too."""
    for other in await queries.of_order(tx, order.id):
        if other.payable and other.id != paid.id:
            await _close_later(tx, other, now=now)


async def _close_later(tx: Tx, payment: Payment, *, now: datetime) -> None:
    key = f"close:{payment.id}"
    await jobs.enqueue(tx, "close_payment", {"payment_id": str(payment.id)}, now=now, key=key)


def _new_failure(payment: Payment, facts: Facts) -> bool:
    """Whether a failure is shown, and it is of another try than the one written down."""
    told = (facts.last_error, facts.charge)
    return facts.last_error is not None and told != (payment.last_error, payment.charge_ref)


def _pause(payment: Payment, facts: Facts, now: datetime) -> timedelta:
    """The older an attempt, the more rarely it is asked about."""
    age = now - payment.created_at
    if facts.state == "authorized" or age > timedelta(days=1):
        return DAYS_LOOK
    return min(LAST_LOOK, max(FIRST_LOOK, age / 2))
