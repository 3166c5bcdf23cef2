"""The operator's side of a shop: logged in at the desk, looking at every page as its users may have it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tests.e2e.shop import Book, Shop, add_to_cart, fill_checkout, pay_with

GOOD = "4242424242424242"
PICTURES = Path(__file__).parent.parent.parent / "screenshots"
WIDTHS = {"phone": (360, 780), "desk": (1440, 900)}


@contextmanager
def operator(browser: Browser, shop: Shop) -> Iterator[Page]:
    """Somebody of the staff, at the orders."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(f"{shop.base}/admin")
    page.locator("[name=email]").fill("demo@kassa.example")
    page.locator("[name=password]").fill(shop.password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/orders**")
    yield page
    context.close()


def seen(page: Page, name: str, *, whole: bool = True) -> None:
    """On a phone and on a desk, in the light and in the dark: nothing sticks out, axe finds nothing.

    The pictures are kept, of the `whole` page or of what the window shows; the page is left as it was.
    """
    PICTURES.mkdir(exist_ok=True)
    page.wait_for_load_state("load")
    before = page.viewport_size
    for size, (width, height) in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{name} is {wide} px wider than a {size}"
            page.screenshot(
                path=PICTURES / f"{size}-{scheme}-{name}.png", full_page=whole, animations="disabled"
            )
            faults = [
                (one["id"], [node["target"] for node in one["nodes"]])
                for one in Axe().run(page).response["violations"]
            ]
            assert not faults, f"{name}, {size}, {scheme}: {faults}"
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)


def fits(page: Page, name: str) -> None:
    """In the light, on a phone and on a desk, nothing sticks out: for pages that `seen` knows in another language."""
    before = page.viewport_size
    for size, (width, height) in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px wider than a {size}"
        page.screenshot(path=PICTURES / f"{size}-light-{name}.png", full_page=True, animations="disabled")
    if before:
        page.set_viewport_size(before)


def bought(page: Page, shop: Shop, *books: Book, card: str = GOOD) -> str:
    """A customer buys these books; the order's id, and the customer is on its page."""
    for book in books:
        page.goto(f"{shop.base}/products/{book.slug}")
        add_to_cart(page)
    page.goto(f"{shop.base}/checkout")
    fill_checkout(page)
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    order_id = page.url.split("/orders/")[1].split("/")[0]
    pay_with(page, card)
    page.wait_for_url(f"**/orders/{order_id}")
    return order_id


def charge_of(shop: Shop, order_id: str) -> str:
    """The id of the charge that paid an order."""
    answer = httpx.get(
        f"{shop.stripe}/v1/charges", params={"limit": 100}, headers={"Authorization": "Bearer sk_test_kassa"}
    )
    found = [one["id"] for one in answer.json()["data"] if one["metadata"].get("kassa_order") == order_id]
    assert len(found) == 1
    return str(found[0])


def listed(shop: Shop, path: str, matches: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """What a list of the admin API has that matches, on its first page."""
    return [item for item in shop.api("GET", f"/admin/{path}").json()["items"] if matches(item)]
