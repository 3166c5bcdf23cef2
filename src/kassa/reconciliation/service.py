"""The verbs of a case: open it once per cause, look at it, resolve it with a note."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kassa.kernel.db import Conn, Tx
from kassa.kernel.ids import new_id
from kassa.reconciliation import queries
from kassa.reconciliation.errors import CaseResolved, ResolutionMissing
from kassa.reconciliation.queries import Case, CasePage

#: How long a note on a case may be.
RESOLUTION_LIMIT: Final = 2_000


async def open_case(
    tx: Tx, kind: str, cause: str, *, known: Mapping[str, Any], now: datetime, order_id: UUID | None = None
) -> bool:
    """Put something before the operator, once per cause; whether it is new."""
    return await queries.insert_case(
        tx, new_id(), kind=kind, cause=cause, order_id=order_id, known=known, now=now
    )


async def resolve(tx: Tx, case_id: UUID, resolution: str, *, actor: str, now: datetime) -> Case:
    """Write down how a case was resolved and by whom; it stays resolved. The case afterwards.

    The same note by the same person again changes nothing.

    Raises:
        ResolutionMissing: the note is empty, or too long.
        CaseNotFound: there is no such case.
        CaseResolved: somebody resolved it already, otherwise.
    """
    note = resolution.strip()
    if not note or len(note) > RESOLUTION_LIMIT or "\x00" in note:
        message = f"must be a note of 1 to {RESOLUTION_LIMIT} characters"
        raise ResolutionMissing(f"The resolution {message}.", errors=[("resolution", message)])
    closed = await queries.close_case(tx, case_id, resolution=note, actor=actor, now=now)
    if closed is not None:
        return closed
    found = await queries.get_case(tx, case_id)
    if (found.resolved_by, found.resolution) != (actor, note):
        raise CaseResolved("The case has been resolved already.", extra={"resolved_by": found.resolved_by})
    return found


async def resolve_cause(tx: Tx, kind: str, cause: str, resolution: str, *, actor: str, now: datetime) -> bool:
    """What a case was about has come right by itself: resolve it; whether it was open."""
    return await queries.close_case_of(tx, kind, cause, resolution=resolution, actor=actor, now=now)


async def page(
    conn: Conn, state: str | None = None, kind: str | None = None, after: str | None = None, limit: int = 50
) -> CasePage:
    """Cases, newest first, at most a hundred a page; `state` is `open`, `resolved` or, for all, None.

    Raises:
        Invalid: `after` is no cursor of ours.
    """
    return await queries.page_of_cases(conn, state=state, kind=kind, after=after, limit=limit)
