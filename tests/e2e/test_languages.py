"""The shop in other languages: the same pages behind a prefix, from the shelf to the receipt."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.conftest import running
from tests.e2e.desk import GOOD, fits, seen
from tests.e2e.shop import Shop, add_to_cart, fill_checkout, fill_hosted

_BOOK = "pride-and-prejudice"
_LANGUAGES = ("de", "fr", "es", "ja", "ar-XB")


@pytest.fixture(scope="module")
def mirrored() -> Iterator[Shop]:
    """A shop that also speaks the language that only screenshots speak."""
    with running(KASSA_LOCALES="en,de,fr,es,ja,ar-XB") as found:
        yield found


def test_somebody_buys_a_book_in_german_without_javascript(browser: Browser, shop: Shop):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page: Any = context.new_page()
    page.goto(f"{shop.base}/products/{_BOOK}?sku=AUSTEN-PRIDE-PB")
    page.locator(".tongues").get_by_text("Deutsch").click()
    expect(page).to_have_url(f"{shop.base}/de/products/{_BOOK}?sku=AUSTEN-PRIDE-PB")
    expect(page.locator("h1")).to_have_text("Stolz und Vorurteil")
    expect(page.locator("html")).to_have_attribute("lang", "de")

    page.get_by_test_id("add-to-cart").click()
    expect(page).to_have_url(re.compile(r"/de/cart"))
    expect(page.locator(".lines")).to_contain_text("Stolz und Vorurteil — Taschenbuch")
    page.get_by_test_id("checkout").click()
    for name, value in {
        "email": "ada@example.org", "name": "Ada", "line1": "Torstraße 1", "postal_code": "10119", "city": "Berlin",
    }.items():  # fmt: skip
        page.locator(f"[name={name}]").fill(value)
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/de/orders/*/pay")
    order_id = page.url.split("/orders/")[1].split("/")[0]
    page.get_by_test_id("pay-hosted").click()
    page.wait_for_url(f"{shop.stripe}/c/pay/**")
    fill_hosted(page, GOOD)
    page.wait_for_url(f"{shop.base}/de/orders/{order_id}")
    expect(page.locator("[data-state=paid]")).to_be_visible()
    context.close()

    order = shop.api("GET", f"/admin/orders/{order_id}").json()
    assert order["lines"][0]["title"] == "Stolz und Vorurteil — Taschenbuch"


def test_a_bag_is_filled_in_place_in_another_language(page: Any, shop: Shop):
    page.goto(f"{shop.base}/ja/products/{_BOOK}")
    page.get_by_test_id("add-to-cart").click()
    expect(page.locator(".toasts .notice")).to_be_visible()
    expect(page.locator("#bag b")).to_contain_text("1")
    page.locator("#bag").click()
    expect(page.locator("dialog .lines")).to_contain_text("高慢と偏見")
    page.goto(f"{shop.base}/ja/cart")
    seen(page, "bag-ja", whole=False)
    page.goto(f"{shop.base}/ja/checkout")
    seen(page, "checkout-ja")


def test_pages_are_mirrored_where_the_language_runs_from_right_to_left(page: Any, mirrored: Shop):
    page.goto(f"{mirrored.base}/ar-XB/products/{_BOOK}")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert page.evaluate("document.querySelector('.wordmark').getBoundingClientRect().left > innerWidth / 2")
    page.get_by_test_id("add-to-cart").click()
    expect(page.locator("#bag b")).to_contain_text("1")
    for name, address in {"product": f"/products/{_BOOK}", "cart": "/cart", "checkout": "/checkout"}.items():
        page.goto(f"{mirrored.base}/ar-XB{address}")
        seen(page, f"{name}-ar-XB")


def test_bag_checkout_and_receipt_fit_in_every_language(page: Any, mirrored: Shop):
    page.goto(f"{mirrored.base}/products/{_BOOK}")
    add_to_cart(page)
    for language in _LANGUAGES:
        for name in ("cart", "checkout"):
            page.goto(f"{mirrored.base}/{language}/{name}")
            fits(page, f"{name}-{language}")
    page.goto(f"{mirrored.base}/checkout")
    fill_checkout(page)
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    page.get_by_test_id("pay-hosted").first.click()
    fill_hosted(page, GOOD)
    expect(page.locator("[data-state=paid]")).to_be_visible()
    path = page.url.removeprefix(mirrored.base).partition("?")[0]
    for language in _LANGUAGES:
        page.goto(f"{mirrored.base}/{language}{path}")
        expect(page.locator("[data-state=paid]")).to_be_visible()
        fits(page, f"receipt-{language}")
