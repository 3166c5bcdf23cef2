"""Mails about what customers give up or send back: once per cancellation, once per answer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kassa import orders, returns
from kassa.config import Settings
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.notifications import render
from kassa.notifications.service import queue


async def build_cancellation_mail(
    db: Database, args: Mapping[str, Any], *, clock: Clock, settings: Settings
) -> None:
    """Confirm that a paid order was canceled before it was sent. `args` are `order_id` and the `amount_minor` that
    goes back."""
    async with db.transaction() as tx:
        order = await orders.get(tx, UUID(args["order_id"]))
        letter = render.canceled(order, int(args["amount_minor"]), settings=settings)
        await queue(tx, order, "cancellation", letter, clock=clock, settings=settings)


async def build_return_mail(
    db: Database, args: Mapping[str, Any], *, clock: Clock, settings: Settings
) -> None:
    """Tell the customer what was answered to their return. `args` are `return_id` and the `state` to tell of; an
    answer that was changed before it was told is told as it is now."""
    async with db.transaction() as tx:
        asked = await returns.get(tx, UUID(args["return_id"]))
        if asked.state == returns.State.REFUSED and args["state"] != asked.state:
            return
        order = await orders.get(tx, asked.order_id)
        letter = render.answered(order, asked, settings=settings)
        kind = f"return:{asked.id}:{args['state']}"
        await queue(tx, order, kind, letter, clock=clock, settings=settings)
