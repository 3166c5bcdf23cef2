"""Parcels: packed and handed over on the order's page, the slip that goes into them, and what waits."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from kassa import accounts, checkout, fulfilment, orders, payments, refunds
from kassa.admin.desk import AnyRequest, Desk, enter, go, read_form, shop_of, units_by_line
from kassa.admin.view import desk_page, page
from kassa.fulfilment import Fulfilment
from kassa.kernel.db import Conn
from kassa.kernel.errors import Conflict, Invalid, Unavailable
from kassa.kernel.ids import new_id, parse_id

_PAGE: Final = 50
_FIELDS: Final = 60
_TRACKING: Final = ("carrier", "tracking_number")


@get("/admin/to-ship")
async def list_to_ship(request: AnyRequest) -> Response[Any]:
    """GET /admin/to-ship: orders with something to pack or to hand over, the oldest first."""
    desk, after = await enter(request), request.query_params.get("after") or None
    async with shop_of(request).db.connection() as conn:
        found = await fulfilment.to_ship(conn, after=after, limit=_PAGE)
    following = urlencode({"after": found.next}) if found.next else None
    return await desk_page(
        request, desk, "to_ship.html", orders=found.items, following=following, later=after is not None
    )


@get("/admin/fulfilments/{fulfilment_id:str}/slip")
async def slip(request: AnyRequest, fulfilment_id: FromPath[str]) -> Response[Any]:
    """GET /admin/fulfilments/{id}/slip: the paper that goes into a parcel; no prices on it."""
    desk, shop = await enter(request), shop_of(request)
    async with shop.db.snapshot() as conn:
        parcel = await fulfilment.get(conn, _id(fulfilment_id))
        order = await orders.get(conn, parcel.order_id)
        quote = await orders.quote_of(conn, order.id)
        there = await fulfilment.of_order(conn, order.id)
        apart = [line for line in await fulfilment.left(conn, order.id) if line.left]
    going = [one for one in there if one.state != "canceled"]
    place = next((n for n, one in enumerate(going, 1) if one.id == parcel.id), 0)
    return page(
        request, "slip.html", desk=desk, parcel=parcel, order=order, apart=apart, place=place,
        fetched=bool(quote and quote.way and quote.way.pickup),
        parcels=len(going), shop=shop.settings.name,
    )  # fmt: skip


@post("/admin/orders/{order_id:str}/fulfilments")
async def pack(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """POST /admin/orders/{id}/fulfilments: put units into a parcel, and ship it unless it is only picked.

    The form carries the parcel's id, drawn when it was shown: sending it twice makes one parcel.
    """
    desk, shop, id_ = await enter(request), shop_of(request), parse_id(order_id)
    if id_ is None:
        raise orders.OrderNotFound("There is no such order.")
    values = await read_form(request, desk.csrf, fields=_FIELDS)
    parcel_id, only_pick = parse_id(values.get("fulfilment_id", "")), values.get("step") == "pick"
    try:
        lines = units_by_line(values)
        if not only_pick:
            check = partial(fulfilment.check, order_id=id_, lines=lines)
            await checkout.capture_before_sending(
                shop.db, shop.gateway, id_, check, clock=shop.clock, actor=desk.actor
            )
        verb = fulfilment.pick if only_pick else fulfilment.ship
        async with shop.db.transaction() as tx:
            await verb(
                tx, id_, lines, carrier=values.get("carrier", ""),
                tracking_number=values.get("tracking_number", ""), actor=desk.actor, now=shop.clock.now(),
                fulfilment_id=parcel_id,
            )  # fmt: skip
            told = "The parcel is picked." if only_pick else "The parcel is on its way; the customer is told."
            await accounts.flash(tx, desk.token, told, "good")
    except (Conflict, Invalid, Unavailable) as refused:
        await _say(request, desk, refused.detail)
    return go(f"/admin/orders/{id_}#parcels")


@post("/admin/fulfilments/{fulfilment_id:str}/shipment")
async def send(request: AnyRequest, fulfilment_id: FromPath[str]) -> Response[Any]:
    """POST /admin/fulfilments/{id}/shipment: a picked parcel leaves."""
    told = "The parcel is on its way; the customer is told."
    return await _step(request, fulfilment_id, fulfilment.send, told, fields=_TRACKING)


@post("/admin/fulfilments/{fulfilment_id:str}/tracking")
async def track(request: AnyRequest, fulfilment_id: FromPath[str]) -> Response[Any]:
    """POST /admin/fulfilments/{id}/tracking: carrier and number as they are given."""
    told = "Carrier and number are written down."
    return await _step(request, fulfilment_id, fulfilment.track, told, fields=_TRACKING)


@post("/admin/fulfilments/{fulfilment_id:str}/delivery")
async def deliver(request: AnyRequest, fulfilment_id: FromPath[str]) -> Response[Any]:
    """POST /admin/fulfilments/{id}/delivery: a parcel has arrived."""
    return await _step(request, fulfilment_id, fulfilment.deliver, "The parcel has arrived.")


@post("/admin/fulfilments/{fulfilment_id:str}/cancellation")
async def cancel(request: AnyRequest, fulfilment_id: FromPath[str]) -> Response[Any]:
    """POST /admin/fulfilments/{id}/cancellation: a picked parcel is unpacked."""
    told = "The parcel is unpacked; what was in it can be sent anew."
    return await _step(request, fulfilment_id, fulfilment.cancel, told)


async def shown(conn: Conn, order_id: UUID) -> dict[str, Any]:
    """What the order's page shows of its parcels, and why none can be packed, if so."""
    order = await orders.get(conn, order_id)
    left = await fulfilment.left(conn, order_id)
    promised = any(attempt.state == "authorized" for attempt in await payments.of_order(conn, order_id))
    all_back = await refunds.refunded_minor(conn, order_id) >= order.total_minor
    return {
        "parcels": await fulfilment.of_order(conn, order_id),
        "left": [line for line in left if line.left],
        "given_up": sum(line.refunded for line in left),
        "promised": promised,
        "no_parcel": _why_not(order, left, promised=promised, all_back=all_back),
        "new_parcel": new_id(),
        "carriers": list(fulfilment.CARRIERS),
    }


