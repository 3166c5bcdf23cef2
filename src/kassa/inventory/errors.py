"""What stock can refuse."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kassa.kernel.errors import Conflict, NotFound


class InsufficientStock(Conflict):
    """There is not enough of something; nothing is held. `short`: variant id → (requested, available)."""

    code = "insufficient_stock"
    title = "Insufficient stock"

    def __init__(
        self, short: Mapping[UUID, tuple[int, int]], *, extra: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__("Some of this is no longer in stock in the quantity asked for.", extra=extra)
        self.short = dict(short)


class BelowReserved(Conflict):
    """Fewer would be on hand than are promised to customers already."""

    code = "below_reserved"


class UnknownStock(NotFound):
    """No variant has this SKU."""

    code = "unknown_sku"


class HoldNotFound(NotFound):
    """There is no such hold."""

    code = "hold_not_found"
