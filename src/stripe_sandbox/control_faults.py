"""`/_sandbox/faults` and `/_sandbox/webhook-faults`: ordering misfortunes, seeing what waits, taking them back."""

from typing import Any, Final

from litestar import Response, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from stripe_sandbox.faults import AnyFault, Fault, RandomFaults, RandomWebhookFaults, WebhookFault
from stripe_sandbox.sandbox import Sandbox


@get("/faults")
async def list_faults(state: State) -> dict[str, list[Any]]:
    """What waits: `requests`, `webhooks`, `random` and `random_webhooks`, each as it was ordered."""
    return _box(state).faults.listed()


@post("/faults", status_code=201)
async def order_fault(state: State, data: JSONBody[Fault]) -> AnyFault:
    """Let the next matching API requests, or payments, go wrong."""
    return _box(state).faults.order(data)


@post("/webhook-faults", status_code=201)
async def order_webhook_fault(state: State, data: JSONBody[WebhookFault]) -> AnyFault:
    """Let the next matching webhook deliveries go wrong."""
    return _box(state).faults.order(data)


@post("/faults/random", status_code=201)
async def order_random_faults(state: State, data: JSONBody[RandomFaults]) -> AnyFault:
    """Let a share of all matching API requests go wrong, as the seed says, until it is cleared."""
    return _box(state).faults.order(data)


@post("/webhook-faults/random", status_code=201)
async def order_random_webhook_faults(state: State, data: JSONBody[RandomWebhookFaults]) -> AnyFault:
    """Let a share of all matching webhook deliveries go wrong, as the seed says, until it is cleared."""
    return _box(state).faults.order(data)


@delete("/faults", status_code=200)
async def clear_faults(state: State) -> dict[str, str]:
    """Nothing goes wrong any more, neither requests nor webhooks."""
    _box(state).faults.clear()
    return {"status": "cleared"}


@delete("/faults/{fault_id:int}", status_code=200)
async def remove_fault(state: State, fault_id: FromPath[int]) -> Response[dict[str, str]]:
    """Take one fault back."""
    if _box(state).faults.remove(fault_id):
        return Response({"status": "cleared"})
    return Response({"status": "unknown"}, status_code=404)


def _box(state: State) -> Sandbox:
    box: Sandbox = state.sandbox
    return box


route_handlers: Final = [
    list_faults, order_fault, order_webhook_fault, order_random_faults, order_random_webhook_faults, clear_faults,
    remove_fault,
]  # fmt: skip
