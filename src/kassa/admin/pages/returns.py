"""What customers want to send back: answer them, and pay back what has come."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from kassa import accounts, returns
from kassa.admin.desk import AnyRequest, Desk, enter, go, read_form, shop_of
from kassa.admin.view import desk_page
from kassa.admin.words import Label
from kassa.kernel.db import Tx
from kassa.kernel.errors import Conflict, Invalid
from kassa.kernel.ids import parse_id

_PAGE: Final = 20
_FIELDS: Final = 120
_QUANTITY: Final = "quantity:"
_RESTOCK: Final = "restock:"
STATE: Final[Mapping[str, Label]] = {
    "asked": Label("Wants an answer", "bad"),
    "accepted": Label("Agreed, on its way", "wait"),
    "received": Label("Received, paid back", "good"),
    "refused": Label("Refused", "done"),
}
REASON: Final[Mapping[str, str]] = {
    "changed_mind": "Changed their mind",
    "damaged": "Arrived damaged",
    "wrong_item": "Not what they ordered",
    "not_as_described": "Not as described",
    "other": "Something else",
}
_FILTERS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("open", "Open", ("asked", "accepted")),
    *((state, label.text, (state,)) for state, label in STATE.items()),
)
#: What an answer begins with, so that nobody has to write it each time.
INSTRUCTIONS: Final = "Please pack it well, and send it within 14 days to the address on your delivery note."


@get("/admin/returns")
async def list_returns(request: AnyRequest) -> Response[Any]:
    """GET /admin/returns: newest first; without a filter, those that wait for an answer or a parcel."""
    desk, params = await enter(request), request.query_params
    chosen, after = params.get("state", "open"), params.get("after") or None
    states = next((states for value, _, states in _FILTERS if value == chosen), None)
    if states is None:
        raise Invalid("There is no such state.", code="unknown_state")
    async with shop_of(request).db.connection() as conn:
        found = await returns.page(conn, states, after=after, limit=_PAGE)
    following = urlencode({"state": chosen, "after": found.next}) if found.next else None
    return await desk_page(
        request, desk, "returns.html", returns=found.items, chosen=chosen, states=STATE, filters=_FILTERS,
        reasons=REASON, instructions=INSTRUCTIONS, following=following, later=after is not None,
    )  # fmt: skip


@post("/admin/returns/{return_id:str}/acceptance")
async def accept(request: AnyRequest, return_id: FromPath[str]) -> Response[Any]:
    """POST /admin/returns/{id}/acceptance: let them send it; the answer says how."""
    desk, id_, values = await _entered(request, return_id)

    async def agree(tx: Tx) -> str:
        await returns.accept(
            tx, id_, values.get("answer", ""), actor=desk.actor, now=shop_of(request).clock.now()
        )
        return "Agreed. The customer is told how to send it."

    return await _do(request, desk, agree)


@post("/admin/returns/{return_id:str}/refusal")
async def refuse(request: AnyRequest, return_id: FromPath[str]) -> Response[Any]:
    """POST /admin/returns/{id}/refusal: do not take it back, and say why."""
    desk, id_, values = await _entered(request, return_id)

    async def decline(tx: Tx) -> str:
        await returns.refuse(
            tx, id_, values.get("answer", ""), actor=desk.actor, now=shop_of(request).clock.now()
        )
        return "Refused. The customer is told why."

    return await _do(request, desk, decline)


@post("/admin/returns/{return_id:str}/receipt")
async def receive(request: AnyRequest, return_id: FromPath[str]) -> Response[Any]:
    """POST /admin/returns/{id}/receipt: it has come; so many units are paid back, and the good ones sold again."""
    desk, id_, values = await _entered(request, return_id)

    async def take(tx: Tx) -> str:
        units, restock = _come(values)
        await returns.receive(
            tx, id_, units, restock=restock, actor=desk.actor, now=shop_of(request).clock.now()
        )
        return "Received. The money goes back; the provider is being asked."

    return await _do(request, desk, take)


async def _entered(request: AnyRequest, return_id: str) -> tuple[Desk, UUID, dict[str, str]]:
    desk, id_ = await enter(request), parse_id(return_id)
    values = await read_form(request, desk.csrf, fields=_FIELDS)
    if id_ is None:
        raise returns.ReturnNotFound("There is no such return.")
    return desk, id_, {name: text.replace("\x00", "").replace("\r\n", "\n") for name, text in values.items()}


async def _do(request: AnyRequest, desk: Desk, step: Any) -> Response[Any]:
    """Do it and say so; what is refused changes nothing, and is said too."""
    shop = shop_of(request)
    try:
        async with shop.db.transaction() as tx:
            await accounts.flash(tx, desk.token, await step(tx), "good")
    except (Conflict, Invalid) as refused:
        async with shop.db.transaction() as tx:
            await accounts.flash(tx, desk.token, f"Nothing changed. {refused.detail}", "bad")
    return go("/admin/returns")


def _come(values: Mapping[str, str]) -> tuple[dict[UUID, int], frozenset[UUID]]:
    """Units that have come, by line, and the lines that can be sold again."""
    units = {}
    for name, text in values.items():
        line_id = parse_id(name.removeprefix(_QUANTITY)) if name.startswith(_QUANTITY) else None
        if line_id is None:
            continue
        if not ((text.strip() or "0").isdecimal() and text.isascii() and len(text) < 7):
            raise Invalid("A quantity is a whole number.", code="invalid_form")
        units[line_id] = int(text.strip() or "0")
    return units, frozenset(line_id for line_id in units if f"{_RESTOCK}{line_id}" in values)
