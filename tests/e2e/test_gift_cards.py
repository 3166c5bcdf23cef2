"""A gift card, from the shelf to the last cent: bought, read in the mail, looked up and spent."""

import re

import httpx
from playwright.sync_api import Browser, Page
from tests.e2e.desk import GOOD, bought, operator, seen
from tests.e2e.shop import Book, Shop, eventually, pay_with, to_pay_page

CODE = re.compile(r"\b[0-9A-Z]{4}(?: [0-9A-Z]{4}){3}\b")


def codes_in_the_mail(shop: Shop, count: int) -> list[str]:
    """The codes of the newest mail that brings so many."""
    found: list[str] = []

    def arrived() -> bool:
        box = httpx.get(f"{shop.base}/_dev/mail").text
        for path in re.findall(r'href="(/[^"]*mail[^"]*/[0-9a-f-]{36})"', box)[:10]:
            letter = httpx.get(f"{shop.base}{path}").text
            codes = list(dict.fromkeys(CODE.findall(letter)))
            if "gift card" in letter and len(codes) == count:
                found.extend(codes)
                return True
        return False

    eventually(arrived)
    return found


def test_a_gift_card_is_bought_read_and_spent(page: Page, shop: Shop, browser: Browser):
    bought(page, shop, Book("gift-card", "GIFT-10"))
    page.get_by_text("Gift card").first.wait_for()
    (code,) = codes_in_the_mail(shop, 1)

    page.goto(f"{shop.base}/gift-cards")
    page.get_by_label("Code of the gift card").fill("0000 0000 0000 0000")
    page.get_by_role("button", name="See what is left").click()
    page.get_by_test_id("gift-fault").wait_for()
    assert page.get_by_label("Code of the gift card").input_value() == "0000 0000 0000 0000"
    seen(page, "gift-cards-unknown")
    page.get_by_label("Code of the gift card").fill(code)
    page.get_by_role("button", name="See what is left").click()
    assert "€10.00" in page.get_by_test_id("balance").inner_text()
    seen(page, "gift-cards")

    order_id = to_pay_page(page, shop, shop.book())
    page.get_by_test_id("gift-card").click()
    page.get_by_label("Code of the gift card").fill("nonsense")
    page.get_by_test_id("use-gift-card").click()
    page.get_by_test_id("gift-fault").wait_for()
    seen(page, "gift-card-refused")
    page.get_by_label("Code of the gift card").fill(code.lower())
    page.get_by_test_id("use-gift-card").click()
    page.wait_for_url("**/pay#gift-cards")
    order = shop.order(order_id)
    assert order["due"]["amount"] == order["total"]["amount"] - 1000
    seen(page, "pay-with-gift-card")
    pay_with(page, GOOD)
    page.wait_for_url(f"**/orders/{order_id}")
    seen(page, "order-with-gift-card")
    order = shop.order(order_id)
    paid = [one for one in order["payments"] if one["state"] == "succeeded"]
    assert sorted((one["flow"], one["amount"]["amount"]) for one in paid) == [
        ("element", order["total"]["amount"] - 1000), ("gift_card", 1000),
    ]  # fmt: skip


def test_a_card_pays_for_all_without_script_and_without_stripe(page: Page, shop: Shop, browser: Browser):
    card = Book("gift-card", "GIFT-10")
    bought(page, shop, card, card)
    codes = codes_in_the_mail(shop, 2)
    waiting = to_pay_page(page, shop, shop.book())
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    context.set_default_timeout(15_000)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()

    plain.goto(f"{shop.base}/orders/{waiting}/gift-card")
    plain.get_by_label("Code of the gift card").fill(codes[0])
    plain.get_by_test_id("use-gift-card").click()
    plain.get_by_role("button", name=re.compile("Take off")).click()
    assert shop.order(waiting)["gift_cards"]["amount"] == 0
    for code in codes:
        plain.goto(f"{shop.base}/orders/{waiting}/gift-card")
        plain.get_by_label("Code of the gift card").fill(code)
        plain.get_by_test_id("use-gift-card").click()
    plain.wait_for_url(f"**/orders/{waiting}")
    assert plain.get_by_test_id("order-state").inner_text()
    context.close()
    order = shop.order(waiting)
    assert (order["state"], shop.charges(waiting)) == ("paid", [])


def test_a_card_is_given_away_and_voided_at_the_desk(shop: Shop, browser: Browser):
    with operator(browser, shop) as page:
        page.goto(f"{shop.base}/admin/gift-cards")
        page.get_by_label("Worth").fill("20")
        page.get_by_label("E-mail").fill("bob@example.org")
        page.get_by_label("Reason").fill("The parcel was late")
        page.get_by_role("button", name="Give it away").click()
        page.wait_for_url("**/admin/gift-cards/*")
        seen(page, "desk-gift-card")
        page.get_by_label("Reason").fill("Sent twice")
        page.get_by_role("button", name="Void").click()
        page.get_by_text("€0.00 left").wait_for()
        page.goto(f"{shop.base}/admin/gift-cards")
        seen(page, "desk-gift-cards")
    page = browser.new_page()
    page.goto(f"{shop.base}/products/gift-card")
    seen(page, "gift-card-product")
    page.close()
