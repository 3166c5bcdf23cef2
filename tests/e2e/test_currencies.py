"""A shop that sells in yen and dinars: its operator says how prices follow, people buy, some get money back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e import desk
from tests.e2e.conftest import running
from tests.e2e.shop import Shop, add_to_cart, eventually, fill_checkout, fill_hosted, pay_with

CURRENCIES = {"JPY": ("¥1,480", "¥"), "KWD": ("KWD\xa02.800", "KWD\xa0")}


@pytest.fixture(scope="module")
def world() -> Iterator[Shop]:
    """A shop of its own, that sells in four currencies and guesses which one a visitor pays with."""
    with running(KASSA_CURRENCIES="EUR,USD,JPY,KWD", KASSA_DETECT_CURRENCY="yes") as shop:
        yield shop


@pytest.fixture(scope="module")
def priced(browser: Browser, world: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The same, once its operator has noted rates and said what prices look like."""
    file: Path = tmp_path_factory.mktemp("bank") / "eurofxref.csv"
    file.write_text(f"Date, USD, JPY, \n{datetime.now(UTC):%d %B %Y}, 1.1554, 177.99, \n")
    with desk.operator(browser, world) as page:
        page.goto(f"{world.base}/admin/currencies")
        page.locator("#file").set_input_files(file)
        page.get_by_role("button", name="Load").click()
        page.locator("#rate-KWD").fill("a lot")
        page.locator("#KWD form[action$=rate] button").click()
        expect(page.get_by_role("alert")).to_have_text("'a lot' is not a rate.")
        assert page.locator("#rate-KWD").input_value() == "a lot"
        page.locator("#rate-KWD").fill("0.3551")
        page.locator("#KWD form[action$=rate] button").click()
        for code, charm, margin in (("JPY", "100-20", "2.5"), ("KWD", "100-0", "0")):
            page.locator(f"#charm-{code}").select_option(charm)
            page.locator(f"#margin-{code}").fill(margin)
            page.locator(f"#{code} form[action$=prices] button").click()
        page.locator("#JPY summary").click()
        desk.seen(page, "currencies")
    for code in CURRENCIES:
        eventually(lambda code=code: not _without(world, code))
    return world


@pytest.mark.parametrize("code", CURRENCIES)
def test_a_book_is_bought_and_money_given_back(browser: Browser, priced: Shop, code: str) -> None:
    price, sign = CURRENCIES[code]
    with_script = code == "JPY"
    context = browser.new_context(locale="ja-JP" if with_script else "en-KW", java_script_enabled=with_script)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(f"{priced.base}/books?sort=price")
    expect(page.locator(".book").first).to_contain_text(sign)
    page.goto(f"{priced.base}/products/a-dolls-house")
    expect(page.locator("main")).to_contain_text(price)
    _seen(page, f"{code}-product")

    add_to_cart(page)
    page.goto(f"{priced.base}/cart")
    expect(page.locator("main")).to_contain_text(price)
    _seen(page, f"{code}-cart")
    page.goto(f"{priced.base}/checkout")
    fill_checkout(page)
    _seen(page, f"{code}-checkout")
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    order_id = page.url.split("/orders/")[1].split("/")[0]
    if with_script:
        pay_with(page, desk.GOOD)
        page.wait_for_url(f"**/orders/{order_id}")
    else:
        page.get_by_test_id("pay-hosted").first.click()
        expect(page.locator("body")).to_contain_text(sign)
        fill_hosted(page, desk.GOOD)
        page.wait_for_url(f"**/orders/{order_id}**")
    eventually(lambda: priced.order(order_id)["state"] == "paid")
    page.goto(f"{priced.base}/orders/{order_id}")
    expect(page.locator("main")).to_contain_text(price)
    _seen(page, f"{code}-order")
    context.close()

    total = priced.order(order_id)["total"]
    assert total["currency"] == code
    assert priced.charges(order_id) == [total["amount"]]
    back = priced.api("POST", f"/admin/orders/{order_id}/refunds", {"amount": 1_000, "reason": "damaged"})
    assert back.status_code == 201
    assert back.json()["amount"] == {"amount": 1_000, "currency": code}
    eventually(lambda: priced.order(order_id)["refunds"][0]["state"] == "succeeded")
    mails = httpx.get(f"{priced.base}/_dev/mail", params={"limit": 100}).text
    assert str(priced.order(order_id)["number"]) in mails


def test_reports_keep_currencies_apart_and_all_is_proved(browser: Browser, priced: Shop) -> None:
    with desk.operator(browser, priced) as page:
        page.goto(f"{priced.base}/admin/reports?currency=KWD")
        expect(page.locator("main")).to_contain_text("-KWD\xa01.000")
        expect(page.locator("main")).to_contain_text("-¥1,000")
        desk.seen(page, "reports")
    priced.prove()


def _seen(page: Page, name: str) -> None:
    """Without a script there is nobody to look for faults; the picture is what counts."""
    if name.startswith("JPY"):
        desk.seen(page, name)
    else:
        desk.fits(page, name)


def _without(shop: Shop, code: str) -> list[str]:
    found = shop.api("GET", f"/products?currency={code}&sort=price&limit=1").json()["items"]
    return [item["slug"] for item in found if item["price"] is None]
