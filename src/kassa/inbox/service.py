"""The verbs of the inbox: keep, take, settle, put off, replay."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kassa.inbox import queries
from kassa.inbox.errors import StillWaiting
from kassa.inbox.queries import Event, WaitingEvent
from kassa.kernel.db import Tx


async def keep(tx: Tx, event_id: str, *, type_: str, object_id: str, body: bytes, now: datetime) -> bool:
    """Put a verified event on disk; False if it was there (its deliveries are counted)."""
    return await queries.insert(tx, event_id, type_=type_, object_id=object_id, body=body, now=now)


async def keep_missed(
    tx: Tx, event_id: str, *, type_: str, object_id: str, body: bytes, now: datetime
) -> bool:
    """Put an event on disk that the provider has on its list and no webhook has brought; False if it was there."""
    return await queries.insert_missed(tx, event_id, type_=type_, object_id=object_id, body=body, now=now)


async def claim(tx: Tx, *, now: datetime, lease: datetime, limit: int) -> list[WaitingEvent]:
    """Take waiting events, of each object only the oldest, until `lease`."""
    return await queries.claim(tx, now=now, lease=lease, limit=limit)


async def settle(tx: Tx, verdicts: Sequence[tuple[str, str, str, UUID | None]], *, now: datetime) -> None:
    """Write down what became of a batch of events: (id, state, verdict, the order it is about)."""
    ids, states, reasons, order_ids = (list(column) for column in zip(*verdicts, strict=True))
    await queries.settle(tx, ids, states, reasons, order_ids, now=now)


async def postpone(tx: Tx, event_id: str, error: str, *, run_at: datetime) -> None:
    """An event could not be heeded now: why, and when to try again."""
    await queries.postpone(tx, event_id, error, run_at=run_at)


async def replay(tx: Tx, event_id: str, *, now: datetime) -> Event:
    """Have a settled event heeded again, from the body that was kept; the event as it waits.

    Raises:
        EventNotFound: there is none.
        StillWaiting: it was not heeded a first time yet.
    """
    if not await queries.put_back(tx, event_id, now=now):
        await queries.get(tx, event_id)
        raise StillWaiting("The event is waiting to be heeded already.")
    return await queries.get(tx, event_id)
