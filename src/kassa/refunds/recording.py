"""What became of a refund: the only door through which a refund changes its state.

The order's figure, the books, mail and cases follow here, in the same transaction.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from kassa import gift_cards, jobs, ledger, orders, payments
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.ids import new_id, parse_id
from kassa.pricing.taxes import elsewhere
from kassa.refunds import queries, sharing, states
from kassa.refunds.errors import RefundTooLarge
from kassa.refunds.queries import Refund
from kassa.refunds.states import OF_PROVIDER, State
from kassa.stripe import Gateway, ProviderRefund, Rejected

#: A refund written down this long ago, whose job must have been lost, is asked for again.
UNSENT: Final = timedelta(minutes=5)
#: One on its way is asked about this often, for want of a webhook.
UNDER_WAY: Final = timedelta(hours=1)
_BATCH: Final = 100
_PROVIDER: Final = "stripe:api"

log = structlog.get_logger()


async def sync(db: Database, gateway: Gateway, reference: str, *, clock: Clock) -> bool:
    """Ask the provider about a refund of its own naming and record it; whether it is about our money.

    One that was made in the provider's dashboard is written down as found.
    """
    answer = await gateway.refund(reference)
    payment = await payments.whose(db, gateway, answer.intent)
    if payment is None:
        return False
    async with db.transaction() as tx:
        await _heard(tx, payment, answer, now=clock.now())
    return True


async def look_after(db: Database, gateway: Gateway, *, clock: Clock) -> None:
    """Ask again for refunds nobody sent, and about those nobody tells us of: webhooks get lost, jobs die."""
    now = clock.now()
    async with db.transaction() as tx:
        for refund_id in await queries.unsent(tx, before=now - UNSENT, limit=_BATCH):
            key = f"submit_refund:{refund_id}"
            await jobs.enqueue(tx, "submit_refund", {"refund_id": str(refund_id)}, now=now, key=key)
        waiting = await queries.under_way(tx, before=now - UNDER_WAY, limit=_BATCH)
    for reference in waiting:
        try:
            await sync(db, gateway, reference, clock=clock)
        except Rejected as error:
            log.warning("refund not found at the provider", refund=reference, error=error.detail)


async def record(
    tx: Tx,
    refund: Refund,
    told: State,
    *,
    now: datetime,
    answer: ProviderRefund | None = None,
    error: str | None = None,
) -> Refund:
    """Write down what the provider said of a refund: its `answer`, or the `error` with which it refused.

    Saying the same again, or late, changes nothing.
    """
    reference = answer.id if answer else None
    error = answer.failure_reason if answer else error
    await orders.lock(tx, refund.order_id)
    before = await queries.get(tx, refund.id) or refund
    state = states.after(before.state, told, submitted=before.provider_ref is not None)
    last_error = {"message": error} if error else None
    await queries.record(tx, refund.id, state=state, provider_ref=reference, last_error=last_error, now=now)
    after = replace(
        before, state=state, provider_ref=reference or before.provider_ref,
        last_error=last_error or before.last_error, updated_at=now,
    )  # fmt: skip
    if state is not before.state:
        await orders.note(tx, after.order_id, f"refund.{state}", now=now, actor=_PROVIDER, data=_data(after))
        await _follow(tx, after, before.state, now=now)
    if answer is not None:
        await _post_moved(tx, after, answer, now=now)
    return after


async def _heard(tx: Tx, payment: payments.Payment, answer: ProviderRefund, *, now: datetime) -> None:
    await orders.lock(tx, payment.order_id)
    refund = await queries.by_provider_ref(tx, answer.id)
    ours = parse_id(answer.metadata.get("kassa_refund", ""))
    if refund is None and ours is not None:
        marked = await queries.get(tx, ours)
        # A mark can be copied: a refund of another payment, or one that the provider has already, is not this one.
        if marked is not None and marked.payment_id == payment.id and marked.provider_ref is None:
            refund = marked
    if refund is None:
        await _found(tx, await payments.get(tx, payment.id), answer, now=now)
        return
    await record(tx, refund, OF_PROVIDER[answer.status], now=now, answer=answer)


async def _found(tx: Tx, payment: payments.Payment, answer: ProviderRefund, *, now: datetime) -> None:
    """A refund that somebody made at the provider: write it down, as the provider has it.

    Raises:
        RefundTooLarge: a refund of ours for the same money is not decided yet; the same again, later.
    """
    gone = (await queries.given(tx, payment.order_id)).get(payment.id, queries.Given())
    too_much = payments.surplus_minor(payment, await orders.get(tx, payment.order_id)) - gone.surplus
    kind = "surplus" if payment.surplus or answer.amount <= too_much else "found"
    refund = Refund(
        id=new_id(), payment_id=payment.id, order_id=payment.order_id, amount_minor=answer.amount,
        currency=answer.currency, kind=kind, reason="made at the provider", actor=_PROVIDER,
        state=OF_PROVIDER[answer.status], provider_ref=answer.id,
        last_error={"message": answer.failure_reason} if answer.failure_reason else None,
        created_at=now, updated_at=now,
    )  # fmt: skip
    rest = payment.received_minor - gone.own - gone.surplus
    if refund.state in states.COUNTS and refund.amount_minor > rest:
        raise RefundTooLarge("A refund of ours for the same money is not decided yet.")
    await queries.insert(tx, refund)
    await note_found(tx, refund, answer, now=now)
    await _follow(tx, refund, State.REQUESTED, now=now)
    await _post_moved(tx, refund, answer, now=now)
    if refund.own and refund.state in states.COUNTS:
        await _void_sold(tx, refund.order_id, now=now)


async def _void_sold(tx: Tx, order_id: UUID, *, now: datetime) -> None:
    """Somebody gave back at the provider what gift cards were bought with: what of them is unspent, and not paid for
    any more, can't be spent."""
    sold = await gift_cards.sold_by(tx, order_id)
    if not sold:
        return
    order = await orders.get(tx, order_id)
    given, contested = await queries.given(tx, order_id), await queries.contested(tx, order_id)
    there = sharing.left(order, await payments.of_order(tx, order_id), given, contested)
    unpaid = sum(card.kept_minor for card in sold) - sum(one.amount_minor for one in there)
    await gift_cards.lock_cards(tx, [card.id for card in sold])
    free = sum(card.available_minor for card in await gift_cards.sold_by(tx, order_id))
    if min(unpaid, free) > 0:
        await gift_cards.take_back(tx, order, {}, min(unpaid, free), actor=_PROVIDER, now=now)


