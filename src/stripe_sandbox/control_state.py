"""`/_sandbox/state`: the whole state as one document, to keep as a fixture and to begin with again."""

from typing import Any, Final

from litestar import Request, Response, get, put
from litestar.datastructures import State

from stripe_sandbox import snapshots


@get("/state")
async def read_state(state: State) -> Response[bytes]:
    """Everything the sandbox remembers, as one JSON document."""
    return Response(snapshots.take(state.sandbox), media_type="application/json")


@put("/state", status_code=200, request_max_body_size=snapshots.MAX_SNAPSHOT)
async def write_state(request: Request[Any, Any, Any], state: State) -> dict[str, str]:
    """Replace everything by such a document; one that is not whole changes nothing."""
    snapshots.restore(state.sandbox, await request.body())
    return {"status": "restored"}


route_handlers: Final = [read_state, write_state]
