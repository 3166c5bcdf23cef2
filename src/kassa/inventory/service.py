"""The verbs of stock. Each takes `tx`; repeating one is harmless."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from kassa.inventory import queries
from kassa.inventory.errors import BelowReserved, InsufficientStock
from kassa.inventory.queries import Stock
from kassa.kernel.db import Tx
from kassa.kernel.errors import Invalid

_MAX_ON_HAND = 1_000_000_000


async def reserve(
    tx: Tx, hold_id: UUID, wanted: Mapping[UUID, int], *, now: datetime, expires_at: datetime
) -> bool:
    """Hold `wanted` units until `expires_at`: all of them or none. False if there is a hold of this id already.

    Raises:
        InsufficientStock: `short` says what there is; nothing is held.
    """
    if not await queries.insert_hold(tx, hold_id, now=now, expires_at=expires_at):
        return False
    await queries.insert_lines(tx, hold_id, wanted)
    await _take(tx, wanted)
    return True


async def paying(tx: Tx, hold_id: UUID) -> None:
    """The customer's bank is being asked: the hold may not lapse by the clock alone."""
    await queries.move_hold(tx, hold_id, frm=("held",), to="paying")


async def resume(tx: Tx, hold_id: UUID, *, now: datetime, expires_at: datetime) -> None:
    """The bank said no: the hold waits for another try until `expires_at`."""
    await queries.move_hold(tx, hold_id, frm=("paying",), to="held", expires_at=expires_at)


async def commit(tx: Tx, hold_id: UUID, *, order_id: UUID, actor: str, now: datetime) -> None:
    """The hold was paid for: its units leave the shelf, once."""
    if await queries.move_hold(tx, hold_id, frm=("held", "paying"), to="committed"):
        await queries.sell(tx, hold_id, order_id=order_id, actor=actor, now=now)


async def release(tx: Tx, hold_id: UUID) -> None:
    """The hold is given up: its units are available again, once. A committed hold stays."""
    if await queries.move_hold(tx, hold_id, frm=("held", "paying"), to="released"):
        await queries.give_back(tx, hold_id)


async def retake(tx: Tx, hold_id: UUID, *, now: datetime, expires_at: datetime) -> bool:
    """Hold a released hold's units again, if they are all still there; whether it is held now."""
    hold = await queries.hold(tx, hold_id)
    if hold.state != "released":
        return hold.state != "committed"
    available = await queries.lock_stock(tx, list(hold.lines))
    if any(available.get(variant_id, 0) < quantity for variant_id, quantity in hold.lines.items()):
        return False
    await queries.take(tx, hold.lines)
    return await queries.move_hold(tx, hold_id, frm=("released",), to="held", expires_at=expires_at)


async def adjust(tx: Tx, sku: str, delta: int, reason: str, *, actor: str, now: datetime) -> Stock:
    """Change what is on hand by `delta` units, for a reason; the numbers afterwards.

    Raises:
        BelowReserved: fewer would remain than are promised.
        UnknownStock: no variant has this SKU.
        Invalid: `delta` is zero or absurd.
    """
    stock = await queries.stock(tx, sku)
    on_hand, reserved = await queries.lock_one(tx, stock.variant_id)
    if delta == 0 or not 0 - _MAX_ON_HAND <= on_hand + delta <= _MAX_ON_HAND:
        raise Invalid(
            "delta must change the stock by a sensible number.", errors=[("delta", "is out of range")]
        )
    if on_hand + delta < reserved:
        raise BelowReserved(
            f"{reserved} are promised to customers, so {on_hand + delta} on hand is too few.",
            extra={"on_hand": on_hand, "reserved": reserved},
        )
    await queries.move(tx, stock.variant_id, delta, kind="adjustment", reason=reason, actor=actor, now=now)
    return await queries.stock(tx, sku)


async def put_back(
    tx: Tx, order_id: UUID, units: Mapping[UUID, int], *, kind: str = "return", actor: str, now: datetime
) -> None:
    """`units` (variant id → how many) of a paid order are on the shelf again.

    Unlike every other verb here, calling it twice puts them back twice: the caller holds the order's lock and
    knows what went back before.
    """
    await queries.put_back(tx, order_id, units, kind=kind, actor=actor, now=now)


async def set_on_hand(
    tx: Tx, variant_id: UUID, on_hand: int, *, actor: str, now: datetime, kind: str = "import"
) -> None:
    """Make what is on hand exactly `on_hand`, by a movement of the difference.

    Raises:
        BelowReserved: fewer than are promised.
    """
    before, reserved = await queries.lock_one(tx, variant_id)
    if on_hand < reserved:
        raise BelowReserved(f"{reserved} are promised to customers, so {on_hand} on hand is too few.")
    if on_hand != before:
        await queries.move(tx, variant_id, on_hand - before, kind=kind, reason="set", actor=actor, now=now)


async def _take(tx: Tx, wanted: Mapping[UUID, int]) -> None:
    available = await queries.lock_stock(tx, list(wanted))
    short = {
        variant_id: (quantity, available.get(variant_id, 0))
        for variant_id, quantity in wanted.items()
        if available.get(variant_id, 0) < quantity
    }
    if short:
        raise InsufficientStock(short)
    await queries.take(tx, wanted)
