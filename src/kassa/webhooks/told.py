"""What the functions that heed an event have in common: their shape, and what they answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kassa.inbox import WaitingEvent
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.stripe import Gateway


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an event, in words, and the order it is about. One that is not ours has no order."""

    verdict: str
    order_id: UUID | None = None
    ours: bool = True


NOT_OURS: Final = Told("not ours", ours=False)

Heed = Callable[[Database, Gateway, WaitingEvent, Mapping[str, Any], Clock], Awaitable[Told]]


class NotYet(Exception):
    """The event is about something of ours that is not written down (yet): try again."""


async def without_payment(gateway: Gateway, event: WaitingEvent, data: Mapping[str, Any]) -> Told:
    """What an event comes to whose payment is not here.

    Raises:
        NotYet: the payment carries our marks, so it will be; the event was faster.
    """
    intent = data.get("payment_intent")
    reference = intent.get("id") if isinstance(intent, Mapping) else intent
    if reference and any(
        name.startswith("kassa_") for name in (await gateway.intent(str(reference))).metadata
    ):
        raise NotYet(f"{event.object_id} is about {reference}, which carries our marks and is not there")
    return NOT_OURS
