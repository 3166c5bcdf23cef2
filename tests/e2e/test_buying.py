"""A person buys a book, in every way that it goes right or wrong."""

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.shop import (
    Shop,
    add_to_cart,
    eventually,
    fill_checkout,
    fill_hosted,
    pay_with,
    to_pay_page,
    type_card,
)

GOOD = "4242424242424242"
CHALLENGE = "4000002760003184"
DECLINED = {
    "4000000000000002": "declined",
    "4000000000009995": "funds",
    "4000000000000069": "expired",
}


def challenge(page: Page) -> Page:
    """The bank's challenge, in its frame inside the modal."""
    return page.frame_locator("dialog iframe")  # type: ignore[return-value]


def test_a_card_that_works(page: Page, shop: Shop):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    pay_with(page, GOOD)

    page.wait_for_url(f"**/orders/{order_id}")
    expect(page.get_by_test_id("payment-intent")).to_contain_text("pi_")
    expect(page.locator("body")).to_contain_text("erified with Stripe")
    shop.all_is_right(order_id, book, left=4)


def test_a_challenge_that_is_passed(page: Page, shop: Shop):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    pay_with(page, CHALLENGE)
    challenge(page).get_by_test_id("3ds-complete").click()

    page.wait_for_url(f"**/orders/{order_id}")
    shop.all_is_right(order_id, book, left=4)


def test_a_challenge_that_is_failed_and_then_passed(page: Page, shop: Shop):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    pay_with(page, CHALLENGE)
    challenge(page).get_by_test_id("3ds-fail").click()
    expect(page.get_by_test_id("pay-error")).not_to_be_empty()
    assert shop.order(order_id)["state"] == "pending"

    pay_with(page, CHALLENGE)
    challenge(page).get_by_test_id("3ds-complete").click()
    page.wait_for_url(f"**/orders/{order_id}")
    shop.all_is_right(order_id, book, left=4)


@pytest.mark.parametrize(("number", "word"), DECLINED.items())
def test_a_declined_card_says_why_and_another_pays_the_same_order(page: Page, shop: Shop, number, word):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    pay_with(page, number)
    expect(page.get_by_test_id("pay-error")).to_contain_text(word)
    assert shop.order(order_id)["state"] == "pending"

    pay_with(page, GOOD)
    page.wait_for_url(f"**/orders/{order_id}")
    shop.all_is_right(order_id, book, left=4)


def test_stripes_own_page(page: Page, shop: Shop):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    page.get_by_test_id("pay-hosted").click()
    page.wait_for_url(f"{shop.stripe}/c/pay/**")
    fill_hosted(page, GOOD)

    page.wait_for_url(f"**/orders/{order_id}")
    shop.all_is_right(order_id, book, left=4, total_payments=2)


def test_stripes_own_page_left_by_the_back_button(page: Page, shop: Shop):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    page.get_by_test_id("pay-hosted").click()
    page.wait_for_url(f"{shop.stripe}/c/pay/**")
    page.go_back()
    page.wait_for_url(f"**/orders/{order_id}/pay")
    page.reload()

    pay_with(page, GOOD)
    page.wait_for_url(f"**/orders/{order_id}")
    shop.all_is_right(order_id, book, left=4, total_payments=3)


def test_a_double_click_on_pay_pays_once(page: Page, shop: Shop):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    type_card(page, GOOD)
    page.get_by_test_id("pay").dblclick()

    page.wait_for_url(f"**/orders/{order_id}")
    shop.all_is_right(order_id, book, left=4)


def test_two_tabs_pay_one_order_once(page: Page, shop: Shop):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    other = page.context.new_page()
    other.goto(page.url)
    type_card(page, GOOD)
    type_card(other, GOOD)
    page.get_by_test_id("pay").click()
    other.get_by_test_id("pay").click()

    # Whichever came second is told that the payment has happened, and goes to look, too.
    page.wait_for_url(f"**/orders/{order_id}")
    other.wait_for_url(f"**/orders/{order_id}")
    other.goto(f"{shop.base}/orders/{order_id}/pay")
    other.wait_for_url(f"**/orders/{order_id}")
    shop.all_is_right(order_id, book, left=4)


