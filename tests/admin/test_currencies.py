"""The operator's currencies: rates, rules, what they make, and nothing lost when something is wrong."""

import re
from datetime import timedelta

import pytest
from tests.admin.conftest import Browser
from tests.factories import make_variant
from tests.pricing.test_price_lists import settle

from kassa.config import Settings
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.pricing import currencies
from kassa.pricing.currencies import Charm

ECB = b"Date,USD,JPY,\n2026-10-30,1.1554,177.99,\n"


@pytest.fixture
def settings() -> Settings:
    return Settings(
        secret_key="k" * 32, base_url="http://shop.test", stripe_api_base="http://sandbox.test",
        currencies=("EUR", "USD", "JPY", "KWD"),
    )  # fmt: skip


def cells(page: str) -> str:
    """The page's words without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("&nbsp;", " ")


async def told(operator: Browser) -> str:
    page = await operator.open("/admin/currencies")
    assert page.status_code == 200
    return cells(page.text)


async def test_every_currency_of_the_shop_has_its_section(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    await make_variant(db, clock)

    text = await told(operator)

    for fact in (
        "own currency is the Euro (EUR)", "Japanese Yen JPY", "Kuwaiti Dinar KWD", "None is known.",
        "1 set by hand, 0 that follow, 0 without one", "0 set by hand, 0 that follow, 1 without one",
        "KWD 0.320, or it can’t be charged",
    ):  # fmt: skip
        assert fact in text.replace("\xa0", " "), fact


async def test_a_rate_and_a_rule_make_prices(operator: Browser, db: Database, clock: FrozenClock) -> None:
    await make_variant(db, clock)
    await told(operator)

    noted = await operator.send("/admin/currencies/JPY/rate", rate="177,99", day="2026-11-01")
    followed = await operator.send("/admin/currencies/JPY/prices", margin="2.5 %", charm="100-20")
    await settle(db, clock)

    assert (noted.status_code, followed.status_code) == (303, 303)
    text = (await told(operator)).replace("\xa0", " ")
    assert "Prices in JPY follow; it takes a moment." in text
    assert "1 EUR = 177.99 JPY on 1 Nov 2026 , owner@example.org" in text
    assert "0 set by hand, 1 that follow, 0 without one" in text
    assert "Title of EMMA-PB €12.99 ¥2,380" in text
    async with db.connection() as conn:
        [rule] = await currencies.lists(conn)
    assert (rule.base, rule.margin, rule.charm, rule.changed_by) == (
        "EUR", 250, Charm(100, 20), "staff:owner@example.org",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "fields", "why"),
    [
        ("JPY/rate", {"rate": "many", "day": "2026-11-01"}, "is not a rate"),
        ("JPY/rate", {"rate": "0", "day": "2026-11-01"}, "is not a rate"),
        ("JPY/rate", {"rate": "177", "day": "soon"}, "is not a day"),
        ("JPY/rate", {"rate": "177", "day": "2027-01-01"}, "has not come yet"),
        ("JPY/prices", {"margin": "lots", "charm": "100-0"}, "The margin is a percentage"),
        ("JPY/prices", {"margin": "1e999999", "charm": "100-0"}, "The margin is a percentage"),
        ("JPY/prices", {"margin": "101", "charm": "100-0"}, "The margin must be"),
        ("JPY/prices", {"margin": "1", "charm": "nice"}, "no such kind of prices"),
        ("KWD/prices", {"margin": "1", "charm": "5-0"}, "can&#39;t be charged in KWD"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    operator: Browser, db: Database, address: str, fields: dict[str, str], why: str
) -> None:
    await told(operator)

    page = await operator.send(f"/admin/currencies/{address}", **fields)

    assert page.status_code == 422
    assert why in page.text
    typed = fields.get("rate") or fields["margin"]
    assert f'value="{typed}"' in page.text
    async with db.connection() as conn:
        assert not (await currencies.rates(conn)).known
        assert not await currencies.lists(conn)


async def test_the_bank_s_file_is_loaded_whole_or_not(operator: Browser, db: Database) -> None:
    await told(operator)
    files = {"file": ("eurofxref.csv", ECB, "text/csv")}
    wrong = {"file": ("eurofxref.csv", ECB + b"2026-10-29,no,1\n", "text/csv")}
    form = {"csrf_token": operator.csrf}

    refused = await operator.client.post("/admin/currencies/file", data=form, files=wrong)
    assert (refused.status_code, "line 3" in refused.text) == (422, True)
    async with db.connection() as conn:
        assert not (await currencies.rates(conn)).known

    loaded = await operator.client.post("/admin/currencies/file", data=form, files=files)

    assert loaded.status_code == 303
    assert "2 rates up to 2026-10-30, 2 of them new." in await told(operator)


async def test_an_old_rate_that_prices_follow_is_a_warning(operator: Browser, clock: FrozenClock) -> None:
    await told(operator)
    await operator.send("/admin/currencies/JPY/rate", rate="177.99", day="2026-11-02")
    await operator.send("/admin/currencies/JPY/prices", margin="0", charm="100-0")
    assert "is old or missing" not in await told(operator)
    assert "$" not in (await told(operator)).split("Kuwaiti")[1]

    clock.advance(seconds=timedelta(days=8).total_seconds())
    await operator.log_in()

    assert "The rate of JPY is old or missing." in await told(operator)


@pytest.mark.parametrize(
    ("keep", "count"), [("yes", "1 set by hand, 0 that follow"), ("no", "0 set by hand, 0 that follow")]
)
async def test_following_is_stopped(
    operator: Browser, db: Database, clock: FrozenClock, keep: str, count: str
) -> None:
    await make_variant(db, clock)
    await told(operator)
    await operator.send("/admin/currencies/JPY/rate", rate="177.99", day="2026-11-02")
    await operator.send("/admin/currencies/JPY/prices", margin="0", charm="100-0")
    await settle(db, clock)

    stopped = await operator.send("/admin/currencies/JPY/end", keep=keep)
    await settle(db, clock)

    assert stopped.status_code == 303
    assert count in (await told(operator)).split("Japanese Yen")[1].split("Kuwaiti")[0]


@pytest.mark.parametrize("code", ["EUR", "GBP", "jpy", "X"])
async def test_a_currency_that_the_shop_does_not_sell_in_has_no_rate(operator: Browser, code: str) -> None:
    await told(operator)

    for action in ("rate", "prices", "end"):
        assert (
            await operator.send(f"/admin/currencies/{code}/{action}", rate="1", day="2026-11-01")
        ).status_code == 404


async def test_forms_without_their_token_change_nothing(operator: Browser, db: Database) -> None:
    answer = await operator.client.post(
        "/admin/currencies/JPY/rate", data={"rate": "177", "day": "2026-11-01"}
    )

    assert answer.status_code == 403
    async with db.connection() as conn:
        assert not (await currencies.rates(conn)).known


async def test_a_stranger_is_sent_to_the_login(browser: Browser) -> None:
    for address in ("/admin/currencies", "/admin/reports", "/admin/reports.csv"):
        assert (await browser.open(address)).status_code == 303
