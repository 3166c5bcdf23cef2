"""The dashboard's pages: lists, one page per object with its story, events, webhooks, requests, search, tools."""

from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from stripe_sandbox import spec
from stripe_sandbox.declines import DECLINE_CODES
from stripe_sandbox.defaults import Obj
from stripe_sandbox.operations import HANDLERS
from stripe_sandbox.pages.dashboard import kinds, search, story, tools
from stripe_sandbox.pages.dashboard.actions import offers
from stripe_sandbox.pages.dashboard.json_view import pretty, pretty_text
from stripe_sandbox.pages.rendering import page, redirect
from stripe_sandbox.pages.test_cards import TEST_CARDS
from stripe_sandbox.pages.words import money
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.work import public

SHOWN: Final = 50
FEW: Final = 8
Kinded = tuple[kinds.Section, kinds.Row]
Call = Request[Any, Any, Any]
# The kinds of money's movements that stand on one page.
BALANCE: Final = ("payout", "balance_transaction")


def render(request: Call, template: str, *, at: str, status: int = 200, **context: Any) -> Response[str]:
    """A page of the dashboard; `at` is the part of the navigation it belongs to."""
    box = box_of(request)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return page(
        template,
        status=status,
        at=at,
        here=here,
        version=spec.API_VERSION,
        now=kinds.moment(box.clock.now()),
        moved=round(box.clock.offset),
        seen=seen(box),
        waiting=len(box.faults.all()),
        moods=kinds.MOODS,
        moment=kinds.moment,
        href=kinds.href,
        steps=tools.STEPS,
        decline_codes=DECLINE_CODES,
        **context,
    )


def box_of(request: Call) -> Sandbox:
    """The sandbox behind this page, with everything done that is due."""
    box: Sandbox = request.app.state.sandbox
    box.run_due()
    return box


def seen(box: Sandbox) -> str:
    """A word that changes with everything that happens: the same word, the same pages."""
    box.requests.flush()
    return f"{box.started:x}-{box.store.changes}-{box.clock.offset:g}"


@get("/_sandbox/changes")
async def changes(request: Call) -> Response[dict[str, str]]:
    """GET /_sandbox/changes: a word that changes with everything that happens."""
    return Response({"seen": seen(box_of(request))}, headers={"Cache-Control": "no-store"})


@get("/_sandbox")
async def overview(request: Call) -> Response[str]:
    """GET /_sandbox: the newest of everything that matters."""
    box = box_of(request)
    return render(
        request,
        "dashboard.html",
        at="",
        payments=_rows(box, "payment_intent", FEW)[0],
        sessions=_rows(box, "checkout.session", FEW)[0],
        happened=_events(box, FEW)[0],
        requests=box.requests.page(limit=FEW),
        deliveries=_counted(box),
        endpoints=box.endpoints(),
        test_cards=[(card.number, card.does["en"]) for card in TEST_CARDS],
    )


@get([f"/_sandbox/{section.slug}" for section in kinds.SECTIONS])
async def list_page(request: Call) -> Response[str]:
    """GET /_sandbox/payments, …/customers, …: one kind of object, newest first, fifty at a time."""
    section = kinds.BY_SLUG[request.url.path.rsplit("/", 1)[1]]
    rows, older = _rows(box_of(request), section.kind, SHOWN, _before(request))
    return render(request, "dashboard_list.html", at=section.slug, section=section, rows=rows, older=older)


@get([f"/_sandbox/{section.slug}/{{object_id:str}}" for section in kinds.SECTIONS])
async def object_page(request: Call, object_id: FromPath[str]) -> Response[str]:
    """GET /_sandbox/payments/pi_…: one object: what it is, what may be done, and what happened."""
    box = box_of(request)
    section = kinds.BY_SLUG[request.url.path.split("/")[2]]
    with box.work() as work:
        found = work.get(section.kind, object_id)
        body = None if found is None else public(found)
    if body is None:
        return _missing(request, object_id)
    others = story.related(box, body)
    ids = [body["id"], *(one["id"] for one in others)]
    return render(
        request,
        "dashboard_object.html",
        at=section.slug,
        section=section,
        body=body,
        row=kinds.row(body),
        offers=offers(body, others),
        related=[(kinds.BY_KIND.get(one["object"]), kinds.row(one)) for one in others],
        plans=story.planned(box, [body, *others]),
        chapters=story.tell(box, [body["id"]] if body["object"] == "customer" else ids),
        json=pretty(body),
    )


