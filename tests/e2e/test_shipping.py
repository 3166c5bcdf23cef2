"""Where parcels go, as the operator says it and as a shopper finds it: at a desk, on a phone, without JavaScript."""

import re

from playwright.sync_api import Browser, Page, expect
from tests.e2e.desk import operator, seen
from tests.e2e.shop import Shop, add_to_cart, eventually


def test_the_operator_makes_a_zone_and_a_shopper_finds_its_ways(browser: Browser, shop: Shop) -> None:
    book = shop.book()
    with operator(browser, shop) as page:
        seen(_overview(page), "shipping")
        _make_zones(page)
        _make_ways(page)
        seen(_overview(page), "shipping-zones")
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    context.set_default_timeout(15_000)
    shopper = context.new_page()
    shopper.goto(f"{shop.base}/products/{book.slug}")
    add_to_cart(shopper)
    shopper.goto(f"{shop.base}/checkout")
    shopper.locator("#country").select_option("IS")
    expect(shopper.get_by_test_id("to-free")).to_have_text("€27.01 more for free shipping.")
    expect(shopper.locator("#ways label", has_text="By ship").locator(".price")).to_have_text("€7.50")
    shopper.locator("#country").select_option("GL")
    expect(shopper.get_by_test_id("not-sent-there")).to_contain_text("We can't send this to Greenland.")
    expect(shopper.get_by_test_id("place-order")).to_have_count(0)
    seen(shopper, "checkout-not-sent")
    shopper.locator("#country").select_option("IS")
    shopper.get_by_label("At the shop").check()
    expect(shopper.get_by_test_id("total")).to_have_text("€12.99")
    expect(shopper.locator("#summary")).to_contain_text("VAT 19 % (DE)")
    seen(shopper, "checkout-pickup")
    context.close()


def test_a_shopper_without_javascript_fetches_the_order(browser: Browser, shop: Shop) -> None:
    book = shop.book()
    with operator(browser, shop) as page:
        if shop.api("GET", "/admin/shipping-zones/iceland").status_code == 404:
            _make_zones(page)
            _make_ways(page)
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    context.set_default_timeout(15_000)
    shopper = context.new_page()
    shopper.goto(f"{shop.base}/products/{book.slug}")
    shopper.get_by_test_id("add-to-cart").click()
    shopper.goto(f"{shop.base}/checkout")
    shopper.locator("#country").select_option("IS")
    shopper.get_by_role("button", name="Update the prices for this address").click()
    typed = {"email": "ada@example.org", "name": "Ada", "line1": "Laugavegur 1", "city": "Reykjavík"}
    for name, text in {**typed, "postal_code": "101"}.items():
        shopper.locator(f"#{name}").fill(text)
    shopper.get_by_label("At the shop").check()
    shopper.get_by_role("button", name="Update the prices for this address").click()
    expect(shopper.locator("#email")).to_have_value("ada@example.org")
    shopper.get_by_test_id("place-order").click()
    shopper.wait_for_url(re.compile(r"/orders/[^/]+/pay"))
    order_id = shopper.url.split("/orders/")[1].split("/")[0]
    order = shop.order(order_id)
    assert (order["shipping_method"], order["total"]["amount"]) == ("at-the-shop", 1299)
    shopper.goto(f"{shop.base}/orders/{order_id}")
    expect(shopper.get_by_test_id("fetched-at")).to_contain_text("Lange Gasse 1")
    shop.api("POST", f"/orders/{order_id}/cancellation", {})
    eventually(lambda: shop.order(order_id)["state"] == "canceled")
    context.close()


def _overview(page: Page) -> Page:
    page.get_by_role("navigation", name="Desk").get_by_role("link", name="Settings").click()
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Shipping", exact=True).click()
    return page


def _make_zones(page: Page) -> None:
    """One of Iceland, and one of Greenland, to which there is no way."""
    for name in ("Iceland", "Greenland"):
        _overview(page)
        page.get_by_role("link", name="New zone").click()
        page.get_by_role("button", name="Keep").click()
        expect(page.get_by_role("alert")).to_contain_text("must have one to 100 characters")
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label(name, exact=True).check()
        if name == "Iceland":
            seen(page, "shipping-zone")
        page.get_by_role("button", name="Keep").click()
        expect(page.get_by_role("status")).to_have_text(f"{name} is kept.")


def _make_ways(page: Page) -> None:
    page.get_by_role("link", name="New way to Iceland").click()
    page.get_by_label("Name", exact=True).fill("By ship")
    page.get_by_label("The price goes").select_option("weight")
    page.get_by_role("button", name="Show its fields").click()
    page.get_by_label("Line 1, up to so many grams").fill("1000")
    page.get_by_label("Line 1, costs, EUR").fill("7.5")
    page.get_by_label("Line 2, costs, EUR").fill("fifteen")
    page.get_by_label("Free from, EUR").fill("40")
    page.get_by_role("button", name="Keep", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("'fifteen' is not a number.")
    page.get_by_label("Line 2, costs, EUR").fill("15")
    seen(page, "shipping-way")
    page.get_by_role("button", name="Keep", exact=True).last.click()
    expect(page.get_by_role("status")).to_have_text("By ship is kept.")
    page.get_by_role("link", name="New way to Iceland").click()
    page.get_by_label("Name", exact=True).fill("At the shop")
    page.get_by_label("Line 1, costs, any other currency").fill("0")
    page.get_by_label("Nothing is sent: customers come for it").check()
    page.get_by_text("Where, and when").click()
    for label, text in (
        ("Name of the place", "Kassa Books"), ("Street and number", "Lange Gasse 1"), ("Postal code", "50667"),
        ("City", "Köln"), ("When somebody is there", "Monday to Friday, 10 to 18 o'clock"),
    ):  # fmt: skip
        page.get_by_label(label).fill(text)
    page.get_by_label("Country").select_option("DE")
    page.get_by_role("button", name="Keep", exact=True).last.click()
    expect(page.get_by_role("status")).to_have_text("At the shop is kept.")
