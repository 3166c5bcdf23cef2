"""What a browser has begun to buy at once, remembered in a cookie of its own: there is no order to remember yet.

Form and cookie name a purchase together with its proof. Who knows only the id, as everybody does who was shown the
address of its page, sees how things stand, and can neither go on with the purchase nor give it up.
"""

import hmac
from typing import Any, Final, TypeVar
from uuid import UUID

from litestar import Response
from litestar.datastructures import Cookie

from kassa import checkout
from kassa.kernel.db import Conn
from kassa.kernel.errors import NotFound
from kassa.kernel.ids import derived_token, hash_token, new_id, parse_id
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import shop_of

Answer = TypeVar("Answer", bound=Response[Any])

_COOKIE: Final = "kassa_buy_now"
_SECONDS: Final = 24 * 3600


def token_of(request: AnyRequest, buy_now_id: UUID) -> str:
    """The token of a purchase that begins in this shop."""
    return derived_token(shop_of(request).settings.secret_key, "buy-now", str(buy_now_id))


def fresh(request: AnyRequest) -> str:
    """The name of a purchase that this page may begin: its id and its proof."""
    id_ = new_id()
    return _named(id_, _proof(request, id_))


def read(request: AnyRequest, name: str) -> UUID | None:
    """The id of a purchase named with its proof; None for any other text."""
    text, _, proof = name.partition(".")
    id_ = parse_id(text)
    return id_ if id_ and _same(proof, _proof(request, id_)) else None


def begun_as(request: AnyRequest, name: str) -> UUID:
    """The id of the purchase that a press of the button begins: pressed twice is begun once.

    A page that is the same for everybody names none; then the browser draws a UUID of its own, from which the shop
    makes the id, so that nobody can choose the id of somebody else's.
    """
    drawn = parse_id(name)
    if drawn is None:
        return read(request, name) or new_id()
    secret = shop_of(request).settings.secret_key
    return UUID(bytes=hash_token(derived_token(secret, "buy-now-press", str(drawn)))[:16], version=4)


def is_mine(request: AnyRequest, found: checkout.BuyNow, proof: str | None = None) -> bool:
    """Whether this browser began it: by its cookie, by the proof that came along, or by the name of its session."""
    asked = request.query_params
    return (
        read(request, request.cookies.get(_COOKIE, "")) == found.id
        or _same(proof or asked.get("proof") or "", found.proof)
        or (found.session_ref is not None and asked.get("session_id") == found.session_ref)
    )


async def last_purchase(request: AnyRequest, conn: Conn) -> checkout.BuyNow | None:
    """What this browser began to buy at once and has neither paid nor given up."""
    id_ = read(request, request.cookies.get(_COOKIE, ""))
    if id_ is None:
        return None
    try:
        found = await checkout.get_buy_now(conn, id_)
    except NotFound:
        return None
    return found if found.state == "open" else None


def remember_purchase(response: Answer, bought: checkout.BuyNow, *, secure: bool) -> Answer:
    """The answer, with the cookie."""
    response.set_cookie(
        Cookie(
            _COOKIE,
            value=_named(bought.id, bought.proof),
            path="/",
            httponly=True,
            samesite="lax",
            secure=secure,
            max_age=_SECONDS,
        )
    )
    return response


def _proof(request: AnyRequest, buy_now_id: UUID) -> str:
    return checkout.proof_of(hash_token(token_of(request, buy_now_id)))


def _named(buy_now_id: UUID, proof: str) -> str:
    return f"{buy_now_id}.{proof}"


def _same(given: str, proof: str) -> bool:
    return hmac.compare_digest(given.encode(), proof.encode())
