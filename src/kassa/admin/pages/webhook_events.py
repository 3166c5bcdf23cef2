"""Stripe's events: what came, what became of it, and once more from the start."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from kassa import accounts, inbox, orders
from kassa.admin.desk import AnyRequest, enter, go, read_form, shop_of
from kassa.admin.view import desk_page
from kassa.admin.words import Label
from kassa.kernel.errors import Invalid

_PAGE: Final = 50
STATE: Final[Mapping[str, Label]] = {
    "received": Label("Waiting", "wait"),
    "handled": Label("Handled", "good"),
    "ignored": Label("Needs nothing", "done"),
    "dead": Label("Given up", "bad"),
}
_FILTERS: Final = (("", "All"), *((state, label.text) for state, label in STATE.items()))


@get("/admin/webhook-events")
async def list_events(request: AnyRequest) -> Response[Any]:
    """GET /admin/webhook-events: newest first; `q` finds an event, an object of Stripe's or an order by its id."""
    desk, params = await enter(request), request.query_params
    state, type_, q = (params.get(name, "").strip() for name in ("state", "type", "q"))
    if state not in dict(_FILTERS):
        raise Invalid("There is no such state.", code="unknown_state")
    after = params.get("after") or None
    async with shop_of(request).db.connection() as conn:
        found = await inbox.page(conn, state=state or None, type_=type_, q=q, after=after, limit=_PAGE)
        about = {event.order_id for event in found.items if event.order_id}
        numbers = await orders.numbers(conn, list(about))
    chosen = {"state": state, "type": type_, "q": q}
    return await desk_page(
        request, desk, "webhook_events.html", events=found.items, chosen=chosen, filters=_FILTERS, states=STATE,
        numbers=numbers, following=urlencode({**chosen, "after": found.next}) if found.next else None,
        later=after is not None,
    )  # fmt: skip


@get("/admin/webhook-events/{event_id:str}")
async def show_event(request: AnyRequest, event_id: FromPath[str]) -> Response[Any]:
    """GET /admin/webhook-events/{id}: the body as it was signed, the verdict, and what it changed."""
    desk = await enter(request)
    async with shop_of(request).db.snapshot() as conn:
        event = await inbox.get(conn, event_id)
        order_id = event.summary.order_id
        journal = await orders.events(conn, order_id) if order_id else []
        numbers = await orders.numbers(conn, [order_id] if order_id else [])
    changes = [change for change in journal if change.actor == f"stripe:{event_id}"]
    return await desk_page(
        request, desk, "webhook_event.html", event=event.summary, run_at=event.run_at, states=STATE,
        body=_shown(event.body), changes=changes, number_of=numbers.get(order_id) if order_id else None,
    )  # fmt: skip


@post("/admin/webhook-events/{event_id:str}/replay")
async def replay(request: AnyRequest, event_id: FromPath[str]) -> Response[Any]:
    """POST /admin/webhook-events/{id}/replay: it waits to be heeded once more.

    Raises:
        StillWaiting: it does so already.
    """
    desk, shop = await enter(request), shop_of(request)
    await read_form(request, desk.csrf)
    async with shop.db.transaction() as tx:
        await inbox.replay(tx, event_id, now=shop.clock.now())
        await accounts.flash(tx, desk.token, "The event is heeded again in a moment.", "good")
    return go(f"/admin/webhook-events/{event_id}")


def _shown(body: bytes) -> str:
    """The body, indented for reading; the bytes themselves stay as they were signed."""
    return msgspec.json.format(body, indent=2).decode()
