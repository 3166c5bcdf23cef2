"""The other direction: what is written down here and the provider must know of."""

from collections.abc import AsyncIterator
from uuid import UUID

from kassa.kernel.ids import parse_id
from kassa.reconciliation.reconcile import queries
from kassa.reconciliation.reconcile.tally import Round
from kassa.stripe import Rejected

_PAGE = 100
_FIRST = UUID(int=0)


async def payments(run: Round, after: str | None) -> AsyncIterator[str]:
    """Each success that they have shown no line of their balance for is one of theirs all the same."""
    last = parse_id(after or "") or _FIRST
    while True:
        async with run.db.connection() as conn:
            rows = await queries.unbooked(
                conn, since=run.window.since, until=run.window.until, after=last, limit=_PAGE
            )
        for payment_id, order_id, intent_ref, received, currency in rows:
            facts = {
                "object": intent_ref or "none", "payment_id": str(payment_id), "ours_minor": received,
                "currency": currency,
            }  # fmt: skip
            if intent_ref is None or not await _has_intent(run, intent_ref):
                await run.put_before_operator(
                    "missing_at_provider", str(payment_id), facts, order_id=order_id
                )
            last = payment_id
        run.count("our_payments", len(rows))
        if len(rows) < _PAGE:
            return
        yield str(last)


async def refunds(run: Round, after: str | None) -> AsyncIterator[str]:
    """Each refund that they are said to have is one of theirs."""
    last = parse_id(after or "") or _FIRST
    while True:
        async with run.db.connection() as conn:
            rows = await queries.sent_refunds(
                conn, since=run.window.since, until=run.window.until, after=last, limit=_PAGE
            )
        for refund_id, order_id, reference, amount, currency in rows:
            facts = {
                "object": reference, "refund_id": str(refund_id), "ours_minor": amount, "currency": currency,
            }  # fmt: skip
            if not await _has_refund(run, reference):
                await run.put_before_operator("missing_at_provider", str(refund_id), facts, order_id=order_id)
            last = refund_id
        run.count("our_refunds", len(rows))
        if len(rows) < _PAGE:
            return
        yield str(last)


async def _has_intent(run: Round, reference: str) -> bool:
    try:
        return (await run.gateway.intent(reference)).status == "succeeded"
    except Rejected:
        return False


async def _has_refund(run: Round, reference: str) -> bool:
    try:
        await run.gateway.refund(reference)
    except Rejected:
        return False
    return True
