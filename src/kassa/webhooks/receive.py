"""POST /webhooks/stripe: verify the bytes, put them on disk, say 200."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post

from kassa.kernel.errors import Invalid, NotFound
from kassa.shop import Shop
from kassa.stripe import BadSignature, verify
from kassa.webhooks import queries

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
    secrets = [secret for secret in (shop.settings.stripe_webhook_secret,) if secret]
    if not secrets:
        raise NotFound("No webhook secret is configured.", code="webhooks_not_configured")
    body = await request.body()
    header = request.headers.get("stripe-signature")
    if not header:
        raise BadSignature("There is no Stripe-Signature header.")
    verify(body, header, secrets)
    try:
        event = msgspec.json.decode(body, type=_Event)
    except msgspec.DecodeError:
        raise MalformedEvent("The body is not a Stripe event.") from None
    if "\x00" in event.id + event.type + event.data.object.id:
        raise MalformedEvent("The body is not a Stripe event.")
    async with shop.db.transaction() as tx:
        new = await queries.insert(
            tx, event.id, type_=event.type, object_id=event.data.object.id[:255] or event.id, body=body,
            now=shop.clock.now(),
        )  # fmt: skip
    return Response({"received": "new" if new else "again"})


route_handlers = [receive]
