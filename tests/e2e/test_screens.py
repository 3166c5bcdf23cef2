"""Every page of a purchase at the width of a phone and of a desk, in the light and in the dark, and what axe says."""

import pytest
from playwright.sync_api import Page
from tests.e2e.desk import GOOD, PICTURES, seen
from tests.e2e.shop import Shop, add_to_cart, card_frame, fill_checkout, pay_with


def test_the_pages_of_a_purchase(page: Page, shop: Shop):
    page.goto(shop.base)
    seen(page, "home", whole=False)
    page.goto(f"{shop.base}/books")
    seen(page, "books", whole=False)
    page.goto(f"{shop.base}/products/pride-and-prejudice")
    seen(page, "product")
    add_to_cart(page)
    page.goto(f"{shop.base}/cart")
    seen(page, "cart")
    page.goto(f"{shop.base}/checkout")
    seen(page, "checkout")
    fill_checkout(page)
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    card_frame(page).locator("[name=number]").wait_for()
    seen(page, "pay")
    pay_with(page, GOOD)
    page.wait_for_url(lambda url: "/orders/" in url and "/pay" not in url and "/return" not in url)
    seen(page, "receipt")


def test_what_is_bought_at_once_waits_to_be_paid(page: Page, shop: Shop):
    page.goto(f"{shop.base}/products/{shop.book().slug}")
    page.get_by_test_id("buy-now").click()
    page.wait_for_url(f"{shop.stripe}/c/pay/**")
    page.go_back()
    page.reload()
    page.get_by_role("link", name="Go on").click()
    seen(page, "buy-now")
    page.get_by_test_id("give-up").click()
    page.get_by_role("heading", name="This came to nothing.").wait_for()
    seen(page, "buy-now-given-up")


@pytest.mark.parametrize(
    ("path", "name"), [("/nowhere", "not-found"), ("/_dev/mail", "mailbox"), ("/admin/login", "login")]
)
def test_pages_for_nobody_in_particular(page: Page, shop: Shop, path: str, name: str):
    page.goto(shop.base + path)
    seen(page, name, whole=False)


def test_the_pages_of_programs(page: Page, shop: Shop):
    for address, name in ((f"{shop.base}/docs", "docs"), (f"{shop.stripe}/_sandbox", "sandbox")):
        page.goto(address)
        page.screenshot(path=PICTURES / f"desk-light-{name}.png")
