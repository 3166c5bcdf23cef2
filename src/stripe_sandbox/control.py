"""`/_sandbox`: what a test or an operator may do to the sandbox that no Stripe customer can."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import StripeError
from stripe_sandbox.faults import Fault, Kind, WebhookFault, WebhookKind
from stripe_sandbox.sandbox import ApiAnswer, Sandbox

Seconds = Annotated[float, msgspec.Meta(ge=0, le=10 * 366 * 86400)]
Wait = Annotated[float, msgspec.Meta(ge=0, le=3600)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
MAX_FAULTS = 1000


class Match(msgspec.Struct, forbid_unknown_fields=True):
    """Which requests: method and path (a beginning, or a pattern with ``*``)."""

    method: str | None = None
    path: str | None = None


class OrderFault(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /_sandbox/faults`."""

    fault: Kind
    match: Match = msgspec.field(default_factory=Match)
    seconds: Wait = 1.0
    status: Annotated[int, msgspec.Meta(ge=400, le=599)] | None = None
    code: str | None = None
    after: bool = False
    count: Count = 1


class OrderWebhookFault(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /_sandbox/webhook-faults`."""

    fault: WebhookKind
    seconds: Wait = 0.0
    count: Count = 1
    types: list[str] = []


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /_sandbox/clock`."""

    advance_seconds: Seconds


class Outcome(msgspec.Struct, forbid_unknown_fields=True):
    """Body of the authenticate route."""

    outcome: Literal["succeed", "fail"]


class Pay(msgspec.Struct, forbid_unknown_fields=True):
    """Body of the pay route."""

    payment_method: str
    email: str | None = None


@get("/healthz")
async def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@post("/reset", status_code=200)
async def reset(state: State) -> dict[str, str]:
    """Forget every object, event, fault and idempotent answer; the clock is real time again."""
    _box(state).reset()
    return {"status": "reset"}


@get("/clock")
async def read_clock(state: State) -> dict[str, float]:
    """The sandbox's time, in seconds since 1970."""
    return {"now": _box(state).clock.now()}


@post("/clock", status_code=200)
async def advance_clock(state: State, data: JSONBody[Advance]) -> dict[str, float]:
    """Move the clock forward; everything that falls due on the way happens at its own time."""
    return {"now": _box(state).advance(data.advance_seconds)}


@post("/faults", status_code=201)
async def order_fault(state: State, data: JSONBody[OrderFault]) -> OrderFault | Response[Obj]:
    """Let the next matching API requests go wrong."""
    waiting = _box(state).faults.requests
    if len(waiting) >= MAX_FAULTS:
        return _too_many()
    usual = 429 if data.code in ("rate_limit", "lock_timeout") else 500
    waiting.append(
        Fault(
            data.fault, data.match.method, data.match.path, data.seconds, data.status or usual, data.code,
            data.after, data.count,
        )
    )  # fmt: skip
    return data


@post("/webhook-faults", status_code=201)
async def order_webhook_fault(
    state: State, data: JSONBody[OrderWebhookFault]
) -> OrderWebhookFault | Response[Obj]:
    """Let the next matching webhook deliveries go wrong."""
    waiting = _box(state).faults.webhooks
    if len(waiting) >= MAX_FAULTS:
        return _too_many()
    waiting.append(WebhookFault(data.fault, data.seconds, data.count, data.types))
    return data


@delete("/faults", status_code=200)
async def clear_faults(state: State) -> dict[str, str]:
    """Nothing goes wrong any more, neither requests nor webhooks."""
    _box(state).faults.clear()
    return {"status": "cleared"}


@post("/events/{event_id:str}/resend", status_code=200)
async def resend(state: State, event_id: FromPath[str]) -> Response[Obj]:
    """Deliver an event once more to every endpoint."""
    box = _box(state)

    def act(work: Any) -> Obj:
        event: Obj = work.need("event", event_id)
        endpoints = [one["id"] for one in box.endpoints() if one["status"] == "enabled"]
        box.deliveries.resend(event_id, event["type"], endpoints)
        return event

    return _answer(box.attempt(act))


@post("/payment_intents/{intent_id:str}/authenticate", status_code=200)
async def authenticate(state: State, intent_id: FromPath[str], data: JSONBody[Outcome]) -> Response[Obj]:
    """The customer passes or fails the challenge."""
    return _answer(_box(state).authenticate(intent_id, data.outcome))


@post("/checkout/sessions/{session_id:str}/pay", status_code=200)
async def pay(state: State, session_id: FromPath[str], data: JSONBody[Pay]) -> Response[Obj]:
    """The customer pays the hosted page; a decline is a 402 and leaves the session open."""
    params: Obj = {"payment_method": data.payment_method}
    if data.email:
        params["email"] = data.email
    return _answer(_box(state).pay_session(session_id, params))


def _box(state: State) -> Sandbox:
    box: Sandbox = state.sandbox
    return box


def _answer(answer: ApiAnswer) -> Response[Obj]:
    return Response(answer.body, status_code=answer.status)


def _too_many() -> Response[Obj]:
    error = StripeError(400, f"At most {MAX_FAULTS} faults can wait at a time. Clear them first.")
    return Response(error.body(), status_code=400)


def _invalid(request: Request[Any, Any, Any], error: Exception) -> Response[Obj]:
    detail = getattr(error, "extra", None) or getattr(error, "detail", str(error))
    return Response(StripeError(400, f"Invalid request: {detail}").body(), status_code=400)


route_handlers = [
    Router(
        "/_sandbox",
        route_handlers=[
            healthz, reset, read_clock, advance_clock, order_fault, order_webhook_fault, clear_faults, resend,
            authenticate, pay,
        ],
        exception_handlers={400: _invalid},
    )
]  # fmt: skip
