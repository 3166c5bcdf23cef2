"""What the provider says of disputes, recorded: journal, books, cases and mail follow in one transaction."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from kassa import jobs, ledger, orders, payments
from kassa.disputes import queries, states
from kassa.disputes.queries import Dispute
from kassa.disputes.states import State
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.ids import new_id
from kassa.stripe import Gateway, ProviderDispute, Rejected

#: An open dispute is asked about this often, for want of a webhook.
LOOK: Final = timedelta(hours=6)
_BATCH: Final = 100
_PROVIDER: Final = "stripe:api"

log = structlog.get_logger()


async def sync(db: Database, gateway: Gateway, reference: str, *, clock: Clock) -> Dispute | None:
    """Ask the provider about a dispute and record it; None if it is not about a payment of ours.

    Saying the same again, or late, changes nothing. Stock is never touched: where the goods are is another
    matter.
    """
    told = await gateway.dispute(reference)
    payment = await payments.whose(db, gateway, told.intent)
    return await heard(db, payment, told, clock=clock) if payment else None


async def heard(db: Database, payment: payments.Payment, told: ProviderDispute, *, clock: Clock) -> Dispute:
    """Record a dispute of this payment as the provider showed it just now."""
    async with db.transaction() as tx:
        await orders.lock(tx, payment.order_id)
        now = clock.now()
        before = await queries.by_provider_ref(tx, told.id)
        known = before or _new(payment, told, now=now)
        known = await _post(tx, known, told, now=now)
        if before is not None and states.is_late(before.state, states.of_provider(told.status)):
            if known is not before:
                await queries.write(tx, known)
            return known  # somebody who asked later was faster; only what the books miss is added
        after = _as_told(known, told, now=now)
        if before is None:
            await queries.insert(tx, after)
            await _opened(tx, after, now=now)
        else:
            await queries.write(tx, after)
        await _settle_cases(tx, before, after, now=now)
        if before is None or before.state is not after.state:
            await _moved(tx, after, first=before is None, now=now)
        return after


async def look_after(db: Database, gateway: Gateway, *, clock: Clock) -> None:
    """Ask about open disputes that nobody has told us about for a while."""
    async with db.connection() as conn:
        waiting = await queries.undecided(conn, before=clock.now() - LOOK, limit=_BATCH)
    for reference in waiting:
        try:
            await sync(db, gateway, reference, clock=clock)
        except Rejected as error:
            log.warning("dispute not found at the provider", dispute=reference, error=error.detail)


def _new(payment: payments.Payment, told: ProviderDispute, *, now: datetime) -> Dispute:
    return Dispute(
        id=new_id(), payment_id=payment.id, order_id=payment.order_id, provider_ref=told.id,
        reason=told.reason, state=states.of_provider(told.status), amount_minor=told.amount,
        currency=told.currency, settled_in=told.settled_in, withdrawn_minor=0, fee_minor=0,
        due_by=told.due_by, evidence={}, submitted_at=None, created_at=now, updated_at=now, closed_at=None,
    )  # fmt: skip


def _as_told(dispute: Dispute, told: ProviderDispute, *, now: datetime) -> Dispute:
    state = states.after(dispute.state, states.of_provider(told.status))
    closed = (dispute.closed_at or now) if state in states.CLOSED else None
    escalated = dispute.state in states.INQUIRY and state is State.NEEDS_RESPONSE
    submitted = None if escalated else dispute.submitted_at
    if submitted is None and told.submissions and state not in states.ANSWERABLE:
        submitted = now  # answered in the provider's dashboard
    return replace(
        dispute, state=state, reason=told.reason, amount_minor=told.amount, due_by=told.due_by or dispute.due_by,
        submitted_at=submitted, updated_at=now, closed_at=closed,
    )  # fmt: skip


async def _opened(tx: Tx, dispute: Dispute, *, now: datetime) -> None:
    data = _facts(dispute)
    await orders.note(tx, dispute.order_id, "dispute.opened", now=now, actor=_PROVIDER, data=data)


async def _settle_cases(tx: Tx, before: Dispute | None, after: Dispute, *, now: datetime) -> None:
    """Whoever asks is one case, whoever takes the money another: an inquiry that was dealt with may become both."""
    was = _case_of(before) if before else None
    due = _case_of(after)
    if was and was != due:
        resolution = f"The dispute is over: {after.state.replace('_', ' ')}."
        if due:
            resolution = "The bank was not content and took the money: that is a case of its own."
        done = {"kind": "dispute_opened", "cause": was, "resolution": resolution}
        await jobs.enqueue(tx, "resolve_case", done, now=now, key=f"dispute_case_done:{was}")
    if due and was != due:
        case = {
            "kind": "dispute_opened", "cause": due, "known": _facts(after), "order_id": str(after.order_id),
        }  # fmt: skip
        await jobs.enqueue(tx, "open_case", case, now=now, key=f"dispute_case:{due}")


def _case_of(dispute: Dispute) -> str | None:
    """The cause of the case that is open while a dispute stands as it does."""
    if dispute.state in states.CLOSED:
        return None
    return f"dispute:{dispute.id}" + (":inquiry" if dispute.state in states.INQUIRY else "")


async def _moved(tx: Tx, dispute: Dispute, *, first: bool, now: datetime) -> None:
    """A new state: the journal says so, and staff is told."""
    if not first or dispute.state in states.CLOSED:
        data = {**_data(dispute), "state": dispute.state}
        name = f"dispute.{dispute.state}"
        await orders.note(tx, dispute.order_id, name, now=now, actor=_PROVIDER, data=data)
    if first or dispute.state in states.CLOSED or dispute.state is State.NEEDS_RESPONSE:
        args = {"dispute_id": str(dispute.id), "state": str(dispute.state)}
        key = f"dispute_mail:{dispute.id}:{dispute.state}"
        await jobs.enqueue(tx, "send_dispute_mail", args, now=now, key=key)


async def _post(tx: Tx, dispute: Dispute, told: ProviderDispute, *, now: datetime) -> Dispute:
    """Each movement of the provider's balance is an entry of the books, once; the dispute with what it holds then.

    Movements are only ever added, so who tells nothing new was asked before, and the figures stay.
    """
    new = [
        await ledger.post_dispute(
            tx, dispute.id, line.id, amount=-line.amount, fee=line.fee, currency=line.currency, at=now,
            order_id=dispute.order_id,
        )
        for line in told.moved
    ]  # fmt: skip
    if not any(new):
        return dispute
    return replace(
        dispute, withdrawn_minor=max(0, told.withdrawn - told.returned),
        fee_minor=max(0, told.fee - told.fee_returned), settled_in=told.settled_in,
    )  # fmt: skip


def _facts(dispute: Dispute) -> dict[str, Any]:
    """What the journal and the operator are told of a dispute at its beginning."""
    due_by = {"due_by": dispute.due_by.isoformat()} if dispute.due_by else {}
    return {**_data(dispute), "reason": dispute.reason, "provider_ref": dispute.provider_ref, **due_by}


def _data(dispute: Dispute) -> dict[str, Any]:
    return {
        "dispute_id": str(dispute.id),
        "amount_minor": dispute.amount_minor,
        "currency": dispute.currency,
    }
