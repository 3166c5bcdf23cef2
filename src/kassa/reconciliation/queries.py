"""All SQL of `cases`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kassa.kernel.db import Tx


async def insert_case(
    tx: Tx,
    case_id: UUID,
    *,
    kind: str,
    cause: str,
    order_id: UUID | None,
    known: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Open a case; False if there is one of this cause already."""
    return bool(
        await tx.execute(
            """
            insert into cases (id, kind, cause, order_id, known, opened_at) values ($1, $2, $3, $4, $5, $6)
            on conflict (kind, cause) do nothing
            """,
            case_id, kind, cause, order_id, known, now,
        )
    )  # fmt: skip
