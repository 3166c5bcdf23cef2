"""The mail that says that an order is there: only where its money is not, for the receipt says it as well."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from kassa import orders, payments
from kassa.config import Settings
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.notifications import render
from kassa.notifications.service import queue

_WITH_THE_BANK: Final = ("processing", "authorized")


async def build_placed_mail(
    db: Database, args: Mapping[str, Any], *, clock: Clock, settings: Settings
) -> None:
    """Write it once per order, if a bank still has the payment (a debit that takes days) or has only promised it.

    `args` are `order_id`. An order that was paid meanwhile gets its receipt, and one that ended gets nothing.
    """
    async with db.transaction() as tx:
        order = await orders.get(tx, UUID(args["order_id"]))
        states = {payment.state for payment in await payments.of_order(tx, order.id)}
        if order.state is not orders.State.PENDING or not states.intersection(_WITH_THE_BANK):
            return
        quote, promised = await orders.quote_of(tx, order.id), "authorized" in states
        letter = render.placed(
            order, promised=promised, settings=settings, travel=quote.way if quote else None
        )
        await queue(tx, order, "placed", letter, clock=clock, settings=settings)
