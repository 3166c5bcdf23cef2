"""`/_sandbox`: what a merchant does with webhooks in Stripe's Dashboard: send one again, roll a secret."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.params import FromPath

from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import invalid
from stripe_sandbox.objects import webhook_endpoints
from stripe_sandbox.work import Work, listens


class Resend(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /_sandbox/events/{id}/resend`; none at all means every endpoint that listens."""

    endpoint: str | None = None


class Roll(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /_sandbox/webhook_endpoints/{id}/roll`; none at all means a day."""

    expires_in: Annotated[float, msgspec.Meta(ge=0, le=webhook_endpoints.ROLL_SECONDS)] = (
        webhook_endpoints.ROLL_SECONDS
    )


@post("/events/{event_id:str}/resend", status_code=200)
async def resend(request: Request[Any, Any, Any], state: State, event_id: FromPath[str]) -> Response[Obj]:
    """Deliver an event once more, to every endpoint that listens, or to one."""
    body = await request.body()
    wanted = msgspec.json.decode(body, type=Resend).endpoint if body else None

    def act(work: Work) -> Obj:
        event = work.need("event", event_id)
        if wanted is not None and work.need("webhook_endpoint", wanted, "endpoint")["status"] != "enabled":
            raise invalid(f"The endpoint {wanted} is disabled.", "endpoint")
        listening = [one["id"] for one in work.box.endpoints() if listens(one, event["type"])]
        work.box.deliveries.resend(event_id, event["type"], listening if wanted is None else [wanted])
        return event

    answer = state.sandbox.attempt(act)
    return Response(answer.body, status_code=answer.status)


@post("/webhook_endpoints/{endpoint_id:str}/roll", status_code=200)
async def roll(request: Request[Any, Any, Any], state: State, endpoint_id: FromPath[str]) -> Response[Obj]:
    """Give an endpoint a new secret; for `expires_in` seconds of sandbox time the old one signs too."""
    body = await request.body()
    data = msgspec.json.decode(body, type=Roll) if body else Roll()
    answer = state.sandbox.attempt(lambda work: webhook_endpoints.roll(work, endpoint_id, data.expires_in))
    return Response(answer.body, status_code=answer.status)


route_handlers: Final = [resend, roll]
