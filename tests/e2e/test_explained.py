"""How each cent came about: told to the shopper before and after, and to the operator."""

from playwright.sync_api import Browser, expect
from tests.e2e.desk import operator, seen
from tests.e2e.shop import Shop, add_to_cart, fill_checkout, pay_with

GOOD = "4242424242424242"


def test_each_cent_is_told_in_the_checkout_on_the_order_and_at_the_desk(browser: Browser, shop: Shop) -> None:
    books = [shop.book() for _ in range(3)]
    made = shop.api("PUT", "/admin/discounts/CENTS", {"kind": "fixed", "value": 100, "currency": "EUR"})
    assert made.status_code in (200, 201), made.text
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    for book in books:
        page.goto(f"{shop.base}/products/{book.slug}")
        add_to_cart(page)
    page.goto(f"{shop.base}/checkout")
    fill_checkout(page)
    page.locator("summary", has_text="Discount code").click()
    page.locator("[name=discount_code]").fill("CENTS")
    page.locator("[name=discount_code]").press("Enter")
    told = page.get_by_test_id("explained")
    expect(told.locator("summary")).to_be_visible()
    expect(told.locator("h3").first).to_be_hidden()
    told.locator("summary").click()
    expect(told.get_by_text("what was left over went here")).to_have_count(1)
    expect(told.get_by_text("its share of €1.00 is exactly 0.333333…, rounded down")).to_have_count(2)
    seen(page, "explained-checkout")
    # Another way of sending brings other totals, and what was open stays open.
    with page.expect_response(lambda answer: answer.url.endswith("/checkout")):
        page.locator("[name=shipping_method]").last.check()
    expect(told.locator("h3").first).to_be_visible()
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    pay_with(page, GOOD)
    page.wait_for_url("**/orders/*")
    order_id = page.url.split("/orders/")[1].split("?")[0]
    page.get_by_test_id("explained").locator("summary").click()
    expect(page.get_by_test_id("explained").get_by_text("All together")).to_be_visible()
    seen(page, "explained-order")
    context.close()

    told_to_programs = shop.api("GET", f"/orders/{order_id}/explain").json()
    assert told_to_programs["agrees"]
    assert told_to_programs["total"] == shop.order(order_id)["total"]
    with operator(browser, shop) as desk:
        desk.goto(f"{shop.base}/admin/orders/{order_id}")
        desk.locator(".explained summary").click()
        expect(desk.locator(".explained")).to_contain_text("-100/3")
        seen(desk, "explained-desk")


def test_it_opens_without_scripts_on_a_phone(browser: Browser, shop: Shop) -> None:
    book = shop.book()
    context = browser.new_context(viewport={"width": 360, "height": 780}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{shop.base}/products/{book.slug}")
    page.get_by_test_id("add-to-cart").click()
    page.goto(f"{shop.base}/checkout")
    page.get_by_test_id("explained").locator("summary").click()
    expect(page.get_by_test_id("explained").get_by_text("1 × €12.99")).to_be_visible()
    context.close()
