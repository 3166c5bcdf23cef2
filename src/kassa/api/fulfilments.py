"""Parcels: packed, handed over, delivered; and what waits for somebody to pack it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from msgspec import Meta

from kassa import checkout, fulfilment, orders
from kassa.api import answers, shapes
from kassa.api.auth import AnyRequest, caller_of, shop_of
from kassa.api.doc import documented, encode, reply
from kassa.api.requests import Body, Cursor, EmptyBody, Limit, Short, identity
from kassa.kernel.ids import parse_id
from kassa.web import Idempotency, keep, read_json, read_query

_MISSING = "There is no such parcel."
_CAPTURE = ("nothing_to_capture", "payment_declined", "payment_processing", "provider_unreachable")


class FulfilmentLineBody(Body, frozen=True):
    """So many units of a line of the order."""

    line_id: Short
    quantity: Annotated[int, Meta(ge=1, le=999)]


class FulfilmentBody(Body, frozen=True):
    """A parcel; without `lines`, all that is left goes into it. `picked` ones are handed over later."""

    lines: Annotated[list[FulfilmentLineBody], Meta(min_length=1, max_length=50)] | None = None
    carrier: Short = ""
    tracking_number: Short = ""
    state: Literal["shipped", "picked"] = "shipped"


class TrackingBody(Body, frozen=True):
    """Who carries it, and under which number."""

    carrier: Short = ""
    tracking_number: Short = ""


class ToShipQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The oldest first."""

    limit: Limit = 50
    after: Cursor | None = None


class ToShipItem(msgspec.Struct, frozen=True):
    """An order with `units` to put into parcels and `picked` parcels to hand over.

    `authorized`: its money is promised by the bank, and taken when it is shipped.
    """

    order_id: str
    number: str
    state: str
    email: str
    shipping_method: str
    units: int
    picked: int
    authorized: bool
    created_at: datetime
    paid_at: datetime | None


class ToShipList(msgspec.Struct, frozen=True):
    """A page of orders that wait for somebody to pack."""

    items: list[ToShipItem]
    next: str | None


@get(
    "/to-ship",
    opt=documented(
        summary="List what is to be shipped", tag="Fulfilment", query=ToShipQuery, answers={200: ToShipList},
        errors=("invalid_cursor",), admin=True,
    ),
)  # fmt: skip
async def list_to_ship(request: AnyRequest) -> Response[bytes]:
    """GET /admin/to-ship: orders with something to pack or to hand over, the oldest first."""
    query = read_query(request, ToShipQuery)
    async with shop_of(request).db.connection() as conn:
        page = await fulfilment.to_ship(conn, after=query.after, limit=query.limit)
    items = [
        ToShipItem(
            str(one.id), orders.shown_number(one.number), one.state, one.email, one.shipping_method, one.units,
            one.picked, one.authorized, one.created_at, one.paid_at,
        )
        for one in page.items
    ]  # fmt: skip
    return reply(ToShipList(items, page.next))


@post(
    "/orders/{order_id:str}/fulfilments",
    status_code=201,
    middleware=[Idempotency],
    opt=documented(
        summary="Ship an order", tag="Fulfilment", body=FulfilmentBody, answers={201: shapes.FulfilmentOut},
        errors=(
            "order_not_found", "unknown_line", "nothing_to_ship", "more_than_left", "invalid_transition",
            "invalid_tracking", *_CAPTURE,
        ),
        description=(
            "Without `lines`, all that is left is sent. Where the bank has only promised the money, it is taken "
            "first. A refunded unit is not sent, as long as there is one that was not sent yet."
        ),
        admin=True,
    ),
)  # fmt: skip
async def ship(request: AnyRequest, order_id: FromPath[str]) -> Response[bytes]:
    """POST /admin/orders/{id}/fulfilments: a parcel, on its way unless it is only picked."""
    shop, caller, body = shop_of(request), caller_of(request), await read_json(request, FulfilmentBody)
    id_ = identity(order_id, orders.OrderNotFound("There is no such order."))
    lines = _lines(body.lines)
    if body.state == "shipped":
        check = partial(fulfilment.check, order_id=id_, lines=lines)
        await checkout.capture_before_sending(
            shop.db, shop.gateway, id_, check, clock=shop.clock, actor=caller.actor
        )
    verb = fulfilment.ship if body.state == "shipped" else fulfilment.pick
    async with shop.db.transaction() as tx:
        parcel = await verb(
            tx, id_, lines, carrier=body.carrier, tracking_number=body.tracking_number, actor=caller.actor,
            now=shop.clock.now(),
        )  # fmt: skip
        content = encode(answers.fulfilment(parcel))
        await keep(request, tx, 201, content)
    return reply(content, 201)


@get(
    "/fulfilments/{fulfilment_id:str}",
    opt=documented(
        summary="Show a fulfilment", tag="Fulfilment", answers={200: shapes.FulfilmentOut},
        errors=("fulfilment_not_found",), admin=True,
    ),
)  # fmt: skip
async def show(request: AnyRequest, fulfilment_id: FromPath[str]) -> Response[bytes]:
    """GET /admin/fulfilments/{id}: a parcel."""
    async with shop_of(request).db.connection() as conn:
        return reply(answers.fulfilment(await fulfilment.get(conn, _identity(fulfilment_id))))


