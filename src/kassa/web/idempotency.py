"""`Idempotency-Key`: a request that must not happen twice happens once, however often it is sent.

The claim is committed before the handler runs, so a second try at the same moment finds it. The answer is
kept after it, or, by `keep`, in the handler's own transaction: then the work and its answer are there
together or not at all. A process that dies in between leaves a claim whose lease runs out.
"""

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, cast

from litestar import Request
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send

from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.errors import Conflict, Invalid, KassaError, Unavailable
from kassa.web import queries
from kassa.web.errors import fault_of, problem
from kassa.web.headers import request_id
from kassa.web.queries import KEPT, Stored

HEADER: Final = "Idempotency-Key"
#: A key of this length can't be guessed if it was drawn; a shorter one counts only where it came from.
GUESSABLE: Final = 16
LEASE: Final = timedelta(seconds=60)
_KEY: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?")
#: Refusals that changed nothing and would be decided anew: the key may be used again after one.
_NOT_KEPT: Final = frozenset({400, 401, 403, 404, 405, 413, 415, 422, 429})
_HEADERS: Final = ("content-type", "location")
_CLAIM: Final = "kassa_idempotency"


class KeyRequired(Invalid):
    """This route needs an `Idempotency-Key`."""

    code = "idempotency_key_required"


class KeyInvalid(Invalid):
    """The key is too long, or not printable ASCII."""

    code = "idempotency_key_invalid"


class KeyReused(Invalid):
    """The key was used for another body before."""

    code = "idempotency_key_reused"


class InFlight(Conflict):
    """The first request with this key has no answer yet."""

    code = "idempotency_in_flight"


class Backed(Protocol):
    """What this needs of the shop."""

    @property
    def db(self) -> Database: ...

    @property
    def clock(self) -> Clock: ...


@dataclass(slots=True)
class _Claim:
    scope: str
    key: str
    fingerprint: bytes
    lease: datetime
    kept: bool = False


class Idempotency:
    """ASGI middleware of the routes that need a key; the caller's name is in `scope["state"]["caller"]`.

    Of somebody without credentials, `scope["state"]["came_from"]` is the address: nothing else tells two of them
    apart but the key itself, so one that can be guessed belongs to the address too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Claim, run, keep, answer; or answer what was answered before."""
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        shop: Backed = scope["litestar_app"].state.shop
        key = _key_of(request)
        body = await request.body()
        name = f"{scope['state'].get('caller', 'guest')} {request.method} {request.url.path}"
        claim = _Claim(name, key, _fingerprint(scope, key, body), shop.clock.now() + LEASE)
        stored = await _claim(shop, claim, claim.fingerprint)
        if stored is not None:
            await _replay(stored, send)
            return
        scope["state"][_CLAIM] = claim
        try:
            await self._run(shop, claim, scope, _again(body, receive), send)
        finally:
            if not claim.kept:
                with suppress(Unavailable):  # then the lease runs out by itself
                    async with shop.db.transaction() as tx:
                        await queries.give_up(tx, claim.scope, claim.key, lease=claim.lease)

    async def _run(self, shop: Backed, claim: _Claim, scope: Scope, receive: Receive, send: Send) -> None:
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        await self.app(scope, receive, hold)
        status, headers, body = _read(held)
        if status >= 400:
            claim.kept = False  # kept in a transaction that did not commit
        if not claim.kept and status < 500 and status not in _NOT_KEPT:
            try:
                async with shop.db.transaction() as tx:
                    await _answer(tx, claim, status, headers, body)
            except KassaError as error:
                # Not raised: the framework takes the answer that was held back for one that was sent.
                failed = problem(fault_of(error, request_id(scope)))
                await failed.to_asgi_response(None, Request(scope))(scope, receive, send)
                return
        for message in held:
            await send(message)


def wish_of(request: Request[Any, Any, Any]) -> tuple[str, str]:
    """What tells this wish from others of its caller: the key and the fingerprint, which the body is in."""
    claim: _Claim = request.scope["state"][_CLAIM]
    return claim.key, claim.fingerprint.hex()


async def keep(request: Request[Any, Any, Any], tx: Tx, status: int, body: bytes) -> None:
    """Keep this JSON answer in the handler's own transaction, with the work that it reports.

    Raises:
        InFlight: the lease ran out and somebody else is at it: nothing of this `tx` may stay.
    """
    claim: _Claim = request.scope["state"][_CLAIM]
    await _answer(tx, claim, status, {"content-type": "application/json"}, body)


async def _answer(tx: Tx, claim: _Claim, status: int, headers: dict[str, str], body: bytes) -> None:
    if not await queries.answer(
        tx, claim.scope, claim.key, lease=claim.lease, status=status, headers=headers, body=body
    ):
        raise InFlight("This took too long, and the same request is running again.")
    claim.kept = True


def _fingerprint(scope: Scope, key: str, body: bytes) -> bytes:
    came_from = scope["state"].get("came_from")
    whose = f"{came_from}\n".encode() if came_from and len(key) < GUESSABLE else b""
    return hashlib.sha256(whose + body).digest()


async def _claim(shop: Backed, claim: _Claim, fingerprint: bytes) -> Stored | None:
    """The answer that is there already, or None: the claim is ours."""
    now = shop.clock.now()
    claim.lease = now + LEASE
    async with shop.db.transaction() as tx:
        if await queries.insert(tx, claim.scope, claim.key, fingerprint, now=now, locked_until=claim.lease):
            return None
        stored = await queries.lock(tx, claim.scope, claim.key)
        if stored is None:
            raise InFlight("The first request with this key has just ended; send it again.")
        if stored.created_at > now - KEPT:
            if stored.fingerprint != fingerprint:
                raise KeyReused(
                    "This Idempotency-Key was used for another request before.",
                    errors=[(HEADER, "was used with another body, or by somebody else")],
                )
            if stored.status is not None:
                return stored
            if stored.locked_until is not None and stored.locked_until > now:
                raise InFlight("The first request with this key is still running.")
        await queries.claim_again(tx, claim.scope, claim.key, fingerprint, now=now, locked_until=claim.lease)
    return None


def _key_of(request: Request[Any, Any, Any]) -> str:
    key = request.headers.get(HEADER, "").strip()
    if not key:
        raise KeyRequired(f"This route needs the header {HEADER}: a value of your own, one per wish.")
    if not _KEY.fullmatch(key):
        raise KeyInvalid(f"{HEADER} must be 1 to 255 printable ASCII characters.")
    return key


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body, which was read, once more."""
    given = False

    async def receive_again() -> HTTPReceiveMessage:
        nonlocal given
        if given:
            return cast("HTTPReceiveMessage", await receive())
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


def _read(held: list[Message]) -> tuple[int, dict[str, str], bytes]:
    status, headers, body = 500, {}, b""
    for message in held:
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]
            }
        elif message["type"] == "http.response.body":
            body += message["body"]
    return status, {name: headers[name] for name in _HEADERS if name in headers}, body


async def _replay(stored: Stored, send: Send) -> None:
    body = stored.body or b""
    headers = {**(stored.headers or {}), "idempotent-replayed": "true", "content-length": str(len(body))}
    listed = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": stored.status or 500, "headers": listed})
    await send({"type": "http.response.body", "body": body, "more_body": False})
