"""Money that came in: PaymentIntents and charges of theirs, and the payments here."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from uuid import UUID

from kassa import jobs, payments
from kassa.kernel.errors import Unavailable
from kassa.kernel.ids import parse_id
from kassa.payments.states import of_intent
from kassa.reconciliation.reconcile import queries
from kassa.reconciliation.reconcile.queries import KnownIntent, Mark
from kassa.reconciliation.reconcile.tally import ACTOR, Round
from kassa.stripe import Charge, Intent, Rejected, Unreachable

_MARKS = ("kassa_payment", "kassa_order", "kassa_buy_now")


async def intents(run: Round, after: str | None) -> AsyncIterator[str]:
    """Each of their PaymentIntents that is ours has its payment, as far as it came."""
    async for page in run.gateway.books.intents(run.window, after):
        run.count("payment_intents", len(page.items))
        known = await _known(run, [_mark(intent.id, intent.metadata) for intent in page.items])
        await run.each(pair(run, intent, known[intent.id], stage="payment_intents") for intent in page.items)
        yield page.last


async def charges(run: Round, after: str | None) -> AsyncIterator[str]:
    """Each charge that took money is of a payment that succeeded here, and what it cost is written down."""
    async for page in run.gateway.books.charges(run.window, after):
        run.count("charges", len(page.items))
        taken = [charge for charge in page.items if charge.status == "succeeded" and charge.intent]
        known = await _known(run, [_mark(charge.intent or "", charge.metadata) for charge in taken])
        await run.each(_charge(run, charge, known[charge.intent or ""]) for charge in taken)
        yield page.last


async def pair(run: Round, intent: Intent, known: KnownIntent, *, stage: str) -> None:
    """See to it that a PaymentIntent and what is here of it agree."""
    if known.payment_id is None and not any(intent.metadata.get(name) for name in _MARKS):
        run.foreign(stage)
    else:
        await run.attempt("payments", intent.id, lambda: _repair(run, intent, known), order_id=known.order_id)


async def record_fee(run: Round, payment_id: UUID, reference: str) -> None:
    """Write down what the provider kept of a payment, if it says so yet."""

    async def record() -> bool:
        try:
            return await payments.record_fee(run.db, run.gateway, payment_id, clock=run.clock)
        except Unreachable:
            raise
        except Unavailable:
            return False  # not booked yet: the job that asks for it tries again

    await run.attempt("fees", reference, record)


async def pair_by_reference(run: Round, intent_ref: str, *, stage: str) -> None:
    """The same, for a PaymentIntent of which only the name is at hand."""

    async def look() -> bool:
        intent = await run.gateway.intent(intent_ref)
        await pair(run, intent, await _look(run, intent), stage=stage)
        return False

    await run.attempt("payments", intent_ref, look)


async def _charge(run: Round, charge: Charge, known: KnownIntent) -> None:
    if known.payment_id is None and not any(charge.metadata.get(name) for name in _MARKS):
        run.foreign("charges")
    elif known.state != "succeeded":
        if charge.captured:
            await pair_by_reference(run, charge.intent or "", stage="charges")
    elif known.balance_ref is None and known.payment_id and charge.balance_transaction:
        await record_fee(run, known.payment_id, charge.id)


async def _repair(run: Round, intent: Intent, known: KnownIntent) -> bool:
    """Bring it in by the doors that webhooks use; whether anything is otherwise than before."""
    if _agree(intent, known):
        return False
    before = known
    if known.payment_id is not None:
        await payments.sync(run.db, run.gateway, known.payment_id, clock=run.clock, actor=ACTOR)
        known = await _look(run, intent)
        if known.bound or (not payments.collected(intent) and known.state in payments.PAYABLE):
            return await _settled(run, intent, before, known)
    if known.order_id is None and known.buy_now_id is not None:
        return await _bought_at_once(run, intent, known)
    if known.order_id is None:
        if payments.collected(intent) or of_intent(intent) in ("processing", "authorized"):
            await run.put_before_operator("unknown_payment", intent.id, _facts(intent))
        return False
    return await _stray(run, intent, known.order_id)


async def _settled(run: Round, intent: Intent, before: KnownIntent, known: KnownIntent) -> bool:
    """What asking has changed. Where the books differ about money even now, a person must look.

    An object that has moved since its page was read differs from nothing: what moved it is written down by
    whoever hears of it, or seen by the next run.
    """
    about_money = "succeeded" in (of_intent(intent), known.state)
    differs = about_money and not _agree(intent, known)
    if differs and _facts(await run.gateway.intent(intent.id)) == _facts(intent):
        ours = {
            "payment_id": str(known.payment_id),
            "ours_minor": known.received_minor,
            "ours_is": known.state,
        }
        await run.put_before_operator(
            "payment_mismatch", intent.id, {**_facts(intent), **ours}, order_id=known.order_id
        )
    return (before.state, before.received_minor, before.bound) != (
        known.state, known.received_minor, known.bound,
    )  # fmt: skip


async def _stray(run: Round, intent: Intent, order_id: UUID) -> bool:
    """An object that bears the marks of an order and is of none of its payments.

    Money that it took becomes a payment of the order, which uses it or sends it back; one that could still be
    paid is closed.
    """
    if not payments.collected(intent):
        if of_intent(intent) not in payments.PAYABLE:
            return False
        with suppress(Rejected):
            intent = await run.gateway.cancel_intent(intent.id)
        if of_intent(intent) in payments.PAYABLE:  # it belongs to a page, which must be closed there
            await run.put_before_operator("stray_payable", intent.id, _facts(intent), order_id=order_id)
            return False
        if not payments.collected(intent):
            return True
    async with run.db.transaction() as tx:
        await payments.insert_collected(tx, order_id, intent, now=run.clock.now(), actor=ACTOR)
    return True


async def _bought_at_once(run: Round, intent: Intent, known: KnownIntent) -> bool:
    """Something bought without a cart: its own door, which is above this room, makes the order."""
    over = of_intent(intent) in ("canceled", "open") and known.buy_now_state != "complete"
    if over or known.buy_now_id is None:
        return False
    args = {"buy_now_id": str(known.buy_now_id)}
    async with run.db.transaction() as tx:
        await jobs.enqueue(
            tx, "sync_buy_now", args, now=run.clock.now(), key=f"sync_buy_now:{known.buy_now_id}"
        )
    return payments.collected(intent)


async def _known(run: Round, marks: list[Mark]) -> dict[str, KnownIntent]:
    async with run.db.connection() as conn:
        return await queries.known_intents(conn, marks)


async def _look(run: Round, intent: Intent) -> KnownIntent:
    return (await _known(run, [_mark(intent.id, intent.metadata)]))[intent.id]


def _agree(intent: Intent, known: KnownIntent) -> bool:
    """Whether nothing of it is to be asked for: the same money, and nothing payable that is over here."""
    if known.payment_id is None:
        return False
    if intent.status == "succeeded" or known.state == "succeeded":
        theirs = ("succeeded", True, intent.received, intent.currency)
        same = (known.state, known.bound, known.received_minor, known.currency) == theirs
        return same and intent.status == "succeeded"
    return known.bound and of_intent(intent) == known.state


def _mark(intent_ref: str, metadata: Mapping[str, str]) -> Mark:
    ids = (parse_id(str(metadata.get(name, ""))) for name in _MARKS)
    return Mark(intent_ref, *ids)


def _facts(intent: Intent) -> dict[str, object]:
    return {
        "object": intent.id,
        "provider_is": intent.status,
        "provider_minor": intent.received,
        "currency": intent.currency,
        **{name: intent.metadata[name] for name in _MARKS if intent.metadata.get(name)},
    }
