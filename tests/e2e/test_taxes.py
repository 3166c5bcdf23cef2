"""Taxes: a business gives its VAT number, with scripts and without; the operator says how the shop is taxed."""

from playwright.sync_api import Browser, expect
from tests.e2e.desk import operator, seen
from tests.e2e.shop import Shop, add_to_cart, fill_checkout, pay_with

GOOD = "4242424242424242"


def test_a_business_gives_its_vat_number_and_owes_the_tax_itself(browser: Browser, shop: Shop) -> None:
    book = shop.book()
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{shop.base}/products/{book.slug}")
    expect(page.get_by_text("Prices incl. VAT, plus shipping.").first).to_be_visible()
    add_to_cart(page)
    page.goto(f"{shop.base}/checkout")
    fill_checkout(page)
    with page.expect_response(lambda answer: answer.url.endswith("/checkout")):
        page.locator("#country").select_option("AT")
    page.locator("summary", has_text="Buying for a business?").click()
    number = page.locator("#vat_id")
    number.fill("U57194904")
    number.press("Tab")
    expect(page.locator("#fault-vat_id")).to_be_visible()
    expect(number).to_have_value("U57194904")
    seen(page, "vat-number-wrong")
    number.fill("u 5719 4903")
    number.press("Tab")
    expect(number).to_have_value("ATU57194903")
    expect(page.get_by_test_id("reverse-charge")).to_be_visible()
    seen(page, "vat-number")
    page.get_by_label("Postal code").first.fill("1010")
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    pay_with(page, GOOD)
    page.wait_for_url("**/orders/*")
    expect(page.get_by_test_id("vat-id")).to_have_text("ATU57194903")
    seen(page, "vat-number-order")
    order = shop.order(page.url.split("/orders/")[1].split("?")[0])
    assert (order["vat_id"], order["reverse_charge"], order["tax"]["amount"]) == ("ATU57194903", True, 0)
    context.close()
    with operator(browser, shop) as desk:
        desk.goto(f"{shop.base}/admin/orders/{order['id']}")
        expect(desk.get_by_text("Reverse charge: the customer owes the VAT.")).to_be_visible()


def test_a_number_is_given_without_scripts_on_a_phone(browser: Browser, shop: Shop) -> None:
    book = shop.book()
    context = browser.new_context(viewport={"width": 360, "height": 780}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{shop.base}/products/{book.slug}")
    page.get_by_test_id("add-to-cart").click()
    page.goto(f"{shop.base}/checkout")
    page.locator("#country").select_option("FR")
    page.get_by_role("button", name="Update the fields and prices for this country").click()
    page.locator("summary", has_text="Buying for a business?").click()
    page.locator("#vat_id").fill("61 954 506 077")
    page.get_by_role("button", name="Update the prices for this VAT number").click()
    expect(page.locator("#vat_id")).to_have_value("FR61954506077")
    expect(page.get_by_test_id("reverse-charge")).to_be_visible()
    page.locator("#country").select_option("US")
    page.get_by_role("button", name="Update the fields and prices for this country").click()
    expect(page.locator("#vat_id")).to_have_count(0)
    page.goto(f"{shop.base}/books")
    expect(page.get_by_test_id("prices")).to_have_text("Prices plus tax and shipping.")
    context.close()


def test_the_operator_says_how_the_shop_is_taxed(browser: Browser, shop: Shop) -> None:
    with operator(browser, shop) as desk:
        desk.goto(f"{shop.base}/admin/taxes")
        desk.get_by_label("Country", exact=True).select_option("NZ")
        desk.get_by_label("Rate in percent").fill("much")
        desk.get_by_role("button", name="Note the rate").click()
        expect(desk.get_by_role("alert")).to_contain_text("Percent is a figure such as 19 or 8.875")
        seen(desk, "taxes-wrong")
        desk.get_by_label("Rate in percent").fill("15")
        desk.get_by_label("Called").fill("GST")
        desk.get_by_role("button", name="Note the rate").click()
        expect(desk.get_by_role("status")).to_contain_text("The rate is noted.")
        desk.locator("summary", has_text="Show them").click()
        seen(desk, "taxes")
        desk.get_by_role("button", name="Remove 15 % for books in New Zealand").click()
        expect(desk.get_by_role("status")).to_contain_text("The rate is gone.")
