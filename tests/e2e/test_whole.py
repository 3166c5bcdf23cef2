"""A whole purchase, from the front of the shop to the receipt, on a phone and at a desk: with nothing but a keyboard,
and without JavaScript."""

import re

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from tests.e2e.keys import Keys
from tests.e2e.shop import Book, Shop, fill_checkout, fill_hosted

WIDTHS = [ViewportSize(width=360, height=780), ViewportSize(width=1440, height=900)]
GOOD = "4242424242424242"
either = pytest.mark.parametrize("size", WIDTHS, ids=["phone", "desk"])


def ferry(shop: Shop, size: ViewportSize, how: str) -> tuple[Book, str]:
    """A book in two editions with a title of its own; what is bought of it, and the title."""
    title = f"Ferry {how} {size['width']}"
    book = Book(title.lower().replace(" ", "-"), f"{how.upper()}-{size['width']}-HC")
    made = shop.api("PUT", f"/admin/products/{book.slug}", {
        "title": title, "description": "<p>Across.</p>", "collections": [], "attributes": {"author": "A. Crossing"},
        "variants": [
            {"sku": sku, "title": name, "options": {"Format": name}, "prices": {"EUR": 1299}, "on_hand": 5,
             "weight_grams": 250}
            for sku, name in ((f"{book.sku}-PB", "Paperback"), (book.sku, "Hardcover"))
        ],
    })  # fmt: skip
    assert made.status_code == 201, made.text
    return book, title


@either
def test_with_nothing_but_a_keyboard(page: Page, shop: Shop, size: ViewportSize):
    book, title = ferry(shop, size, "keys")
    page.set_viewport_size(size)
    keys = Keys(page)
    page.goto(shop.base)
    keys.to(".skip")
    keys.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    keys.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('#content')"), "past the head of the page"

    page.reload()
    keys.fill("#search", title.lower())
    option = page.get_by_role("option", name=re.compile(title))
    expect(option).to_be_visible()
    for _ in range(10):
        keys.press("ArrowDown")
        if option.get_attribute("aria-selected") == "true":
            break
    keys.press("Enter")
    page.wait_for_url(f"**/products/{book.slug}**")

    keys.to(".skip")
    keys.press("Enter")
    keys.to("[name=sku]")
    keys.press("ArrowDown")
    expect(page.locator(f"[value='{book.sku}']")).to_be_checked()
    expect(page.locator(f"[value='{book.sku}']")).to_be_focused()
    keys.to("[data-testid=add-to-cart]")
    keys.press("Enter")
    expect(page.locator("#bag")).to_contain_text("Bag 1 item")
    assert keys.at("[data-testid=add-to-cart]")
    keys.to("#bag", back=True)
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Your bag")).to_be_focused()
    keys.to("dialog [href='/checkout']")
    keys.press("Enter")

    page.wait_for_url("**/checkout")
    for name, text in (("email", "ada@example.org"), ("country", "Germany"), ("name", "Ada Lovelace"),
                       ("line1", "Torstraße 1"), ("postal_code", "10119"), ("city", "Berlin")):  # fmt: skip
        keys.fill(f"[name={name}]", text)
    keys.to("[name=shipping_method]")
    with page.expect_response("**/checkout**"):
        keys.press("ArrowDown")
    keys.to("[data-testid=place-order]")
    keys.press("Enter")

    page.wait_for_url("**/pay")
    order_id = page.url.split("/orders/")[1].split("/")[0]
    expect(page.get_by_test_id("pay")).to_be_enabled()
    for name, text in (("number", GOOD), ("expiry", "1234"), ("cvc", "123")):
        keys.fill(f"[name={name}]", text)
    keys.to("[data-testid=pay]")
    keys.press("Enter")
    page.wait_for_url(f"**/orders/{order_id}")
    keys.to(".skip")
    shop.all_is_right(order_id, book, left=4)


@either
def test_without_javascript(browser: Browser, shop: Shop, size: ViewportSize):
    book, title = ferry(shop, size, "plain")
    context = browser.new_context(java_script_enabled=False, viewport=size, locale="en-GB")
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(shop.base)
    page.get_by_role("searchbox").fill(title)
    page.get_by_role("search").get_by_role("button", name="Search").click()
    page.get_by_role("main").get_by_role("link", name=title).first.click()
    page.wait_for_url(f"**/products/{book.slug}**")
    page.get_by_role("link", name="Hardcover").or_(page.locator(f"[value='{book.sku}']")).first.click()
    page.get_by_test_id("add-to-cart").click()
    page.wait_for_url("**/cart**")
    page.get_by_role("link", name=re.compile("heckout")).first.click()
    fill_checkout(page)
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    order_id = page.url.split("/orders/")[1].split("/")[0]
    page.get_by_test_id("pay-hosted").click()
    page.wait_for_url(f"{shop.stripe}/c/pay/**")
    fill_hosted(page, GOOD)
    page.wait_for_url(f"**/orders/{order_id}")

    expect(page.get_by_test_id("order-state")).to_have_text("Paid")
    context.close()
    shop.all_is_right(order_id, book, left=4, total_payments=2)
