"""Everything that was ever ordered with an account."""

from dataclasses import dataclass
from typing import Final

from litestar import Response, get

from kassa import orders, payments, refunds
from kassa.kernel.db import Conn
from kassa.storefront import story
from kassa.storefront.pages.account.frame import member_of, page
from kassa.storefront.request import AnyRequest
from kassa.storefront.story import Known
from kassa.storefront.view import shop_of

_PAGE: Final = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """An order as the list shows it; `state` is what its own page says."""

    order: orders.Order
    state: str


@get("/account/orders", include_in_schema=False)
async def list_orders(request: AnyRequest) -> Response[str]:
    """GET /account/orders: the customer's orders, newest first, ten a page."""
    after = request.query_params.get("after") or None
    async with shop_of(request).db.connection() as conn:
        visitor, customer = await member_of(request, conn)
        found = await orders.of_customer(conn, customer.id, after=after, limit=_PAGE)
        shown = [await _shown(conn, one) for one in found.items]
    return page(request, visitor, "orders", shown=shown, following=found.next, later=after is not None)


async def _shown(conn: Conn, found: orders.OrderSummary) -> Shown:
    order = await orders.get(conn, found.id)
    known = Known(
        order, await orders.events(conn, order.id), await payments.of_order(conn, order.id),
        await refunds.of_order(conn, order.id), (), (),
    )  # fmt: skip
    return Shown(order, story.tell(known).state)
