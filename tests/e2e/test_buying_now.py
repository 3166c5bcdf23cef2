"""Buy now in a browser: from the page of a book to Stripe's page and back, with and without JavaScript."""

import httpx
import pytest
from playwright.sync_api import Browser, Page
from tests.e2e.shop import Book, Shop, eventually

GOOD, DECLINED = "4242424242424242", "4000000000000002"


def buy_now(page: Page, shop: Shop, book: Book, quantity: int = 1) -> None:
    """Press the button, and be on Stripe's page."""
    page.goto(f"{shop.base}/products/{book.slug}")
    page.locator("[name=quantity]").fill(str(quantity))
    page.get_by_test_id("buy-now").click()
    page.wait_for_url(f"{shop.stripe}/c/pay/**")


def pay(page: Page, number: str) -> None:
    """Say who and where, type a card, and press Pay."""
    for name, value in {
        "email": "ada@example.org", "shipping_name": "Ada Lovelace", "shipping_line1": "Torstraße 1",
        "shipping_city": "Berlin", "shipping_postal_code": "10119", "number": number, "expiry": "12 / 34",
        "cvc": "123", "name": "Ada Lovelace",
    }.items():  # fmt: skip
        field = page.locator(f"[name={name}]")
        if field.count():
            field.first.fill(value)
    page.locator("button[type=submit]").first.click()


def charges(shop: Shop, order_id: str) -> list[int]:
    """Amounts that Stripe took for what was bought at once."""
    answer = httpx.get(
        f"{shop.stripe}/v1/charges", params={"limit": 100}, headers={"Authorization": "Bearer sk_test_kassa"}
    )
    return [
        charge["amount"]
        for charge in answer.json()["data"]
        if charge["status"] == "succeeded" and charge["metadata"].get("kassa_buy_now") == order_id
    ]


def all_is_right(shop: Shop, book: Book, order_id: str, left: int) -> None:
    """One paid order of what was bought, one charge of its total, one receipt, and the stock."""
    order = shop.order(order_id)
    assert order["state"] == "paid"
    assert charges(shop, order_id) == [order["total"]["amount"]]
    assert order["shipping_address"]["city"] == "Berlin"
    assert shop.stock(book) == (left, 0)
    eventually(lambda: shop.receipts(order_id) == 1)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_book_is_bought_at_once(browser: Browser, shop: Shop, scripts: bool):
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 390, "height": 844})
    context.set_default_timeout(15_000)
    page, book = context.new_page(), shop.book()

    buy_now(page, shop, book, 2)
    assert shop.stock(book) == (5, 2)
    pay(page, GOOD)
    page.wait_for_url("**/orders/**")

    assert page.get_by_test_id("order-state").inner_text() == "Paid"
    all_is_right(shop, book, page.url.split("/orders/")[1].split("?")[0], left=3)
    context.close()


def test_a_declined_card_and_then_another(page: Page, shop: Shop):
    book = shop.book()
    buy_now(page, shop, book)

    pay(page, DECLINED)
    page.get_by_text("declined").first.wait_for()
    pay(page, GOOD)
    page.wait_for_url("**/orders/**")

    all_is_right(shop, book, page.url.split("/orders/")[1].split("?")[0], left=4)


def test_going_back_from_stripes_page_and_giving_up(page: Page, shop: Shop):
    book = shop.book(on_hand=1)
    buy_now(page, shop, book)

    page.go_back()
    page.reload()
    page.get_by_role("link", name="Go on").click()
    page.get_by_test_id("give-up").click()

    page.get_by_role("heading", name="This came to nothing.").wait_for()
    assert shop.stock(book) == (1, 0)
