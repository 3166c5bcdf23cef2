"""What a success means for the books."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kassa import jobs, ledger, orders
from kassa.kernel.db import Tx

#: How long after a success the provider is asked for its fee, if it has not told of it by itself.
FEE_AFTER: Final = timedelta(minutes=1)


async def post(
    tx: Tx, order: orders.Order, payment_id: UUID, *, received: int, currency: str, sold: bool, now: datetime
) -> None:
    """Post `received` minor units of `currency` and, if it made the order paid (`sold`), the sale.

    Every success is posted, also one that its order has no use for: what the customer is owed then stands in
    `receivable` until it has gone back. What the provider keeps of it is asked for later.
    """
    if sold:
        await post_sale(tx, order, now=now)
    await ledger.post_payment(tx, payment_id, received=received, currency=currency, at=now, order_id=order.id)
    await jobs.enqueue(
        tx,
        "record_fee",
        {"payment_id": str(payment_id)},
        now=now,
        run_at=now + FEE_AFTER,
        key=f"fee:{payment_id}",
    )


async def post_sale(tx: Tx, order: orders.Order, *, now: datetime) -> None:
    """Post the sale of an order, which was read with its lines: what it bought of gift cards is owed, not earned."""
    await ledger.post_sale(
        tx, order.id, total=order.total_minor, discount=order.discount_minor, tax=order.tax_minor,
        shipping=order.shipping_minor, currency=order.currency, at=now, gift_cards=order.voucher_minor,
    )  # fmt: skip


async def post_part(tx: Tx, payment_id: UUID, order: orders.Order, amount: int, *, now: datetime) -> None:
    """Post what a gift card paid of an order."""
    await ledger.post_payment(
        tx, payment_id, received=amount, currency=order.currency, at=now, order_id=order.id,
        into=ledger.Account.GIFT_CARDS,
    )  # fmt: skip
