"""An order that is left unpaid is remembered once, while its goods are still held: by a link to go on elsewhere."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kassa import jobs
from kassa.kernel.db import Tx

#: When: after this part of the hold, at most so long after the order was placed.
_PART: Final = 3
_AT_MOST: Final = timedelta(minutes=10)


async def remind_later(tx: Tx, order_id: UUID, *, now: datetime, hold_seconds: int) -> None:
    """Have a link sent to whoever placed this order, should it not be paid when a third of its hold is over."""
    after = min(_AT_MOST, timedelta(seconds=hold_seconds) / _PART)
    key = f"resume:{order_id}"
    args = {"order_id": str(order_id), "asked": False}
    await jobs.enqueue(tx, "send_resume_link", args, now=now, run_at=now + after, key=key)


async def send_link(tx: Tx, order_id: UUID, *, now: datetime) -> None:
    """Have the link sent now, because somebody asked for it."""
    key = f"resume:{order_id}:asked"
    args = {"order_id": str(order_id), "asked": True}
    await jobs.enqueue(tx, "send_resume_link", args, now=now, key=key)
