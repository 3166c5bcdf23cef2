"""A discount code: typed wrong and right, in the bag and at the checkout, with scripts and without; and at the desk."""

import re
from uuid import uuid4

from playwright.sync_api import Browser, Page, expect
from tests.e2e.desk import operator, seen
from tests.e2e.shop import Book, Shop, add_to_cart, fill_checkout


def code_for(shop: Shop, book: Book, **more: object) -> str:
    """A new code for ten percent off a book."""
    code = f"TEN-{uuid4().hex[:6]}".upper()
    body = {"kind": "percent", "value": 10, "title": "Ten off", "products": [book.slug], **more}
    assert shop.api("PUT", f"/admin/discounts/{code}", body).status_code == 201
    return code


def use(page: Page, code: str) -> None:
    """Type a code into the field, and press Enter."""
    field = page.locator("#discount_code")
    if not field.is_visible():
        page.locator(".code summary").click()
    field.fill(code)
    field.press("Enter")


def test_a_code_in_the_bag_and_at_the_checkout(page: Page, shop: Shop, browser: Browser):
    book = shop.book()
    code = code_for(shop, book, usage_limit=5)
    page.goto(f"{shop.base}/products/{book.slug}")
    add_to_cart(page)
    page.goto(f"{shop.base}/cart")
    full = page.get_by_test_id("total").inner_text()

    use(page, "no-such-code")
    expect(page.locator("#fault-discount_code")).to_contain_text("no-such-code")
    expect(page.locator("#discount_code")).to_be_focused()
    assert page.locator("#discount_code").input_value() == "no-such-code"
    seen(page, "bag-code-refused")
    use(page, code.lower())
    expect(page.locator(".lines .saved")).to_contain_text("Ten off")
    expect(page.locator(".leaders .tag")).to_have_text(code)
    assert page.get_by_test_id("total").inner_text() != full
    page.locator(".code summary").click()
    expect(page.locator(".rules")).to_contain_text("One code counts for each order.")
    seen(page, "bag-with-code")

    page.get_by_test_id("checkout").click()
    fill_checkout(page)
    page.get_by_role("button", name=re.compile("Remove.*" + code)).click()
    expect(page.get_by_test_id("total")).to_have_text(full)
    use(page, "nothing")
    expect(page.locator("#fault-discount_code")).to_contain_text("nothing")
    assert page.url.endswith("/checkout")
    seen(page, "checkout-code-refused")
    use(page, code)
    expect(page.locator(".leaders .tag")).to_have_text(code)
    expect(page.locator("[name=total_shown]")).not_to_have_value("")
    assert page.locator("#email").input_value()
    seen(page, "checkout-with-code")
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    order_id = page.url.split("/")[-2]
    order = shop.order(order_id)
    assert [one["code"] for one in order["discounts"]] == [code]
    page.goto(f"{shop.base}/orders/{order_id}")
    expect(page.locator(".leaders .tag")).to_have_text(code)
    seen(page, "order-with-code")

    with operator(browser, shop) as desk:
        desk.goto(f"{shop.base}/admin/discounts")
        desk.get_by_role("link", name=code).click()
        desk.get_by_text("1 of 5").wait_for()
        seen(desk, "desk-discount")
        desk.goto(f"{shop.base}/admin/discounts/new")
        desk.get_by_label("Name", exact=True).fill("Kept as typed")
        desk.get_by_role("button", name="Keep").click()
        desk.get_by_role("alert").wait_for()
        assert desk.get_by_label("Name", exact=True).input_value() == "Kept as typed"
        seen(desk, "desk-discount-refused")
        desk.goto(f"{shop.base}/admin/discounts")
        seen(desk, "desk-discounts")
    shop.prove()


def test_a_code_without_scripts(shop: Shop, browser: Browser):
    book = shop.book()
    code = code_for(shop, book)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(f"{shop.base}/products/{book.slug}")
    page.get_by_test_id("add-to-cart").click()
    page.wait_for_url("**/cart**")

    use(page, "wrong")
    expect(page.locator("#fault-discount_code")).to_contain_text("wrong")
    use(page, code)
    expect(page.locator(".leaders .tag")).to_have_text(code)

    page.goto(f"{shop.base}/checkout")
    page.get_by_role("button", name=re.compile("Remove.*" + code)).click()
    expect(page.locator("#discount_code")).to_have_count(1)
    fill_checkout(page)
    page.locator(".code summary").click()
    page.locator("#discount_code").fill(code)
    page.get_by_test_id("place-order").click()
    expect(page.locator(".leaders .tag")).to_have_text(code)
    assert page.url.endswith("/checkout")
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    assert shop.order(page.url.split("/")[-2])["discounts"][0]["code"] == code
    context.close()
