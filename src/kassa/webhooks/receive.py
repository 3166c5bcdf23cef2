"""POST /webhooks/stripe: verify the bytes, put them on disk, say 200."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post

from kassa import inbox
from kassa.kernel.db import Database
from kassa.kernel.errors import Invalid, NotFound
from kassa.shop import Shop
from kassa.stripe import verify

#: A larger body is refused before it is read to its end (413).
BODY_LIMIT = 1024 * 1024

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class MalformedEvent(Invalid):
    """A signed body that is no Stripe event; nothing was stored."""

    code = "malformed_event"


class _Object(msgspec.Struct):
    id: str = ""


class _Data(msgspec.Struct):
    object: _Object


class _Event(msgspec.Struct):
    id: Word
    type: Word
    data: _Data


@post("/webhooks/stripe", status_code=200, request_max_body_size=BODY_LIMIT)
async def receive(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """Keep an event that Stripe signed. 200 says that it is on disk, nothing more."""
    shop: Shop = request.app.state.shop
    secrets = shop.settings.webhook_secrets
    if not secrets:
        raise NotFound("No webhook secret is configured.", code="webhooks_not_configured")
    header = request.headers.get("stripe-signature", "")
    new = await keep(shop.db, await request.body(), header, secrets, now=shop.clock.now())
    return Response({"received": "new" if new else "again"})


async def keep(db: Database, body: bytes, header: str, secrets: Sequence[str], *, now: datetime) -> bool:
    """Verify an event and put it on disk; whether it is the first delivery of it.

    While a secret is being rolled, `secrets` are the old and the new one.

    Raises:
        BadSignature, MalformedEvent: nothing was stored.
    """
    verify(body, header, secrets)
    try:
        event = msgspec.json.decode(body, type=_Event)
    except msgspec.DecodeError:
        raise MalformedEvent("The body is not a Stripe event.") from None
    object_id = event.data.object.id[:255] or event.id
    if "\x00" in event.id + event.type + object_id:
        raise MalformedEvent("The body is not a Stripe event.")
    async with db.transaction() as tx:
        return await inbox.keep(tx, event.id, type_=event.type, object_id=object_id, body=body, now=now)


route_handlers = [receive]
