"""Prices whose taxes somebody else works out: who needs one is asked for first, outside of any transaction."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from kassa import orders
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.pricing import Quote
from kassa.pricing.taxes import elsewhere
from kassa.stripe import Gateway

#: A bag that changes under the question is asked about again, so often.
_ROUNDS: Final = 3

_Found = TypeVar("_Found")


async def taxed(
    db: Database, gateway: Gateway, attempt: Callable[[], Awaitable[_Found]], *, clock: Clock
) -> _Found:
    """What `attempt` gives, which prices something and may be made again.

    Where taxes are Stripe's to say and it has not been asked yet, it is asked between two attempts; where it does not
    answer, the table does. A shop with a table of its own pays nothing for this.
    """
    for _ in range(_ROUNDS):
        try:
            return await attempt()
        except elsewhere.Unanswered as missing:
            await elsewhere.ask(db, gateway, missing, clock=clock)
    return await attempt()


async def keep_taxes(tx: Tx, order_id: UUID, quote: Quote, *, now: datetime, actor: str) -> None:
    """Of an order just placed: the sale that waits to be told, or that the table answered in Stripe's stead."""
    if quote.tax_provider == elsewhere.PROVIDER:
        await elsewhere.placed(
            tx, order_id, quote.tax_reference, tax=quote.tax, total=quote.total, currency=quote.currency, now=now
        )  # fmt: skip
    elif quote.tax_reference.startswith(elsewhere.INSTEAD):
        reason = quote.tax_reference.removeprefix(elsewhere.INSTEAD)
        await orders.note(tx, order_id, "tax.by_table", now=now, actor=actor, data={"reason": reason})
