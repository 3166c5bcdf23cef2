"""The exceptions inbox: what needs a person, what is known, what can be done, and who resolved it how."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from kassa import accounts, orders, reconciliation
from kassa.admin import words
from kassa.admin.desk import AnyRequest, Desk, enter, go, read_form, shop_of
from kassa.admin.view import desk_page
from kassa.admin.words import Label
from kassa.kernel.db import Conn
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import parse_id
from kassa.kernel.money import exponent, show

_PAGE: Final = 50
STATE: Final[Mapping[str, Label]] = {"open": Label("Open", "bad"), "resolved": Label("Resolved", "done")}
_FILTERS: Final = (("open", "Open"), ("resolved", "Resolved"), ("all", "All"))
#: Amounts of `known` by the member that names their currency, and what each pair is called.
_AMOUNTS: Final = (
    ("amount_minor", "currency", "Amount"),
    ("asked_minor", "asked_currency", "The order asks for"),
    ("received_minor", "currency", "Received"),
    ("provider_minor", "currency", "At the provider"),
    ("ours_minor", "currency", "In our books"),
)
_LABELS: Final[Mapping[str, str]] = {
    "provider_ref": "Reference",
    "object": "Provider's object",
    "event": "Event",
    "fraud_type": "Suspicion",
    "payment_id": "Payment",
    "refund_id": "Refund",
    "dispute_id": "Dispute",
    "due_by": "Deadline",
    "capture_before": "Lapses",
    "job": "Job",
    "provider_is": "State at the provider",
    "ours_is": "State in our books",
}
#: Facts that are moments, and facts that are codes of the provider's.
_MOMENTS: Final = frozenset({"due_by", "capture_before"})
_CODES: Final = frozenset({"reason", "fraud_type"})
#: Where a fact leads, if it names something that has a page.
_PAGES: Final[Mapping[str, str]] = {"dispute_id": "/admin/disputes/{}", "event": "/admin/webhook-events/{}"}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known, in words; `link` leads to its page."""

    label: str
    text: str
    link: str | None = None


@get("/admin/cases")
async def list_cases(request: AnyRequest) -> Response[Any]:
    """GET /admin/cases: newest first; without a filter, those that are open."""
    desk, params = await enter(request), request.query_params
    state, kind = params.get("state", "open"), params.get("kind", "")
    if state not in dict(_FILTERS):
        raise Invalid("There is no such state.", code="unknown_state")
    after = params.get("after") or None
    async with shop_of(request).db.connection() as conn:
        found = await reconciliation.page(
            conn, None if state == "all" else state, kind or None, after=after, limit=_PAGE
        )
        counted = await reconciliation.open_cases(conn)
        numbers = await _numbers(conn, found.items)
    following = urlencode({"state": state, "kind": kind, "after": found.next}) if found.next else None
    return await desk_page(
        request, desk, "cases.html", cases=found.items, chosen=state, kind=kind, filters=_FILTERS, states=STATE,
        kinds=_kinds(counted, kind), kind_of=reconciliation.kind_of, numbers=numbers, following=following,
        later=after is not None,
    )  # fmt: skip


@get("/admin/cases/{case_id:str}")
async def show_case(request: AnyRequest, case_id: FromPath[str]) -> Response[Any]:
    """GET /admin/cases/{id}: what is known and what can be done, or what was done."""
    return await _page(request, await enter(request), _id(case_id))


@post("/admin/cases/{case_id:str}/resolution")
async def resolve(request: AnyRequest, case_id: FromPath[str]) -> Response[Any]:
    """POST /admin/cases/{id}/resolution: resolve it with a note.

    Raises:
        CaseResolved: a colleague was faster.
    """
    desk, shop, id_ = await enter(request), shop_of(request), _id(case_id)
    values = await read_form(request, desk.csrf)
    note = values.get("resolution", "").replace("\r\n", "\n")
    try:
        async with shop.db.transaction() as tx:
            await reconciliation.resolve(tx, id_, note, actor=desk.actor, now=shop.clock.now())
            await accounts.flash(tx, desk.token, "The case is resolved.", "good")
    except reconciliation.ResolutionMissing:
        return await _page(
            request, desk, id_, note=note, fault="Please write down what was done.", status=422
        )
    except reconciliation.CaseResolved:
        return await _page(
            request, desk, id_, note=note, fault="A colleague was faster: it is resolved.", status=409
        )
    return go(f"/admin/cases/{id_}")


def facts(known: Mapping[str, Any]) -> list[Fact]:
    """What is known, in words; amounts with their currency, identifiers with their pages."""
    found, told = [], set()
    for amount, currency, label in _AMOUNTS:
        if isinstance(known.get(amount), int) and _is_currency(known.get(currency)):
            found.append(Fact(label, show(known[amount], known[currency])))
            told |= {amount, currency}
    for name, value in known.items():
        if name not in told and value not in (None, "", [], {}):
            label = _LABELS.get(name, name.replace("_", " ").capitalize())
            link = _PAGES[name].format(value) if name in _PAGES else None
            found.append(Fact(label, _in_words(name, value), link))
    return found


async def _page(
    request: AnyRequest, desk: Desk, case_id: UUID, *, note: str = "", fault: str = "", status: int = 200
) -> Response[Any]:
    async with shop_of(request).db.snapshot() as conn:
        case = await reconciliation.get_case(conn, case_id)
        numbers = await _numbers(conn, [case])
    response = await desk_page(
        request, desk, "case.html", case=case, kind=reconciliation.kind_of(case.kind), facts=facts(case.known),
        states=STATE, numbers=numbers, note=note, fault=fault,
    )  # fmt: skip
    response.status_code = status
    return response


async def _numbers(conn: Conn, cases: Sequence[reconciliation.Case]) -> Mapping[UUID, int]:
    about = {case.order_id for case in cases if case.order_id}
    return await orders.numbers(conn, list(about))


def _kinds(counted: Mapping[str, int], chosen: str) -> list[tuple[str, str, int]]:
    """Kinds to filter by: those with open cases, and the one that is chosen."""
    names = sorted({*counted, *({chosen} if chosen else ())})
    return [(name, reconciliation.kind_of(name).title, counted.get(name, 0)) for name in names]


def _id(text: str) -> UUID:
    found = parse_id(text)
    if found is None:
        raise reconciliation.CaseNotFound("There is no such case.")
    return found


def _is_currency(code: object) -> bool:
    try:
        return isinstance(code, str) and exponent(code) >= 0
    except Invalid:
        return False


def _in_words(name: str, value: object) -> str:
    if name in _CODES:
        return words.reason(str(value))
    if name in _MOMENTS:
        with suppress(ValueError):
            at = datetime.fromisoformat(str(value)).astimezone(UTC)
            return f"{at.day} {at:%b %Y, %H:%M} UTC"
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_text(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    return str(value)
