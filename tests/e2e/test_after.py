"""After the sale: second thoughts, parcels back, opinions, wishes, and word when a book is here again."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.desk import operator, seen
from tests.e2e.shop import Book, Shop, eventually, fill_hosted, to_pay_page


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A customer at a desk, with everything that browsers can."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A customer on a phone, without JavaScript."""
    context = browser.new_context(
        viewport={"width": 360, "height": 780}, locale="en-GB", java_script_enabled=False
    )
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def buy(page: Page, shop: Shop, book: Book) -> str:
    """Buy one on Stripe's page, which needs no JavaScript here; the order's id, and the customer is on its page."""
    order_id = to_pay_page(page, shop, book)
    page.get_by_test_id("pay-hosted").click()
    fill_hosted(page, "4242424242424242")
    page.wait_for_url(f"**/orders/{order_id}")
    return order_id


def test_a_wish_is_bought_thought_over_and_paid_back(desk: Page, shop: Shop) -> None:
    book, other = shop.book(), shop.book()
    for each in (book, other):
        desk.goto(f"{shop.base}/products/{each.slug}")
        heart = desk.get_by_test_id("wish").first
        with desk.expect_response("**/wishlist/books"):
            heart.click()
        expect(heart).to_have_attribute("aria-pressed", "true")
        assert desk.url == f"{shop.base}/products/{each.slug}"
    desk.reload()
    expect(desk.get_by_test_id("wish").first).to_have_attribute("aria-pressed", "true")
    desk.goto(f"{shop.base}/wishlist")
    expect(desk.get_by_test_id("wished")).to_have_count(2)
    desk.get_by_role("button", name="Make a link").click()
    link = desk.locator("#link").input_value()
    seen(desk, "wishlist")
    desk.get_by_test_id("move-to-bag").first.click()
    desk.wait_for_url("**/cart?added=*")
    assert link.startswith(shop.base)
    desk.goto(link)
    expect(desk.get_by_role("heading", name="A wish list")).to_be_visible()

    order_id = buy(desk, shop, book)
    expect(desk.get_by_test_id("what-next")).to_contain_text("We pack your books")
    seen(desk, "order-paid-next")
    desk.get_by_text("Cancel this order").click()
    seen(desk, "order-cancel")
    desk.get_by_test_id("cancel-order").dblclick()

    expect(desk.get_by_role("heading", level=1)).to_have_text("Canceled.")
    eventually(lambda: shop.order(order_id)["state"] == "refunded")
    desk.reload()
    expect(desk.get_by_test_id("order-state")).to_have_text("Canceled and paid back")
    seen(desk, "order-canceled")
    assert len(shop.order(order_id)["refunds"]) == 1
    assert shop.stock(book) == (5, 0)


def test_a_book_is_sent_back_and_reviewed_on_a_phone_without_javascript(
    phone: Page, browser: Browser, shop: Shop
) -> None:
    book = shop.book()
    order_id = buy(phone, shop, book)
    line_id = shop.order(order_id)["lines"][0]["id"]
    sent = {"lines": [{"line_id": line_id, "quantity": 1}], "carrier": "DHL", "tracking_number": "0034"}
    assert shop.api("POST", f"/admin/orders/{order_id}/fulfilments", sent).status_code == 201
    phone.reload()
    expect(phone.get_by_test_id("follow-parcel")).to_have_attribute("href", re.compile("tracking-id=0034"))
    expect(phone.get_by_test_id("cancel")).to_have_count(0)

    phone.get_by_test_id("return-something").click()
    phone.get_by_label("It arrived damaged").check()
    phone.locator("[name=comment]").fill("A corner is bent.")
    phone.get_by_test_id("ask-return").click()
    expect(phone.get_by_test_id("return")).to_contain_text("We are looking at it")

    phone.get_by_role("link", name="Say what you think of").click()
    phone.locator("[name=stars][value='4']").check()
    phone.locator("[name=text]").fill("One evening.\n\nIt stayed.")
    phone.locator("[name=name]").fill("Anna K.")
    phone.get_by_test_id("send-review").click()
    expect(phone.get_by_text("Somebody reads it")).to_be_visible()

    with operator(browser, shop) as staff:
        staff.goto(f"{shop.base}/admin/reviews")
        mine = staff.locator("section").filter(has=staff.locator(f"a[href='/products/{book.slug}']"))
        seen(staff, "admin-reviews")
        mine.get_by_role("button", name=re.compile("^Publish")).click()
        expect(staff.get_by_role("status")).to_have_text("Published.")
        staff.goto(f"{shop.base}/admin/returns")
        seen(staff, "admin-returns")
        asked = staff.locator("section").filter(has=staff.locator(f"a[href='/admin/orders/{order_id}']"))
        asked.get_by_role("button", name="Agree").click()
        asked.get_by_role("button", name="Received, pay it back").click()
        expect(staff.get_by_role("status")).to_contain_text("The money goes back")
        look_as_a_customer(staff, shop, book, order_id)

    phone.goto(f"{shop.base}/orders/{order_id}")
    expect(phone.get_by_test_id("return")).to_contain_text("your money goes back")
    eventually(lambda: [one["state"] for one in shop.order(order_id)["refunds"]] == ["succeeded"])
    eventually(lambda: len(shop.letters(subject="Send it back to us")) == 1)


def look_as_a_customer(page: Page, shop: Shop, book: Book, order_id: str) -> None:
    """The pages of the story as axe sees them, which needs JavaScript; the link of the mails opens the order."""
    link = next(
        found[0].replace("&amp;", "&")
        for text in shop.letters(subject="On its way")
        if (found := re.findall(rf"{shop.base}/orders/{order_id}\?key=[\w-]+", text))
    )
    page.goto(link)
    seen(page, "order-return-asked")
    page.goto(f"{shop.base}/products/{book.slug}/reviews")
    expect(page.get_by_text("It stayed.").first).to_be_visible()
    seen(page, "reviews")
    page.goto(f"{shop.base}/products/{book.slug}")
    expect(page.get_by_test_id("rating")).to_contain_text("4.0")
    seen(page, "product-reviewed")


def test_whoever_waits_for_a_book_is_told_once(desk: Page, shop: Shop) -> None:
    book = shop.book(on_hand=0)
    title = f"Test Book {book.slug.rpartition('-')[2]}"
    desk.goto(f"{shop.base}/products/{book.slug}")
    seen(desk, "product-sold-out")
    desk.get_by_test_id("alert").locator("[name=email]").fill("reader@example.org")
    desk.get_by_role("button", name="Tell me").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Nearly done.")
    eventually(lambda: len(shop.letters(subject=f"Shall we tell you? {title}")) == 1)
    letter = shop.letters(subject=f"Shall we tell you? {title}")[0]

    desk.goto(re.findall(rf"{shop.base}/alerts/[\w-]+/confirm\?key=[\w-]+", letter)[0])
    seen(desk, "alert")
    desk.get_by_role("button", name="Yes, tell me").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("We will tell you.")
    added = shop.api("POST", f"/admin/stock/{book.sku}/adjustments", {"delta": 1, "reason": "delivery"})
    assert added.status_code < 300

    eventually(lambda: len(shop.letters(subject=f"Here again: {title}")) == 1)
