"""Carts: what somebody would like to buy. Nothing is held and nothing is promised by a cart.

Tables: `carts`, `cart_lines`. Invariants: at most 50 lines of at most 99 units; a cart is never locked by an
order made of it; what was paid leaves it, what was added meanwhile stays.
"""

from kassa.cart.errors import CartFull, CartNotFound, QuantityTooLarge, UnknownSku
from kassa.cart.queries import Cart, contents, get, lock, set_currency
from kassa.cart.service import CartLine, PricedCart, add, change, create, priced, remove, take_out

__all__ = [
    "Cart",
    "CartFull",
    "CartLine",
    "CartNotFound",
    "PricedCart",
    "QuantityTooLarge",
    "UnknownSku",
    "add",
    "change",
    "contents",
    "create",
    "get",
    "lock",
    "priced",
    "remove",
    "set_currency",
    "take_out",
]
