"""The journal's chain a second time, from its description alone: what a customer's own program would compute."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kassa.orders import OrderEvent

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def canonical(value: Any) -> str:
    """JSON as PostgreSQL writes `jsonb`: shorter keys first, a space after each colon and comma."""
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return "{" + ", ".join(f"{canonical(key)}: {canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(canonical(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def link(previous: bytes, order_id: UUID, event: OrderEvent) -> bytes:
    """The hash of an event that follows the one of hash `previous` (empty for the first)."""
    microseconds = (event.at - _EPOCH) // timedelta(microseconds=1)
    parts = (str(order_id), str(event.seq), str(microseconds), event.type, event.actor, canonical(event.data))
    return hashlib.sha256(previous + "\x1f".join(parts).encode()).digest()


def head(order_id: UUID, events: list[OrderEvent]) -> str:
    """The hash of the last event, in hex."""
    last = b""
    for event in events:
        last = link(last, order_id, event)
    return last.hex()
