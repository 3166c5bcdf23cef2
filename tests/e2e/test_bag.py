"""The bag as people have it: beside the page or as a page, ahead of the shop and corrected by it, on a phone, at a
desk, and without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.e2e.desk import seen
from tests.e2e.shop import Book, Shop, eventually

#: Sums what jumps, from the first frame on; what follows a press within half a second is the press's.
SHIFTS = """
    window.jumped = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.jumped += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""
#: Whether a page goes over into the next, and which part of the next the first cover becomes.
MORPHS = """
    addEventListener("pageswap", (event) => {
      const cover = document.querySelector(".book img");
      sessionStorage.morphed = `${!!event.viewTransition} ${getComputedStyle(cover).viewTransitionName}`;
    });
"""


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A tab at a desk whose browser runs no scripts."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-GB", java_script_enabled=False
    )
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def count(page: Page) -> str:
    """The number beside "Bag"."""
    return page.locator("#bag b").evaluate("(b) => b.firstChild?.data")


def set_price(shop: Shop, book: Book, price: int, *, on_hand: int = 5) -> None:
    """The shop sells the book for something else from now on."""
    made = shop.api("PUT", f"/admin/products/{book.slug}", {
        "title": book.slug.replace("-", " ").title(), "description": "<p>For tests.</p>", "collections": [],
        "attributes": {}, "variants": [{
            "sku": book.sku, "title": "Paperback", "options": {"Format": "Paperback"},
            "prices": {"EUR": price, "USD": price + 200}, "on_hand": on_hand, "weight_grams": 250,
        }],
    })  # fmt: skip
    assert made.status_code == 200, made.text


def test_the_drawer_with_the_keyboard_alone(page: Page, shop: Shop):
    book = shop.book()
    page.goto(f"{shop.base}/products/{book.slug}")
    page.get_by_test_id("add-to-cart").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("body > [data-toasts]")).to_contain_text("is in your bag.")
    expect(page.locator("#bag")).to_contain_text("Bag 2 items")
    seen(page, "bag-note", whole=False)

    page.locator("#bag").focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Your bag")
    expect(drawer.get_by_role("heading", name="Your bag")).to_be_focused()
    seen(page, "drawer", whole=False)
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )

    drawer.get_by_role("button", name=re.compile("One more")).focus()
    page.keyboard.press("Enter")
    expect(drawer.get_by_role("spinbutton")).to_have_value("3")
    expect(drawer.get_by_role("button", name=re.compile("One more"))).to_be_focused()
    drawer.get_by_role("button", name=re.compile("^Remove")).focus()
    page.keyboard.press("Enter")
    expect(drawer).to_contain_text("Your bag is empty.")
    expect(drawer.locator("[data-toasts]")).to_contain_text("was taken out.")
    seen(page, "drawer-undo", whole=False)
    drawer.get_by_role("button", name=re.compile("^Undo")).focus()
    page.keyboard.press("Enter")
    expect(drawer.get_by_role("spinbutton")).to_have_value("3")

    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.locator("#bag")).to_be_focused()
    assert count(page) == "3"


def test_what_is_pressed_shows_at_once_and_what_can_not_be_sent_is_taken_back(page: Page, shop: Shop):
    book = shop.book()
    page.goto(f"{shop.base}/products/{book.slug}")
    held: list[Route] = []
    page.route("**/cart/lines", lambda route: route.continue_() if held else held.append(route))
    for _ in range(3):
        page.get_by_test_id("add-to-cart").click()
    assert count(page) == "3"
    assert len(held) == 1, "what follows waits for the answer"

    held[0].fulfill(response=held[0].fetch())
    expect(page.locator("body > [data-toasts]")).to_contain_text("is in your bag.")
    expect(page.locator("#bag b")).to_have_text("3 items")
    eventually(lambda: page.request.get(f"{shop.base}/cart/count").json() == {"count": 3})

    page.goto(f"{shop.base}/cart")
    page.route("**/cart**", lambda route: route.abort())
    page.get_by_role("button", name=re.compile("One more")).click()
    expect(page.locator("body > [data-toasts]")).to_contain_text("can’t be reached")
    expect(page.get_by_role("spinbutton")).to_have_value("3")
    assert count(page) == "3"
    page.unroute("**/cart**")
    page.get_by_role("spinbutton").fill("100")
    page.get_by_role("spinbutton").evaluate("(input) => input.removeAttribute('max')")
    page.keyboard.press("Tab")
    expect(page.locator("body > [data-toasts]")).to_contain_text("At most 99")
    expect(page.get_by_role("spinbutton")).to_have_value("3")