@get("/_sandbox/events")
async def events_page(request: Call) -> Response[str]:
    """GET /_sandbox/events?type=…: events, newest first, and whether they were heard."""
    box = box_of(request)
    wanted = request.query_params.get("type", "")
    events, older = _events(box, SHOWN, _before(request), wanted)
    return render(request, "dashboard_events.html", at="events", events=events, older=older, wanted=wanted)


@get("/_sandbox/events/{object_id:str}")
async def event_page(request: Call, object_id: FromPath[str]) -> Response[str]:
    """GET /_sandbox/events/evt_…: one event with its body, deliveries and every attempt."""
    box = box_of(request)
    with box.work() as work:
        found = work.get("event", object_id)
        event = None if found is None else public(found)
    if event is None:
        return _missing(request, object_id)
    deliveries = box.deliveries.of_event(object_id)
    return render(
        request,
        "dashboard_event.html",
        at="events",
        event=event,
        deliveries=[one | {"made": box.deliveries.attempts(one["id"])} for one in deliveries],
        urls={one["id"]: one["url"] for one in box.endpoints()},
        offers=offers(event),
        json=pretty(event),
    )


@get("/_sandbox/webhooks")
async def webhooks_page(request: Call) -> Response[str]:
    """GET /_sandbox/webhooks: endpoints, and the newest deliveries with every attempt."""
    box = box_of(request)
    latest = box.deliveries.latest(SHOWN)
    return render(
        request,
        "dashboard_webhooks.html",
        at="webhooks",
        endpoints=[public(one) for one in box.endpoints()],
        deliveries=[one | {"made": box.deliveries.attempts(one["id"])} for one in latest],
        urls={one["id"]: one["url"] for one in box.endpoints()},
        counted=_counted(box),
    )


@get("/_sandbox/balance")
async def balance_page(request: Call) -> Response[str]:
    """GET /_sandbox/balance: the account's balance, its payouts and movements."""
    box = box_of(request)
    with box.work() as work:
        balance = HANDLERS["getBalance"](work, {}, {})
    lists = [(kinds.BY_KIND[kind], _rows(box, kind, 20)[0]) for kind in BALANCE]
    return render(request, "dashboard_balance.html", at="balance", balance=balance, lists=lists, money=money)


@get("/_sandbox/requests")
async def requests_page(request: Call) -> Response[str]:
    """GET /_sandbox/requests?q=…&refused=1&replayed=1: the latest API calls, newest first."""
    asked = {name: request.query_params.get(name, "") for name in ("q", "refused", "replayed")}
    text = asked["q"]
    conditions = ["seq < ?"]
    values: list[Any] = [_before(request)]
    if text:
        conditions.append("(instr(path, ?) OR id = ? OR idempotency_key = ?)")
        values += [text, text, text]
    if asked["refused"]:
        conditions.append("(status IS NULL OR status >= 400)")
    if asked["replayed"]:
        conditions.append("replayed")
    calls = box_of(request).requests.page(" AND ".join(conditions), values, limit=SHOWN + 1)
    older = urlencode(asked | {"before": calls[SHOWN - 1]["seq"]}) if len(calls) > SHOWN else ""
    return render(
        request,
        "dashboard_requests.html",
        at="requests",
        calls=calls[:SHOWN],
        older=older,
        asked=asked,
    )


@get("/_sandbox/requests/{object_id:str}")
async def request_page(request: Call, object_id: FromPath[str]) -> Response[str]:
    """GET /_sandbox/requests/req_…: one API call with both bodies and the events it made."""
    box = box_of(request)
    call = box.requests.find(object_id)
    if call is None:
        return _missing(request, object_id)
    query = call["path"].partition("?")[2]
    sent = parse_qsl(query, keep_blank_values=True) + _form(call["sent"])
    return render(
        request,
        "dashboard_request.html",
        at="requests",
        call=call,
        sent=[(name, value, bool(kinds.ID.fullmatch(value))) for name, value in sent],
        json=pretty_text(call["answered"]),
        events=story.events_of_request(box, object_id),
    )


