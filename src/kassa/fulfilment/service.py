"""The verbs of a parcel. Each takes `tx` and locks the order first; repeating one is harmless."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kassa import jobs, orders, refunds
from kassa.fulfilment import queries, states
from kassa.fulfilment.errors import FulfilmentNotFound, NothingToShip, TooMany, UnknownLine
from kassa.fulfilment.queries import Fulfilment, LineLeft, ParcelLine
from kassa.fulfilment.states import State, Step
from kassa.kernel.db import Conn, Tx
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import new_id
from kassa.orders import Event, Order

_TEXT_LIMIT: Final = 100
_EVENTS: Final[Mapping[State, Event]] = {State.PICKED: Event.PICKED, State.SHIPPED: Event.SHIPPED}


async def pick(
    tx: Tx, order_id: UUID, lines: Mapping[UUID, int] | None = None, *, carrier: str = "",
    tracking_number: str = "", actor: str, now: datetime, fulfilment_id: UUID | None = None,
) -> Fulfilment:  # fmt: skip
    """Put units (by line id; None: all that are left) into a parcel that has not left yet.

    `fulfilment_id`, if drawn by the caller, makes twice once: the parcel of this id is given back as it is.

    Raises:
        NothingToShip, TooMany, UnknownLine: see there; nothing changed.
        InvalidTransition: the order is not one that can be sent.
        OrderNotFound: there is none.
    """
    return await _open(
        tx, order_id, lines, State.PICKED, carrier=carrier, tracking_number=tracking_number, actor=actor,
        now=now, fulfilment_id=fulfilment_id,
    )  # fmt: skip


async def ship(
    tx: Tx, order_id: UUID, lines: Mapping[UUID, int] | None = None, *, carrier: str = "",
    tracking_number: str = "", actor: str, now: datetime, fulfilment_id: UUID | None = None,
) -> Fulfilment:  # fmt: skip
    """As `pick`, but the parcel is handed over at once, and the customer told so.

    Raises:
        As `pick`.
    """
    return await _open(
        tx, order_id, lines, State.SHIPPED, carrier=carrier, tracking_number=tracking_number, actor=actor,
        now=now, fulfilment_id=fulfilment_id,
    )  # fmt: skip


async def check(conn: Conn, order_id: UUID, lines: Mapping[UUID, int] | None = None) -> None:
    """Refuse now what `ship` would refuse for its units: to be asked before money is taken for it.

    Raises:
        NothingToShip, TooMany, UnknownLine: see there.
    """
    await _chosen(conn, await orders.get(conn, order_id), lines)


async def send(
    tx: Tx, fulfilment_id: UUID, *, carrier: str = "", tracking_number: str = "", actor: str, now: datetime
) -> Fulfilment:
    """Hand a picked parcel over; empty words leave carrier and number as they are.

    Raises:
        InvalidStep: it was canceled.
        TooMany: some of what is in it was refunded after it was picked: cancel it and pick again.
        InvalidTransition: the order is not one that can be sent (any more).
        FulfilmentNotFound: there is none.
    """
    order, parcel = await _locked(tx, fulfilment_id)
    if states.after(parcel.state, Step.SHIP) is parcel.state:
        return parcel
    orders.after(order.state, Event.SHIPPED)
    held = {line.line_id: line.quantity for line in parcel.lines}
    over = [
        (line.line_id, held[line.line_id], max(0, held[line.line_id] - line.over))
        for line in await queries.left(tx, order.id)
        if line.line_id in held and line.over
    ]
    if over or await _all_given_back(tx, order):
        raise TooMany("Some of what is in this parcel was refunded: cancel it and pick again.", over)
    if carrier or tracking_number:
        await queries.track(tx, parcel.id, *_tracking(carrier, tracking_number))
    await queries.move(tx, parcel.id, State.SHIPPED, now=now)
    sent = await queries.get(tx, parcel.id)
    await orders.apply(tx, order.id, Event.SHIPPED, now=now, actor=actor, data=_facts(sent))
    await _tell(tx, sent, more=not await _mark_sent(tx, order.id, now=now), now=now)
    return sent


async def deliver(tx: Tx, fulfilment_id: UUID, *, actor: str, now: datetime) -> Fulfilment:
    """The parcel has arrived; the order is fulfilled if that was the last of it.

    Raises:
        InvalidStep: it has not been shipped.
        FulfilmentNotFound: there is none.
    """
    order, parcel = await _locked(tx, fulfilment_id)
    if states.after(parcel.state, Step.DELIVER) is parcel.state:
        return parcel
    await queries.move(tx, parcel.id, State.DELIVERED, now=now)
    if order.state is orders.State.FULFILLING and await _complete(tx, order.id):
        await orders.apply(tx, order.id, Event.DELIVERED, now=now, actor=actor, data=_facts(parcel))
    else:
        await orders.note(tx, order.id, "fulfilment.delivered", now=now, actor=actor, data=_facts(parcel))
    return await queries.get(tx, parcel.id)


async def cancel(tx: Tx, fulfilment_id: UUID, *, actor: str, now: datetime) -> Fulfilment:
    """Unpack a parcel that has not left: its units can be put into another one.

    Raises:
        InvalidStep: it has left already.
        FulfilmentNotFound: there is none.
    """
    order, parcel = await _locked(tx, fulfilment_id)
    if states.after(parcel.state, Step.CANCEL) is parcel.state:
        return parcel
    await queries.move(tx, parcel.id, State.CANCELED, now=now)
    await orders.note(tx, order.id, "fulfilment.canceled", now=now, actor=actor, data=_facts(parcel))
    await finish(tx, order.id, actor=actor, now=now)
    return await queries.get(tx, parcel.id)


async def track(
    tx: Tx, fulfilment_id: UUID, *, carrier: str, tracking_number: str, actor: str, now: datetime
) -> Fulfilment:
    """Say, or correct, who carries a parcel and under which number.

    Raises:
        InvalidStep: it was canceled.
        FulfilmentNotFound: there is none.
    """
    order, parcel = await _locked(tx, fulfilment_id)
    states.after(parcel.state, Step.SHIP)
    wanted = _tracking(carrier, tracking_number)
    if wanted == (parcel.carrier, parcel.tracking_number):
        return parcel
    await queries.track(tx, parcel.id, *wanted)
    changed = await queries.get(tx, parcel.id)
    await orders.note(tx, order.id, "fulfilment.tracking", now=now, actor=actor, data=_facts(changed))
    return changed


async def finish(tx: Tx, order_id: UUID, *, actor: str, now: datetime) -> None:
    """Draw the conclusions of units that were given up, or are not any more.

    An order of which everything has arrived that is not paid back is fulfilled (no delivery would tell any more);
    one of which nothing is left to send waits no longer.
    """
    order = await orders.lock(tx, order_id)
    await _mark_sent(tx, order_id, now=now)
    if order.state is orders.State.FULFILLING and await _complete(tx, order_id):
        await orders.apply(tx, order_id, Event.DELIVERED, now=now, actor=actor)


async def _open(
    tx: Tx, order_id: UUID, lines: Mapping[UUID, int] | None, state: State, *, carrier: str,
    tracking_number: str, actor: str, now: datetime, fulfilment_id: UUID | None,
) -> Fulfilment:  # fmt: skip
    order = await orders.lock(tx, order_id)
    again = await queries.find(tx, fulfilment_id) if fulfilment_id is not None else None
    if again is not None:
        if again.order_id != order_id:
            raise FulfilmentNotFound("This order has no such parcel.")
        return again
    orders.after(order.state, _EVENTS[state])
    parcel = Fulfilment(
        fulfilment_id or new_id(), order_id, state, *_tracking(carrier, tracking_number), actor, now,
        now if state is State.SHIPPED else None, None, await _chosen(tx, order, lines),
    )  # fmt: skip
    await queries.insert(tx, parcel)
    await orders.apply(tx, order_id, _EVENTS[state], now=now, actor=actor, data=_facts(parcel))
    if state is State.SHIPPED:
        await _tell(tx, parcel, more=not await _mark_sent(tx, order_id, now=now), now=now)
    return parcel


async def _chosen(conn: Conn, order: Order, lines: Mapping[UUID, int] | None) -> tuple[ParcelLine, ...]:
    """What goes into a parcel; read under the order's lock, it can't have been promised to another one."""
    there = await queries.left(conn, order.id)
    if lines is not None:
        _known(there, lines)
    if not any(line.left for line in there):
        raise NothingToShip("There is nothing left to send of this order.")
    if await _all_given_back(conn, order):
        raise NothingToShip("All of this order's money goes back, so there is nothing left to send.")
    wanted = {line.line_id: line.left for line in there} if lines is None else lines
    short = [
        (line.line_id, wanted[line.line_id], line.left)
        for line in there
        if wanted.get(line.line_id, 0) > line.left
    ]
    if short:
        raise TooMany("More units than are left to send.", short)
    return tuple(
        ParcelLine(line.line_id, line.sku, line.title, wanted[line.line_id])
        for line in there
        if wanted.get(line.line_id, 0) > 0
    )


def _known(there: Sequence[LineLeft], lines: Mapping[UUID, int]) -> None:
    strangers = lines.keys() - {line.line_id for line in there}
    if strangers:
        raise UnknownLine(
            "The order has no such line.",
            errors=[("lines", f"{line_id} is not a line") for line_id in strangers],
        )
    if any(quantity < 0 for quantity in lines.values()) or not any(lines.values()):
        raise Invalid(
            "A parcel has at least one unit in it.", code="empty_fulfilment", errors=[("lines", "is empty")]
        )


async def _all_given_back(conn: Conn, order: Order) -> bool:
    return await refunds.refunded_minor(conn, order.id) >= order.total_minor


async def _locked(tx: Tx, fulfilment_id: UUID) -> tuple[Order, Fulfilment]:
    """The order, locked, and then the parcel as it is now: whose it is never changes."""
    order_id = (await queries.get(tx, fulfilment_id)).order_id
    order = await orders.lock(tx, order_id)
    return order, await queries.get(tx, fulfilment_id)


async def _complete(tx: Tx, order_id: UUID) -> bool:
    picked, shipped, arrived = await queries.parcels(tx, order_id)
    if picked or shipped or not arrived:
        return False
    return not any(line.left for line in await queries.left(tx, order_id))


def _tracking(carrier: str, tracking_number: str) -> tuple[str, str]:
    wanted = " ".join(carrier.split()), " ".join(tracking_number.split())
    if any(len(text) > _TEXT_LIMIT or not text.isprintable() for text in wanted):
        raise Invalid(
            "The carrier or the tracking number is too long, or not printable.",
            code="invalid_tracking",
            errors=[("tracking_number", "or carrier can't be printed")],
        )
    return wanted


def _facts(parcel: Fulfilment) -> dict[str, Any]:
    """What the journal keeps of a parcel."""
    return {
        "fulfilment_id": str(parcel.id),
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "lines": [
            {"line_id": str(line.line_id), "sku": line.sku, "quantity": line.quantity}
            for line in parcel.lines
        ],
    }


async def _mark_sent(tx: Tx, order_id: UUID, *, now: datetime) -> bool:
    """Keep the list of what waits true; whether everything has left."""
    picked, _, _ = await queries.parcels(tx, order_id)
    sent = not picked and not any(line.left for line in await queries.left(tx, order_id))
    await queries.mark_sent(tx, order_id, now if sent else None)
    return sent


async def _tell(tx: Tx, parcel: Fulfilment, *, more: bool, now: datetime) -> None:
    """The mail is another room's; it is given what is true now, and sends it once per parcel."""
    args = {
        **_facts(parcel), "order_id": str(parcel.order_id), "tracking_url": parcel.tracking_url, "more": more,
    }  # fmt: skip
    await jobs.enqueue(tx, "send_shipping_mail", args, now=now, key=f"shipping_mail:{parcel.id}")
