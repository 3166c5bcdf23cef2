"""Issuing papers: each once, with the next number, frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kassa import orders, payments, refunds
from kassa.invoices import papers, queries
from kassa.invoices.errors import NotInvoiced
from kassa.invoices.papers import Content
from kassa.invoices.queries import Paper
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.ids import new_id
from kassa.pricing import taxes

#: Papers that nobody asks for are written for what happened in the last week; older ones when they are asked for.
_LOOKED_BACK: Final = timedelta(days=7)
_BATCH: Final = 100
_PREFIXES: Final = {"invoice": "R", "credit_note": "G"}


@dataclass(frozen=True, slots=True)
class _Issuing:
    """Who issues, and when."""

    tx: Tx
    seller: Sequence[str]
    seller_vat_id: str
    now: datetime

    async def write(
        self, kind: str, order_id: UUID, refund_id: UUID | None, number: int, content: Content
    ) -> Paper:
        paper = Paper(new_id(), kind, order_id, refund_id, content, self.now)
        await queries.insert(self.tx, paper, year=self.now.year, number=number)
        return paper


async def issue(tx: Tx, order_id: UUID, *, seller: Sequence[str], now: datetime) -> list[Paper]:
    """The papers of an order, the invoice first; those it lacks are issued. Locks the order, then the counter.

    Raises:
        NotInvoiced: the order was never paid; nothing was issued.
        OrderNotFound: there is none.
    """
    await orders.lock(tx, order_id)
    order = await orders.get(tx, order_id)
    if order.paid_at is None:
        raise NotInvoiced("There is no invoice: this order was not paid.")
    known = await queries.of_order(tx, order_id)
    issuing = _Issuing(tx, seller, (await taxes.settings(tx)).vat_id, now)
    invoice = next((one for one in known if one.kind == "invoice"), None)
    if invoice is None:
        invoice = await _invoice(issuing, order)
        known = [invoice]
    noted = {one.refund_id for one in known}
    before = sum(one.content.total_minor for one in known if one.kind == "credit_note")
    for refund in await refunds.of_order(tx, order_id):
        if refund.own and refund.state is refunds.State.SUCCEEDED and refund.id not in noted:
            note = await _credit_note(issuing, order, refund, invoice, before)
            before += refund.amount_minor
            known.append(note)
    return known


async def issue_due(db: Database, *, seller: Sequence[str], clock: Clock) -> int:
    """Issue what was paid or went back in the last week and has no paper yet, in that order; for how many orders."""
    async with db.connection() as conn:
        due = await queries.due(conn, since=clock.now() - _LOOKED_BACK, limit=_BATCH)
    for order_id in due:
        async with db.transaction() as tx:
            await issue(tx, order_id, seller=seller, now=clock.now())
    return len(due)


def shown_number(kind: str, year: int, number: int) -> str:
    """A paper's number as people see and say it: R-2026-00001, G-2026-00001."""
    return f"{_PREFIXES[kind]}-{year}-{number:05}"


async def _invoice(issuing: _Issuing, order: orders.Order) -> Paper:
    counts = [
        one
        for one in await payments.of_order(issuing.tx, order.id)
        if one.state == "succeeded" and not one.surplus
    ]
    number = await queries.take_number(issuing.tx, "invoice", issuing.now.year)
    content = papers.invoice(
        order, number=shown_number("invoice", issuing.now.year, number), seller=issuing.seller, now=issuing.now,
        order_number=orders.shown_number(order.number), seller_vat_id=issuing.seller_vat_id,
        payment=next((one.intent_ref for one in counts if one.intent_ref), ""),
        journal=(await orders.chain_head(issuing.tx, order.id))[:16],
    )  # fmt: skip
    return await issuing.write("invoice", order.id, None, number, content)


async def _credit_note(
    issuing: _Issuing, order: orders.Order, refund: refunds.Refund, invoice: Paper, before: int
) -> Paper:
    given = [one for one in await refunds.lines_of_order(issuing.tx, order.id) if one.refund_id == refund.id]
    number = await queries.take_number(issuing.tx, "credit_note", issuing.now.year)
    content = papers.credit_note(
        order, refund, given, before, number=shown_number("credit_note", issuing.now.year, number),
        corrects=invoice.content.number, order_number=orders.shown_number(order.number), seller=issuing.seller,
        seller_vat_id=issuing.seller_vat_id, now=issuing.now,
    )  # fmt: skip
    return await issuing.write("credit_note", order.id, refund.id, number, content)
