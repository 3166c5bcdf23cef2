"""What is done later."""

from uuid import UUID

from kassa.fulfilment.service import finish
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database


async def finish_later(db: Database, order_id: UUID, *, clock: Clock) -> None:
    """Money of an order went back: if that was for what had not arrived yet, the order is fulfilled."""
    async with db.transaction() as tx:
        await finish(tx, order_id, actor="clock", now=clock.now())
