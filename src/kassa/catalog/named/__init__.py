"""Collections, products and variants by the names that operators call them by. No tables of its own."""

from kassa.catalog.named.queries import Named, named

__all__ = ["Named", "named"]
