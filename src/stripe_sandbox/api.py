"""`/v1`: every Stripe call goes through here.

In order: key, fault injection, route, idempotency, validation, the operation itself, expansion, answer.
Objects, events, webhook deliveries and the remembered answer are written in one transaction before anything
is sent.
"""

import asyncio
import logging
import re
import time
from dataclasses import dataclass
from typing import Any

import msgspec

from stripe_sandbox import expansion, faults, forms, keys, spec
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import StripeError, unknown_url
from stripe_sandbox.ids import draw_from, new_id
from stripe_sandbox.operations import FOR_PAGES, HANDLERS, Handler, restrict_error, restricted, shown
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.spec import Operation
from stripe_sandbox.validation import checker
from stripe_sandbox.work import Work

log = logging.getLogger("stripe_sandbox")

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z_]{1,40})?")


@dataclass(frozen=True, slots=True)
class Request:
    """One API call as it came in."""

    method: str
    path: str
    query: str
    body: bytes
    headers: dict[str, str]


@dataclass(slots=True)
class Answer:
    """One answer: status, JSON bytes and headers."""

    status: int
    body: bytes
    headers: dict[str, str]


async def respond(box: Sandbox, request: Request) -> Answer:
    """The answer to one call.

    Raises:
        ConnectionLost: a fault that was ordered says the caller shall get no answer.
    """
    draw_from(box.chance)
    request_id = new_id("req", 14)
    headers = {"Request-Id": request_id, "Stripe-Version": spec.API_VERSION}
    if key := request.headers.get("idempotency-key"):
        headers["Idempotency-Key"] = key
    began, fault, answer = time.perf_counter(), None, None
    try:
        by_page = keys.is_publishable(request.headers.get("authorization", ""))
        _check_manners(request)
        fault = box.faults.next_request(request.method, request.path)
        if fault is None:
            answer = _run(box, request, request_id, headers, by_page=by_page)
        else:
            answer = await _suffer(box, fault, request, request_id, headers, by_page=by_page)
    except StripeError as error:
        answer = _refusal(box, error, request_id, headers)
    finally:
        _note(box, request, request_id, answer, fault, time.perf_counter() - began)
    return answer


def too_large(box: Sandbox) -> Answer:
    """The refusal of a body that nobody will read."""
    draw_from(box.chance)
    request_id = new_id("req", 14)
    error = StripeError(413, "Invalid request: the body is too large.", stored=False)
    return _refusal(box, error, request_id, {"Request-Id": request_id, "Stripe-Version": spec.API_VERSION})


def act(box: Sandbox, method: str, path: str, form: str, *, user: str) -> Answer:
    """What somebody at the dashboard asks of the API: no key, no fault, and in the log like all others."""
    draw_from(box.chance)
    request_id = new_id("req", 14)
    request = Request(method, path, "", form.encode(), {"authorization": f"Bearer {user}"})
    began = time.perf_counter()
    try:
        answer = _run(box, request, request_id, {}, by_page=False)
    except StripeError as error:
        answer = _refusal(box, error, request_id, {})
    _note(box, request, request_id, answer, None, time.perf_counter() - began)
    return answer


async def _suffer(
    box: Sandbox,
    fault: faults.Fault,
    request: Request,
    request_id: str,
    headers: dict[str, str],
    *,
    by_page: bool,
) -> Answer:
    if fault.fault == "lose_request":
        raise faults.ConnectionLost("lost before it was executed, as ordered")
    if fault.fault == "delay":
        seconds = 1.0 if fault.seconds is None else fault.seconds
        return await _run_late(box, seconds, request, request_id, headers, by_page=by_page)
    if fault.fault == "status":
        if not fault.after:
            raise fault.error()
        return _run(box, request, request_id, headers, by_page=by_page, instead=fault.error())
    _run(box, request, request_id, headers, by_page=by_page)
    raise faults.ConnectionLost("executed, and its answer lost, as ordered")


async def _run_late(
    box: Sandbox, seconds: float, request: Request, request_id: str, headers: dict[str, str], *, by_page: bool
) -> Answer:
    key = _key(request)
    if key is None:
        await asyncio.sleep(seconds)
        return _run(box, request, request_id, headers, by_page=by_page)
    box.answers.find(key, request.path, _params(request), box.clock.now())
    box.answers.begin(key)
    try:
        await asyncio.sleep(seconds)
    finally:
        box.answers.end(key)
    return _run(box, request, request_id, headers, by_page=by_page)