@get("/_sandbox/search")
async def search_page(request: Call) -> Response[Any]:
    """GET /_sandbox/search?q=…: by id (goes there at once), e-mail, amount, metadata or any other value."""
    box = box_of(request)
    wanted = request.query_params.get("q", "").strip()[:200]
    if kinds.ID.fullmatch(wanted) and (place := _place(box, wanted)):
        return redirect(place)
    rows = [(kinds.BY_KIND.get(one["object"]), kinds.row(one)) for one in search.search(box, wanted)]
    return render(
        request, "dashboard_search.html", at="search", wanted=wanted, rows=rows, limit=search.MAX_SEARCHED
    )


@get("/_sandbox/go/{object_id:str}")
async def go(request: Call, object_id: FromPath[str]) -> Response[Any]:
    """GET /_sandbox/go/{id}: to the page of whatever has this id."""
    place = _place(box_of(request), object_id)
    return redirect(place) if place else _missing(request, object_id)


@get("/_sandbox/tools")
async def tools_page(request: Call) -> Response[str]:
    """GET /_sandbox/tools: clock, faults, forgetting everything."""
    box = box_of(request)
    return render(
        request,
        "dashboard_tools.html",
        at="tools",
        faults=[(fault.id, tools.describe(fault)) for fault in box.faults.all()],
        request_kinds=tools.REQUEST_KINDS,
        webhook_kinds=tools.WEBHOOK_KINDS,
        operations=sorted(spec.operation_ids()),
        seed=box.chance.seed,
    )


@get("/")
async def front_door() -> Response[None]:
    """GET /: whoever comes without an address wants the dashboard."""
    return redirect("/_sandbox")


def _missing(request: Call, id: str) -> Response[str]:
    return render(request, "dashboard_missing.html", at="", status=404, id=id[:200])


def _place(box: Sandbox, id: str) -> str | None:
    if id.startswith("req_"):
        return f"/_sandbox/requests/{id}" if box.requests.find(id) else None
    kind = search.kind_of(box, id)
    return kinds.href(kind, id) if kind == "event" or kind in kinds.BY_KIND else None


def _before(request: Call) -> int:
    text = request.query_params.get("before", "")
    return int(text) if text.isdecimal() and len(text) < 18 else 2**62


def _rows(box: Sandbox, kind: str, limit: int, before: int = 2**62) -> tuple[list[Kinded], str]:
    found = box.store.rows(
        "SELECT seq, body FROM objects WHERE type = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
        (kind, before, limit + 1),
    )
    older = urlencode({"before": found[limit - 1][0]}) if len(found) > limit else ""
    return [(kinds.BY_KIND[kind], kinds.row(msgspec.json.decode(row[1]))) for row in found[:limit]], older


def _events(box: Sandbox, limit: int, before: int = 2**62, wanted: str = "") -> tuple[list[Obj], str]:
    found = box.store.rows(
        "SELECT seq, body FROM objects WHERE type = 'event' AND seq < ?"
        " AND (? = '' OR json_extract(body, '$.type') LIKE ? || '%') ORDER BY seq DESC LIMIT ?",
        (before, wanted, wanted, limit + 1),
    )
    older = urlencode({"type": wanted, "before": found[limit - 1][0]}) if len(found) > limit else ""
    return [story.with_deliveries(box, msgspec.json.decode(row[1])) for row in found[:limit]], older


def _counted(box: Sandbox) -> dict[str, int]:
    """How many of the latest deliveries are in each state."""
    latest = "SELECT state FROM deliveries ORDER BY id DESC LIMIT 5000"
    return dict(box.store.rows(f"SELECT state, count(*) FROM ({latest}) GROUP BY state ORDER BY state"))  # noqa: S608


def _form(body: bytes) -> list[tuple[str, str]]:
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=None)


route_handlers: Final = [
    overview, changes, list_page, object_page, events_page, event_page, webhooks_page, balance_page, requests_page,
    request_page, search_page, go, tools_page, front_door,
]  # fmt: skip
