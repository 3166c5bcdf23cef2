"""A dispute moved."""

from collections.abc import Mapping
from typing import Any

from kassa import disputes
from kassa.inbox import WaitingEvent
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.stripe import Gateway
from kassa.webhooks.told import Told, without_payment


async def dispute_moved(
    db: Database, gateway: Gateway, event: WaitingEvent, data: Mapping[str, Any], clock: Clock
) -> Told:
    """Record what is true now of the dispute that the event is about."""
    dispute = await disputes.sync(db, gateway, event.object_id, clock=clock)
    if dispute is None:
        return await without_payment(gateway, event, data)
    return Told(f"dispute {dispute.id}: {dispute.state}", dispute.order_id)
