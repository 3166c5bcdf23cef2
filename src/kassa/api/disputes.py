"""Disputes: what banks take back or ask about, what speaks for the shop, and the pack of all it knows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath
from msgspec import Meta

from kassa import disputes
from kassa.api.auth import AnyRequest, caller_of, shop_of
from kassa.api.doc import documented, reply
from kassa.api.requests import Body, Cursor, EmptyBody, Limit, Short, Text, identity
from kassa.api.shapes import Amount
from kassa.kernel.db import Conn
from kassa.web import Idempotency, read_json, read_query

#: A file of the largest size, in base64, and what is around it.
_UPLOAD_LIMIT: Final = disputes.PAPER_LIMIT * 4 // 3 + 10_000
_REFUSALS: Final = ("dispute_not_found", "dispute_not_answerable", "invalid_evidence")


class DisputesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`open`: those that are not over; `waiting`: those that wait for our answer."""

    state: Literal["open", "waiting", "closed"] | None = None
    limit: Limit = 50
    after: Cursor | None = None


class EvidenceBody(Body, frozen=True):
    """Texts by field; a field that is not named stays, an empty one is taken away."""

    evidence: Annotated[dict[Short, Annotated[str, Meta(max_length=20_000)]], Meta(max_length=30)]


class FileBody(Body, frozen=True, kw_only=True):
    """A PDF, JPEG or PNG for a field, in place of the one that may be there; `content` is base64."""

    kind: Short
    name: Text
    content_type: Literal["application/pdf", "image/jpeg", "image/png"]
    content: bytes


class DisputeFileOut(msgspec.Struct, frozen=True):
    """A paper for the bank; `kind` is the field it fills, `size` in bytes."""

    id: str
    kind: str
    name: str
    content_type: str
    size: int
    created_at: datetime


class DisputeFileList(msgspec.Struct, frozen=True):
    """The papers of a dispute."""

    items: list[DisputeFileOut]
    next: str | None = None


class EvidenceOut(msgspec.Struct, frozen=True):
    """What is staged or was submitted; `fields` are those that can be filled with text."""

    evidence: Mapping[str, str]
    fields: Sequence[str]
    file_kinds: Sequence[str]
    submitted_at: datetime | None


class DisputeOut(msgspec.Struct, frozen=True, kw_only=True):
    """A dispute. `amount` is what is disputed; `withdrawn` and `fee` are what the provider has taken for it and
    not given back, in minor units of `settled_in`, the currency of its balance (null while nothing moved).
    `state` is one of the provider's words: with `warning_` the bank only asks."""

    id: str
    order_id: str
    payment_id: str
    provider_ref: str
    reason: str
    state: str
    amount: Amount
    withdrawn: int
    fee: int
    settled_in: str | None
    due_by: datetime | None
    evidence: Mapping[str, str]
    submitted_at: datetime | None
    created_at: datetime
    closed_at: datetime | None


class DisputeList(msgspec.Struct, frozen=True):
    """A page of disputes, newest first."""

    items: list[DisputeOut]
    next: str | None


@get(
    "/disputes",
    opt=documented(
        summary="List disputes", tag="Admin", query=DisputesQuery, answers={200: DisputeList},
        errors=("invalid_cursor",), admin=True,
    ),
)  # fmt: skip
async def list_disputes(request: AnyRequest) -> Response[bytes]:
    """GET /admin/disputes: newest first."""
    query = read_query(request, DisputesQuery)
    wanted = {
        "open": set(disputes.State) - disputes.CLOSED,
        "waiting": disputes.ANSWERABLE,
        "closed": disputes.CLOSED,
        None: None,
    }[query.state]
    async with shop_of(request).db.connection() as conn:
        page = await disputes.page(
            conn, states=[str(state) for state in wanted] if wanted else None, after=query.after,
            limit=query.limit,
        )  # fmt: skip
    return reply(DisputeList([_dispute(found) for found in page.items], page.next))


@get(
    "/disputes/{dispute_id:str}",
    opt=documented(
        summary="Show a dispute", tag="Admin", answers={200: DisputeOut}, errors=("dispute_not_found",), admin=True
    ),
)  # fmt: skip
async def show(request: AnyRequest, dispute_id: FromPath[str]) -> Response[bytes]:
    """GET /admin/disputes/{id}: one dispute."""
    async with shop_of(request).db.connection() as conn:
        return reply(_dispute(await _found(conn, dispute_id)))


@get(
    "/disputes/{dispute_id:str}/evidence",
    opt=documented(
        summary="Show the evidence of a dispute", tag="Admin", answers={200: EvidenceOut},
        errors=("dispute_not_found",), admin=True,
    ),
)  # fmt: skip
async def show_evidence(request: AnyRequest, dispute_id: FromPath[str]) -> Response[bytes]:
    """GET /admin/disputes/{id}/evidence: the texts, staged or submitted."""
    async with shop_of(request).db.connection() as conn:
        return reply(_evidence(await _found(conn, dispute_id)))


@post(
    "/disputes/{dispute_id:str}/evidence",
    status_code=200,
    opt=documented(
        summary="Stage evidence", tag="Admin", body=EvidenceBody, answers={200: EvidenceOut}, errors=_REFUSALS,
        description="Kept here until it is submitted. The same again changes nothing.", admin=True,
    ),
)  # fmt: skip
async def stage(request: AnyRequest, dispute_id: FromPath[str]) -> Response[bytes]:
    """POST /admin/disputes/{id}/evidence: put texts beside those that are there."""
    shop, caller, body = shop_of(request), caller_of(request), await read_json(request, EvidenceBody)
    async with shop.db.transaction() as tx:
        after = await disputes.stage(
            tx, _id(dispute_id), body.evidence, actor=caller.actor, now=shop.clock.now()
        )
    return reply(_evidence(after))