def test_two_tabs_have_one_bag(page: Page, shop: Shop):
    book = shop.book()
    page.goto(f"{shop.base}/products/{book.slug}")
    page.get_by_test_id("add-to-cart").click()
    expect(page.locator("#bag b")).to_have_text("1 item")
    other = page.context.new_page()
    other.goto(f"{shop.base}/cart")
    page.goto(f"{shop.base}/cart")
    page.get_by_role("button", name=re.compile("One more")).click()
    expect(page.locator("#bag b")).to_have_text("2 items")

    other.get_by_role("button", name=re.compile("One more")).click()

    expect(other.get_by_role("spinbutton")).to_have_value("3")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("spinbutton")).to_have_value("3")


def test_what_has_changed_is_told_and_agreed_to(page: Page, shop: Shop):
    dearer, fewer = shop.book(), shop.book()
    for book in (dearer, fewer):
        page.goto(f"{shop.base}/products/{book.slug}")
        page.locator("[name=quantity]").fill("3")
        page.get_by_test_id("add-to-cart").click()
        expect(page.locator("body > [data-toasts]")).to_contain_text("is in your bag.")
    set_price(shop, dearer, 1399)
    set_price(shop, fewer, 1299, on_hand=2)

    page.locator("#bag").click()
    drawer = page.get_by_role("dialog", name="Your bag")
    expect(drawer).to_contain_text("Was €12.99, is €13.99.")
    expect(drawer).to_contain_text("Only 2 left, you asked for 3.")
    seen(page, "drawer-changed", whole=False)
    page.goto(f"{shop.base}/cart")
    seen(page, "cart-changed")
    expect(page.get_by_test_id("checkout")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Take 2")).click()
    page.get_by_role("button", name=re.compile("^All right")).click()

    expect(page.get_by_test_id("checkout")).to_be_visible()
    expect(page.locator(".lines .notice")).to_have_count(0)
    assert count(page) == "5"


def test_without_javascript_the_bag_is_a_page_with_buttons(plain: Page, shop: Shop):
    book = shop.book()
    plain.goto(f"{shop.base}/products/{book.slug}")
    plain.get_by_test_id("add-to-cart").click()
    expect(plain.locator("#bag-body")).to_contain_text("is in your bag.")
    plain.get_by_role("button", name=re.compile("One more")).click()
    expect(plain.get_by_role("spinbutton")).to_have_value("2")
    plain.get_by_role("spinbutton").fill("4")
    plain.get_by_role("button", name=re.compile("^Change")).click()
    expect(plain.get_by_role("spinbutton")).to_have_value("4")
    set_price(shop, book, 999)
    plain.reload()
    expect(plain.locator("#bag-body")).to_contain_text("Was €12.99, is €9.99.")
    plain.get_by_role("button", name=re.compile("^All right")).click()
    expect(plain.locator("#bag-body")).not_to_contain_text("Was €12.99")
    plain.get_by_role("button", name=re.compile("^Remove")).click()
    expect(plain.locator("#bag-body")).to_contain_text("was taken out.")
    plain.get_by_role("button", name=re.compile("^Undo")).click()
    expect(plain.get_by_role("spinbutton")).to_have_value("4")
    plain.locator("#bag").click()
    assert plain.url == f"{shop.base}/cart"


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_jumps_and_pages_are_fetched_before_they_are_asked_for(
    browser: Browser, shop: Shop, width: int
):
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="en-GB")
    context.set_default_timeout(15_000)
    context.add_init_script(SHIFTS)
    page = context.new_page()
    page.goto(f"{shop.base}/products/emma")
    page.get_by_test_id("add-to-cart").click()
    expect(page.locator("#bag b")).to_have_text("1 item")
    jumped = {}
    for path in ("/", "/books", "/products/emma", "/cart"):
        page.goto(f"{shop.base}{path}")
        page.wait_for_load_state("networkidle")
        page.mouse.wheel(0, 2000)
        page.wait_for_function(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        jumped[path] = page.evaluate("window.jumped")
    assert jumped == dict.fromkeys(jumped, 0)

    page.goto(f"{shop.base}/books")
    book = page.locator(".book a").first
    with page.expect_request(
        lambda request: request.headers.get("sec-purpose", "").startswith("prefetch")
    ) as asked:
        book.hover() if width > 1000 else book.focus()
    assert asked.value.url == book.evaluate("(link) => link.href")
    for motion, morphed in (("no-preference", "true cover"), ("reduce", "false none")):
        page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        page.goto(f"{shop.base}/books")
        page.evaluate(MORPHS)
        page.locator(".book a").first.click()
        page.wait_for_url("**/products/**")
        assert page.evaluate("sessionStorage.morphed") == morphed
    context.close()
