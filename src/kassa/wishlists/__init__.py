"""Wish lists: what somebody would like to have some day.

Tables: `wishlists`, `wishes`; reads the catalogue. Invariants: a list is a browser's (it goes with the session) or a
customer's, never both; one list each, with a product on it once and at most 200 of them; at a sign-in the browser's
list becomes part of the customer's. A list is seen by others only while it is shared, and then only read.
"""

from kassa.wishlists.errors import WishlistFull, WishlistNotFound
from kassa.wishlists.queries import Owner, Wish, Wishlist, of_owner, product_ids
from kassa.wishlists.service import LIMIT, add, forget, get, merge, remove, share, unshare, wishes

__all__ = [
    "LIMIT",
    "Owner",
    "Wish",
    "Wishlist",
    "WishlistFull",
    "WishlistNotFound",
    "add",
    "forget",
    "get",
    "merge",
    "of_owner",
    "product_ids",
    "remove",
    "share",
    "unshare",
    "wishes",
]