def test_every_page_can_be_reloaded(page: Page, shop: Shop):
    book = shop.book()
    page.goto(f"{shop.base}/products/{book.slug}")
    page.reload()
    add_to_cart(page)
    page.goto(f"{shop.base}/cart")
    page.reload()
    page.get_by_test_id("checkout").click()
    page.reload()
    fill_checkout(page)
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    page.reload()
    order_id = page.url.split("/orders/")[1].split("/")[0]
    pay_with(page, GOOD)
    page.wait_for_url(f"**/orders/{order_id}")
    page.reload()
    page.goto(f"{shop.base}/orders/{order_id}/return")
    page.wait_for_url(f"**/orders/{order_id}")
    shop.all_is_right(order_id, book, left=4)


def test_a_browser_closed_right_after_paying_leaves_it_to_the_webhook(page: Page, shop: Shop):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    page.route("**/return*", lambda route: route.abort())
    pay_with(page, GOOD)
    eventually(lambda: bool(shop.charges(order_id)))
    page.close()

    shop.all_is_right(order_id, book, left=4)


def test_a_lost_webhook_leaves_it_to_the_return_page(page: Page, shop: Shop):
    shop.control("POST", "/webhook-faults", {"fault": "drop", "count": 50})
    try:
        book = shop.book()
        order_id = to_pay_page(page, shop, book)
        pay_with(page, GOOD)
        page.wait_for_url(f"**/orders/{order_id}")
        shop.all_is_right(order_id, book, left=4)
    finally:
        shop.control("DELETE", "/faults")


def test_without_javascript_stripes_own_page_is_the_way(browser: Browser, shop: Shop):
    book = shop.book()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    order_id = to_pay_page(page, shop, book)
    page.get_by_test_id("pay-hosted").first.click()
    page.wait_for_url(f"{shop.stripe}/c/pay/**")
    fill_hosted(page, GOOD)
    page.wait_for_url(f"**/orders/{order_id}")
    context.close()

    shop.all_is_right(order_id, book, left=4, total_payments=2)


def test_the_cart_keeps_what_was_added_while_paying(page: Page, shop: Shop):
    book, other = shop.book(), shop.book()
    order_id = to_pay_page(page, shop, book)
    tab = page.context.new_page()
    tab.goto(f"{shop.base}/products/{other.slug}")
    add_to_cart(tab)
    pay_with(page, GOOD)
    page.wait_for_url(f"**/orders/{order_id}")
    shop.all_is_right(order_id, book, left=4)

    tab.goto(f"{shop.base}/cart")
    expect(tab.locator("main")).to_contain_text("Test Book")
    assert book.slug not in tab.content()
    assert other.slug in tab.content()


def test_the_operator_sees_the_same_paid_order(page: Page, shop: Shop):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    pay_with(page, GOOD)
    page.wait_for_url(f"**/orders/{order_id}")
    shop.all_is_right(order_id, book, left=4)
    order = shop.order(order_id)

    page.goto(f"{shop.base}/admin")
    page.locator("[name=email]").fill("demo@kassa.example")
    page.locator("[name=password]").fill(shop.password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/orders**")
    page.goto(f"{shop.base}/admin/orders/{order_id}")
    expect(page.locator("body")).to_contain_text(str(order["number"]))
    expect(page.locator("body")).to_contain_text(order["payments"][0]["provider_ref"])


def test_somebody_elses_order_does_not_exist(page: Page, shop: Shop, browser: Browser):
    order_id = to_pay_page(page, shop, shop.book())
    stranger = browser.new_context().new_page()

    for path in ("", "/pay", "/return"):
        answer = stranger.goto(f"{shop.base}/orders/{order_id}{path}")
        assert answer
        assert answer.status == 404
    stranger.context.close()
