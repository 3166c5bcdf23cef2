"""A link to go on elsewhere, for whoever asks for it."""

from datetime import datetime
from uuid import UUID

from kassa import jobs
from kassa.kernel.db import Tx


async def send_link(tx: Tx, order_id: UUID, *, now: datetime) -> None:
    """Have the link sent to the address the order was placed with."""
    key = f"resume:{order_id}:asked"
    await jobs.enqueue(tx, "send_resume_link", {"order_id": str(order_id)}, now=now, key=key)
