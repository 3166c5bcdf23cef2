"""Reading a Shopify product CSV: all of it or nothing, and every fault with its line and column."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa.catalog import columns
from kassa.catalog.errors import ImportFailed, SkuTaken
from kassa.catalog.find import queries as finding
from kassa.catalog.service import (
    MediaInput,
    ProductInput,
    SetOnHand,
    VariantInput,
    ask_for_prices,
    slugify,
    write_product,
)
from kassa.kernel.db import Tx
from kassa.kernel.errors import Invalid
from kassa.kernel.money import parse_decimal

SIZE_LIMIT: Final = 20 * 1024 * 1024
_ROWS_LIMIT: Final = 200_000
_FAULTS_LIMIT: Final = 100
_CELL_LIMIT: Final = 100_000
_STATUS: Final = ("active", "draft", "archived")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How much came in."""

    products: int
    variants: int


@dataclass(slots=True)
class _Row:
    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(slots=True)
class _Reading:
    """A file being read: what was understood, and what was not."""

    currency: str
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    skus: dict[str, int] = field(default_factory=dict)

    def fault(self, row: _Row, column: str, message: str) -> None:
        if len(self.faults) < _FAULTS_LIMIT:
            self.faults.append((row.line, column, message))


async def import_csv(
    tx: Tx, text: str, *, currency: str, set_on_hand: SetOnHand, now: datetime
) -> ImportReport:
    """Put every product of the file in, or none; importing the same file again changes nothing.

    `currency` is that of the column `Variant Price`.

    Raises:
        ImportFailed: `faults` has (line, column, message) for each, at most a hundred.
    """
    reading = _Reading(currency)
    products = _read(reading, text)
    if reading.faults:
        raise ImportFailed(reading.faults)
    changed: list[UUID] = []
    for line, slug, given in products:
        try:
            product_id, _, moved = await write_product(tx, slug, given, set_on_hand=set_on_hand, now=now)
            changed += [product_id, *moved]
        except SkuTaken as error:
            raise ImportFailed([(line, "Variant SKU", error.detail)]) from None
        except Invalid as error:
            faults = error.errors or (("Handle", error.detail),)
            raise ImportFailed([(line, path, message) for path, message in faults]) from None
    await finding.index(tx, list(dict.fromkeys(changed)))
    await ask_for_prices(tx, list(dict.fromkeys(changed)), now=now)
    return ImportReport(len(products), sum(len(given.variants) for _, _, given in products))


def _read(reading: _Reading, text: str) -> list[tuple[int, str, ProductInput]]:
    groups: dict[str, list[_Row]] = {}
    for row in _rows(reading, text):
        handle = row.text("Handle")
        if slugify(handle) != handle or not handle:
            reading.fault(row, "Handle", "must be lower case letters, digits and single hyphens")
            continue
        groups.setdefault(handle, []).append(row)
    if not groups and not reading.faults:
        reading.faults.append((1, "Handle", "the file has no products"))
    return [(rows[0].line, slug, _product(reading, rows)) for slug, rows in groups.items()]


def _rows(reading: _Reading, text: str) -> Iterator[_Row]:
    """The file's rows with the line each begins on; cells may hold line breaks."""
    if len(text) > SIZE_LIMIT:
        reading.faults.append((1, "", f"the file is larger than {SIZE_LIMIT // 1024 // 1024} MB"))
        return
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    begin = 1
    header: list[str] = []
    try:
        for cells in reader:
            line, begin = begin, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [cell.strip() for cell in cells]
                if not _header(reading, header):
                    return
                continue
            row = _Row(line, dict(zip(header, (cell.strip() for cell in cells), strict=False)))
            if len(cells) > len(header):
                reading.fault(row, "", f"has {len(cells)} cells, the first line has {len(header)}")
            elif any(len(cell) > _CELL_LIMIT or "\x00" in cell for cell in cells):
                reading.fault(row, "", "has a cell that is too long or no text")
            elif line > _ROWS_LIMIT:
                reading.fault(row, "", f"the file has more than {_ROWS_LIMIT} lines")
                return
            else:
                yield row
    except csv.Error as error:
        reading.faults.append((begin, "", f"is not CSV: {error}"))


def _header(reading: _Reading, header: list[str]) -> bool:
    missing = [name for name in ("Handle", "Title", "Variant Price") if name not in header]
    doubled = {name for name in header if name and header.count(name) > 1}
    for name in missing:
        reading.faults.append((1, name, "the column is missing"))
    for name in sorted(doubled):
        reading.faults.append((1, name, "the column is there twice"))
    return not reading.faults


