"""Pages as they rarely are: with nothing on them, with very much, or too late; each looked at."""

from playwright.sync_api import Page, expect
from tests.e2e.desk import seen
from tests.e2e.shop import Shop, add_to_cart, fill_checkout, pay_with, to_pay_page

DECLINED = "4000000000000002"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle"


def test_with_nothing_there(page: Page, shop: Shop):
    for path, name in (
        ("/cart", "cart-empty"),
        ("/wishlist", "wishlist-empty"),
        ("/books?q=zzzzqqqq", "search-nothing"),
        ("/alerts/nothing/stop", "alert-unknown"),
        ("/orders/nothing", "order-unknown"),
    ):
        page.goto(shop.base + path)
        seen(page, name)
    page.locator("#bag").click()
    expect(page.get_by_role("dialog", name="Your bag")).to_contain_text("Your bag is empty.")
    seen(page, "drawer-empty", whole=False)


def test_with_very_much_of_very_long_names(page: Page, shop: Shop):
    for number in range(12):
        slug = f"long-name-{number}"
        made = shop.api("PUT", f"/admin/products/{slug}", {
            "title": f"{LONG} {number}" if number % 2 else f"Von der {number}. Reise und ihrer Wiederkehr, "
            "nebst allerley Anmerckungen über das Wetter, die Menschen und ihre Bücher",
            "description": f"<p>{LONG}</p>", "collections": [], "attributes": {"author": f"Freifrau von {LONG}"},
            "variants": [{"sku": f"LONG-{number}", "title": "Leinen mit Lesebändchen", "options": {},
                          "prices": {"EUR": 123456}, "on_hand": 500, "weight_grams": 250}],
        })  # fmt: skip
        assert made.status_code in (200, 201), made.text
        page.goto(f"{shop.base}/products/{slug}")
        page.locator("[name=quantity]").fill("99" if number == 0 else "1")
        add_to_cart(page)
    page.goto(f"{shop.base}/products/long-name-11")
    seen(page, "product-long")
    expect(page.locator("#bag")).to_contain_text("110 items")
    page.locator("#bag").click()
    expect(page.get_by_role("dialog", name="Your bag")).to_contain_text(LONG)
    seen(page, "drawer-long", whole=False)
    page.goto(f"{shop.base}/cart")
    seen(page, "cart-long")
    page.goto(f"{shop.base}/checkout")
    fill_checkout(page)
    seen(page, "checkout-long")
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    expect(page.get_by_test_id("pay")).to_be_enabled()
    seen(page, "pay-long")


def test_too_late_or_refused(page: Page, shop: Shop):
    order_id = to_pay_page(page, shop, shop.book())
    pay_with(page, DECLINED)
    expect(page.get_by_test_id("pay-error")).to_contain_text("declined")
    seen(page, "pay-declined")
    page.goto(f"{shop.base}/orders/{order_id}/resume/nothing")
    seen(page, "resume-unknown")
