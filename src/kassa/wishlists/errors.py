"""What can be refused about a wish list."""

from kassa.kernel.errors import Conflict, NotFound


class WishlistNotFound(NotFound):
    """There is no such list, or it is not shared."""

    code = "wishlist_not_found"


class WishlistFull(Conflict):
    """The list has as many products on it as a list may have; nothing changed."""

    code = "wishlist_full"
