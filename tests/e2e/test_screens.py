"""Every page at the width of a phone and of a desk, in the light and in the dark; the pictures are kept."""

from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.e2e.shop import Shop, add_to_cart, fill_checkout, pay_with

PICTURES = Path(__file__).parent.parent.parent / "screenshots"
SIZES = {"phone": (360, 780), "desk": (1440, 900)}


def look(page: Page, name: str) -> None:
    """Keep a picture; a page never scrolls sideways."""
    page.wait_for_load_state("networkidle")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} px wider than the window"
    page.screenshot(path=PICTURES / f"{name}.png")


@pytest.mark.parametrize(("size", "scheme"), list(product(SIZES, ("light", "dark"))))
def test_the_pages_of_a_purchase(browser: Browser, shop: Shop, size: str, scheme: str):
    PICTURES.mkdir(exist_ok=True)
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    page = context.new_page()

    def picture(name: str) -> None:
        look(page, f"{size}-{scheme}-{name}")

    page.goto(shop.base)
    picture("home")
    page.goto(f"{shop.base}/books")
    picture("books")
    page.goto(f"{shop.base}/products/pride-and-prejudice")
    picture("product")
    add_to_cart(page)
    page.goto(f"{shop.base}/cart")
    picture("cart")
    page.goto(f"{shop.base}/checkout")
    picture("checkout")
    fill_checkout(page)
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    page.frame_locator("iframe[name^=__privateStripeFrame]").first.locator("[name=number]").wait_for()
    picture("pay")
    pay_with(page, "4242424242424242")
    page.wait_for_url(lambda url: "/orders/" in url and "/pay" not in url and "/return" not in url)
    picture("receipt")
    order_id = page.url.split("/orders/")[1].split("?")[0]
    page.goto(f"{shop.base}/nowhere")
    picture("not-found")
    page.goto(f"{shop.base}/_dev/mail")
    picture("mailbox")
    page.goto(f"{shop.base}/admin")
    picture("login")
    page.locator("[name=email]").fill("demo@kassa.example")
    page.locator("[name=password]").fill(shop.password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/orders**")
    picture("orders")
    page.goto(f"{shop.base}/admin/orders/{order_id}")
    picture("order")
    page.goto(f"{shop.base}/admin/cases")
    picture("cases")
    page.goto(f"{shop.base}/docs")
    page.screenshot(path=PICTURES / f"{size}-{scheme}-docs.png")
    page.goto(f"{shop.stripe}/_sandbox")
    picture("sandbox")
    context.close()
