"""The checkout and its troubles, as a person meets them: with scripts and without, on a phone and at a desk."""

import re
from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import Browser, Page, Route, expect
from tests.e2e.desk import seen
from tests.e2e.shop import (
    Shop,
    add_to_cart,
    card_frame,
    eventually,
    fill_checkout,
    fill_hosted,
    pay_with,
    to_pay_page,
    type_card,
)

GOOD = "4242424242424242"
PASSWORD = "correct horse battery"


def mailed(shop: Shop, recipient: str, what: str) -> str:
    """The newest link mailed to somebody that contains this; the shop of these tests has written to others, too."""
    found: list[str] = []

    def look() -> bool:
        for body in shop.letters(to=recipient):
            if link := re.search(rf'href="http://[^/]+(/[^"]*{what}[^"]*)"', body):
                found.append(link[1])
                return True
        return False

    eventually(look)
    return shop.base + found[0]


def decline(shop: Shop, page: Page, order_id: str, times: int) -> None:
    """Cards that do not work, tried one after the other, each seen by the shop."""
    secret = page.locator("kassa-payment").get_attribute("data-secret") or ""
    for _ in range(times):
        httpx.post(
            f"{shop.stripe}/v1/payment_intents/{secret.split('_secret')[0]}/confirm",
            data={
                "client_secret": secret,
                "payment_method": "pm_card_visa_chargeDeclined",
                "use_stripe_sdk": "true",
            },
            headers={"Authorization": "Bearer pk_test_kassa"},
        )
        page.request.get(f"{shop.base}/orders/{order_id}/return")


def join(page: Page, shop: Shop, email: str) -> None:
    """Open an account by mail."""
    page.goto(f"{shop.base}/register")
    page.locator("[name=email]").fill(email)
    page.get_by_test_id("register").click()
    page.goto(mailed(shop, email, "verify/"))
    page.locator("[name=name]").fill("Ada Lovelace")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_test_id("verify").click()
    page.wait_for_url("**/account**")


def test_the_form_follows_the_country_and_keeps_what_was_typed(page: Page, shop: Shop):
    book = shop.book()
    page.goto(f"{shop.base}/products/{book.slug}")
    add_to_cart(page)
    page.goto(f"{shop.base}/checkout")
    fill_checkout(page)
    seen(page, "checkout")

    page.locator("[name=country]").select_option("US")
    expect(page.locator("label[for=postal_code]")).to_have_text("ZIP code")
    expect(page.locator("[name=line1]")).to_have_value("Torstraße 1")
    page.locator("[name=region]").select_option("NY")
    expect(page.locator("#summary")).to_contain_text("Sales tax 4 % (NY)")
    page.locator("[name=postal_code]").fill("1011")
    page.locator("[name=bill_elsewhere]").check()
    page.locator("[name=billing_country]").select_option("SG")
    expect(page.locator("label[for=billing_city]")).to_have_count(0)
    page.locator("[name=note]").fill("Ring twice")
    page.get_by_test_id("place-order").click()

    expect(page.locator("#fault-postal_code")).to_contain_text("A ZIP code there looks like 95014")
    expect(page.locator("#fault-billing_line1")).to_be_visible()
    expect(page.locator("#faults")).to_be_focused()
    expect(page.locator("[name=note]")).to_have_value("Ring twice")
    seen(page, "checkout-faults")

    page.locator("[name=postal_code]").fill("10001")
    page.locator("[name=bill_elsewhere]").uncheck()
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    expect(page.locator("[data-express]")).to_be_visible()
    expect(page.get_by_test_id("pay")).to_be_enabled()
    seen(page, "pay")
    order = shop.order(page.url.split("/orders/")[1].split("/")[0])
    assert order["shipping_address"]["region"] == "NY"


def test_a_wallet_pays(page: Page, shop: Shop):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    page.frame_locator("[data-express-mount] iframe").locator("[data-wallet=google_pay]").click()
    page.frame_locator("dialog iframe").locator("#pay").click()

    page.wait_for_url(f"**/orders/{order_id}")
    shop.all_is_right(order_id, book, left=4)


def test_a_connection_that_breaks_is_not_a_failure_and_nothing_is_paid_twice(page: Page, shop: Shop):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    type_card(page, GOOD)
    cut = {"on": True}

    def fail(route: Route) -> None:
        route.abort() if cut["on"] else route.continue_()

    page.context.route("**/confirm", fail)
    page.context.route("**/return", fail)
    page.get_by_test_id("pay").click()
    expect(page.get_by_test_id("pay-error")).to_have_attribute("data-trouble", "offline")
    seen(page, "pay-offline")
    cut["on"] = False
    expect(page.get_by_test_id("pay-error")).to_have_attribute("data-trouble", "not_sent")
    assert shop.charges(order_id) == []

    # The answer is lost, and the money has been taken: the page finds out and does not ask for it again.
    shop.control("POST", "/faults", {"match": {"path": "/confirm"}, "fault": "lose_answer", "count": 1})
    page.get_by_test_id("pay").click()
    page.wait_for_url(f"**/orders/{order_id}")
    shop.all_is_right(order_id, book, left=4)


def test_an_order_paid_in_another_tab_says_so(page: Page, shop: Shop):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    other = page.context.new_page()
    other.goto(page.url)
    type_card(page, GOOD)
    pay_with(other, GOOD)
    other.wait_for_url(f"**/orders/{order_id}")
    page.get_by_test_id("pay").click()

    page.wait_for_url(f"**/orders/{order_id}")
    expect(page.get_by_text("paid already, in another tab")).to_be_visible()
    seen(page, "paid-elsewhere")
    shop.all_is_right(order_id, book, left=4)


