"""The mail that says that a parcel is on its way: once per parcel."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from kassa import orders
from kassa.config import Settings
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.notifications import render
from kassa.notifications.service import queue


async def build_shipping_mail(
    db: Database, parcel: Mapping[str, Any], *, clock: Clock, settings: Settings
) -> None:
    """Write the mail about a parcel, once, and have it sent.

    `parcel` is what fulfilment knew when it left, all of it: `order_id`, `fulfilment_id`, `lines` of `{line_id,
    sku, quantity}`, `carrier`, `tracking_number`, `tracking_url`, `more` (whether something is still to come).
    """
    async with db.transaction() as tx:
        order = await orders.get(tx, UUID(parcel["order_id"]))
        quote = await orders.quote_of(tx, order.id)
        way = replace(quote.way, first=None, last=None) if quote and quote.way else None  # it has left
        letter = render.shipped(order, parcel, settings=settings, travel=way)
        kind = f"shipped:{parcel['fulfilment_id']}"
        await queue(tx, order, kind, letter, clock=clock, settings=settings)
