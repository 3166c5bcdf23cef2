"""Discounts made by the real verb, and what became of them."""

from typing import Any
from uuid import UUID

from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.pricing import discounts
from kassa.pricing.discounts import DiscountInput, Kind, Offer


async def make(db: Database, clock: FrozenClock, code: str = "SPRING", **more: Any) -> Offer:
    """A discount of ten percent on everything, without limits."""
    given = DiscountInput(**{"kind": Kind.PERCENT, "value": 1000, **more})
    async with db.transaction() as tx:
        return (await discounts.put(tx, code, given, now=clock.now()))[0]


async def used(db: Database, code: str = "SPRING") -> int:
    """How often it says it was used."""
    async with db.connection() as conn:
        return (await discounts.one(conn, code)).used


async def states(db: Database, order_id: UUID) -> list[str]:
    """The states of an order's uses."""
    async with db.connection() as conn:
        rows = await conn.fetch("select state from redemptions where order_id = $1", order_id)
    return [row["state"] for row in rows]
