"""Writing a Shopify product CSV: what came in comes out."""

import csv
import io
from typing import Final

from kassa.catalog import columns, queries
from kassa.catalog.service import PATH, Product, product
from kassa.kernel.db import Conn
from kassa.kernel.money import to_decimal

_PAGE: Final = 500
_COUNTRY: Final = {"USD": "United States", "EUR": "Eurozone"}


async def export_csv(conn: Conn, *, currency: str) -> str:
    """The whole catalogue; `currency` is that of the column `Variant Price`.

    Prices that follow from others by rates are left out: read again, they would count as set by hand.
    """
    products = []
    after = ""
    while slugs := await queries.product_slugs(conn, after=after, limit=_PAGE):
        for slug in slugs:
            found = await product(conn, slug, currency, include_draft=True)
            products.append((found, await queries.paths_of(conn, found.id)))
        after = slugs[-1]
    rows = [row for each, paths in products for row in _rows(each, paths, currency)]
    header = _header(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _header(rows: list[dict[str, str]]) -> list[str]:
    usual = [
        *columns.PRODUCT,
        "Collection",
        *(name for pair in columns.OPTIONS for name in pair),
        *columns.VARIANT,
        *columns.IMAGE,
        "Status",
    ]
    others = {name for row in rows for name in row} - set(usual)
    return [*usual, *sorted(others)]


def _rows(each: Product, paths: list[list[str]], currency: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for variant in each.variants:
        row = {
            "Handle": each.slug,
            "Variant SKU": variant.sku,
            "Variant Grams": str(variant.weight_grams),
            "Variant Inventory Qty": str(variant.on_hand),
            "Variant Requires Shipping": "TRUE" if variant.ships else "FALSE",
            "Variant Barcode": variant.barcode,
            **variant.extra,
        }
        options = variant.options or {"Title": "Default Title"}
        for (name_column, value_column), (name, value) in zip(columns.OPTIONS, options.items(), strict=False):
            row[value_column] = value
            row |= {} if rows else {name_column: name}
        by_hand, compare_at = variant.by_hand
        for prices, own, market in (
            (by_hand, "Variant Price", "Price / "),
            (compare_at, "Variant Compare At Price", "Compare At Price / "),
        ):
            for code, amount in prices.items():
                column = own if code == currency else market + _market(code)
                row[column] = str(to_decimal(amount, code))
        rows.append(row)
    rows = rows or [{"Handle": each.slug}]
    rows[0] |= _product_cells(each) | {"Collection": "; ".join(PATH.join(path) for path in paths)}
    for index, picture in enumerate(each.media):
        if index >= len(rows):
            rows.append({"Handle": each.slug})
        rows[index] |= {
            "Image Src": picture.url, "Image Position": str(index + 1), "Image Alt Text": picture.alt,
        }  # fmt: skip
    return rows


def _product_cells(each: Product) -> dict[str, str]:
    return {
        "Title": each.title,
        "Body (HTML)": each.description,
        "Vendor": each.vendor,
        "Type": each.kind,
        "Tags": ", ".join(each.tags),
        "Status": each.status,
        **{
            f"{key.replace('_', ' ').capitalize()} (product.metafields.custom.{key})": value
            for key, value in each.attributes.items()
        },
        **each.extra,
    }


def _market(currency: str) -> str:
    """A market of this currency, by the name under which it is read again."""
    names = [name for name, code in columns.MARKETS.items() if code == currency]
    return _COUNTRY.get(currency) or (names[0] if names else currency)
