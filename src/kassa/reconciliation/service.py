"""The verbs of a case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kassa.kernel.db import Tx
from kassa.kernel.ids import new_id
from kassa.reconciliation import queries


async def open_case(
    tx: Tx, kind: str, cause: str, *, known: Mapping[str, Any], now: datetime, order_id: UUID | None = None
) -> bool:
    """Put something before the operator, once per cause; whether it is new."""
    return await queries.insert_case(
        tx, new_id(), kind=kind, cause=cause, order_id=order_id, known=known, now=now
    )
