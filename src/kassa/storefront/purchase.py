"""What a browser has begun to buy at once, remembered in a cookie of its own: there is no order to remember yet."""

from typing import Any, Final, TypeVar

from litestar import Response
from litestar.datastructures import Cookie

from kassa import checkout
from kassa.kernel.db import Conn
from kassa.kernel.errors import NotFound
from kassa.kernel.ids import parse_id
from kassa.storefront.request import AnyRequest

Answer = TypeVar("Answer", bound=Response[Any])

_COOKIE: Final = "kassa_buy_now"
_SECONDS: Final = 24 * 3600


async def last_purchase(request: AnyRequest, conn: Conn) -> checkout.BuyNow | None:
    """What this browser began to buy at once and has neither paid nor given up."""
    id_ = parse_id(request.cookies.get(_COOKIE, ""))
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
            value=str(bought.id),
            path="/",
            httponly=True,
            samesite="lax",
            secure=secure,
            max_age=_SECONDS,
        )
    )
    return response
