"""The verbs that send money back: write it down, then ask for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kassa import gift_cards, inventory, jobs, orders, payments
from kassa.kernel.clock import Clock
from kassa.kernel.db import Conn, Database, Tx
from kassa.kernel.ids import derived_id, new_id
from kassa.kernel.money import show
from kassa.pricing.limits import step
from kassa.refunds import queries, sharing
from kassa.refunds.errors import InvalidRefund, NothingToRefund, RefundTooLarge
from kassa.refunds.queries import GivenLine, Refund
from kassa.refunds.recording import note_found, record
from kassa.refunds.sharing import Left, RefundLine
from kassa.refunds.states import OF_PROVIDER, SENT, State
from kassa.stripe import Declined, Gateway, ProviderRefund, Rejected

#: Stripe forgets an idempotency key after a day: from then on, look before asking again.
KEY_LIFE: Final = timedelta(hours=20)


async def request(
    tx: Tx,
    order_id: UUID,
    *,
    amount: int | None = None,
    lines: Sequence[RefundLine] | None = None,
    reason: str,
    actor: str,
    now: datetime,
    refund_id: UUID | None = None,
) -> Refund:
    """Give back `amount` minor units of what an order was paid with, or what `lines` are worth, or both: then
    the lines say what the amount is for. Without either, everything that is left.

    It counts from here on: the order is locked, so two at once never promise the same money or restock the
    same goods. With the `refund_id` of one that was written down before, that one is the answer and nothing else
    happens.

    It is of the provider's payment first, up to what that paid; what is more goes back to gift cards, each by a refund
    of its own (`of_order` has them all). What of it was for gift cards that the order bought is taken off these.

    Raises:
        NothingToRefund: the order never had money of its own.
        RefundTooLarge: more than is left, in money or in units of a line, or a gift card that was spent; nothing
            changed.
        AlreadyRestocked: the goods are on the shelf again already.
        InvalidRefund: a line that is not the order's, or an amount that is not positive.
    """
    await orders.lock(tx, order_id)
    before = await queries.get(tx, refund_id) if refund_id else None
    if before is not None and before.order_id == order_id:
        return before
    order = await orders.get(tx, order_id)
    attempts = await payments.of_order(tx, order_id)
    if not sharing.kept(order, attempts):
        raise NothingToRefund("Nothing was paid for this order, so there is nothing to give back.")
    there = await _left(tx, order, attempts)
    sold = await gift_cards.sold_by(tx, order_id)
    rest = _keepable(there, sold)
    if rest <= 0:
        extra = {"left": 0, "currency": order.currency}
        raise RefundTooLarge("Nothing is left of what was paid for this order.", extra=extra)
    given = await queries.lines_of_order(tx, order_id)
    priced = sharing.price(order, lines or (), given, now=now)
    wanted = _wanted(amount, priced, rest, order)
    made: list[Refund] = []
    for share in sharing.portions(there, wanted):
        id_ = derived_id(str(made[0].id), str(share.payment.id)) if made else refund_id or new_id()
        refund = _new(share, "requested", refund_id=id_, reason=reason, actor=actor, now=now)
        await _write_down(tx, refund, order, () if made else priced, now=now)
        made.append(refund)
    await queries.count_on_order(tx, order_id)
    await _restock(tx, order, priced, actor=actor, now=now)
    if sold:
        by_line, all_ = sharing.cards_back(
            order, sold, sum(one.amount_minor for one in there), given, priced, wanted
        )
        await _take_back(tx, order, by_line, all_, actor=actor, now=now)
    return made[0]


async def left_minor(conn: Conn, order: orders.Order) -> int:
    """What can still be given back of an order's own money, in its minor unit."""
    there = await _left(conn, order, await payments.of_order(conn, order.id))
    return max(0, _keepable(there, await gift_cards.sold_by(conn, order.id)))


async def left_of_payments(conn: Conn, order: orders.Order) -> list[Left]:
    """What of each payment can still be given back, in the order in which it is: the provider's, then gift cards."""
    there = await _left(conn, order, await payments.of_order(conn, order.id))
    return sharing.portions(there, max(0, _keepable(there, await gift_cards.sold_by(conn, order.id))))


