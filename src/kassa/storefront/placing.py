"""From a wish to one order: however often it is sent, and whatever else this bag has ordered meanwhile."""

from dataclasses import replace
from typing import Final
from uuid import UUID

import msgspec

from kassa import cart, checkout, orders, payments
from kassa.kernel.address import Address
from kassa.kernel.db import Conn, Tx
from kassa.kernel.errors import Unavailable
from kassa.kernel.ids import new_id
from kassa.shop import Shop
from kassa.storefront.pages.bag import waiting_order
from kassa.storefront.visitor import Visitor

#: How often the till looks again when an older order of the same bag has to go first.
_ROUNDS: Final = 3


async def settle(shop: Shop, visitor: Visitor, wish: checkout.PlaceOrder) -> UUID:
    """Place the order this bag asks for, unless it was placed already; the id of the order to be paid.

    Another order of this bag that still waits is canceled first: a customer is never kept from books by a hold
    of his own, and two tabs are one order. The bag is locked while this is decided.
    """
    for _ in range(_ROUNDS):
        async with shop.db.transaction() as tx:
            await cart.lock(tx, visitor.cart_of())
            await visitor.look_again(tx, shop)
            if wish.order_id in visitor.order_ids:
                known = await orders.get(tx, wish.order_id)
                if known.state is not orders.State.PENDING or await _asks_for(tx, wish, known):
                    return known.id
                wish = replace(wish, order_id=new_id())
            waiting = await waiting_order(tx, visitor)
            if waiting is None:
                return await place(tx, shop, visitor, wish)
            if await _asks_for(tx, wish, waiting):
                return waiting.id
        try:
            await checkout.cancel(shop.db, shop.gateway, waiting.id, clock=shop.clock, actor="customer")
        except (orders.InvalidTransition, payments.StillProcessing):
            return waiting.id  # it is being paid, or was just now: its own page knows what to say
    raise Unavailable(_("Your bag is being ordered from somewhere else. Please try again."), code="busy")


async def place(tx: Tx, shop: Shop, visitor: Visitor, wish: checkout.PlaceOrder) -> UUID:
    """Place the order, and remember it in the visitor's session."""
    now, hold = shop.clock.now(), shop.settings.hold_seconds
    order, _ = await checkout.place_order(tx, wish, now=now, hold_seconds=hold, actor="customer")
    await visitor.remember_order(tx, order.id)
    return order.id


async def _asks_for(conn: Conn, wish: checkout.PlaceOrder, order: orders.Order) -> bool:
    """Whether an order is what is wished for, down to the total."""
    assert wish.cart_id is not None, "the storefront orders bags"  # noqa: S101
    return (
        dict(await cart.contents(conn, wish.cart_id)) == {line.sku: line.quantity for line in order.lines}
        and _kept(wish.shipping_address) == order.shipping_address
        and _kept(wish.billing_address) == order.billing_address
        and wish.shipping_method in (None, order.shipping_method)
        and (wish.email, wish.currency) == (order.email, order.currency)
        and (wish.note, wish.customer_id) == (order.note, order.customer_id)
        and wish.vat_id == order.vat_id
        and wish.total_shown in (None, order.total_minor)
    )


def _kept(address: Address | None) -> object:
    return msgspec.to_builtins(address) if address is not None else None
