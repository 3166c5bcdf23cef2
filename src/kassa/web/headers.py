"""Headers that every answer carries: the request's id and what browsers may do with the page."""

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.types import BeforeMessageSendHookHandler, Message, Scope

from kassa.kernel.ids import new_id

_GIVEN_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_KEPT: Final = "kassa_request_id"


def request_id(scope: Scope) -> str:
    """The id of this request: the caller's `X-Request-Id` if it looks like one, else a fresh one."""
    state: dict[str, Any] = scope.setdefault("state", {})
    if _KEPT not in state:
        given = Headers.from_scope(scope).get("x-request-id", "")
        state[_KEPT] = given if _GIVEN_ID.fullmatch(given) else new_id().hex
    return str(state[_KEPT])


def content_security_policy(
    *,
    scripts: Sequence[str] = (),
    frames: Sequence[str] = (),
    connects: Sequence[str] = (),
    forms: Sequence[str] = (),
    inline_styles: bool = False,
) -> str:
    """What a page may load. Scripts are never inline; further origins are named by the page that needs them.

    `forms` are origins a form's answer may redirect to (browsers apply form-action to redirects too).
    """
    rules: dict[str, tuple[str, ...]] = {
        "default-src": ("'self'",),
        "script-src": ("'self'", *scripts),
        "style-src": ("'self'", *(("'unsafe-inline'",) if inline_styles else ())),
        "img-src": ("'self'", "data:"),
        "font-src": ("'self'", "data:"),
        "connect-src": ("'self'", *connects),
        "frame-src": tuple(frames) or ("'none'",),
        "form-action": ("'self'", *forms),
        "frame-ancestors": ("'none'",),
        "base-uri": ("'none'",),
        "object-src": ("'none'",),
    }
    return "; ".join(f"{name} {' '.join(dict.fromkeys(sources))}" for name, sources in rules.items())


def origin(url: str) -> str:
    """Scheme, host and port of an address, as a content security policy names it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def every_answer(*, production: bool) -> BeforeMessageSendHookHandler:
    """The hook that puts id and security headers on every answer; what an answer says itself stays."""
    fixed = {
        "content-security-policy": content_security_policy(),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }
    if production:
        fixed["strict-transport-security"] = "max-age=31536000; includeSubDomains"

    async def add(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in fixed.items():
            headers.setdefault(name, value)
        headers["x-request-id"] = request_id(scope)
        if scope["path"].startswith("/api/"):
            headers.setdefault("cache-control", "no-store")

    return add
