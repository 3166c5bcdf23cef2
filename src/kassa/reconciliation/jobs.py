"""Jobs of cases: how rooms below put something before the operator, by name, in their own transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.reconciliation import queries
from kassa.reconciliation.errors import CaseNotFound
from kassa.reconciliation.service import open_case, resolve_cause


async def open_from_job(db: Database, args: Mapping[str, Any], *, clock: Clock) -> None:
    """The job `open_case`: `args` are `kind`, `cause`, `known` and, if there is one, `order_id`."""
    order_id = args.get("order_id")
    async with db.transaction() as tx:
        await open_case(
            tx, args["kind"], args["cause"], known=args["known"], now=clock.now(),
            order_id=UUID(order_id) if order_id else None,
        )  # fmt: skip


async def resolve_from_job(db: Database, args: Mapping[str, Any], *, clock: Clock) -> None:
    """The job `resolve_case`: what the case of `kind` and `cause` was about has come right; `resolution` says how.

    Raises:
        CaseNotFound: the job that opens it was slower; the same again, later.
    """
    kind, cause = args["kind"], args["cause"]
    async with db.transaction() as tx:
        done = await resolve_cause(tx, kind, cause, args["resolution"], actor="clock", now=clock.now())
        if not done and not await queries.was_opened(tx, kind, cause):
            raise CaseNotFound(f"The case {kind} of {cause} was not opened yet.")
