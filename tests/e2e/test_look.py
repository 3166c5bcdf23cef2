"""The page of a book as people look at it: on a phone and a desk, by hand and by keyboard, with scripts and without."""

import json
import re

from playwright.sync_api import Browser, Page, expect
from tests.e2e.desk import seen
from tests.e2e.shop import Shop

EDITIONS = [
    ("PB-EN", 1190, 9, {"Format": "Paperback", "Language": "English"}),
    ("PB-DE", 1290, 0, {"Format": "Paperback", "Language": "German"}),
    ("HC-EN", 2390, 3, {"Format": "Hardcover", "Language": "English"}),
    ("HC-DE", 2590, 2, {"Format": "Hardcover", "Language": "German"}),
]


def put(shop: Shop) -> str:
    """A book in two formats and two languages, one of the four sold out; its slug."""
    answer = shop.api("PUT", "/admin/products/the-two-books", {
        "title": "The Two Books", "description": "<p>Twice told.</p>", "collections": ["Novels"],
        "attributes": {"author": "Jane Austen", "subject": "Love", "year": "1815"},
        "variants": [
            {"sku": f"TWO-{sku}", "title": " / ".join(options.values()), "options": options,
             "prices": {"EUR": price}, "on_hand": left, "weight_grams": 300}
            for sku, price, left, options in EDITIONS
        ],
    })  # fmt: skip
    assert answer.status_code in (200, 201), answer.text
    return "the-two-books"


def shifts(page: Page) -> float:
    """How far the page has jumped since it was opened (layout shift)."""
    return float(
        page.evaluate(
            """() => new Promise((done) => {
                let sum = 0;
                new PerformanceObserver((list) => {
                    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
                }).observe({ type: "layout-shift", buffered: true });
                requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
            })"""
        )
    )


def test_an_edition_is_chosen_in_place_and_stays_in_the_address(page: Page, shop: Shop):
    page.goto(f"{shop.base}/products/{put(shop)}")
    page.evaluate("window.same = true")

    page.get_by_role("link", name="Hardcover").click()
    expect(page.locator(".choices [value='TWO-HC-EN']")).to_be_checked()
    expect(page.get_by_role("link", name="Hardcover")).to_be_focused()
    expect(page.locator(".choices")).to_contain_text("3 left")
    page.locator(".choices [value='TWO-HC-DE']").check()

    assert page.url.endswith("?sku=TWO-HC-DE")
    assert page.evaluate("window.same"), "the page was loaded anew"
    assert shifts(page) < 0.02
    seen(page, "product-options")
    page.reload()
    expect(page.locator(".choices [value='TWO-HC-DE']")).to_be_checked()
    page.get_by_role("link", name="Paperback").click()
    expect(page.locator(".choices [value='TWO-PB-DE']")).to_be_disabled()
    expect(page.locator(".choices [value='TWO-PB-EN']")).to_be_checked()


def test_without_scripts_links_choose_and_the_form_buys(browser: Browser, shop: Shop):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"{shop.base}/products/{put(shop)}")

    page.get_by_role("link", name="Hardcover").click()
    page.locator(".choices [value='TWO-HC-DE']").check()
    page.get_by_test_id("add-to-cart").click()
    page.wait_for_url("**/cart**")
    assert "€25.90" in page.content()
    page.goto(f"{shop.base}/products/emma")
    page.get_by_role("link", name="Enlarge").first.click()
    page.wait_for_url("**/media/covers/emma.svg**")
    context.close()


def test_pictures_are_enlarged_turned_and_left_by_keyboard(page: Page, shop: Shop):
    page.goto(f"{shop.base}/products/dracula")
    page.locator("[data-zoom]").first.focus()

    page.keyboard.press("Enter")
    zoom = page.get_by_role("dialog", name="Pictures")
    expect(zoom).to_be_visible()
    expect(zoom.get_by_role("img")).to_have_attribute("alt", "Cover of Dracula")
    page.keyboard.press("ArrowRight")
    expect(zoom.get_by_role("status")).to_have_text(re.compile("^2 of 3: "))
    expect(zoom.get_by_role("img")).to_have_js_property("complete", True)
    seen(page, "product-zoom", whole=False)
    before = zoom.get_by_role("img").bounding_box()
    page.keyboard.press("+")
    after = zoom.get_by_role("img").bounding_box()
    assert before
    assert after
    assert after["width"] > before["width"] * 1.4
    page.keyboard.press("Escape")
    expect(zoom).to_be_hidden()
    expect(page.locator("#picture-2")).to_be_focused()
    expect(page.locator(".thumbs a").nth(1)).to_have_attribute("aria-current", "true")


def test_a_browser_takes_pictures_of_its_format_and_its_width(page: Page, shop: Shop):
    page.goto(f"{shop.base}/products/dracula")

    page.locator(".thumbs a").nth(1).click()
    picture = page.locator(".frames img").nth(1)
    expect(picture).to_have_js_property("complete", True)
    taken = picture.evaluate("(one) => one.currentSrc")

    assert re.search(r"/media/covers/dracula/volume-(320|480|640)\.avif\?v=", taken)
    assert shifts(page) < 0.02


def test_what_machines_read_of_a_page_is_what_people_see(page: Page, shop: Shop):
    page.goto(f"{shop.base}/products/{put(shop)}?sku=TWO-HC-EN")
    said = json.loads(page.locator("script[type='application/ld+json']").text_content() or "")
    offers = {one["sku"]: one["price"] for one in said["@graph"][0]["offers"]}

    assert offers == {f"TWO-{sku}": f"{price / 100:.2f}" for sku, price, *_ in EDITIONS}
    assert page.locator("link[rel=canonical]").get_attribute("href") == f"{shop.base}/products/the-two-books"
    shown = page.locator(".choices .price").all_text_contents()
    assert [f"€{offers[sku]}" for sku in ("TWO-HC-EN", "TWO-HC-DE")] == shown


def test_a_page_that_is_missing_helps_to_find_another(page: Page, shop: Shop):
    page.goto(f"{shop.base}/products/nothing-of-the-sort")
    seen(page, "missing")

    page.get_by_label("What were you looking for?").fill("dracula")
    page.keyboard.press("Enter")
    page.wait_for_url("**/books?q=dracula")
    expect(page.get_by_role("link", name="Dracula").first).to_be_visible()


def test_going_back_after_filling_the_bag_does_not_empty_it(page: Page, shop: Shop):
    page.goto(f"{shop.base}/books")
    page.goto(f"{shop.base}/products/{shop.book().slug}")
    page.get_by_test_id("add-to-cart").click()
    expect(page.get_by_text("is in your bag")).to_be_visible()
    expect(page.locator("#bag b")).to_contain_text("1")

    page.go_back()
    expect(page.locator("#bag b")).to_contain_text("1")
    page.reload()
    expect(page.locator("#bag b")).to_contain_text("1")