@post(
    "/fulfilments/{fulfilment_id:str}/shipment",
    status_code=200,
    middleware=[Idempotency],
    opt=documented(
        summary="Hand over a picked fulfilment", tag="Fulfilment", body=TrackingBody,
        answers={200: shapes.FulfilmentOut},
        errors=(
            "fulfilment_not_found", "invalid_fulfilment_step", "more_than_left", "invalid_transition",
            "invalid_tracking",
        ),
        admin=True,
    ),
)  # fmt: skip
async def send(request: AnyRequest, fulfilment_id: FromPath[str]) -> Response[bytes]:
    """POST /admin/fulfilments/{id}/shipment: a picked parcel leaves."""
    body = await read_json(request, TrackingBody)
    leave = partial(fulfilment.send, carrier=body.carrier, tracking_number=body.tracking_number)
    return await _step(request, fulfilment_id, leave)


@post(
    "/fulfilments/{fulfilment_id:str}/delivery",
    status_code=200,
    middleware=[Idempotency],
    opt=documented(
        summary="Mark a fulfilment as delivered", tag="Fulfilment", body=EmptyBody,
        answers={200: shapes.FulfilmentOut}, errors=("fulfilment_not_found", "invalid_fulfilment_step"),
        description="The order is `fulfilled` when nothing is left to send and every parcel has arrived.",
        admin=True,
    ),
)  # fmt: skip
async def deliver(request: AnyRequest, fulfilment_id: FromPath[str]) -> Response[bytes]:
    """POST /admin/fulfilments/{id}/delivery: a parcel has arrived."""
    await read_json(request, EmptyBody)
    return await _step(request, fulfilment_id, fulfilment.deliver)


@post(
    "/fulfilments/{fulfilment_id:str}/cancellation",
    status_code=200,
    middleware=[Idempotency],
    opt=documented(
        summary="Cancel a picked fulfilment", tag="Fulfilment", body=EmptyBody,
        answers={200: shapes.FulfilmentOut}, errors=("fulfilment_not_found", "invalid_fulfilment_step"),
        description="Its units can be put into another one. One that has left can't be canceled.",
        admin=True,
    ),
)  # fmt: skip
async def cancel(request: AnyRequest, fulfilment_id: FromPath[str]) -> Response[bytes]:
    """POST /admin/fulfilments/{id}/cancellation: a picked parcel is unpacked."""
    await read_json(request, EmptyBody)
    return await _step(request, fulfilment_id, fulfilment.cancel)


@post(
    "/fulfilments/{fulfilment_id:str}/tracking",
    status_code=200,
    opt=documented(
        summary="Correct the tracking of a fulfilment", tag="Fulfilment", body=TrackingBody,
        answers={200: shapes.FulfilmentOut},
        errors=("fulfilment_not_found", "invalid_fulfilment_step", "invalid_tracking"), admin=True,
    ),
)  # fmt: skip
async def track(request: AnyRequest, fulfilment_id: FromPath[str]) -> Response[bytes]:
    """POST /admin/fulfilments/{id}/tracking: carrier and number are as given afterwards."""
    shop, caller, body = shop_of(request), caller_of(request), await read_json(request, TrackingBody)
    async with shop.db.transaction() as tx:
        parcel = await fulfilment.track(
            tx, _identity(fulfilment_id), carrier=body.carrier, tracking_number=body.tracking_number,
            actor=caller.actor, now=shop.clock.now(),
        )  # fmt: skip
    return reply(answers.fulfilment(parcel))


async def _step(
    request: AnyRequest, fulfilment_id: str, verb: Callable[..., Awaitable[fulfilment.Fulfilment]]
) -> Response[bytes]:
    """Move a parcel on by `verb`, and keep the answer with it."""
    shop, caller = shop_of(request), caller_of(request)
    async with shop.db.transaction() as tx:
        parcel = await verb(tx, _identity(fulfilment_id), actor=caller.actor, now=shop.clock.now())
        content = encode(answers.fulfilment(parcel))
        await keep(request, tx, 200, content)
    return reply(content)


def _lines(sent: Sequence[FulfilmentLineBody] | None) -> Mapping[UUID, int] | None:
    """Units by line; a line that is named twice counts twice."""
    if sent is None:
        return None
    lines: dict[UUID, int] = {}
    for place, line in enumerate(sent):
        line_id = parse_id(line.line_id)
        if line_id is None:
            raise fulfilment.UnknownLine(
                "The order has no such line.", errors=[(f"lines[{place}].line_id", "is not a line")]
            )
        lines[line_id] = lines.get(line_id, 0) + line.quantity
    return lines


def _identity(fulfilment_id: str) -> UUID:
    return identity(fulfilment_id, fulfilment.FulfilmentNotFound(_MISSING))
