"""Failures as answers: kinds become statuses here and nowhere else, for machines as RFC 9457 problems."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from kassa.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KassaError,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from kassa.web.headers import request_id

AnyRequest = Request[Any, Any, Any]
#: Draws the page of a failure: request, status, and the problem's members.
RenderError = Callable[[AnyRequest, int, Mapping[str, Any]], Response[Any]]

#: What each kind of failure is in HTTP. `Invalid` that names fields is 422. A failure of no kind is one
#: between us and the provider (`provider_rejected`).
STATUSES: Final[Mapping[type[KassaError], int]] = {
    Invalid: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooMany: 429,
    Unavailable: 503,
    KassaError: 502,
}
#: The framework's own refusals by status: code and title.
_FRAMEWORK: Final = {
    400: ("bad_request", "Bad request"),
    401: ("unauthenticated", "Authentication required"),
    403: ("forbidden", "Forbidden"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "Method not allowed"),
    413: ("body_too_large", "Body too large"),
    415: ("unsupported_media_type", "Unsupported media type"),
    429: ("too_many_requests", "Too many requests"),
}
_DETAILS: Final = {
    404: "There is nothing at this address.",
    405: "This address does not answer to this method.",
    413: "The body is larger than is accepted here.",
}
_MACHINES: Final = ("/api/", "/webhooks/", "/healthz", "/readyz", "/metrics", "/openapi.json")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure as it is answered, whatever the answer is written in."""

    status: int
    title: str
    code: str
    detail: str
    request_id: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(fault: Fault) -> Response[bytes]:
    """The failure as `application/problem+json`."""
    return Response(
        msgspec.json.encode(_members(fault)),
        status_code=fault.status,
        media_type="application/problem+json",
        headers=dict(fault.headers),
    )


def handler(render_error: RenderError | None) -> Callable[[AnyRequest, Exception], Response[Any]]:
    """The one exception handler: problems for machines, `render_error`'s page for people."""

    def handle(request: AnyRequest, error: Exception) -> Response[Any]:
        fault = fault_of(error, request_id(request.scope))
        if fault.status >= 500 and fault.status != 503:
            # The template and not the path: some addresses end in a token.
            path = request.scope.get("path_template") or request.url.path
            log.error("request failed", path=path, request_id=fault.request_id, exc_info=error)
        if render_error is None or for_machines(request):
            return problem(fault)
        try:
            page = render_error(request, fault.status, _members(fault))
        except Exception:
            log.exception("error page failed", request_id=fault.request_id)
            return problem(fault)
        page.headers.update(fault.headers)
        return page

    return handle


def fault_of(error: Exception, id_: str) -> Fault:
    """What to answer to `error`; what is not meant for the caller is not in it."""
    if isinstance(error, KassaError):
        return _of_ours(error, id_)
    if isinstance(error, ValidationException):
        listed = {"errors": _listed(error)}
        return Fault(422, "Invalid request", "validation_failed", "The request is not valid.", id_, listed)
    if isinstance(error, HTTPException) and error.status_code < 500:
        status = error.status_code
        phrase = HTTPStatus(status).phrase
        code, title = _FRAMEWORK.get(status, (phrase.lower().replace(" ", "_"), phrase))
        return Fault(
            status, title, code, _DETAILS.get(status, "The request can't be understood."), id_,
            headers=dict(error.headers or {}),
        )  # fmt: skip
    return Fault(
        500, "Internal error", "internal_error", "Something went wrong here. It has been written down.", id_
    )


def for_machines(request: AnyRequest) -> bool:
    """Whether the answer is read by a program."""
    accept = request.headers.get("accept", "")
    return request.url.path.startswith(_MACHINES) or ("json" in accept and "text/html" not in accept)


def _members(fault: Fault) -> dict[str, Any]:
    return {
        **fault.extra,
        "type": f"urn:kassa:problem:{fault.code}",
        "title": fault.title,
        "status": fault.status,
        "detail": fault.detail,
        "code": fault.code,
        "request_id": fault.request_id,
    }


def _of_ours(error: KassaError, id_: str) -> Fault:
    kind = next(kind for kind in type(error).__mro__ if kind in STATUSES)
    status = 422 if isinstance(error, Invalid) and error.errors else STATUSES[kind]
    headers = {}
    if isinstance(error, TooMany | Unavailable):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    detail = error.detail if status != 502 else "The payment provider refused the request."
    return Fault(status, error.title, error.code, detail, id_, dict(error.extra), headers)


def _listed(error: ValidationException) -> list[dict[str, str]]:
    extra = error.extra if isinstance(error.extra, list) else []
    return [
        {"path": str(entry.get("key", "")), "message": str(entry.get("message", ""))}
        for entry in extra
        if isinstance(entry, dict)
    ]
