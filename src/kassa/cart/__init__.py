"""Carts: what somebody would like to buy. Nothing is held and nothing is promised by a cart.

Tables: `carts`, `cart_lines`, `removed_lines`. Invariants: at most 50 lines of at most 99 units; lines stay in
the order in which they were put in; a line remembers the prices of that moment, so a change is told until it is
agreed to; what was taken out last can be put back; a cart is never locked by an order made of it; what was paid
leaves it, what was added meanwhile stays; it keeps one discount code, which counts as far as it may.
"""

from kassa.cart.codes import guess_code
from kassa.cart.errors import CartFull, CartNotFound, QuantityTooLarge, UnknownSku
from kassa.cart.merging import heir, lock_bought_of, merge, take_out
from kassa.cart.queries import Cart, contents, count, get, lock, removed, set_currency
from kassa.cart.service import (
    CART_LIFE,
    LINES_LIMIT,
    QUANTITY_LIMIT,
    accept,
    add,
    change,
    create,
    drop_code,
    put_back,
    remove,
    step,
    sweep,
    use_code,
)
from kassa.cart.shown import CartLine, Notice, PricedCart, priced

__all__ = [
    "CART_LIFE",
    "LINES_LIMIT",
    "QUANTITY_LIMIT",
    "Cart",
    "CartFull",
    "CartLine",
    "CartNotFound",
    "Notice",
    "PricedCart",
    "QuantityTooLarge",
    "UnknownSku",
    "accept",
    "add",
    "change",
    "contents",
    "count",
    "create",
    "drop_code",
    "get",
    "guess_code",
    "heir",
    "lock",
    "lock_bought_of",
    "merge",
    "priced",
    "put_back",
    "remove",
    "removed",
    "set_currency",
    "step",
    "sweep",
    "take_out",
    "use_code",
]
