"""The demo catalogue: a file as Shopify writes it, of real books, showing every state a page can show."""

import csv
import io
import re
from collections import Counter
from decimal import Decimal

import pytest

from kassa.catalog.demo import demo_csv

AUTHOR, LANGUAGE, SUBJECT, YEAR = (
    f"{name} (product.metafields.custom.{name.lower()})" for name in ("Author", "Language", "Subject", "Year")
)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(demo_csv()), strict=True))


@pytest.fixture(scope="module")
def works(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in rows if row["Title"]]


def test_it_has_the_columns_of_a_shopify_export(rows: list[dict[str, str]]) -> None:
    columns = list(rows[0])
    assert columns[:8] == [
        "Handle",
        "Title",
        "Body (HTML)",
        "Vendor",
        "Product Category",
        "Type",
        "Tags",
        "Published",
    ]
    assert columns[-1] == "Status"
    assert {"Option1 Linked To", "Variant SKU", "Variant Inventory Qty", "Price / United States"} <= set(
        columns
    )
    assert all(None not in row and None not in row.values() for row in rows)


def test_every_work_has_an_address_of_its_own(
    rows: list[dict[str, str]], works: list[dict[str, str]]
) -> None:
    assert len(works) >= 160
    assert len({row["Handle"] for row in works}) == len(works)
    assert {row["Handle"] for row in rows} == {row["Handle"] for row in works}
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["Handle"]) for row in rows)


def test_every_work_says_who_when_in_what_language_and_about_what(works: list[dict[str, str]]) -> None:
    for row in works:
        assert row[AUTHOR], row["Title"]
        assert row[SUBJECT], row["Title"]
        year = re.fullmatch(r"(?:c\. )?(\d{1,4})( BCE| CE)?", row[YEAR])
        assert year is not None, row["Title"]
        assert year[2] == " BCE" or int(year[1]) < 1929, row["Title"]
        assert re.fullmatch(r"<p>[^<>]{60,600}</p>", row["Body (HTML)"]), row["Title"]
    assert len({row[LANGUAGE] for row in works}) >= 12
    assert sum("Women Writers" in row["Tags"] for row in works) >= 30


def test_every_work_comes_in_two_or_three_formats(rows: list[dict[str, str]]) -> None:
    formats = Counter((row["Handle"], row["Option1 Value"]) for row in rows)
    assert set(formats.values()) == {1}
    assert set(Counter(handle for handle, _ in formats).values()) == {2, 3}
    assert {value for _, value in formats} == {"Paperback", "Hardcover", "Cloth-bound", "Audio CD"}


def test_every_format_has_its_own_sku_weight_and_prices(rows: list[dict[str, str]]) -> None:
    assert len({row["Variant SKU"] for row in rows}) == len(rows)
    for row in rows:
        assert re.fullmatch(r"[A-Z0-9]+-[A-Z0-9]+-(PB|HC|CL|CD)", row["Variant SKU"])
        assert int(row["Variant Grams"]) > 0
        assert Decimal(row["Variant Price"]) > 0
        assert Decimal(row["Price / United States"]) > Decimal(row["Variant Price"])


def test_some_formats_are_nearly_gone_and_a_few_are_sold_out(rows: list[dict[str, str]]) -> None:
    left = Counter(int(row["Variant Inventory Qty"]) for row in rows)
    assert 2 <= left[0] <= 3
    assert left[1] + left[2] + left[3] >= 10
    assert all(row["Variant Inventory Policy"] == "deny" for row in rows)


def test_two_works_are_not_for_sale_yet(works: list[dict[str, str]]) -> None:
    assert Counter(row["Status"] for row in works) == {"active": len(works) - 2, "draft": 2}
