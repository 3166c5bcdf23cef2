"""What Stripe Tax is told: a sale once its order is paid, and each refund of it. Record, call, record.

A row first, then a job that calls with the row's key (`tax:{order}`, `tax-reversal:{refund}`), then what came of it.
What Stripe refuses for good is a case for the operator; what it does not answer is tried again.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from kassa import jobs
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.errors import Unavailable
from kassa.pricing.taxes.elsewhere import queries
from kassa.pricing.taxes.elsewhere.queries import Reversal, Sale
from kassa.stripe import Calculation, Gateway, Rejected, TaxWish

#: More of Stripe's words are not kept.
_ERROR_LIMIT: Final = 500


async def placed(
    tx: Tx, order_id: UUID, calculation: str, *, tax: int, total: int, currency: str, now: datetime
) -> None:
    """An order was placed with the taxes of a `calculation`: its sale waits here for the payment."""
    wish = await queries.wish(tx, calculation)
    sale = Sale(order_id, calculation, wish or {}, tax, total, currency, "waiting", None)
    await queries.await_payment(tx, sale, now=now)


async def sold(tx: Tx, order_id: UUID, *, now: datetime) -> None:
    """An order is paid: Stripe is told, if it worked the taxes out. Saying it twice is saying it once."""
    if await queries.due(tx, order_id):
        await jobs.enqueue(tx, "declare_tax", {"order_id": str(order_id)}, now=now, key=f"tax:{order_id}")


async def gave_back(tx: Tx, order_id: UUID, refund_id: UUID, amount: int, *, now: datetime) -> None:
    """`amount` of what an order was paid with went back: Stripe is told, if it was told of the sale."""
    if await queries.await_reversal(tx, order_id, refund_id, amount, now=now):
        key = f"tax-reversal:{refund_id}"
        await jobs.enqueue(tx, "reverse_tax", {"refund_id": str(refund_id)}, now=now, key=key)


async def declare(db: Database, gateway: Gateway, order_id: UUID, *, clock: Clock) -> None:
    """The job that tells a sale.

    Raises:
        Unreachable: nobody knows whether it was heard; the same again finds out.
    """
    async with db.connection() as conn:
        sale = await queries.sale(conn, order_id)
    if sale is None or sale.state != "due":
        return
    transaction, error = None, None
    try:
        transaction = await _record(gateway, sale)
    except Rejected as refused:
        error = refused.detail[:_ERROR_LIMIT]
    now, state = clock.now(), "recorded" if transaction else "impossible"
    async with db.transaction() as tx:
        news = await queries.told(tx, order_id, state, transaction=transaction, error=error, now=now)
        if news and error is not None:
            known = {"calculation": sale.calculation, "tax_minor": sale.tax_minor, "currency": sale.currency}
            await _case(tx, "tax_not_recorded", f"tax:{order_id}", sale, {**known, "error": error}, now=now)


async def reverse(db: Database, gateway: Gateway, refund_id: UUID, *, clock: Clock) -> None:
    """The job that tells a refund.

    Raises:
        Unavailable: the sale itself was not told yet.
        Unreachable: nobody knows whether it was heard; the same again finds out.
    """
    async with db.connection() as conn:
        back = await queries.reversal(conn, refund_id)
        sale = await queries.sale(conn, back.order_id) if back is not None else None
    if back is None or sale is None or back.state != "due":
        return
    if sale.state in ("waiting", "due"):
        raise Unavailable("The sale itself was not told yet.")
    reference, error = None, "The sale was never recorded." if sale.transaction is None else None
    if sale.transaction is not None:
        try:
            reference = await _reverse(gateway, sale.transaction, sale, back)
        except Rejected as refused:
            error = refused.detail[:_ERROR_LIMIT]
    now, state = clock.now(), "recorded" if reference else "impossible"
    async with db.transaction() as tx:
        news = await queries.reversed_(tx, refund_id, state, reference=reference, error=error, now=now)
        if news and error is not None and sale.transaction is not None:
            known = {
                "transaction": sale.transaction,
                "amount_minor": back.amount_minor,
                "currency": sale.currency,
            }
            cause = f"tax-reversal:{refund_id}"
            await _case(tx, "tax_not_reversed", cause, sale, {**known, "error": error}, now=now)


async def _record(gateway: Gateway, sale: Sale) -> str:
    """The transaction of a sale. A calculation that another sale used, or that is over, is made anew: the same
    question, and so the same tax, or it is none of ours.
    """
    order, mark = str(sale.order_id), {"kassa_order": str(sale.order_id)}
    try:
        return await gateway.taxes.record(
            sale.calculation, reference=order, metadata=mark, key=f"tax:{order}"
        )
    except Rejected as refused:
        if refused.provider_code == "resource_already_exists" or not sale.wish:
            raise
        wish = msgspec.convert(sale.wish, TaxWish)
        again = await gateway.taxes.calculate(wish, key=f"tax-again:{order}")
        if _tax(again) != sale.tax_minor:
            raise Rejected("The tax is another than the one that was charged.") from refused
        return await gateway.taxes.record(again.id, reference=order, metadata=mark, key=f"tax:{order}:again")


async def _reverse(gateway: Gateway, transaction: str, sale: Sale, back: Reversal) -> str:
    key = f"tax-reversal:{back.refund_id}"
    amount = None if back.whole else back.amount_minor
    return await gateway.taxes.reverse(
        transaction, reference=str(back.refund_id), amount=amount, currency=sale.currency, key=key
    )


def _tax(made: Calculation) -> int:
    return sum(due.amount for due in made.lines) + (made.shipping.amount if made.shipping else 0)


async def _case(tx: Tx, kind: str, cause: str, sale: Sale, known: dict[str, Any], *, now: datetime) -> None:
    args = {"kind": kind, "cause": cause, "known": known, "order_id": str(sale.order_id)}
    await jobs.enqueue(tx, "open_case", args, now=now, key=f"{kind}:{cause}")