def _product(reading: _Reading, rows: list[_Row]) -> ProductInput:
    first = rows[0]
    if not first.text("Title"):
        reading.fault(first, "Title", "must not be empty in a product's first row")
    status = first.text("Status").lower() or "active"
    if status not in _STATUS:
        reading.fault(first, "Status", "must be active, draft or archived")
    names = [first.text(name) for name, _ in columns.OPTIONS if first.text(name)]
    variants = [_variant(reading, row, names) for row in rows if row is first or _is_variant(row)]
    media = sorted(
        (_position(reading, row), row.text("Image Src"), row.text("Image Alt Text"))
        for row in rows
        if row.text("Image Src")
    )
    tags = [tag.strip() for tag in first.text("Tags").split(",") if tag.strip()]
    attributes = {
        key: value for column, value in first.cells.items() if (key := columns.metafield(column)) and value
    }
    return ProductInput(
        title=first.text("Title"),
        description=first.text("Body (HTML)"),
        vendor=first.text("Vendor"),
        kind=first.text("Type"),
        tags=tags,
        status=status,
        attributes=attributes,
        collections=[way.strip() for way in first.text("Collection").split(";") if way.strip()] or tags,
        media=[MediaInput(url, alt) for _, url, alt in media],
        variants=variants,
        extra={
            column: value
            for column, value in first.cells.items()
            if value and _kept(column) and not columns.of_variant(column)
        },
    )


def _is_variant(row: _Row) -> bool:
    """A further row is a variant if it says anything about one; else it only adds a picture."""
    return any(row.text(name) for name in ("Variant SKU", "Variant Price", "Option1 Value"))


def _variant(reading: _Reading, row: _Row, names: list[str]) -> VariantInput:
    sku = row.text("Variant SKU")
    if not sku:
        reading.fault(row, "Variant SKU", "must not be empty")
    elif sku in reading.skus:
        reading.fault(row, "Variant SKU", f"{sku} is on line {reading.skus[sku]} already")
    else:
        reading.skus[sku] = row.line
    options = {}
    for name, (_, column) in zip(names, columns.OPTIONS, strict=False):
        if not row.text(column):
            reading.fault(row, column, f"{name} must have a value in every row of the product")
        options[name] = row.text(column)
    plain = {} if list(options.items()) == [("Title", "Default Title")] else options
    prices, compare_at = _prices(reading, row)
    quantity = row.text("Variant Inventory Qty")
    return VariantInput(
        sku=sku,
        options=plain,
        prices=prices,
        compare_at=compare_at,
        on_hand=_number(reading, row, "Variant Inventory Qty") if quantity else None,
        weight_grams=_number(reading, row, "Variant Grams"),
        barcode=row.text("Variant Barcode"),
        ships=row.text("Variant Requires Shipping").lower() != "false",
        extra={
            column: value
            for column, value in row.cells.items()
            if value and _kept(column) and columns.of_variant(column)
        },
    )


def _kept(column: str) -> bool:
    return (
        bool(column)
        and column not in columns.OWN
        and not columns.metafield(column)
        and not columns.market_price(column)
    )


def _prices(reading: _Reading, row: _Row) -> tuple[dict[str, int], dict[str, int]]:
    prices: dict[str, int] = {}
    compare_at: dict[str, int] = {}
    found = [
        ("Variant Price", reading.currency, prices),
        ("Variant Compare At Price", reading.currency, compare_at),
    ]
    for column in row.cells:
        market = columns.market_price(column)
        if market:
            found.append((column, market[0], compare_at if market[1] else prices))
    for column, currency, target in found:
        if row.text(column):
            try:
                target[currency] = parse_decimal(row.text(column), currency)
            except Invalid as error:
                reading.fault(row, column, error.detail)
        elif column == "Variant Price":
            reading.fault(row, column, "must not be empty")
    return prices, compare_at


def _number(reading: _Reading, row: _Row, column: str) -> int:
    text = row.text(column) or "0"
    if text.endswith(".0"):
        text = text[:-2]
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        reading.fault(row, column, f"{text[:40]!r} is not a whole number from 0")
        return 0
    return int(text)


def _position(reading: _Reading, row: _Row) -> int:
    return _number(reading, row, "Image Position")
