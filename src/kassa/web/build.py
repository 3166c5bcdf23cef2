"""The web application out of its routes: what holds for all of them is put together here."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import unquote

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send

from kassa.kernel import speech
from kassa.kernel.errors import Invalid, KassaError
from kassa.web import errors, headers
from kassa.web.bodies import BODY_LIMIT
from kassa.web.errors import RenderError
from kassa.web.languages import speaking

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def build(
    route_handlers: Sequence[ControllerRouterHandler],
    *,
    lifespan: Sequence[Lifespan] = (),
    production: bool = False,
    languages: Sequence[str] = (speech.ENGLISH,),
    render_error: RenderError | None = None,
) -> Litestar:
    """The application: these routes, one exception handler, ids and security headers on every answer.

    Pages are answered in the one of `languages` that their address names, or in the first.
    `render_error(request, status, problem)` writes error pages for people; without it every failure is a problem+json.
    """
    handle: Any = errors.handler(render_error)
    app = Litestar(
        route_handlers=list(route_handlers),
        lifespan=list(lifespan),
        middleware=[_refuse_nul],
        exception_handlers={KassaError: handle, HTTPException: handle, Exception: handle, 500: handle},
        before_send=[headers.every_answer(production=production)],
        request_max_body_size=BODY_LIMIT,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    app.asgi_handler = speaking(_answer_head(app.asgi_handler), languages)
    return app


def _answer_head(app: ASGIApp) -> ASGIApp:
    """HEAD is GET without the body (RFC 9110 §9.3.2); caches and previews of links ask so."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "HEAD":
            return await app(scope, receive, send)

        async def send_head(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        asked: Scope = {**scope, "method": "GET"}
        return await app(asked, receive, send_head)

    return answer


def _refuse_nul(app: ASGIApp) -> ASGIApp:
    """No address has a NUL in it, and PostgreSQL could not look for one."""

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            query = unquote(scope.get("query_string", b"").decode("latin-1"))
            if "\x00" in scope["path"] or "\x00" in query:
                raise Invalid("The address contains a NUL character.", code="invalid_address_character")
        await app(scope, receive, send)

    return refuse
