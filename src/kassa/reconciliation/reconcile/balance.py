"""The provider's balance, line by line, and its payouts: everything that moved money is somewhere in our books."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kassa import ledger
from kassa.reconciliation.reconcile import money_in, money_out, queries
from kassa.reconciliation.reconcile.queries import KnownDispute, KnownIntent, KnownRefund, Mark
from kassa.reconciliation.reconcile.tally import Round
from kassa.stripe import BookLine, Payout

#: What the provider takes for its services apart from payments: it is posted as a fee.
_FEES: Final = frozenset({"stripe_fee", "stripe_fx_fee", "tax_fee", "network_cost"})


@dataclass(frozen=True, slots=True)
class _Known:
    """What is here of the sources of a page of lines."""

    payments: Mapping[str, KnownIntent]
    refunds: Mapping[str, KnownRefund]
    disputes: Mapping[str, KnownDispute]
    payouts: set[str]
    returned: set[str]
    fees: set[str]


async def lines(run: Round, after: str | None) -> AsyncIterator[str]:
    """Each line of their balance is about something that is written down here, whenever that was made."""
    async for page in run.gateway.books.lines(run.window, after):
        run.count("balance_transactions", len(page.items))
        known = await _known(run, page.items)
        await run.each(_OF_SOURCE.get(line.object, _other)(run, line, known) for line in page.items)
        yield page.last


async def payouts(run: Round, after: str | None) -> AsyncIterator[str]:
    """Each payout is posted from their balance to the bank, and back if it was returned."""
    async for page in run.gateway.books.payouts(run.window, after):
        run.count("payouts", len(page.items))
        await run.each(_pay_out(run, payout) for payout in page.items)
        yield page.last


async def _of_charge(run: Round, line: BookLine, known: _Known) -> None:
    payment = known.payments.get(line.intent or "")
    marked = any(name.startswith("kassa_") for name in line.metadata)
    if line.intent is None or payment is None or (payment.payment_id is None and not marked):
        run.foreign("balance_transactions")
    elif payment.payment_id is None or payment.state != "succeeded":
        await money_in.pair_by_reference(run, line.intent, stage="balance_transactions")
    elif payment.balance_ref is None:
        await money_in.record_fee(run, payment.payment_id, line.booked.id)
    elif payment.balance_ref == line.booked.id and payment.fee_minor != line.booked.fee:
        facts = {
            "object": line.booked.id, "payment_id": str(payment.payment_id), "provider_minor": line.booked.fee,
            "ours_minor": payment.fee_minor, "currency": line.booked.currency,
        }  # fmt: skip
        await run.put_before_operator("unmatched_balance", line.booked.id, facts, order_id=payment.order_id)


async def _of_refund(run: Round, line: BookLine, known: _Known) -> None:
    refund = known.refunds.get(line.booked.source or "")
    if refund is None:
        run.foreign("balance_transactions")
    elif refund.state is None or (line.booked.net > 0 and refund.state not in ("failed", "canceled")):
        await money_out.settle_refund_by_reference(run, line.booked.source or "")
    elif line.booked.currency != refund.currency:
        leg = "refund_failed" if line.booked.net > 0 else "refund"
        if leg not in refund.exchanged:
            await money_out.exchange_refund(run, line.booked.source or "")


async def _of_dispute(run: Round, line: BookLine, known: _Known) -> None:
    dispute = known.disputes.get(line.booked.source or "")
    if dispute is None:
        run.foreign("balance_transactions")
        return
    posted = dispute.taken_minor if line.booked.net < 0 else dispute.given_back_minor
    if posted != abs(line.booked.net):
        await money_out.settle_dispute_by_reference(run, line.booked.source or "")


async def _of_payout(run: Round, line: BookLine, known: _Known) -> None:
    reference = line.booked.source or ""
    back = line.booked.type in ("payout_failure", "payout_cancel")
    if f"payout:{reference}" not in (known.returned if back else known.payouts):

        async def look() -> bool:
            await _pay_out(run, await run.gateway.books.payout(reference))
            return False

        await run.attempt("payouts", reference, look)


async def _other(run: Round, line: BookLine, known: _Known) -> None:
    """Nothing that the shop makes: a fee of the provider's own is posted; else somebody must say what it is."""
    booked = line.booked
    if booked.type in _FEES:
        if f"balance:{booked.id}" not in known.fees:
            await run.attempt("fees", booked.id, lambda: _post_own_fee(run, line))
        return
    facts = {
        "object": booked.id, "type": booked.type, "provider_minor": booked.net, "currency": booked.currency,
        "source": booked.source,
    }  # fmt: skip
    await run.put_before_operator("unmatched_balance", booked.id, facts)


_OF_SOURCE: Final[Mapping[str, Callable[[Round, BookLine, _Known], Awaitable[None]]]] = {
    "charge": _of_charge,
    "refund": _of_refund,
    "dispute": _of_dispute,
    "payout": _of_payout,
}


async def _pay_out(run: Round, payout: Payout) -> None:
    async def post() -> bool:
        async with run.db.transaction() as tx:
            new = await ledger.post_payout(
                tx, payout.id, amount=payout.amount, currency=payout.currency, at=payout.created_at
            )
            if payout.returned:
                new |= await ledger.post_payout_failed(tx, payout.id, at=run.clock.now())
        return new

    await run.attempt("payouts", payout.id, post)
    if payout.status == "failed":
        facts = {
            "object": payout.id, "amount_minor": payout.amount, "currency": payout.currency,
            "reason": payout.failure,
        }  # fmt: skip
        await run.put_before_operator("payout_failed", payout.id, facts)


async def _post_own_fee(run: Round, line: BookLine) -> bool:
    async with run.db.transaction() as tx:
        return await ledger.post_provider_fee(
            tx, line.booked.id, fee=-line.booked.net, currency=line.booked.currency, at=run.clock.now()
        )


async def _known(run: Round, page: Sequence[BookLine]) -> _Known:
    """A few statements for the whole page."""
    by = {kind: [line for line in page if line.object == kind] for kind in _OF_SOURCE}
    causes = [f"payout:{line.booked.source}" for line in by["payout"]]
    fees = [f"balance:{line.booked.id}" for line in page if line.booked.type in _FEES]
    refunded, disputed = by["refund"], by["dispute"]
    async with run.db.connection() as conn:
        return _Known(
            await queries.known_intents(conn, [Mark(line.intent) for line in by["charge"] if line.intent]),
            await queries.known_refunds(
                conn,
                [line.booked.source or "" for line in refunded],
                [line.intent for line in refunded],
                [None] * len(refunded),
            ),
            await queries.known_disputes(
                conn,
                [line.booked.source or "" for line in disputed],
                [line.intent for line in disputed],
                [line.charge for line in disputed],
            ),
            await queries.posted(conn, "payout", causes),
            await queries.posted(conn, "payout_failed", causes),
            await queries.posted(conn, "provider_fee", fees),
        )
