"""What the catalogue can refuse."""

from collections.abc import Sequence

from kassa.kernel.errors import Conflict, Invalid, NotFound


class ProductNotFound(NotFound):
    """There is no such product, or it is not for sale yet."""

    code = "product_not_found"


class SkuTaken(Conflict):
    """The SKU belongs to another product."""

    code = "sku_taken"


class ImportFailed(Invalid):
    """The file has faults, each (line, column, message); nothing was imported."""

    code = "import_failed"

    def __init__(self, faults: Sequence[tuple[int, str, str]]) -> None:
        super().__init__(
            f"The file has {len(faults)} fault(s); nothing was imported.",
            errors=[(f"line {line}, {column}", message) for line, column, message in faults],
        )
        self.faults = tuple(faults)
