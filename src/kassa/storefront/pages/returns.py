"""What a customer gives up or sends back: cancel a paid order, ask for a return."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from kassa import checkout, fulfilment, orders, payments, returns
from kassa.kernel.errors import Conflict, Invalid
from kassa.kernel.ids import new_id, parse_id
from kassa.kernel.speech import _
from kassa.storefront import forms, pace, refusals
from kassa.storefront.pages.orders import checked_order, own_order
from kassa.storefront.request import AnyRequest
from kassa.storefront.story import REASONS
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor

_QUANTITY: Final = "quantity:"
_LONGER: Final = {"comment": 4 * returns.COMMENT_LIMIT}
_FIELDS: Final = 80


@post("/orders/{order_id:str}/cancellation", include_in_schema=False)
async def cancel(request: AnyRequest, order_id: FromPath[str]) -> Redirect:
    """POST /orders/…/cancellation: give an order up before it is sent. What was paid goes back, once."""
    shop, values = shop_of(request), await forms.read(request)
    visitor, order = await checked_order(request, order_id, values)
    page = f"/orders/{order.id}"
    if order.state is orders.State.PENDING:
        try:
            await checkout.cancel(shop.db, shop.gateway, order.id, clock=shop.clock, actor="customer")
        except (orders.InvalidTransition, payments.StillProcessing):
            return go(visitor, f"{page}/return")
        return go(visitor, page)
    try:
        async with shop.db.transaction() as tx:
            await fulfilment.call_off(tx, order.id, actor="customer", now=shop.clock.now())
    except fulfilment.AlreadySent:
        return go(visitor, f"{page}?told=sent")
    except fulfilment.NothingToCallOff:
        return go(visitor, page)
    return go(visitor, page)


@get("/orders/{order_id:str}/returns", include_in_schema=False)
async def show(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """GET /orders/…/returns: choose what to send back."""
    visitor, order = await own_order(request, order_id)
    return await _page(request, visitor, order)


@post("/orders/{order_id:str}/returns", include_in_schema=False)
async def ask(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """POST /orders/…/returns: ask for it. The form carries the return's id: sending it twice asks once."""
    await pace.slow_down(request, pace.RETURNS)
    shop, values = shop_of(request), await forms.read(request, longer=_LONGER, fields=_FIELDS)
    visitor, order = await checked_order(request, order_id, values)
    try:
        async with shop.db.transaction() as tx:
            await returns.ask(
                tx, order.id, _lines(values), return_id=_drawn(values), reason=values.get("reason", ""),
                comment=values.get("comment", ""), actor="customer", now=shop.clock.now(),
            )  # fmt: skip
    except (Invalid, returns.NothingToReturn, returns.TooMany) as refused:
        told = refused.errors[0][1] if isinstance(refused, Invalid) and refused.errors else refused.detail
        words = refusals.worded(told, refused.code)
        status = 409 if isinstance(refused, Conflict) else 422
        return await _page(request, visitor, order, values=values, trouble=words, status=status)
    return go(visitor, f"/orders/{order.id}#returns")


async def _page(
    request: AnyRequest, visitor: Visitor, order: orders.Order, *, values: Mapping[str, str] | None = None,
    trouble: str = "", status: int = 200,
) -> Response[Any]:  # fmt: skip
    async with shop_of(request).db.connection() as conn:
        lines = [line for line in await returns.returnable(conn, order.id) if line.left]
    if not lines and not trouble:
        return go(visitor, f"/orders/{order.id}")
    return render(
        request, visitor, "pages/return.html", order=order, lines=lines, reasons=REASONS, values=values or {},
        trouble=trouble, status=status, return_id=_drawn(values or {}), comment_limit=returns.COMMENT_LIMIT, cache=OWN,
    )  # fmt: skip


def _drawn(values: Mapping[str, str]) -> UUID:
    return parse_id(values.get("return_id", "")) or new_id()


def _lines(values: Mapping[str, str]) -> dict[UUID, int]:
    """Units by line, of the fields that are named after their lines.

    Raises:
        Invalid: one of them is no number.
    """
    found = {}
    for name, text in values.items():
        line_id = parse_id(name.removeprefix(_QUANTITY)) if name.startswith(_QUANTITY) else None
        if line_id is None:
            continue
        units = text.strip() or "0"
        if not (units.isascii() and units.isdecimal() and len(units) < 5):
            raise Invalid(
                _("A quantity is a whole number."), errors=[("lines", _("A quantity is a whole number."))]
            )
        found[line_id] = int(units)
    return found
