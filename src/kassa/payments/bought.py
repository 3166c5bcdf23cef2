"""What was bought leaves the bag."""

from kassa import cart, orders
from kassa.kernel.db import Tx


async def take_out(tx: Tx, order: orders.Order) -> None:
    """What was bought, and the code it was bought with, is not in the cart any more; its row is locked."""
    if order.cart_id:
        bought = {line.variant_id: line.quantity for line in order.lines}
        codes = [used["code"] for used in order.discounts if used["code"]]
        await cart.take_out(tx, order.cart_id, bought, codes)
