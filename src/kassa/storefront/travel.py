"""How an order travels: the way it was placed with, and the days that were said."""

from dataclasses import replace

from kassa import orders, pricing
from kassa.kernel.db import Conn
from kassa.pricing import zones


async def way_of(
    conn: Conn, order: orders.Order, quote: pricing.Quote | None
) -> pricing.ShippingMethod | None:
    """The way an order goes; None for one from before the shop kept that, and for one that nothing is sent of.

    Its days are those that were shown when it was placed. One that is paid on a later day leaves later, so its days are
    counted anew; and of one that is sent, called off or paid back there is nothing to be said any more.
    """
    way = quote.way if quote is not None else None
    if way is None or way.code == zones.NOTHING or way.first is None:
        return None if way is None or way.code == zones.NOTHING else way
    if order.state not in (orders.State.PENDING, orders.State.PAID):
        return replace(way, first=None, last=None)
    if order.paid_at is None or order.paid_at.date() == order.created_at.date():
        return way
    first, last = (await zones.calendar(conn)).window(order.paid_at, way.min_days, way.max_days)
    return replace(way, first=first, last=last)