async def note_found(tx: Tx, refund: Refund, answer: ProviderRefund, *, now: datetime) -> None:
    """The journal says that somebody made this refund at the provider."""
    data = {**_data(refund), "provider_ref": answer.id, "state": OF_PROVIDER[answer.status]}
    await orders.note(tx, refund.order_id, "refund.found", now=now, actor=_PROVIDER, data=data)


async def _post_moved(tx: Tx, refund: Refund, answer: ProviderRefund, *, now: datetime) -> None:
    """Where the provider settles in another currency, what became of the amount; and its fee, if it took one."""
    for line in answer.moved:
        back = line.amount > 0
        if line.currency != refund.currency:
            given = refund.amount_minor if back else -refund.amount_minor
            await ledger.post_exchange(
                tx, f"refund_failed:{refund.id}" if back else f"refund:{refund.id}", given=given,
                currency=refund.currency, got=line.amount, got_currency=line.currency, at=now,
                order_id=refund.order_id,
            )  # fmt: skip
        await ledger.post_provider_fee(tx, line.id, fee=line.fee, currency=line.currency, at=now)


async def _follow(tx: Tx, refund: Refund, before: State, *, now: datetime) -> None:
    """What a new state means for the order, the books, the customer and the operator."""
    if refund.own:
        await queries.count_on_order(tx, refund.order_id)
    if refund.state in states.SENT:
        payment = await payments.get(tx, refund.payment_id)
        of = ledger.Account.PROVIDER if payment.gift_card_id is None else ledger.Account.GIFT_CARDS
        await ledger.post_refund(
            tx, refund.id, amount=refund.amount_minor, surplus=not refund.own, currency=refund.currency, at=now,
            order_id=refund.order_id, out_of=of,
        )  # fmt: skip
    else:
        await ledger.post_refund_failed(tx, refund.id, at=now)
        await _open_case(tx, refund, before, now=now)
    if refund.state is not State.PENDING:
        await jobs.enqueue(
            tx, "send_refund_mail", {"refund_id": str(refund.id)}, now=now,
            key=f"refund_mail:{refund.id}:{refund.state}",
        )  # fmt: skip
    if refund.own and refund.state is State.SUCCEEDED:
        await elsewhere.gave_back(tx, refund.order_id, refund.id, refund.amount_minor, now=now)
        await _close_order(tx, refund, now=now)
    if refund.own and refund.state is not State.PENDING:
        await jobs.enqueue(tx, "finish_fulfilment", {"order_id": str(refund.order_id)}, now=now)


async def _close_order(tx: Tx, refund: Refund, *, now: datetime) -> None:
    """Nothing of its own money is kept: the order is over."""
    order = await orders.get(tx, refund.order_id)
    own = sharing.kept(order, await payments.of_order(tx, order.id))
    if order.state is orders.State.REFUNDED or not own:
        return
    if await queries.succeeded_minor(tx, order.id) >= own:
        data = {"refund_id": str(refund.id)}
        event = orders.Event.REFUNDED_IN_FULL
        await orders.apply(tx, order.id, event, now=now, actor=_PROVIDER, data=data)


async def _open_case(tx: Tx, refund: Refund, before: State, *, now: datetime) -> None:
    known = {**_data(refund), "payment_id": str(refund.payment_id), "state": refund.state, "was": before}
    if refund.last_error:
        known["error"] = refund.last_error.get("message")
    args = {
        "kind": "refund_failed", "cause": f"refund:{refund.id}", "known": known,
        "order_id": str(refund.order_id),
    }  # fmt: skip
    await jobs.enqueue(tx, "open_case", args, now=now, key=f"refund_failed:{refund.id}")


def _data(refund: Refund) -> Mapping[str, Any]:
    return {
        "refund_id": str(refund.id),
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
    }
