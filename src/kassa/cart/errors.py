"""What a cart can refuse."""

from kassa.kernel.errors import Invalid, NotFound


class CartNotFound(NotFound):
    """There is no such cart."""

    code = "cart_not_found"


class UnknownSku(Invalid):
    """Nothing of this SKU is for sale here."""

    code = "unknown_sku"


class CartFull(Invalid):
    """A cart has at most fifty lines."""

    code = "cart_full"


class QuantityTooLarge(Invalid):
    """A line has at most ninety-nine units."""

    code = "quantity_too_large"
