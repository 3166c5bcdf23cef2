"""Money that went back or was taken back: refunds and disputes of theirs, and ours."""

from collections.abc import AsyncIterator, Sequence

from kassa import disputes, refunds
from kassa.disputes.states import of_provider
from kassa.kernel.ids import parse_id
from kassa.reconciliation.reconcile import queries
from kassa.reconciliation.reconcile.queries import KnownDispute, KnownRefund
from kassa.reconciliation.reconcile.tally import Round
from kassa.refunds.states import OF_PROVIDER
from kassa.stripe import ProviderDispute, ProviderRefund


async def refunded(run: Round, after: str | None) -> AsyncIterator[str]:
    """Each of their refunds of our money is written down here, as far as it came."""
    async for page in run.gateway.books.refunds(run.window, after):
        run.count("refunds", len(page.items))
        known = await _known_refunds(run, page.items)
        await run.each(settle_refund(run, refund, known.get(refund.id)) for refund in page.items)
        yield page.last


async def disputed(run: Round, after: str | None) -> AsyncIterator[str]:
    """Each dispute about our money is written down here, as far as it came, with what it took."""
    async for page in run.gateway.books.disputes(run.window, after):
        run.count("disputes", len(page.items))
        known = await _known_disputes(run, page.items)
        await run.each(settle_dispute(run, dispute, known.get(dispute.id)) for dispute in page.items)
        yield page.last


async def settle_refund(run: Round, refund: ProviderRefund, known: KnownRefund | None) -> None:
    """See to it that a refund and what is here of it agree."""
    if known is None:
        run.foreign("refunds")
        return

    async def repair() -> bool:
        if _same_refund(refund, known):
            return False
        await refunds.sync(run.db, run.gateway, refund.id, clock=run.clock)
        again = (await _known_refunds(run, [refund])).get(refund.id)
        differs = again is None or not _same_refund(refund, again)
        if differs and not await _has_moved(run, refund):
            facts = {
                "object": refund.id, "provider_is": refund.status, "provider_minor": refund.amount,
                "currency": refund.currency,
            }  # fmt: skip
            if again and again.state:
                facts |= {"ours_minor": again.amount_minor or 0, "ours_is": again.state}
            await run.put_before_operator("refund_mismatch", refund.id, facts, order_id=known.order_id)
        return again != known

    await run.attempt("refunds", refund.id, repair, order_id=known.order_id)


async def _has_moved(run: Round, refund: ProviderRefund) -> bool:
    """Whether it is otherwise than when its page was read: then it differs from nothing, and the next run looks."""
    now = await run.gateway.refund(refund.id)
    return (now.status, now.amount) != (refund.status, refund.amount)


async def settle_refund_by_reference(run: Round, reference: str) -> None:
    """The same, for a refund of which only the name is at hand."""

    async def look() -> bool:
        refund = await run.gateway.refund(reference)
        await settle_refund(run, refund, (await _known_refunds(run, [refund])).get(refund.id))
        return False

    await run.attempt("refunds", reference, look)


async def exchange_refund(run: Round, reference: str) -> None:
    """The provider settled it in another currency, and the books don't have that yet."""

    async def exchange() -> bool:
        return await refunds.sync(run.db, run.gateway, reference, clock=run.clock)

    await run.attempt("refunds", reference, exchange)


async def settle_dispute(run: Round, dispute: ProviderDispute, known: KnownDispute | None) -> None:
    """See to it that a dispute and what is here of it agree."""
    if known is None:
        run.foreign("disputes")
        return

    async def repair() -> bool:
        if _same_dispute(dispute, known):
            return False
        await disputes.sync(run.db, run.gateway, dispute.id, clock=run.clock)
        again = (await _known_disputes(run, [dispute])).get(dispute.id)
        differs = again is None or not _same_dispute(dispute, again)
        if differs and not await _dispute_has_moved(run, dispute):
            facts = {
                "object": dispute.id, "provider_is": dispute.status, "currency": dispute.settled_in or dispute.currency,
                "provider_minor": _taken(dispute) - _given_back(dispute),
            }  # fmt: skip
            if again and again.state:
                ours = again.taken_minor - again.given_back_minor
                facts |= {"ours_minor": ours, "ours_is": again.state}
            await run.put_before_operator("dispute_mismatch", dispute.id, facts, order_id=known.order_id)
        return again != known

    await run.attempt("disputes", dispute.id, repair, order_id=known.order_id)


async def _dispute_has_moved(run: Round, dispute: ProviderDispute) -> bool:
    """As with refunds."""
    now = await run.gateway.dispute(dispute.id)
    before = (dispute.status, _taken(dispute), _given_back(dispute))
    return (now.status, _taken(now), _given_back(now)) != before


async def settle_dispute_by_reference(run: Round, reference: str) -> None:
    """The same, for a dispute of which only the name is at hand."""

    async def look() -> bool:
        dispute = await run.gateway.dispute(reference)
        await settle_dispute(run, dispute, (await _known_disputes(run, [dispute])).get(dispute.id))
        return False

    await run.attempt("disputes", reference, look)


def _same_refund(refund: ProviderRefund, known: KnownRefund) -> bool:
    told = OF_PROVIDER[refund.status]
    return (known.state, known.amount_minor, known.currency) == (str(told), refund.amount, refund.currency)


def _same_dispute(dispute: ProviderDispute, known: KnownDispute) -> bool:
    told = (str(of_provider(dispute.status)), _taken(dispute), _given_back(dispute))
    return told == (known.state, known.taken_minor, known.given_back_minor)


def _taken(dispute: ProviderDispute) -> int:
    return dispute.withdrawn + dispute.fee


def _given_back(dispute: ProviderDispute) -> int:
    return dispute.returned + dispute.fee_returned


async def _known_refunds(run: Round, page: Sequence[ProviderRefund]) -> dict[str, KnownRefund]:
    async with run.db.connection() as conn:
        return await queries.known_refunds(
            conn, [refund.id for refund in page], [refund.intent for refund in page],
            [parse_id(refund.metadata.get("kassa_refund", "")) for refund in page],
        )  # fmt: skip


async def _known_disputes(run: Round, page: Sequence[ProviderDispute]) -> dict[str, KnownDispute]:
    async with run.db.connection() as conn:
        return await queries.known_disputes(
            conn, [dispute.id for dispute in page], [dispute.intent for dispute in page],
            [dispute.charge for dispute in page],
        )  # fmt: skip
