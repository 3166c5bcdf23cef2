"""What must hold when everything has settled: the proof of the books, and what outsiders were told."""

from collections.abc import Sequence

from kassa import orders
from kassa.chaos.world import World
from kassa.kernel.db import Database
from kassa.kernel.ids import parse_id
from kassa.reconciliation.prove import prove

_PAID: frozenset[str] = frozenset({"paid", "fulfilling", "fulfilled", "refunded"})


async def judge(world: World) -> Sequence[str]:
    """Every violation as a sentence; empty if everything holds."""
    db = await Database.connect(world.dsn, max_size=2)
    try:
        proof = await prove(db)
        broken = [f"{check.name}: {violation}" for check in proof.checks for violation in check.violations]
        return broken + await _promises(db, world)
    finally:
        await db.close()


async def _promises(db: Database, world: World) -> list[str]:
    """Who was told that an order is paid has a paid order."""
    broken = []
    async with db.connection() as conn:
        for told in sorted(world.told_paid):
            order_id = parse_id(told)
            order = await orders.get(conn, order_id) if order_id else None
            if order is None or order.state.value not in _PAID:
                broken.append(f"told paid: order {told} is {order.state.value if order else 'gone'}")
    return broken
