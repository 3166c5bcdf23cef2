"""`/_sandbox`: what a test or an operator may do to the sandbox that no Stripe customer can."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from stripe_sandbox import control_faults, control_money, control_state, control_webhooks
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import StripeError, invalid
from stripe_sandbox.faults import Seed
from stripe_sandbox.objects import session_stand_in
from stripe_sandbox.same_site import only_from_here
from stripe_sandbox.sandbox import ApiAnswer, Sandbox

Seconds = Annotated[float, msgspec.Meta(ge=0, le=10 * 366 * 86400)]


class Reset(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /_sandbox/reset`; none at all is as good."""

    seed: Seed | None = None


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
async def reset(request: Request[Any, Any, Any], state: State) -> dict[str, str]:
    """Forget every object, event, fault and idempotent answer; the clock is real time again.

    With a `seed` all ids are drawn from it from now on.
    """
    body = await request.body()
    _box(state).reset(msgspec.json.decode(body, type=Reset).seed if body else None)
    return {"status": "reset"}


@get("/clock")
async def read_clock(state: State) -> dict[str, float]:
    """The sandbox's time, in seconds since 1970."""
    return {"now": _box(state).clock.now()}


@post("/clock", status_code=200)
async def advance_clock(state: State, data: JSONBody[Advance]) -> dict[str, float]:
    """Move the clock forward; everything that falls due on the way happens at its own time."""
    return {"now": _box(state).advance(data.advance_seconds)}


@post(
    ["/payment_intents/{intent_id:str}/authenticate", "/setup_intents/{intent_id:str}/authenticate"],
    status_code=200,
)
async def authenticate(state: State, intent_id: FromPath[str], data: JSONBody[Outcome]) -> Response[Obj]:
    """The customer passes or fails the challenge."""
    return _answer(_box(state).authenticate(intent_id, data.outcome))


@post("/checkout/sessions/{session_id:str}/pay", status_code=200)
async def pay(state: State, session_id: FromPath[str], data: JSONBody[Pay]) -> Response[Obj]:
    """The customer pays the hosted page; a decline is a 402 and leaves the session open."""
    params: Obj = {"payment_method": data.payment_method}
    if data.email:
        params["email"] = data.email
    return _answer(_box(state).attempt(lambda work: session_stand_in.pay(work, session_id, params)))


def _box(state: State) -> Sandbox:
    box: Sandbox = state.sandbox
    return box


def _answer(answer: ApiAnswer) -> Response[Obj]:
    return Response(answer.body, status_code=answer.status)


def _only_json(request: Request[Any, Any, Any]) -> None:
    """A form of a foreign page can not say that it is JSON; a body that does not is refused."""
    if int(request.headers.get("content-length") or 0) > 0:
        sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if sent != "application/json":
            raise invalid("The control routes take JSON: send `Content-Type: application/json`.")


def _refused(request: Request[Any, Any, Any], error: StripeError) -> Response[Obj]:
    return Response(error.body(), status_code=error.status)


def _forbidden(request: Request[Any, Any, Any], error: Exception) -> Response[Obj]:
    return Response(StripeError(403, getattr(error, "detail", str(error))).body(), status_code=403)


def _invalid(request: Request[Any, Any, Any], error: Exception) -> Response[Obj]:
    detail = getattr(error, "extra", None) or getattr(error, "detail", str(error))
    return Response(StripeError(400, f"Invalid request: {detail}").body(), status_code=400)


route_handlers = [
    Router(
        "/_sandbox",
        route_handlers=[
            healthz, reset, read_clock, advance_clock, authenticate, pay,
            *control_faults.route_handlers, *control_state.route_handlers,
            *control_money.route_handlers, *control_webhooks.route_handlers,
        ],
        guards=[only_from_here],
        before_request=_only_json,
        exception_handlers={
            400: _invalid, 403: _forbidden, StripeError: _refused, msgspec.DecodeError: _invalid,
        },
    )
]  # fmt: skip
