"""`/_sandbox`: what banks do with disputes, refunds and payouts, on command."""

from collections.abc import Callable, Collection
from typing import Final, Literal

import msgspec
from litestar import Response, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from stripe_sandbox.amounts import check_currency
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import invalid
from stripe_sandbox.objects import disputes, payouts, refund_course
from stripe_sandbox.work import Work


class OpenDispute(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /_sandbox/disputes`."""

    charge: str
    reason: str = "fraudulent"
    inquiry: bool = False


class CloseDispute(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /_sandbox/disputes/{id}/close`."""

    status: Literal["won", "lost"]


class MoveRefund(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /_sandbox/refunds/{id}`."""

    status: Literal["succeeded", "failed", "requires_action"]
    failure_reason: str = "unknown"


class PayOut(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /_sandbox/payouts`."""

    currency: str = "usd"


class FailPayout(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /_sandbox/payouts/{id}/fail`."""

    failure_code: str = "could_not_process"


@post("/disputes", status_code=200)
async def open_dispute(state: State, data: JSONBody[OpenDispute]) -> Response[Obj]:
    """The customer's bank disputes a charge, or with `inquiry` asks about it first."""
    _one_of("reason", data.reason, disputes.REASONS)

    def act(work: Work) -> Obj:
        charge = work.need("charge", data.charge, "charge")
        return disputes.open_for(work, charge, data.reason, inquiry=data.inquiry)

    return _answer(state, act)


@post("/disputes/{dispute_id:str}/close", status_code=200)
async def close_dispute(
    state: State, dispute_id: FromPath[str], data: JSONBody[CloseDispute]
) -> Response[Obj]:
    """The bank decides a dispute that is still open; an inquiry ends as `warning_closed` either way."""
    return _answer(state, lambda work: disputes.decide(work, dispute_id, data.status))


@post("/refunds/{refund_id:str}", status_code=200)
async def move_refund(state: State, refund_id: FromPath[str], data: JSONBody[MoveRefund]) -> Response[Obj]:
    """A refund goes through, fails for a reason, or waits for the customer to say where the money shall go."""
    _one_of("failure_reason", data.failure_reason, refund_course.FAILURES)
    if data.status == "requires_action":
        return _answer(state, lambda work: refund_course.ask_customer(work, refund_id))
    return _answer(
        state, lambda work: refund_course.conclude(work, refund_id, data.status, data.failure_reason)
    )


@post("/payouts", status_code=200)
async def pay_out(state: State, data: JSONBody[PayOut]) -> Response[Obj]:
    """The automatic payout of all that is available in a currency happens now."""
    return _answer(state, lambda work: payouts.pay_out(work, check_currency(data.currency)))


@post("/payouts/{payout_id:str}/fail", status_code=200)
async def fail_payout(state: State, payout_id: FromPath[str], data: JSONBody[FailPayout]) -> Response[Obj]:
    """The bank returns a payout."""
    _one_of("failure_code", data.failure_code, payouts.FAILURES)
    return _answer(state, lambda work: payouts.fail(work, payout_id, data.failure_code))


def _one_of(name: str, value: str, allowed: Collection[str]) -> None:
    if value not in allowed:
        raise invalid(f"Invalid {name}: must be one of {', '.join(allowed)}.", name)


def _answer(state: State, act: Callable[[Work], Obj]) -> Response[Obj]:
    answer = state.sandbox.attempt(act)
    return Response(answer.body, status_code=answer.status)


route_handlers: Final = [open_dispute, close_dispute, move_refund, pay_out, fail_payout]
