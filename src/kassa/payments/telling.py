"""What a customer hears by mail of a payment that is not one yet: jobs for `notifications`, which looks again."""

from datetime import datetime, timedelta
from typing import Final

from kassa import jobs, orders
from kassa.kernel.db import Tx
from kassa.payments.facts import Facts
from kassa.payments.queries import Payment

#: After so long without another try nobody is at the pay page any more.
QUIET: Final = timedelta(minutes=5)
#: A card is `processing` for seconds at times; only what takes longer is worth a mail.
SOON: Final = timedelta(minutes=1)
_TAKES_ITS_TIME: Final = ("processing", "authorized")


async def failed(tx: Tx, order: orders.Order, payment: Payment, facts: Facts, *, now: datetime) -> None:
    """An attempt failed: its customer hears of it when nothing else comes of the order, at once if a bank sends back
    what it had taken on, for then nobody is at the page."""
    if order.state is not orders.State.PENDING:
        return
    late = payment.state == "processing"
    error = facts.last_error or {}
    codes = [str(error[name]) for name in ("decline_code", "code") if error.get(name)]
    args = {"order_id": str(order.id), "codes": codes, "late": late, "at": now.isoformat()}
    key = f"payment_failed:{payment.id}:{now.isoformat()}"
    run_at = now if late else now + QUIET
    await jobs.enqueue(tx, "send_payment_failed_mail", args, now=now, run_at=run_at, key=key)


async def with_the_bank(tx: Tx, order: orders.Order, facts: Facts, *, now: datetime) -> None:
    """A bank takes its time with an attempt, or promises the money: its customer hears that the order is there."""
    if order.state is orders.State.PENDING and facts.state in _TAKES_ITS_TIME:
        args = {"order_id": str(order.id)}
        await jobs.enqueue(tx, "send_placed_mail", args, now=now, run_at=now + SOON, key=f"placed:{order.id}")