def _run(
    box: Sandbox,
    request: Request,
    request_id: str,
    headers: dict[str, str],
    *,
    by_page: bool,
    instead: StripeError | None = None,
) -> Answer:
    """Execute the call. `instead` replaces its answer after it happened (an ordered fault of Stripe's
    own).
    """
    found = spec.find(request.method, request.path)
    handler = HANDLERS.get(found[0].id) if found else None
    if found is None or handler is None:
        raise unknown_url(request.method, request.path)
    operation, path = found
    if by_page and operation.id not in FOR_PAGES:
        raise keys.needs_secret()
    params = _params(request)
    key = _key(request)
    box.run_due()
    if key is not None:
        kept = box.answers.find(key, request.path, params, box.clock.now())
        if kept is not None:
            again = {"Idempotent-Replayed": "true", "Original-Request": kept.request}
            return Answer(kept.status, _for_page(kept.body) if by_page else kept.body, headers | again)
    call = _Call(operation, handler, path, checker(operation)(params), key, by_page, request_id)
    answer = _execute(box, request, params, call, instead)
    answer.headers = headers | answer.headers
    box.deliveries.wake.set()
    return answer


@dataclass(frozen=True, slots=True)
class _Call:
    operation: Operation
    handler: Handler
    path: dict[str, str]
    params: Obj
    key: str | None
    by_page: bool
    request_id: str


def _execute(box: Sandbox, request: Request, raw: Obj, call: _Call, instead: StripeError | None) -> Answer:
    caller = {"request_id": call.request_id, "key": call.key, "by_page": call.by_page}

    def keep(answer: Answer) -> Answer:
        if call.key is not None:
            box.answers.keep(
                call.key, request.path, raw, answer.status, answer.body, call.request_id, box.clock.now()
            )
        return answer

    try:
        with box.work(**caller) as work:
            try:
                answer = Answer(200, msgspec.json.encode(_answer(work, call)), {})
            except StripeError as error:
                if not error.keep:
                    raise
                answer = _refused(box, error, call)
            return keep(_refused(box, instead, call) if instead else answer)
    except StripeError as error:
        answer = _refused(box, error, call)
        return keep(answer) if error.stored else answer
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        answer = _refused(box, _our_fault(), call)
        return keep(answer)


def _answer(work: Work, call: _Call) -> Any:
    params = dict(call.params)
    paths = params.pop("expand", [])
    body = shown(work, call.handler(work, call.path, params))
    return expansion.expand(work, body, paths) if paths else body


def _for_page(body: bytes) -> bytes:
    """A remembered answer without what only servers may see: a server may have been answered first."""
    answer = msgspec.json.decode(body)
    if "error" in answer:
        restrict_error(answer["error"])
    elif answer.get("object") in ("payment_intent", "setup_intent"):
        answer = restricted(answer)
    return msgspec.json.encode(answer)


def _refused(box: Sandbox, error: StripeError, call: _Call) -> Answer:
    if call.by_page:
        restrict_error(error.error)
    return _refusal(box, error, call.request_id, {})


def _refusal(box: Sandbox, error: StripeError, request_id: str, headers: dict[str, str]) -> Answer:
    body = error.body()
    body["error"].setdefault("request_log_url", f"{box.base_url}/_sandbox/requests/{request_id}")
    return Answer(error.status, msgspec.json.encode(body), headers | error.headers)


def _our_fault() -> StripeError:
    return StripeError(500, "An unknown error occurred in the sandbox; its log says more.", type="api_error")


def _params(request: Request) -> Obj:
    if request.method == "GET" or not request.body:
        return forms.parse_form(request.query)
    if _is_upload(request):
        return forms.parse_multipart(request.body, request.headers["content-type"])
    try:
        body = request.body.decode()
    except UnicodeDecodeError:
        raise StripeError(400, "Invalid request: the body is not form-encoded.", stored=False) from None
    return forms.parse_form(f"{request.query}&{body}" if request.query else body)


def _is_upload(request: Request) -> bool:
    """Whether a call brings a file along."""
    return request.headers.get("content-type", "").startswith("multipart/form-data")


def _key(request: Request) -> str | None:
    """The idempotency key, which only a POST has."""
    return request.headers.get("idempotency-key") or None if request.method == "POST" else None


def _check_manners(request: Request) -> None:
    """400 for what no operation could understand: JSON, or a version that is none."""
    version = request.headers.get("stripe-version")
    if version and not _VERSION.fullmatch(version):
        raise StripeError(400, f"Invalid Stripe API version: {version[:100]}", stored=False)
    sent = request.headers.get("content-type", "")
    if request.body and sent.startswith("application/json"):
        raise StripeError(
            400,
            "Invalid request: the body must be form-encoded (application/x-www-form-urlencoded), not JSON.",
            stored=False,
        )


def _note(
    box: Sandbox, request: Request, id: str, answer: Answer | None, fault: faults.Fault | None, seconds: float
) -> None:
    """Put a call into the request log; without an answer if the connection was dropped."""
    box.requests.note(
        id,
        box.clock.now(),
        request.method,
        f"{request.path}?{request.query}" if request.query else request.path,
        answer.status if answer else None,
        seconds * 1000,
        _key(request),
        bool(answer and "Idempotent-Replayed" in answer.headers),
        request.headers.get("authorization", ""),
        fault.fault if fault else None,
        b"" if _is_upload(request) else request.body,
        answer.body if answer else b"",
    )
