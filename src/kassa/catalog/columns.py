"""The columns of a Shopify product CSV, and what each is to us.

Source: Shopify Help Center, "Using CSV files to import and export products" (columns of 2025). A column we
have no word for is kept as it is, at the product or at the variant it belongs to, and comes out again.

Shopify puts a product of an import into one collection, `Collection`. Here it may name several, with semicolons
between them, and where each stands: "Fiction > Novels; Women Writers". Without the column the tags are shelves.
"""

import re
from typing import Final

#: Columns of an export that are ours, in Shopify's order; metafields, markets and kept columns follow.
PRODUCT: Final = ("Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags")
OPTIONS: Final = tuple((f"Option{n} Name", f"Option{n} Value") for n in (1, 2, 3))
VARIANT: Final = (
    "Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty",
    "Variant Inventory Policy", "Variant Fulfillment Service", "Variant Price", "Variant Compare At Price",
    "Variant Requires Shipping", "Variant Taxable", "Variant Barcode",
)  # fmt: skip
IMAGE: Final = ("Image Src", "Image Position", "Image Alt Text")
OWN: Final = frozenset(
    {*PRODUCT, "Collection", *(name for pair in OPTIONS for name in pair), *IMAGE, "Status", "Published"}
    | {"Variant SKU", "Variant Grams", "Variant Inventory Qty", "Variant Price", "Variant Compare At Price"}
    | {"Variant Requires Shipping", "Variant Barcode"}
)

#: Shopify prices other markets in columns of the market's name; each market has one currency here.
MARKETS: Final = {
    "United States": "USD", "International": "USD", "Eurozone": "EUR", "European Union": "EUR",
    "United Kingdom": "GBP", "Switzerland": "CHF", "Japan": "JPY", "Kuwait": "KWD", "Canada": "CAD",
    "Australia": "AUD", "Sweden": "SEK", "Norway": "NOK", "Denmark": "DKK", "Poland": "PLN",
}  # fmt: skip
_METAFIELD: Final = re.compile(r".* \(product\.metafields\.custom\.([a-z0-9_]+)\)")


def metafield(column: str) -> str | None:
    """The attribute in `Author (product.metafields.custom.author)`, or None."""
    match = _METAFIELD.fullmatch(column)
    return match[1] if match else None


def market_price(column: str) -> tuple[str, bool] | None:
    """(currency, whether it is the compare-at price) of `Price / United States`, or None."""
    for prefix, compare_at in (("Price / ", False), ("Compare At Price / ", True)):
        if column.startswith(prefix) and column.removeprefix(prefix) in MARKETS:
            return MARKETS[column.removeprefix(prefix)], compare_at
    return None


def of_variant(column: str) -> bool:
    """Whether a kept column belongs to the variant of its row and not to the product."""
    return column.startswith(("Variant ", "Cost per item", "Price / ", "Compare At Price / ", "Included / "))
