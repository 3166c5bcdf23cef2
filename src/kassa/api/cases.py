"""The exceptions inbox: what an operator must decide, and how it was decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from msgspec import Meta

from kassa import reconciliation
from kassa.api.auth import AnyRequest, caller_of, shop_of
from kassa.api.doc import documented, reply
from kassa.api.requests import Body, Cursor, Limit, Short, identity
from kassa.web import read_json, read_query

_MISSING = "There is no such case."


class CasesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Without `state`, both open and resolved ones."""

    state: Literal["open", "resolved"] | None = None
    kind: Short | None = None
    limit: Limit = 50
    after: Cursor | None = None


class ResolutionBody(Body, frozen=True):
    """What was done about a case."""

    resolution: Annotated[str, Meta(min_length=1, max_length=2_000, description="A note for colleagues.")]


class CaseOut(msgspec.Struct, frozen=True, kw_only=True):
    """A case: its kind in words, what is known, what can be done, and how it was resolved by whom."""

    id: str
    kind: str
    title: str
    meaning: str
    steps: Sequence[str]
    cause: str
    order_id: str | None
    known: Mapping[str, Any]
    state: str
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: str | None


class CaseList(msgspec.Struct, frozen=True):
    """A page of cases, newest first."""

    items: list[CaseOut]
    next: str | None


@get(
    "/cases",
    opt=documented(
        summary="List cases", tag="Admin", query=CasesQuery, answers={200: CaseList}, errors=("invalid_cursor",),
        description="What needs a person, newest first.", admin=True,
    ),
)  # fmt: skip
async def list_cases(request: AnyRequest) -> Response[bytes]:
    """GET /admin/cases: the inbox, newest first."""
    query = read_query(request, CasesQuery)
    async with shop_of(request).db.connection() as conn:
        page = await reconciliation.page(
            conn, state=query.state, kind=query.kind, after=query.after, limit=query.limit
        )
    return reply(CaseList([_case(case) for case in page.items], page.next))


@get(
    "/cases/{case_id:str}",
    opt=documented(
        summary="Show a case", tag="Admin", answers={200: CaseOut}, errors=("case_not_found",), admin=True
    ),
)
async def show_case(request: AnyRequest, case_id: FromPath[str]) -> Response[bytes]:
    """GET /admin/cases/{id}: one case."""
    async with shop_of(request).db.connection() as conn:
        found = await reconciliation.get_case(conn, identity(case_id, reconciliation.CaseNotFound(_MISSING)))
    return reply(_case(found))


@post(
    "/cases/{case_id:str}/resolution",
    status_code=200,
    opt=documented(
        summary="Resolve a case", tag="Admin", body=ResolutionBody, answers={200: CaseOut},
        errors=("case_not_found", "case_resolved", "resolution_missing"),
        description="The same note by the same caller again changes nothing.", admin=True,
    ),
)  # fmt: skip
async def resolve_case(request: AnyRequest, case_id: FromPath[str]) -> Response[bytes]:
    """POST /admin/cases/{id}/resolution: how it was resolved, written down with who did it."""
    shop, caller, body = shop_of(request), caller_of(request), await read_json(request, ResolutionBody)
    missing = reconciliation.CaseNotFound(_MISSING)
    async with shop.db.transaction() as tx:
        after = await reconciliation.resolve(
            tx, identity(case_id, missing), body.resolution, actor=caller.actor, now=shop.clock.now()
        )
    return reply(_case(after))


def _case(case: reconciliation.Case) -> CaseOut:
    words = reconciliation.kind_of(case.kind)
    return CaseOut(
        id=str(case.id), kind=case.kind, title=words.title, meaning=words.meaning, steps=words.steps,
        cause=case.cause, order_id=str(case.order_id) if case.order_id else None, known=case.known,
        state=case.state, opened_at=case.opened_at, resolved_at=case.resolved_at, resolved_by=case.resolved_by,
        resolution=case.resolution,
    )  # fmt: skip
