"""The ASGI application: `/v1` by the API's own router, everything else by Litestar."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.types import Receive, Scope, Send

from stripe_sandbox import api, control
from stripe_sandbox.deliveries import RETRY_SECONDS, Post
from stripe_sandbox.faults import ConnectionLost
from stripe_sandbox.pages import route_handlers
from stripe_sandbox.sandbox import Sandbox

MAX_BODY = 1 << 20
MAX_UPLOAD = 6 << 20
DEFAULT_BASE_URL = "http://127.0.0.1:12111"

_CORS = [
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"Request-Id, Stripe-Version, Stripe-Should-Retry, Idempotent-Replayed",
    ),
]
_PREFLIGHT = [
    *_CORS,
    (b"access-control-allow-methods", b"GET, POST, DELETE, OPTIONS"),
    (b"access-control-allow-headers", b"Authorization, Content-Type, Idempotency-Key, Stripe-Version"),
    (b"access-control-max-age", b"300"),
    (b"content-length", b"0"),
]


class SandboxApp(Litestar):
    """Litestar, with `/v1` taken out: its 107 operations are described by data, not by handlers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        """Serve one connection."""
        if scope["type"] == ScopeType.HTTP and scope["path"].split("/")[1] in ("v1", "v2"):
            await _serve_api(self.state.sandbox, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    store_path: Path | None,
    *,
    base_url: str = DEFAULT_BASE_URL,
    webhook: tuple[str, str] | None = None,
    clock: Callable[[], float] | None = None,
    post: Post | None = None,
    deliver: bool = True,
    retries: Sequence[float] = RETRY_SECONDS,
) -> SandboxApp:
    """A sandbox as an ASGI application.

    `store_path` is its SQLite file (None: in memory). `webhook` is (URL, secret) of an endpoint that is
    configuration: it gets every event, survives resets, and is changed in place at the next start. `post`
    replaces the webhook poster, ``await post(url, headers, body) -> HTTP status``. With `deliver=False`
    webhooks are posted only by ``await app.state.sandbox.deliver_due()``. `retries` are the seconds between
    delivery attempts. `clock` replaces the source of time (seconds since 1970).
    """
    box = Sandbox(store_path, base_url=base_url, clock=clock, post=post, webhook=webhook, retries=retries)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        courier = asyncio.create_task(box.deliveries.run()) if deliver else None
        try:
            yield
        finally:
            if courier is not None:
                courier.cancel()
                with suppress(asyncio.CancelledError):
                    await courier
            await box.close()

    return SandboxApp(
        route_handlers=[*control.route_handlers, *route_handlers],
        state=State({"sandbox": box}),
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=MAX_BODY,
    )


async def _serve_api(box: Sandbox, scope: Any, receive: Receive, send: Send) -> None:
    if scope["method"] == "OPTIONS":
        await _send(send, 204, b"", _PREFLIGHT)
        return
    body = await _read(receive, MAX_UPLOAD if scope["path"] == "/v1/files" else MAX_BODY)
    if body is None:
        refused = api.too_large(box)
        head = [(name.lower().encode(), value.encode()) for name, value in refused.headers.items()]
        await _send(
            send, refused.status, refused.body, [*_CORS, *head, (b"content-type", b"application/json")]
        )
        return
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = scope["query_string"].decode("latin-1")
    path = scope["path"]
    try:
        answer = await api.respond(box, api.Request(scope["method"], path, query, body, headers))
    except ConnectionLost:
        await _drop(receive)
        return
    await _send(
        send,
        answer.status,
        answer.body,
        [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(answer.body)).encode()),
            *((name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers.items()),
            *_CORS,
        ],
    )


async def _read(receive: Receive, limit: int) -> bytes | None:
    message: Any = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            return None
    return body if len(body) <= limit else None


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _drop(receive: Receive) -> None:
    """Close the caller's TCP connection without an answer; without a socket (in-process) the caller gets the
    error.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionLost("the connection was dropped, as ordered")
    transport.abort()
    await receive()  # returns when the server has noticed, so that it does not log a missing answer
