"""Events as Stripe signs them, and a shop that hears them."""

import hashlib
import hmac
import json
import time
from typing import Any

from tests.money import Till

from kassa import jobs, webhooks

SECRET = "whsec_of_the_test"


def signed(body: bytes, *, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    """The headers that Stripe would send with this body."""
    stamp = str(int(time.time()) - age)
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={stamp},v1={digest}"}


def event(type_: str = "payment_intent.created", event_id: str = "evt_1", **data: object) -> bytes:
    """An event about `data`, as it is sent."""
    given = {"id": "pi_1", "object": "payment_intent", **data}
    return json.dumps({"id": event_id, "object": "event", "type": type_, "data": {"object": given}}).encode()


async def keep(till: Till, body: bytes) -> None:
    """The event arrives; nobody heeds it yet."""
    header = signed(body)["stripe-signature"]
    await webhooks.keep(till.db, body, header, (SECRET,), now=till.clock.now())


async def hear(till: Till, body: bytes) -> None:
    """The event arrives and is heeded."""
    await keep(till, body)
    await jobs.drain(till.worker)


async def kept(till: Till) -> list[Any]:
    """What is in the inbox, by id."""
    async with till.db.connection() as conn:
        return list(
            await conn.fetch(
                """
                select id, type, body, state, verdict, deliveries, attempts, replays, order_id
                from stripe_events order by id
                """
            )
        )
