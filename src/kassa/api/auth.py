"""Who calls the API: a key, a browser's session, or a guest; and what each may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import Request
from litestar.types import ASGIApp, Receive, Scope, Send

from kassa import accounts, orders
from kassa.kernel.errors import Forbidden, Unauthenticated
from kassa.kernel.ids import hash_token, same_token
from kassa.shop import Shop
from kassa.web import SESSION_COOKIE, RateLimit, check_csrf, client_of

AnyRequest = Request[Any, Any, Any]

ORDER_TOKEN: Final = "X-Order-Token"  # noqa: S105
CSRF_HEADER: Final = "X-CSRF-Token"
#: What a guest's address may write per minute and process: far more than people do, less than a flood.
GUEST_WRITES: Final = 6_000
_READS: Final = ("GET", "HEAD", "OPTIONS")
_CALLER: Final = "kassa_caller"
_TOKEN_LIMIT: Final = 200


class InvalidApiKey(Unauthenticated):
    """The key is unknown or revoked."""

    code = "invalid_api_key"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls. `owner` is written into the orders they place, `actor` into journals, and `name` tells
    callers apart where each has keys of idempotency of their own. `customer_id` is of whoever is signed in."""

    name: str
    owner: str = "guest"
    actor: str = "customer"
    admin: bool = False
    order_ids: Sequence[UUID] = ()
    token: str = ""
    customer_id: UUID | None = None

    @property
    def known(self) -> bool:
        """Whether there were credentials."""
        return self.name != "guest"

    def may_see(self, order: orders.Order) -> bool:
        """Whether this order is theirs to see."""
        return (
            self.admin
            or (self.owner != "guest" and order.owner == self.owner)
            or order.id in self.order_ids
            or (self.customer_id is not None and order.customer_id == self.customer_id)
            or bool(self.token and same_token(self.token, order.token_hash))
        )


class Authenticate:
    """ASGI middleware: finds out who calls, or refuses; with `admin`, lets only administrators through."""

    def __init__(self, app: ASGIApp, *, admin: bool = False) -> None:
        self.app = app
        self.admin = admin
        self._limit = RateLimit(GUEST_WRITES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the caller for handlers (`caller_of`) and for idempotency keys."""
        request: AnyRequest = Request(scope, receive, send)
        caller = await _caller(request)
        if self.admin and not caller.admin:
            if not caller.known:
                raise Unauthenticated("This needs an API key with the scope admin.")
            raise Forbidden("This needs an API key with the scope admin.")
        if not caller.known and request.method not in _READS:
            self._limit.hit(accounts.client(client_of(request)), now=shop_of(request).clock.now())
        secret = hash_token(caller.token).hex() if caller.token else ""
        scope["state"]["caller"] = f"{caller.name} {secret}".strip()
        if not caller.known and not caller.token:
            scope["state"]["came_from"] = client_of(request)
        scope["state"][_CALLER] = caller
        await self.app(scope, receive, send)


def caller_of(request: AnyRequest) -> Caller:
    """Who calls."""
    caller: Caller = request.scope["state"][_CALLER]
    return caller


def shop_of(request: AnyRequest) -> Shop:
    """The shop this request came to."""
    shop: Shop = request.app.state.shop
    return shop


async def _caller(request: AnyRequest) -> Caller:
    shop = shop_of(request)
    token = request.headers.get(ORDER_TOKEN, "")[:_TOKEN_LIMIT]
    authorization = request.headers.get("authorization")
    if authorization is not None:
        kind, _, secret = authorization.partition(" ")
        async with shop.db.connection() as conn:
            key = await accounts.key_for(conn, secret.strip()) if kind.lower() == "bearer" else None
        if key is None:
            raise InvalidApiKey("The API key is unknown or was revoked.")
        return Caller(
            f"key:{key.id}", f"key:{key.id}", f"key:{key.name}", admin=key.scope == "admin", token=token
        )
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie:
        async with shop.db.connection() as conn:
            session = await accounts.session(conn, cookie, now=shop.clock.now())
        if session is not None:
            return _of_session(request, session, hash_token(cookie).hex(), token)
    return Caller("guest", token=token)


def _of_session(request: AnyRequest, session: accounts.Session, name: str, token: str) -> Caller:
    if request.method not in _READS:
        check_csrf(request.headers.get(CSRF_HEADER), session.csrf)
    staff = session.staff_id is not None
    return Caller(
        f"session:{name}",
        actor=f"staff:{session.staff_email}" if staff else "customer",
        admin=staff,
        order_ids=tuple(session.order_ids),
        token=token,
        customer_id=session.customer_id,
    )
