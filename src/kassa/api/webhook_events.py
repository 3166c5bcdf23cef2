"""Stripe's events: as they came, what became of them, what they changed, and once more from the start."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from kassa import inbox, orders
from kassa.api.auth import AnyRequest, shop_of
from kassa.api.doc import documented, reply
from kassa.api.requests import Cursor, EmptyBody, Limit, Text
from kassa.kernel.db import Conn
from kassa.web import read_json, read_query


class WebhookEventsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`type` is a whole type, or its beginning with a dot at the end; `q` an event's, object's or order's id."""

    state: Literal["received", "handled", "ignored", "dead"] | None = None
    type: Text | None = None
    q: Text | None = None
    limit: Limit = 50
    after: Cursor | None = None


class WebhookEventItem(msgspec.Struct, frozen=True, kw_only=True):
    """An event in a list. `verdict`: what became of it, or why it could not be heeded yet.

    `deliveries` counts how often it was sent to us, `attempts` how often it was tried since it was last put back,
    `replays` how often that was.
    """

    id: str
    type: str
    object_id: str
    state: str
    verdict: str | None
    order_id: str | None
    deliveries: int
    attempts: int
    replays: int
    received_at: datetime
    handled_at: datetime | None


class ChangeOut(msgspec.Struct, frozen=True):
    """A row of the order's journal that this event wrote."""

    at: datetime
    type: str
    data: Mapping[str, Any]


class WebhookEventOut(WebhookEventItem, frozen=True, kw_only=True):
    """An event with its raw body, exactly as it was signed, and what it changed."""

    body: str
    next_attempt_at: datetime | None
    changes: list[ChangeOut]


class WebhookEventList(msgspec.Struct, frozen=True):
    """A page of events, newest first."""

    items: list[WebhookEventItem]
    next: str | None


@get(
    "/webhook-events",
    opt=documented(
        summary="List Stripe's events", tag="Admin", query=WebhookEventsQuery, answers={200: WebhookEventList},
        errors=("invalid_cursor",), description="Every event that was signed and sent to us, newest first.",
        admin=True,
    ),
)  # fmt: skip
async def list_webhook_events(request: AnyRequest) -> Response[bytes]:
    """GET /admin/webhook-events: the inbox, newest first."""
    query = read_query(request, WebhookEventsQuery)
    async with shop_of(request).db.connection() as conn:
        page = await inbox.page(
            conn, state=query.state, type_=query.type, q=query.q, after=query.after, limit=query.limit
        )
    return reply(WebhookEventList([_item(event) for event in page.items], page.next))


@get(
    "/webhook-events/{event_id:str}",
    opt=documented(
        summary="Show one of Stripe's events", tag="Admin", answers={200: WebhookEventOut},
        errors=("webhook_event_not_found",), admin=True,
    ),
)  # fmt: skip
async def show_webhook_event(request: AnyRequest, event_id: FromPath[str]) -> Response[bytes]:
    """GET /admin/webhook-events/{id}: its raw body, its verdict, and what it changed."""
    async with shop_of(request).db.snapshot() as conn:
        return reply(await _whole(conn, await inbox.get(conn, event_id)))


@post(
    "/webhook-events/{event_id:str}/replay",
    status_code=200,
    opt=documented(
        summary="Replay one of Stripe's events", tag="Admin", body=EmptyBody, answers={200: WebhookEventOut},
        errors=("webhook_event_not_found", "webhook_event_waiting"),
        description=(
            "Has a handled, ignored or dead event heeded again from the body that was kept. Harmless: heeding asks "
            "the provider what is true now, and what was done already is not done twice."
        ),
        admin=True,
    ),
)  # fmt: skip
async def replay_webhook_event(request: AnyRequest, event_id: FromPath[str]) -> Response[bytes]:
    """POST /admin/webhook-events/{id}/replay: it waits to be heeded once more."""
    shop = shop_of(request)
    await read_json(request, EmptyBody)
    async with shop.db.transaction() as tx:
        event = await inbox.replay(tx, event_id, now=shop.clock.now())
        return reply(await _whole(tx, event))


async def _whole(conn: Conn, event: inbox.Event) -> WebhookEventOut:
    summary = event.summary
    changes = []
    if summary.order_id is not None:
        changes = [
            ChangeOut(change.at, change.type, change.data)
            for change in await orders.events(conn, summary.order_id)
            if change.actor == f"stripe:{summary.id}"
        ]
    return WebhookEventOut(
        **msgspec.structs.asdict(_item(summary)),
        body=event.body.decode(),
        next_attempt_at=event.run_at if summary.state == "received" else None,
        changes=changes,
    )


def _item(event: inbox.Summary) -> WebhookEventItem:
    return WebhookEventItem(
        id=event.id, type=event.type, object_id=event.object_id, state=event.state, verdict=event.verdict,
        order_id=str(event.order_id) if event.order_id else None, deliveries=event.deliveries,
        attempts=event.attempts, replays=event.replays, received_at=event.received_at,
        handled_at=event.handled_at,
    )  # fmt: skip