async def send_back_surplus(db: Database, payment_id: UUID, *, clock: Clock) -> None:
    """What an order has no use for of a payment goes back: once, however often this is called."""
    async with db.transaction() as tx:
        await return_surplus(tx, payment_id, actor="clock", now=clock.now())


async def return_surplus(tx: Tx, payment_id: UUID, *, actor: str, now: datetime) -> Refund | None:
    """Write down that what is left of a payment's surplus goes back; None if nothing is left of it.

    After a refund of surplus did not arrive, this is how it is sent another time.
    """
    payment = await payments.get(tx, payment_id)
    order = await orders.lock(tx, payment.order_id)
    payment = await payments.get(tx, payment_id)
    gone = (await queries.given(tx, order.id)).get(payment.id, queries.Given())
    rest = payments.surplus_minor(payment, order) - gone.surplus
    rest = min(rest, payment.received_minor - gone.own - gone.surplus)
    if rest <= 0:
        return None
    refund = _new(Left(payment, rest), "surplus", refund_id=new_id(), reason="surplus", actor=actor, now=now)
    await _write_down(tx, refund, order, (), now=now)
    return refund


async def submit(db: Database, gateway: Gateway, refund_id: UUID, *, clock: Clock) -> None:
    """Ask the provider for a refund that was written down; asking twice is asking once.

    Raises:
        Unreachable: nobody knows; asking again finds out.
    """
    async with db.connection() as conn:
        refund = await queries.get(conn, refund_id)
        if refund is None or refund.state is not State.REQUESTED:
            return
        payment = await payments.get(conn, refund.payment_id)
    if payment.gift_card_id is not None:
        await _to_card(db, refund, payment.gift_card_id, now=clock.now())
        return
    if payment.intent_ref is None:
        raise ValueError(f"payment {payment.id} received money without a PaymentIntent")
    by_hand = None
    try:
        answer = await _ask(gateway, refund, payment.intent_ref, now=clock.now())
    except (Rejected, Declined) as error:
        made = await _made(db, gateway, refund, payment)
        if made is None:
            async with db.transaction() as tx:
                await record(tx, refund, State.FAILED, now=clock.now(), error=error.detail)
            return
        answer, by_hand = made
    async with db.transaction() as tx:
        await orders.lock(tx, refund.order_id)
        before = await queries.get(tx, refund.id)
        if by_hand and before and before.provider_ref is None:
            await note_found(tx, refund, answer, now=clock.now())
        await record(tx, refund, OF_PROVIDER[answer.status], now=clock.now(), answer=answer)


async def _to_card(db: Database, refund: Refund, card_id: UUID, *, now: datetime) -> None:
    """A gift card has it again: nobody else need be asked."""
    async with db.transaction() as tx:
        await orders.lock(tx, refund.order_id)
        before = await queries.get(tx, refund.id)
        if before is not None and before.state is State.REQUESTED:
            await gift_cards.give_back(tx, card_id, refund.amount_minor, now=now)
            await record(tx, before, State.SUCCEEDED, now=now)


async def _take_back(
    tx: Tx, order: orders.Order, by_line: Mapping[UUID, int], amount: int, *, actor: str, now: datetime
) -> None:
    try:
        await gift_cards.take_back(tx, order, by_line, amount, actor=actor, now=now)
    except gift_cards.NothingToVoid as spent:
        extra = {**spent.extra, "currency": order.currency}
        raise RefundTooLarge(spent.detail, extra=extra) from None


def _keepable(there: Sequence[Left], sold: Sequence[gift_cards.SoldCard]) -> int:
    """What can be given back: what is left, less what was spent of the gift cards that the order bought."""
    spent = sum(card.kept_minor - card.available_minor for card in sold)
    return sum(one.amount_minor for one in there) - spent


async def _left(conn: Conn, order: orders.Order, attempts: Sequence[payments.Payment]) -> list[Left]:
    given, contested = await queries.given(conn, order.id), await queries.contested(conn, order.id)
    return sharing.left(order, attempts, given, contested)


