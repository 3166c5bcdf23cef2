"""Who may pay an order: whoever may see it, or whoever opened the link that was sent to go on elsewhere.

The link gives a cookie for the addresses of that one order. It lets its bearer pay or cancel, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from litestar.datastructures import Cookie
from litestar.response import Redirect

from kassa import notifications, orders, web
from kassa.kernel.errors import NotFound
from kassa.kernel.ids import parse_id
from kassa.storefront.pages.orders import own_order
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import go, shop_of
from kassa.storefront.visitor import Visitor, visitor_of

_COOKIE: Final = "kassa_resume"


@dataclass(frozen=True, slots=True)
class Payer:
    """A visitor and the order to be paid; `own`: he may also see the order itself."""

    visitor: Visitor
    order: orders.Order
    own: bool

    @property
    def saved_cards(self) -> bool:
        """Whether it is the customer who ordered, signed in: nobody else is shown saved cards."""
        customer = self.visitor.customer
        return customer is not None and customer.id == self.order.customer_id

    def done(self) -> Redirect:
        """To where it says how the order stands."""
        return go(self.visitor, f"/orders/{self.order.id}" + ("" if self.own else "/return"))


async def payer_of(request: AnyRequest, order_id: str) -> Payer:
    """Who wants to pay this order.

    Raises:
        NotFound: there is no such order, or it is not his to pay; nobody can tell which.
    """
    try:
        visitor, order = await own_order(request, order_id)
    except NotFound:
        shop, id_ = shop_of(request), parse_id(order_id)
        token = request.cookies.get(_COOKIE, "")
        if id_ is None or not notifications.resume_ends(shop.settings, id_, token, now=shop.clock.now()):
            raise
        async with shop.db.connection() as conn:
            return Payer(await visitor_of(request, conn), await orders.get(conn, id_), own=False)
    return Payer(visitor, order, own=True)


async def checked_payer(request: AnyRequest, order_id: str, values: Mapping[str, str]) -> Payer:
    """Who sent this form about paying.

    Raises:
        NotFound: it is not his order to pay.
        Forbidden: the form may have been sent by another site.
    """
    payer = await payer_of(request, order_id)
    payer.visitor.check(request, values)
    return payer


def let_in(
    response: Redirect, order_id: UUID, token: str, *, ends: datetime, now: datetime, secure: bool
) -> Redirect:
    """The answer, with the cookie that the link stands for."""
    response.set_cookie(
        Cookie(
            _COOKIE, value=token, path=f"{web.prefix()}/orders/{order_id}", httponly=True, samesite="lax",
            secure=secure, max_age=int((ends - now).total_seconds()),
        )
    )  # fmt: skip
    return response
