"""Reports: what the ledger says, by day or month, each currency by itself."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from tests.admin.conftest import Browser

from kassa import ledger
from kassa.kernel.db import Database
from kassa.kernel.ids import new_id
from kassa.ledger import Account


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


@pytest.fixture
async def books(db: Database) -> Database:
    """Two sales in euro on two days, one in yen, one in dinars; a refund and a fee."""
    async with db.transaction() as tx:
        for day, currency, total, tax, shipping, discount in (
            ("2026-10-31", "EUR", 2_970, 195, 390, 300), ("2026-11-01", "EUR", 1_000, 70, 0, 0),
            ("2026-11-01", "JPY", 2_174, 142, 694, 0), ("2026-11-01", "KWD", 4_180, 273, 1_380, 0),
        ):  # fmt: skip
            lines = {
                Account.RECEIVABLE: total, Account.DISCOUNTS: discount, Account.TAX: -tax, Account.SHIPPING: -shipping,
                Account.SALES: -(total + discount - tax - shipping),
            }  # fmt: skip
            await ledger.post(tx, "sale", f"order:{new_id()}", lines, currency=currency, at=at(day))
        back = {Account.REFUNDS: 2_174, Account.PROVIDER: -2_174}
        await ledger.post(tx, "refund", "refund:1", back, currency="JPY", at=at("2026-11-02", 0))
        fee = {Account.FEES: 99, Account.PROVIDER: -99}
        await ledger.post(tx, "fee", "payment:1", fee, currency="EUR", at=at("2026-10-31", 23))
    return db


def rows(page: str) -> list[list[str]]:
    """The cells of every row of the tables."""
    found = re.findall(r"<tr>(.*?)</tr>", page.split("<main")[1], re.S)
    cell = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.S)
    return [
        [
            re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text)).replace("\xa0", " ").strip()
            for text in cell.findall(row)
        ]
        for row in found
    ]


async def test_empty_books_say_so(operator: Browser) -> None:
    page = await operator.open("/admin/reports")

    assert page.status_code == 200
    assert "Nothing was posted in EUR in this time." in page.text


async def test_each_currency_stands_by_itself(operator: Browser, books: Database) -> None:
    page = (await operator.open("/admin/reports")).text

    assert rows(page)[1:4] == [
        ["EUR", "2", "€36.15", "-€3.00", "€3.90", "€2.65", "€39.70", "–", "–", "-€0.99", "€38.71"],
        ["JPY", "1", "¥1,338", "–", "¥694", "¥142", "¥2,174", "-¥2,174", "–", "–", "–"],
        ["KWD", "1", "KWD 2.527", "–", "KWD 1.380", "KWD 0.273", "KWD 4.180", "–", "–", "–", "KWD 4.180"],
    ]


async def test_days_are_the_newest_first_and_only_those_asked_for(operator: Browser, books: Database) -> None:
    every = rows((await operator.open("/admin/reports")).text)
    one = rows((await operator.open("/admin/reports?from=2026-10-31&to=2026-10-31")).text)
    yen = rows((await operator.open("/admin/reports?currency=JPY")).text)

    assert [row[0] for row in every[5:]] == ["1 November 2026", "31 October 2026"]
    assert [(row[0], row[-1]) for row in one[1:2]] == [("EUR", "€28.71")]
    assert [(row[0], row[-1]) for row in yen[5:]] == [
        ("2 November 2026", "-¥2,174"),
        ("1 November 2026", "¥2,174"),
    ]


async def test_by_month(operator: Browser, books: Database) -> None:
    found = rows((await operator.open("/admin/reports?by=month&from=2025-12-01")).text)

    assert [row[0] for row in found[5:]] == ["November 2026", "October 2026"]


async def test_the_file_has_every_currency_in_major_units(operator: Browser, books: Database) -> None:
    answer = await operator.open("/admin/reports.csv?from=2026-10-01&to=2026-11-02&by=month")

    assert answer.headers["content-disposition"] == (
        'attachment; filename="report-2026-10-01-2026-11-02-by-month.csv"'
    )
    found = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["month"], row["currency"], row["sold"], row["net"]) for row in found] == [
        ("2026-10", "EUR", "29.70", "28.71"),
        ("2026-11", "EUR", "10.00", "10.00"),
        ("2026-11", "JPY", "2174", "0"),
        ("2026-11", "KWD", "4.180", "4.180"),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-11-02&to=2026-11-01", "from=yesterday", "to=0001-01-01", "to=9999-12-31", "by=week",
        "from=2020-01-01&to=2026-11-02", "currency=euro", "from=2000-01-01&to=2026-11-02&by=month",
    ],
)  # fmt: skip
async def test_what_makes_no_report_is_said(operator: Browser, query: str) -> None:
    page = await operator.open(f"/admin/reports?{query}")

    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert (await operator.open(f"/admin/reports.csv?{query}")).status_code == 422