@get(
    "/disputes/{dispute_id:str}/files",
    opt=documented(
        summary="List the files of a dispute", tag="Admin", answers={200: DisputeFileList},
        errors=("dispute_not_found",), admin=True,
    ),
)  # fmt: skip
async def list_files(request: AnyRequest, dispute_id: FromPath[str]) -> Response[bytes]:
    """GET /admin/disputes/{id}/files: the papers, without what is in them."""
    async with shop_of(request).db.connection() as conn:
        dispute = await _found(conn, dispute_id)
        return reply(DisputeFileList([_file(file) for file in await disputes.files(conn, dispute.id)]))


@post(
    "/disputes/{dispute_id:str}/files",
    status_code=201,
    request_max_body_size=_UPLOAD_LIMIT,
    opt=documented(
        summary="Attach a file to a dispute", tag="Admin", body=FileBody, answers={201: DisputeFileOut},
        errors=_REFUSALS, description="One per field; all together at most 4.5 MB.", admin=True,
    ),
)  # fmt: skip
async def attach(request: AnyRequest, dispute_id: FromPath[str]) -> Response[bytes]:
    """POST /admin/disputes/{id}/files: a paper for a field."""
    shop, caller, body = shop_of(request), caller_of(request), await read_json(request, FileBody)
    async with shop.db.transaction() as tx:
        file = await disputes.attach(
            tx, _id(dispute_id), body.kind, body.name, body.content_type, body.content, actor=caller.actor,
            now=shop.clock.now(),
        )  # fmt: skip
    return reply(_file(file), 201)


@delete(
    "/disputes/{dispute_id:str}/files/{file_id:str}",
    status_code=200,
    opt=documented(
        summary="Take a file away from a dispute", tag="Admin", answers={200: DisputeFileList},
        errors=("dispute_not_found", "dispute_file_not_found", "dispute_not_answerable"), admin=True,
    ),
)  # fmt: skip
async def detach(request: AnyRequest, dispute_id: FromPath[str], file_id: FromPath[str]) -> Response[bytes]:
    """DELETE /admin/disputes/{id}/files/{file_id}: the files that are left."""
    shop, caller = shop_of(request), caller_of(request)
    missing = disputes.FileNotFound("The dispute has no such file.")
    async with shop.db.transaction() as tx:
        id_ = _id(dispute_id)
        await disputes.detach(tx, id_, identity(file_id, missing), actor=caller.actor, now=shop.clock.now())
        return reply(DisputeFileList([_file(file) for file in await disputes.files(tx, id_)]))


@post(
    "/disputes/{dispute_id:str}/submission",
    status_code=200,
    middleware=[Idempotency],
    opt=documented(
        summary="Submit the evidence of a dispute", tag="Admin", body=EmptyBody, answers={200: DisputeOut},
        errors=("dispute_not_found", "dispute_not_answerable", "no_evidence", "provider_rejected"),
        description=(
            "Once: nothing can be added afterwards. If the provider does not answer, `submitted_at` is set and the "
            "shop sends it again by itself."
        ),
        admin=True,
    ),
)  # fmt: skip
async def submit(request: AnyRequest, dispute_id: FromPath[str]) -> Response[bytes]:
    """POST /admin/disputes/{id}/submission: give the bank all that is staged."""
    shop, caller = shop_of(request), caller_of(request)
    await read_json(request, EmptyBody)
    after = await disputes.submit(
        shop.db, shop.gateway, _id(dispute_id), clock=shop.clock, actor=caller.actor
    )
    return reply(_dispute(after))


@get(
    "/disputes/{dispute_id:str}/pack",
    opt=documented(
        summary="Download the evidence pack", tag="Admin", answers={200: bytes}, errors=("dispute_not_found",),
        description="A ZIP of all that the shop knows of the order: journal, payments, parcels, mails, books.",
        admin=True,
    ),
)  # fmt: skip
async def pack(request: AnyRequest, dispute_id: FromPath[str]) -> Response[bytes]:
    """GET /admin/disputes/{id}/pack: everything about the order, for a person to read."""
    async with shop_of(request).db.snapshot() as conn:
        dispute = await _found(conn, dispute_id)
        body = await disputes.pack(conn, dispute.id)
    return Response(
        body, media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="dispute-{dispute.provider_ref}.zip"'},
    )  # fmt: skip


async def _found(conn: Conn, dispute_id: str) -> disputes.Dispute:
    return await disputes.get(conn, _id(dispute_id))


def _id(text: str) -> UUID:
    return identity(text, disputes.DisputeNotFound("There is no such dispute."))


def _dispute(found: disputes.Dispute) -> DisputeOut:
    return DisputeOut(
        id=str(found.id), order_id=str(found.order_id), payment_id=str(found.payment_id),
        provider_ref=found.provider_ref, reason=found.reason, state=str(found.state),
        amount=Amount(found.amount_minor, found.currency), withdrawn=found.withdrawn_minor, fee=found.fee_minor,
        settled_in=found.settled_in, due_by=found.due_by, evidence=found.evidence, submitted_at=found.submitted_at,
        created_at=found.created_at, closed_at=found.closed_at,
    )  # fmt: skip


def _evidence(found: disputes.Dispute) -> EvidenceOut:
    return EvidenceOut(found.evidence, disputes.TEXTS, disputes.PAPERS, found.submitted_at)


def _file(file: disputes.DisputeFile) -> DisputeFileOut:
    return DisputeFileOut(str(file.id), file.kind, file.name, file.content_type, file.size, file.created_at)
