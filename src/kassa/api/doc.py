"""What a route says of itself for the OpenAPI document, beside its handler."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from litestar import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Doc:
    """`answers` are types by status; `errors` are codes of `codes.CODES`, beside those every route may give."""

    summary: str
    tag: str
    answers: dict[int, Any]
    body: Any = None
    query: Any = None
    errors: tuple[str, ...] = field(default_factory=tuple)
    description: str = ""
    order_token: bool = False
    admin: bool = False


def documented(**facts: Any) -> dict[str, Any]:
    """The `opt` of a route handler: what `openapi.py` reads."""
    return {"doc": Doc(**facts)}


def encode(value: object) -> bytes:
    """The answer as JSON."""
    return msgspec.json.encode(value)


def reply(value: object, status: int = 200) -> Response[bytes]:
    """An answer in JSON; bytes are taken as encoded already."""
    content = value if isinstance(value, bytes) else encode(value)
    return Response(content, status_code=status, media_type="application/json")