def _why_not(order: orders.Order, left: list[fulfilment.LineLeft], *, promised: bool, all_back: bool) -> str:
    if order.state in (orders.State.CANCELED, orders.State.FAILED):
        return "The order has ended, so nothing is sent."
    if order.state is orders.State.PENDING and not promised:
        return "Nothing is sent before the order is paid."
    if order.state is orders.State.REFUNDED or all_back:
        return "All of its money goes back, so nothing more is sent."
    return "" if any(line.left for line in left) else "Nothing is left to send."


async def _step(
    request: AnyRequest, fulfilment_id: str, verb: Callable[..., Awaitable[Fulfilment]], told: str, *,
    fields: Sequence[str] = (),
) -> Response[Any]:  # fmt: skip
    """Move a parcel on by `verb`, with these fields of the form, and back to its order; a refusal is said there."""
    desk, shop, id_ = await enter(request), shop_of(request), _id(fulfilment_id)
    values = await read_form(request, desk.csrf)
    async with shop.db.connection() as conn:
        order_id = (await fulfilment.get(conn, id_)).order_id
    try:
        async with shop.db.transaction() as tx:
            given = {name: values.get(name, "") for name in fields}
            await verb(tx, id_, **given, actor=desk.actor, now=shop.clock.now())
            await accounts.flash(tx, desk.token, told, "good")
    except (Conflict, Invalid, Unavailable) as refused:
        await _say(request, desk, refused.detail)
    return go(f"/admin/orders/{order_id}#parcels")


async def _say(request: AnyRequest, desk: Desk, text: str) -> None:
    async with shop_of(request).db.transaction() as tx:
        await accounts.flash(tx, desk.token, text, "bad")


def _id(text: str) -> UUID:
    found = parse_id(text)
    if found is None:
        raise fulfilment.FulfilmentNotFound("There is no such parcel.")
    return found