def test_the_hold_is_told_by_the_servers_clock_and_ends_gently(page: Page, shop: Shop):
    book = shop.book()
    page.clock.install(time="2031-01-01T00:00:00Z")
    order_id = to_pay_page(page, shop, book)
    timer, said = page.get_by_role("timer"), page.locator("#held [data-said]")
    expect(timer).to_have_text(re.compile(r"^14:\d\d$"))
    page.clock.fast_forward("10:00")
    expect(said).to_have_text("Five minutes left to pay.")
    page.clock.fast_forward("04:00")
    expect(said).to_have_text("One minute left to pay.")
    seen(page, "pay-soon-over")
    page.clock.fast_forward("01:00")
    expect(timer).to_have_text(re.compile(r"^14:\d\d$"))  # the server knew better

    decline(shop, page, order_id, 10)
    page.clock.fast_forward("15:00")
    expect(page.get_by_role("heading", level=1)).to_have_text("The time to pay is over.")
    assert page.url.endswith("/pay")
    seen(page, "expired")
    assert shop.stock(book) == (5, 0)
    page.get_by_test_id("order-again").click()
    page.wait_for_url(lambda url: url.endswith("/pay") and order_id not in url)
    second = page.url.split("/orders/")[1].split("/")[0]
    pay_with(page, GOOD)
    page.wait_for_url(f"**/orders/{second}")
    shop.all_is_right(second, book, left=4)


def test_the_link_in_the_mail_pays_on_another_device(page: Page, browser: Browser, shop: Shop):
    book = shop.book()
    order_id = to_pay_page(page, shop, book)
    page.get_by_test_id("mail-link").click()
    expect(page.locator("main")).to_contain_text("on its way to ada@example.org")
    phone = browser.new_context(viewport={"width": 360, "height": 780})
    there = phone.new_page()
    there.goto(mailed(shop, "ada@example.org", f"{order_id}/resume/"))
    expect(there.get_by_role("heading", level=1)).to_contain_text("Pay")
    assert "Torstraße" not in there.content()
    pay_with(there, GOOD)
    expect(there.locator("main")).to_contain_text("The order is paid.")
    seen(there, "settled")
    phone.close()

    shop.all_is_right(order_id, book, left=4)


def test_a_customer_keeps_an_address_and_a_card_and_uses_both(page: Page, shop: Shop):
    first, second = shop.book(), shop.book()
    join(page, shop, f"ada-{uuid4().hex[:8]}@example.org")
    page.goto(f"{shop.base}/products/{first.slug}")
    add_to_cart(page)
    page.goto(f"{shop.base}/checkout")
    expect(page.locator("[name=name]")).to_have_value("Ada Lovelace")
    fill_checkout(page)
    page.locator("[name=save_address]").check()
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    type_card(page, GOOD)
    card_frame(page).locator("[name=save_card]").check()
    page.get_by_test_id("pay").click()
    page.wait_for_url(lambda url: "/pay" not in url)

    page.goto(f"{shop.base}/products/{second.slug}")
    add_to_cart(page)
    page.goto(f"{shop.base}/checkout")
    expect(page.get_by_role("radio", name=re.compile("Torstraße 1"))).to_be_checked()
    expect(page.locator("[name=line1]")).to_be_hidden()
    seen(page, "checkout-signed-in")
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    order_id = page.url.split("/orders/")[1].split("/")[0]
    expect(card_frame(page).locator("#saved")).to_contain_text("4242")
    seen(page, "pay-saved-card")
    page.get_by_test_id("pay").click()
    page.wait_for_url(f"**/orders/{order_id}")
    shop.all_is_right(order_id, second, left=4)


def test_without_scripts_buttons_do_it(browser: Browser, shop: Shop):
    book = shop.book()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    page: Any = context.new_page()
    page.goto(f"{shop.base}/products/{book.slug}")
    page.get_by_test_id("add-to-cart").click()
    page.goto(f"{shop.base}/checkout")
    page.locator("[name=line1]").fill("1 Main St")
    page.locator("[name=country]").select_option("US")
    page.locator(".typed button[value=update]").first.click()
    expect(page.locator("[name=line1]")).to_have_value("1 Main St")
    page.locator("[name=region]").select_option("TX")
    page.locator("[name=email]").fill("ada@example.org")
    page.locator("[name=name]").fill("Ada")
    page.locator("[name=city]").fill("Austin")
    page.locator("[name=postal_code]").fill("78701")
    page.get_by_test_id("place-order").click()
    expect(page.locator("#summary")).to_contain_text("The total has changed")
    expect(page.locator("#summary")).to_contain_text("Sales tax")
    page.locator("[name=email]").press("Enter")
    page.wait_for_url("**/pay")
    order_id = page.url.split("/orders/")[1].split("/")[0]
    expect(page.locator("#held")).to_contain_text(re.compile(r"Held for you 1\d min"))
    page.get_by_test_id("pay-hosted").click()
    page.wait_for_url(f"{shop.stripe}/c/pay/**")
    fill_hosted(page, GOOD)
    page.wait_for_url(f"**/orders/{order_id}")
    context.close()

    shop.all_is_right(order_id, book, left=4, total_payments=2)
