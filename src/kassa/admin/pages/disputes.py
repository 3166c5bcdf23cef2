"""Disputes: the list by deadline, what the bank wants, and what is given to it."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from kassa import accounts, disputes, orders
from kassa.admin.desk import AnyRequest, Desk, enter, go, read_form, shop_of
from kassa.admin.view import desk_page
from kassa.disputes import Dispute
from kassa.kernel.db import Conn
from kassa.kernel.errors import Conflict, Invalid, KassaError
from kassa.kernel.ids import parse_id
from kassa.stripe import Rejected

_PAGE: Final = 50
_UPLOAD_LIMIT: Final = disputes.PAPER_LIMIT + 100_000
_FIELDS: Final = 40
_FILTERS: Final = (
    ("waiting", "Waiting for an answer", disputes.ANSWERABLE),
    ("open", "Open", frozenset(disputes.State) - disputes.CLOSED),
    ("closed", "Over", disputes.CLOSED),
    ("all", "All", None),
)


@get("/admin/disputes")
async def list_disputes(request: AnyRequest) -> Response[Any]:
    """GET /admin/disputes: newest first; without a filter, those that are not over."""
    desk, params = await enter(request), request.query_params
    chosen, after = params.get("state", "open"), params.get("after") or None
    wanted = {value: states for value, _, states in _FILTERS}
    if chosen not in wanted:
        raise Invalid("There is no such state.", code="unknown_state")
    states = wanted[chosen]
    async with shop_of(request).db.connection() as conn:
        found = await disputes.page(
            conn, states=[str(state) for state in states] if states else None, after=after, limit=_PAGE
        )
        numbers = await orders.numbers(conn, list({one.order_id for one in found.items}))
    following = urlencode({"state": chosen, "after": found.next}) if found.next else None
    return await desk_page(
        request, desk, "disputes.html", disputes=found.items, numbers=numbers, chosen=chosen, filters=_FILTERS,
        following=following, later=after is not None, now=shop_of(request).clock.now(),
    )  # fmt: skip


@get("/admin/disputes/{dispute_id:str}")
async def show_dispute(request: AnyRequest, dispute_id: FromPath[str]) -> Response[Any]:
    """GET /admin/disputes/{id}: reason, deadline, money, and the evidence as it is."""
    return await _page(request, await enter(request), _id(dispute_id))


@post("/admin/disputes/{dispute_id:str}/evidence", request_max_body_size=2 * 1024 * 1024)
async def stage(request: AnyRequest, dispute_id: FromPath[str]) -> Response[Any]:
    """POST /admin/disputes/{id}/evidence: keep the texts; with the button "submit", give them to the bank."""
    desk, shop, id_ = await enter(request), shop_of(request), _id(dispute_id)
    values = await read_form(request, desk.csrf, fields=_FIELDS, value=disputes.FIELD_LIMIT + 2_000)
    texts: dict[str, str] = {
        str(name): values[name].replace("\r\n", "\n") for name in disputes.TEXTS if name in values
    }
    told = "The evidence is written down."
    try:
        async with shop.db.transaction() as tx:
            await disputes.stage(tx, id_, texts, actor=desk.actor, now=shop.clock.now())
        if values.get("step") == "submit":
            after = await disputes.submit(shop.db, shop.gateway, id_, clock=shop.clock, actor=desk.actor)
            sent = after.state not in disputes.ANSWERABLE
            told = "The evidence is with the bank." if sent else "The evidence is being sent to the bank."
    except (Conflict, Invalid, Rejected) as refused:
        return await _page(request, desk, id_, texts=texts, fault=refused)
    await _say(request, desk, told)
    return go(f"/admin/disputes/{id_}")


@post("/admin/disputes/{dispute_id:str}/files", request_max_body_size=_UPLOAD_LIMIT)
async def attach(request: AnyRequest, dispute_id: FromPath[str]) -> Response[Any]:
    """POST /admin/disputes/{id}/files: keep a PDF, JPEG or PNG for a field."""
    desk, shop, id_ = await enter(request), shop_of(request), _id(dispute_id)
    values = await read_form(request, desk.csrf)
    sent = (await request.form()).get("file")
    try:
        if not isinstance(sent, UploadFile) or not sent.filename:
            raise Invalid("Choose a file first.", code="invalid_form")
        body = await sent.read()
        async with shop.db.transaction() as tx:
            await disputes.attach(
                tx, id_, values.get("kind", ""), sent.filename, disputes.sniff(body), body, actor=desk.actor,
                now=shop.clock.now(),
            )  # fmt: skip
    except (Conflict, Invalid) as refused:
        return await _page(request, desk, id_, fault=refused)
    await _say(request, desk, "The file is kept for the bank.")
    return go(f"/admin/disputes/{id_}#files")


@post("/admin/disputes/{dispute_id:str}/files/{file_id:str}/removal")
async def detach(request: AnyRequest, dispute_id: FromPath[str], file_id: FromPath[str]) -> Response[Any]:
    """POST /admin/disputes/{id}/files/{file_id}/removal: throw a file away."""
    desk, shop, id_ = await enter(request), shop_of(request), _id(dispute_id)
    await read_form(request, desk.csrf)
    paper = parse_id(file_id)
    if paper is None:
        raise disputes.FileNotFound("The dispute has no such file.")
    async with shop.db.transaction() as tx:
        await disputes.detach(tx, id_, paper, actor=desk.actor, now=shop.clock.now())
    await _say(request, desk, "The file is thrown away.")
    return go(f"/admin/disputes/{id_}#files")


@get("/admin/disputes/{dispute_id:str}/pack")
async def pack(request: AnyRequest, dispute_id: FromPath[str]) -> Response[Any]:
    """GET /admin/disputes/{id}/pack: all that the shop knows of the order, as a ZIP."""
    await enter(request)
    async with shop_of(request).db.snapshot() as conn:
        dispute = await disputes.get(conn, _id(dispute_id))
        body = await disputes.pack(conn, dispute.id)
    name = f"dispute-{dispute.provider_ref}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/zip", headers=headers)


async def _page(
    request: AnyRequest,
    desk: Desk,
    dispute_id: UUID,
    *,
    texts: dict[str, str] | None = None,
    fault: KassaError | None = None,
) -> Response[Any]:
    async with shop_of(request).db.snapshot() as conn:
        dispute = await disputes.get(conn, dispute_id)
        order = await orders.get(conn, dispute.order_id)
        papers = await disputes.files(conn, dispute.id)
        known = await _known(conn, dispute, order)
    response = await desk_page(
        request, desk, "dispute.html", dispute=dispute, order=order, files=papers,
        texts={**known, **dispute.evidence, **(texts or {})}, fields=disputes.TEXTS, kinds=disputes.PAPERS,
        answerable=dispute.state in disputes.ANSWERABLE and dispute.submitted_at is None, fault=fault,
        limit=disputes.FIELD_LIMIT, now=shop_of(request).clock.now(),
    )  # fmt: skip
    if fault is not None:
        response.status_code = 409 if isinstance(fault, Conflict) else 422
    return response


async def _known(conn: Conn, dispute: Dispute, order: orders.Order) -> dict[str, str]:
    """What can be filled in from the order, as long as nobody has written anything else."""
    if dispute.evidence or dispute.submitted_at is not None:
        return {}
    return await disputes.suggested(conn, order)


async def _say(request: AnyRequest, desk: Desk, text: str) -> None:
    async with shop_of(request).db.transaction() as tx:
        await accounts.flash(tx, desk.token, text, "good")


def _id(text: str) -> UUID:
    found = parse_id(text)
    if found is None:
        raise disputes.DisputeNotFound("There is no such dispute.")
    return found