async def _ask(gateway: Gateway, refund: Refund, intent: str, *, now: datetime) -> ProviderRefund:
    if now - refund.created_at > KEY_LIFE:
        for made in await gateway.refunds_of(intent):
            if made.metadata.get("kassa_refund") == str(refund.id):
                return made
    return await gateway.create_refund(
        key=f"refund:{refund.id}", intent_id=intent, amount=refund.amount_minor, currency=refund.currency,
        metadata={"kassa_refund": str(refund.id)},
    )  # fmt: skip


async def _made(
    db: Database, gateway: Gateway, refund: Refund, payment: payments.Payment
) -> tuple[ProviderRefund, bool] | None:
    """The refund of which the provider refused to make another: ours, or one that somebody made by hand there.

    By hand only if nothing else is left to send: it is of our amount, and no other refund here is that one.
    """
    try:
        there = await gateway.refunds_of(payment.intent_ref or "")
    except Rejected:
        return None
    for one in there:
        if one.metadata.get("kassa_refund") == str(refund.id):
            return one, False
    sent = [one for one in there if OF_PROVIDER[one.status] in SENT]
    if sum(one.amount for one in sent) + refund.amount_minor <= payment.received_minor:
        return None
    async with db.connection() as conn:
        for one in sent:
            if one.amount == refund.amount_minor and await queries.by_provider_ref(conn, one.id) is None:
                return one, True
    return None


def _wanted(amount: int | None, priced: Sequence[GivenLine], rest: int, order: orders.Order) -> int:
    """How much goes back, in minor units.

    Raises:
        RefundTooLarge, InvalidRefund
    """
    wanted = amount
    if wanted is None:
        wanted = sum(line.amount_minor for line in priced) if priced else rest
    extra = {"left": rest, "currency": order.currency}
    if wanted > rest:
        raise RefundTooLarge("More than is left of what was paid for this order.", extra=extra)
    if wanted <= 0:
        raise InvalidRefund("A refund is more than nothing.", errors=[("amount", "must be positive")])
    if wanted % step(order.currency) and wanted != rest:
        size = show(step(order.currency), order.currency)
        raise InvalidRefund(
            f"Amounts in {order.currency} are multiples of {size}.",
            errors=[("amount", f"is no multiple of {size}")],
        )
    return wanted


def _new(share: Left, kind: str, *, refund_id: UUID, reason: str, actor: str, now: datetime) -> Refund:
    return Refund(
        id=refund_id, payment_id=share.payment.id, order_id=share.payment.order_id,
        amount_minor=share.amount_minor, currency=share.payment.currency, kind=kind, reason=reason,
        actor=actor, state=State.REQUESTED, provider_ref=None, last_error=None, created_at=now, updated_at=now,
    )  # fmt: skip


async def _write_down(
    tx: Tx, refund: Refund, order: orders.Order, lines: Sequence[GivenLine], *, now: datetime
) -> None:
    if not await queries.insert(tx, refund):
        return
    skus = {line.id: line.sku for line in order.lines}
    fitting = sharing.fit(lines, refund.amount_minor)
    if fitting:
        await queries.insert_lines(tx, refund.id, fitting)
    data = {
        "refund_id": str(refund.id), "payment_id": str(refund.payment_id),
        "amount_minor": refund.amount_minor, "currency": refund.currency, "reason": refund.reason,
    }  # fmt: skip
    if fitting:
        data["lines"] = [
            {"sku": skus[line.line_id], "quantity": line.quantity, "restock": line.restock}
            for line in fitting
        ]
    await orders.note(tx, order.id, "refund.requested", now=now, actor=refund.actor, data=data)
    await jobs.enqueue(
        tx, "submit_refund", {"refund_id": str(refund.id)}, now=now, key=f"submit_refund:{refund.id}"
    )


async def _restock(
    tx: Tx, order: orders.Order, lines: Sequence[GivenLine], *, actor: str, now: datetime
) -> None:
    variants = {line.id: line.variant_id for line in order.lines}
    units: dict[UUID, int] = {}
    for line in lines:
        if line.restock:
            variant_id = variants[line.line_id]
            units[variant_id] = units.get(variant_id, 0) + line.quantity
    if units:
        await inventory.put_back(tx, order.id, units, actor=actor, now=now)
