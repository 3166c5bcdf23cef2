"""A customer's rooms, as a person walks through them: orders, papers, cards, addresses, data, and the way out."""

import io
import json
import re
import zipfile
from pathlib import Path
from uuid import uuid4

import pypdf
from playwright.sync_api import Browser, Page, expect
from tests.e2e.desk import seen
from tests.e2e.shop import (
    Book,
    Shop,
    add_to_cart,
    card_frame,
    fill_checkout,
    fill_hosted,
    pay_with,
    type_card,
)
from tests.e2e.test_accounts import link_to

GOOD = "4242424242424242"
PASSWORD = "correct horse battery"


def join(page: Page, shop: Shop, email: str) -> None:
    """Open an account."""
    page.goto(f"{shop.base}/register")
    page.locator("[name=email]").fill(email)
    page.get_by_test_id("register").click()
    page.goto(shop.base + link_to(shop, email, 1))
    page.locator("[name=name]").fill("Ada Lovelace")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_test_id("verify").click()
    page.wait_for_url("**/account**")


def ordered(page: Page, shop: Shop, book: Book) -> str:
    """An order of one book, on its pay page; its id."""
    page.goto(f"{shop.base}/products/{book.slug}")
    add_to_cart(page)
    page.goto(f"{shop.base}/checkout")
    fill_checkout(page)
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    return page.url.split("/orders/")[1].split("/")[0]


def test_a_card_is_saved_used_deleted_and_gone(page: Page, shop: Shop):
    book = shop.book(on_hand=9)
    join(page, shop, f"card-{uuid4().hex[:8]}@example.org")
    page.goto(f"{shop.base}/account/cards")
    expect(page.locator("main")).to_contain_text("No card is saved.")
    first = ordered(page, shop, book)
    type_card(page, GOOD)
    card_frame(page).locator("[name=save_card]").check()
    page.get_by_test_id("pay").click()
    page.wait_for_url(f"**/orders/{first}")

    second = ordered(page, shop, book)
    expect(card_frame(page).locator("#saved")).to_contain_text("4242")
    page.get_by_test_id("pay").click()
    page.wait_for_url(f"**/orders/{second}")

    page.goto(f"{shop.base}/account/cards")
    expect(page.get_by_test_id("card")).to_contain_text("Visa ending in 4242")
    page.get_by_test_id("ask-delete").focus()
    page.keyboard.press("Enter")
    seen(page, "account-cards")
    page.get_by_test_id("delete-card").click()
    expect(page.locator("main")).to_contain_text("No card is saved.")

    third = ordered(page, shop, book)
    expect(card_frame(page).locator("[name=number]")).to_be_visible()
    expect(card_frame(page).locator("#saved")).not_to_contain_text("4242")
    pay_with(page, GOOD)
    page.wait_for_url(f"**/orders/{third}")

    page.goto(f"{shop.base}/account/orders")
    expect(page.get_by_test_id("past-order")).to_have_count(3)
    seen(page, "account-orders")
    for room in ("data", "addresses/new"):
        page.goto(f"{shop.base}/account/{room}")
        seen(page, f"account-{room.replace('/', '-')}")
    page.get_by_test_id("save-address").click()
    expect(page.locator(".fault").first).to_be_visible()
    page.locator("[name=line1]").fill("Torstraße 1")
    page.locator("[name=city]").fill("Berlin")
    page.locator("[name=postal_code]").fill("10119")
    page.get_by_test_id("save-address").click()
    expect(page.get_by_test_id("address")).to_contain_text("Torstraße 1")
    seen(page, "account-addresses")
    page.goto(f"{shop.base}/account")
    seen(page, "account-overview")

    page.goto(f"{shop.base}/account/orders")
    page.get_by_test_id("reorder").first.click()
    page.wait_for_url("**/cart")
    expect(page.locator("main")).to_contain_text("Test Book")


def test_rooms_without_scripts_and_the_end_of_an_account(browser: Browser, shop: Shop, tmp_path: Path):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.set_default_timeout(15_000)
    page, email = context.new_page(), f"end-{uuid4().hex[:8]}@example.org"
    join(page, shop, email)
    book = shop.book()
    page.goto(f"{shop.base}/products/{book.slug}")
    page.get_by_test_id("add-to-cart").click()
    page.goto(f"{shop.base}/account/addresses/new")
    page.locator("[name=country]").select_option("US")
    page.get_by_role("button", name=re.compile("^Update")).click()
    expect(page.get_by_label("ZIP code")).to_be_visible()
    page.locator("[name=country]").select_option("DE")
    page.get_by_role("button", name=re.compile("^Update")).click()
    page.locator("[name=line1]").fill("Torstraße 1")
    page.locator("[name=city]").fill("Berlin")
    page.locator("[name=postal_code]").fill("1")
    page.get_by_test_id("save-address").click()
    expect(page.locator(".fault")).to_be_visible()
    page.locator("[name=postal_code]").fill("10119")
    page.get_by_test_id("save-address").click()
    expect(page.get_by_test_id("address")).to_contain_text("Torstraße 1")

    page.goto(f"{shop.base}/checkout")
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    order_id = page.url.split("/orders/")[1].split("/")[0]
    page.get_by_test_id("pay-hosted").click()
    fill_hosted(page, GOOD)
    page.wait_for_url(f"**/orders/{order_id}**")
    sheet = context.request.get(f"{shop.base}/account/orders/{order_id}/invoice.pdf")
    assert "Torstraße 1" in pypdf.PdfReader(io.BytesIO(sheet.body())).pages[0].extract_text()

    page.goto(f"{shop.base}/account/data")
    with page.expect_download() as got:
        page.get_by_test_id("download").click()
    got.value.save_as(tmp_path / "data.zip")
    with zipfile.ZipFile(tmp_path / "data.zip") as packed:
        assert json.loads(packed.read("data.json"))["orders"][0]["id"] == order_id
    page.get_by_label("I am sure").check()
    page.get_by_test_id("delete-account").click()
    expect(page.locator("main .notice")).to_contain_text("Your account is deleted.")
    page.goto(f"{shop.base}/account")
    expect(page).to_have_url(re.compile("/login"))
    context.close()
    assert shop.order(order_id)["state"] == "paid"
