"""When the time to pay ran out: what that means, and the same order once more with one press."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from kassa import cart, checkout, inventory, orders, payments
from kassa.kernel.address import Address
from kassa.kernel.db import Conn
from kassa.kernel.errors import NotFound, Unavailable
from kassa.kernel.ids import new_id, parse_id
from kassa.pricing import discounts
from kassa.shop import Shop
from kassa.storefront import forms, placing
from kassa.storefront.pages.bag import waiting_order
from kassa.storefront.pages.orders import bill, checked_order
from kassa.storefront.request import AnyRequest
from kassa.storefront.troubles import TROUBLES, Trouble
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor

_DEAD = (orders.State.CANCELED, orders.State.FAILED)


async def ran_out(conn: Conn, order: orders.Order, hold: inventory.Hold, shop: Shop) -> Trouble | None:
    """Why there is no time left to pay an order; None if there is, or if it ended otherwise.

    One whose money came after all has not run out: its own page says what becomes of the money.
    """
    if order.state is orders.State.PENDING and (hold.state != "held" or hold.expires_at > shop.clock.now()):
        return None
    if order.state is not orders.State.PENDING and order.state not in _DEAD:
        return None
    if any(
        one.state in ("succeeded", "processing", "authorized")
        for one in await payments.of_order(conn, order.id)
    ):
        return None
    ended = [event.type for event in await orders.events(conn, order.id)]
    if order.state in _DEAD and "order.expired" not in ended:
        return None
    tried = await orders.declines(conn, order.id)
    return TROUBLES["too_many_tries" if tried >= payments.TRIES else "expired"]


def ended(
    request: AnyRequest, visitor: Visitor, order: orders.Order, trouble: Trouble, *, own: bool, status: int = 200,
    total: int | None = None, short: tuple[tuple[str, int, int], ...] = (),
) -> Response[str]:  # fmt: skip
    """The page of an order whose time ran out; `short` are title, wanted and left of what has gone meanwhile."""
    return render(
        request, visitor, "pages/expired.html", status=status, cache=OWN, order=order, bill=bill(order), own=own,
        trouble=trouble, total=order.total_minor if total is None else total, short=short, retry_id=new_id(),
    )  # fmt: skip


@post("/orders/{order_id:str}/retry", include_in_schema=False)
async def retry(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """POST /orders/…/retry: the same books to the same address, at the total shown, if they are still there."""
    shop, values = shop_of(request), await forms.read(request)
    visitor, order = await checked_order(request, order_id, values)
    total, wanted = forms.amount(values, "total_shown"), parse_id(values.get("order_id", "")) or new_id()
    try:
        if order.state is orders.State.PENDING:
            await checkout.expire(shop.db, shop.gateway, order.id, clock=shop.clock)
        placed = await _same_again(shop, visitor, order, wanted, total)
    except Unavailable:
        return ended(request, visitor, order, TROUBLES["unreachable"], own=True, status=503)
    except payments.StillProcessing:
        return go(visitor, f"/orders/{order.id}/return")
    except checkout.OrderTaken:
        placed = wanted  # by the same press, a moment ago
    except checkout.QuoteChanged as changed:
        dearer, now_is = TROUBLES["dearer"], changed.extra["total"]
        return ended(request, visitor, order, dearer, own=True, status=409, total=now_is)
    except discounts.UsedUp:
        dearer = TROUBLES["dearer"]  # the next press is told by how much
        return ended(request, visitor, order, dearer, own=True, status=409)
    except inventory.InsufficientStock as found:
        short = _short(order, found)
        return ended(request, visitor, order, TROUBLES["gone"], own=True, status=409, short=short)
    except checkout.UnknownSku:
        return ended(request, visitor, order, TROUBLES["gone"], own=True, status=409)
    return go(visitor, f"/orders/{placed}/pay")


async def _same_again(
    shop: Shop, visitor: Visitor, old: orders.Order, order_id: UUID, total: int | None
) -> UUID:
    """The order that takes the place of one whose time ran out: one, however often it is asked for."""
    async with shop.db.transaction() as tx:
        await visitor.keep(tx, now=shop.clock.now())
        bag = await _bag(tx, visitor)
        await visitor.look_again(tx, shop)
        old = await orders.get(tx, old.id)
        if old.state not in _DEAD:
            return old.id
        if order_id in visitor.order_ids:
            return order_id
        waiting = await waiting_order(tx, visitor)
        if waiting is not None:
            return waiting.id
        billing = old.billing_address
        wish = checkout.PlaceOrder(
            order_id=order_id, cart_id=bag, lines=[(line.sku, line.quantity) for line in old.lines], email=old.email,
            currency=old.currency, shipping_address=msgspec.convert(old.shipping_address, Address),
            billing_address=msgspec.convert(billing, Address) if billing else None,
            discount_code=next((used["code"] for used in old.discounts if used["code"]), None),
            shipping_method=old.shipping_method, note=old.note, vat_id=old.vat_id, locale=old.locale,
            total_shown=old.total_minor if total is None else total,
            customer_id=visitor.customer.id if visitor.customer is not None else None,
        )  # fmt: skip
        return await placing.place(tx, shop, visitor, wish)


async def _bag(tx: Any, visitor: Visitor) -> UUID | None:
    """The visitor's bag, locked, so that two tabs are one order."""
    if visitor.cart_id is None:
        return None
    try:
        await cart.lock(tx, visitor.cart_id)
    except NotFound:
        return None
    return visitor.cart_id


def _short(order: orders.Order, found: inventory.InsufficientStock) -> tuple[tuple[str, int, int], ...]:
    titles = {line.sku: line.title for line in order.lines}
    return tuple(
        (titles.get(item["sku"], item["sku"]), item["requested"], item["available"])
        for item in found.extra["items"]
    )
