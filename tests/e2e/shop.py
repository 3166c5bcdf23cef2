"""What the browser tests know of a shop: its API as operator, its sandbox as Stripe, its pages as customer."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import FrameLocator, Page

_serial = count(1)
WAIT_SECONDS = 20


def eventually(look: Callable[[], bool]) -> None:
    """Wait until `look` says True; what never comes fails."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if look():
            return
        time.sleep(0.1)
    raise AssertionError("it never came true")


@dataclass(frozen=True, slots=True)
class Book:
    """A product of this test's own."""

    slug: str
    sku: str


@dataclass(frozen=True, slots=True)
class Shop:
    """Addresses and keys of a running shop."""

    base: str
    stripe: str
    key: str
    password: str
    data: Path

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """A call of the API as operator."""
        given = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": uuid4().hex, **headers}
        return httpx.request(method, f"{self.base}/api/v1{path}", json=body, headers=given, timeout=30)

    def book(self, on_hand: int = 5) -> Book:
        """A new product with one variant for sale."""
        n = next(_serial)
        book = Book(f"test-book-{n}", f"TEST-{n}-PB")
        made = self.api("PUT", f"/admin/products/{book.slug}", {
            "title": f"Test Book {n}", "description": "<p>For tests.</p>", "collections": [], "attributes": {},
            "variants": [{"sku": book.sku, "title": "Paperback", "options": {"Format": "Paperback"},
                          "prices": {"EUR": 1299, "USD": 1499}, "on_hand": on_hand, "weight_grams": 250}],
        })  # fmt: skip
        assert made.status_code == 201, made.text
        return book

    def prove(self) -> None:
        """Orders, money and stock agree, with the provider's books too."""
        command = [sys.executable, "-m", "kassa", "prove", "--json", "--data-dir", str(self.data)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode in (0, 1), done.stderr
        proof = json.loads(done.stdout)
        assert proof["with_provider"]
        assert not [violation for check in proof["checks"] for violation in check["violations"]]

    def control(self, method: str, path: str, body: Any = None) -> None:
        """A call of the sandbox's control routes."""
        assert httpx.request(method, f"{self.stripe}/_sandbox{path}", json=body, timeout=30).status_code < 300

    def order(self, order_id: str) -> dict[str, Any]:
        """The order as the operator sees it."""
        found = self.api("GET", f"/admin/orders/{order_id}")
        assert found.status_code == 200, found.text
        return found.json()  # type: ignore[no-any-return]

    def stock(self, book: Book) -> tuple[int, int]:
        """(on hand, reserved)."""
        stock = self.api("GET", f"/admin/stock/{book.sku}").json()
        return stock["on_hand"], stock["reserved"]

    def charges(self, order_id: str) -> list[int]:
        """Amounts that Stripe took for this order."""
        answer = httpx.get(
            f"{self.stripe}/v1/charges",
            params={"limit": 100},
            headers={"Authorization": "Bearer sk_test_kassa"},
        )
        return [
            charge["amount"]
            for charge in answer.json()["data"]
            if charge["status"] == "succeeded" and charge["metadata"].get("kassa_order") == order_id
        ]

    def letters(self, *, to: str = "", subject: str = "") -> list[str]:
        """The mails to somebody, or whose subject contains this, as HTML; the newest first."""
        page = httpx.get(f"{self.base}/_dev/mail", params={"limit": 100}).text
        rows = re.findall(
            r'href="(/_dev/mail/[0-9a-f-]{36})">([^<]+)<.*?class="mail">([^<]+)<', page, re.DOTALL
        )
        return [
            httpx.get(f"{self.base}{address}/html").text
            for address, title, recipient in rows
            if subject in title and to in ("", recipient)
        ]

    def receipts(self, order_id: str) -> int:
        """How many receipts were built for this order."""
        page = httpx.get(f"{self.base}/_dev/mail", params={"limit": 100}).text
        number = self.order(order_id)["number"]
        return page.count(str(number))

    def all_is_right(self, order_id: str, book: Book, *, left: int, total_payments: int = 1) -> None:
        """Exactly one order, one success, one charge of its total, stock right, one receipt."""
        eventually(lambda: self.order(order_id)["state"] == "paid")
        order = self.order(order_id)
        succeeded = [p for p in order["payments"] if p["state"] == "succeeded"]
        assert len(succeeded) == 1
        assert len(order["payments"]) == total_payments
        assert self.charges(order_id) == [order["total"]["amount"]]
        assert self.stock(book) == (left, 0)
        assert [e["type"] for e in order["events"]].count("order.payment_succeeded") == 1
        eventually(lambda: self.receipts(order_id) == 1)


def to_pay_page(page: Page, shop: Shop, book: Book) -> str:
    """Put a book in the cart and place the order; the order's id, on its pay page."""
    page.goto(f"{shop.base}/products/{book.slug}")
    add_to_cart(page)
    page.goto(f"{shop.base}/checkout")
    fill_checkout(page)
    page.get_by_test_id("place-order").click()
    page.wait_for_url("**/pay")
    return page.url.split("/orders/")[1].split("/")[0]


def add_to_cart(page: Page) -> None:
    """Press the button, and wait until the shop has heard it."""
    with page.expect_response(lambda answer: "/cart/lines" in answer.url):
        page.get_by_test_id("add-to-cart").click()
    page.wait_for_load_state()


def fill_checkout(page: Page) -> None:
    """Who and where."""
    page.locator("[name=email]").fill("ada@example.org")
    page.locator("[name=name]").fill("Ada Lovelace")
    page.locator("[name=line1]").fill("Torstraße 1")
    page.locator("[name=city]").fill("Berlin")
    page.locator("[name=postal_code]").fill("10119")
    page.locator("[name=country]").select_option("DE")


def card_frame(page: Page) -> FrameLocator:
    """The Payment Element's frame."""
    return page.frame_locator("iframe[name^=__privateStripeFrame]").first


def type_card(page: Page, number: str) -> None:
    """Fill the Payment Element."""
    frame = card_frame(page)
    frame.locator("[name=number]").fill(number)
    frame.locator("[name=expiry]").fill("1234")
    frame.locator("[name=cvc]").fill("123")


def pay_with(page: Page, number: str) -> None:
    """Type a card and press Pay."""
    type_card(page, number)
    page.get_by_test_id("pay").click()


def fill_hosted(page: Page, number: str) -> None:
    """Type a card on Stripe's page and press Pay."""
    page.locator("[name=number]").fill(number)
    page.locator("[name=expiry]").fill("12 / 34")
    page.locator("[name=cvc]").fill("123")
    if page.locator("[name=name]").count():
        page.locator("[name=name]").fill("Ada Lovelace")
    page.locator("button[type=submit]").first.click()
