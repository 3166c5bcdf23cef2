"""An operator at work, and the customer who sees what came of it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.conftest import free_port, new_home, start
from tests.e2e.desk import bought, charge_of, listed, operator, seen
from tests.e2e.shop import Shop, eventually

FRAUD = "4000000000005423"
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TRACKING = "00340434161094042557"


@pytest.fixture(scope="module")
def promising() -> Iterator[Shop]:
    """A shop that takes the money when the parcel leaves."""
    data, port, sandbox_port = new_home("kassa-promise-"), free_port(), free_port()
    process = start(data, port, sandbox_port, KASSA_CAPTURE="manual")
    key = subprocess.run(
        [sys.executable, "-m", "kassa", "keys", "create", "e2e", "--scope", "admin", "--data-dir", str(data)],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    password = (data / "demo-staff.password").read_text().strip()
    yield Shop(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}", key, password, data)
    process.terminate()
    assert process.wait(timeout=60) == 0
    assert process.stdout
    process.stdout.close()
    shutil.rmtree(data, ignore_errors=True)


def paid(shop: Shop, order_id: str) -> None:
    """Wait until the shop knows of the money."""
    eventually(lambda: shop.order(order_id)["state"] == "paid")


def test_parcels_leave_and_arrive_and_their_customer_sees_it(page: Page, browser: Browser, shop: Shop):
    first, second = shop.book(), shop.book()
    order_id = bought(page, shop, first, second)
    paid(shop, order_id)

    with operator(browser, shop) as desk:
        desk.get_by_role("link", name="To ship").click()
        seen(desk, "to-ship")
        desk.goto(f"{shop.base}/admin/orders/{order_id}")
        seen(desk, "order-paid")
        lines = desk.get_by_role("form", name="Ship")
        lines.get_by_label("Test Book").nth(1).fill("0")
        lines.get_by_label("Carrier").fill("DHL")
        lines.get_by_label("Tracking number").fill(TRACKING)
        lines.get_by_role("button", name="Ship", exact=True).click()
        expect(desk.get_by_role("status")).to_contain_text("on its way")
        seen(desk, "order-part-shipped")

        desk.get_by_role("link", name="Packing slip").click()
        expect(desk.locator("main")).to_contain_text("Comes in another parcel")
        seen(desk, "slip")
        desk.go_back()
        page.reload()
        expect(page.get_by_test_id("parcel")).to_have_attribute("data-state", "shipped")
        assert TRACKING in (page.get_by_test_id("follow-parcel").get_attribute("href") or "")
        expect(page.get_by_test_id("more-to-come")).to_be_visible()
        seen(page, "receipt-part-shipped")

        desk.get_by_role("button", name="Mark as delivered").click()
        desk.get_by_role("form", name="Ship").get_by_role("button", name="Ship", exact=True).click()
        desk.get_by_role("button", name="Mark as delivered").click()
        expect(desk.locator("main")).to_contain_text("Nothing is left to send.")
        seen(desk, "order-delivered")

    page.reload()
    assert page.get_by_test_id("order-state").inner_text() == "Delivered"
    seen(page, "receipt-delivered")
    assert shop.order(order_id)["state"] == "fulfilled"
    assert shop.stock(first) == shop.stock(second) == (4, 0)


def test_money_goes_back_by_line_and_by_amount_and_their_customer_sees_it(
    page: Page, browser: Browser, shop: Shop
):
    kept, returned = shop.book(), shop.book()
    order_id = bought(page, shop, kept, returned)
    paid(shop, order_id)

    with operator(browser, shop) as desk:
        desk.goto(f"{shop.base}/admin/orders/{order_id}")
        desk.get_by_text("Give money back").click()
        seen(desk, "order-refund-form")
        form = desk.get_by_role("form", name="Refund")
        form.get_by_label("Test Book").nth(1).fill("1")
        form.get_by_label("Reason").fill("A page is missing")
        form.get_by_role("button", name="Refund", exact=True).click()
        expect(desk.get_by_role("status")).to_contain_text("€12.99 go back")

        desk.get_by_text("Give money back").click()
        form.get_by_label("Amount in EUR").fill("2.50")
        form.get_by_label("Reason").fill("With our apologies")
        form.get_by_role("button", name="Refund", exact=True).click()
        expect(desk.get_by_role("status")).to_contain_text("€2.50 go back")
        eventually(lambda: [one["state"] for one in shop.order(order_id)["refunds"]] == ["succeeded"] * 2)
        desk.reload()
        seen(desk, "order-refunded")

        desk.get_by_text("Give money back").click()
        form.get_by_label("Amount in EUR").fill("1000")
        form.get_by_role("button", name="Refund", exact=True).click()
        expect(desk.get_by_role("status")).to_contain_text("Nothing was refunded.")

    page.reload()
    for refund in ("€12.99", "€2.50"):
        expect(page.locator("main")).to_contain_text(f"Money was sent back to you: {refund}")
    seen(page, "receipt-refunded")
    order = shop.order(order_id)
    assert order["state"] == "paid"
    assert order["refunded"]["amount"] == 1299 + 250
    assert (shop.stock(kept), shop.stock(returned)) == ((4, 0), (5, 0))


def test_a_dispute_is_seen_answered_once_and_won(page: Page, browser: Browser, shop: Shop):
    book = shop.book()
    order_id = bought(page, shop, book)
    paid(shop, order_id)
    charge = charge_of(shop, order_id)
    shop.control("POST", "/disputes", {"charge": charge, "reason": "product_not_received"})

    def mine(path: str) -> list[str]:
        return [one["state"] for one in listed(shop, path, lambda one: one["order_id"] == order_id)]

    eventually(lambda: mine("disputes") == ["needs_response"] and mine("cases?state=open") == ["open"])
    with operator(browser, shop) as desk:
        seen(desk, "orders-with-work")
        desk.goto(f"{shop.base}/admin/orders/{order_id}")
        seen(desk, "order-disputed")
        desk.get_by_role("link", name="What is known, and what can be done").click()
        seen(desk, "case-dispute")
        desk.get_by_role("link", name="Disputes").click()
        seen(desk, "disputes")
        desk.get_by_role("link", name="Product not received").first.click()
        expect(desk.locator("main")).to_contain_text(re.compile(r"Answer before .+ days left"))
        seen(desk, "dispute")
        desk.get_by_label("What it is").select_option("receipt")
        desk.get_by_label("File", exact=True).set_input_files(
            {"name": "proof.pdf", "mimeType": "application/pdf", "buffer": PAPER}
        )
        desk.get_by_role("button", name="Attach").click()
        expect(desk.locator("main")).to_contain_text("proof.pdf")
        desk.get_by_label("What speaks for you, in your own words").fill("winning_evidence")
        desk.get_by_role("button", name="Submit to the bank").click()
        expect(desk.get_by_role("status")).to_contain_text("the bank")
        eventually(lambda: mine("disputes") == ["won"] and mine("cases?state=resolved") == ["resolved"])
        desk.reload()
        expect(desk.get_by_role("button", name="Submit to the bank")).to_have_count(0)
        seen(desk, "dispute-won")

    assert shop.order(order_id)["state"] == "paid"
    assert shop.stock(book) == (4, 0)


def test_an_event_that_is_heeded_again_changes_nothing(page: Page, browser: Browser, shop: Shop):
    order_id = bought(page, shop, shop.book())
    paid(shop, order_id)
    before = [(one["type"], one["hash"]) for one in shop.order(order_id)["events"]]

    with operator(browser, shop) as desk:
        desk.goto(f"{shop.base}/admin/webhook-events?q={order_id}&type=payment_intent.succeeded")
        seen(desk, "events")
        desk.get_by_role("link", name="payment_intent.succeeded").click()
        seen(desk, "event")
        desk.get_by_role("button", name="Heed it again").click()
        expect(desk.get_by_role("status")).to_contain_text("heeded again")

    def replayed() -> bool:
        events = listed(shop, f"webhook-events?q={order_id}", lambda one: one["replays"] == 1)
        return [one["state"] for one in events] == ["handled"]

    eventually(replayed)
    assert [(one["type"], one["hash"]) for one in shop.order(order_id)["events"]] == before


def test_a_case_is_resolved_with_a_note(page: Page, browser: Browser, shop: Shop):
    order_id = bought(page, shop, shop.book(), card=FRAUD)

    def cases(state: str) -> list[str]:
        return [
            one["kind"]
            for one in listed(shop, f"cases?state={state}", lambda one: one["order_id"] == order_id)
        ]

    eventually(lambda: cases("open") == ["early_fraud_warning"])
    with operator(browser, shop) as desk:
        desk.goto(f"{shop.base}/admin/cases")
        seen(desk, "cases-open")
        desk.goto(f"{shop.base}/admin/orders/{order_id}")
        desk.get_by_role("link", name="What is known, and what can be done").click()
        seen(desk, "case")
        desk.get_by_label("What was done").fill("Called them: it was their own card.")
        desk.get_by_role("button", name="Resolve").click()
        expect(desk.locator("main")).to_contain_text("it was their own card")
        seen(desk, "case-resolved")
        for place in ("ledger", "reconciliations", "jobs"):
            desk.goto(f"{shop.base}/admin/{place}")
            seen(desk, place)

    assert (cases("open"), cases("resolved")) == ([], ["early_fraud_warning"])


def test_the_money_is_taken_when_the_parcel_leaves(page: Page, browser: Browser, promising: Shop):
    book = promising.book()
    order_id = bought(page, promising, book)
    eventually(lambda: [one["state"] for one in promising.order(order_id)["payments"]] == ["authorized"])
    page.reload()
    seen(page, "receipt-promised")
    assert promising.stock(book) == (5, 1)

    with operator(browser, promising) as desk:
        desk.goto(f"{promising.base}/admin/orders/{order_id}")
        seen(desk, "order-promised")
        desk.get_by_role("button", name="Take the money and ship").click()
        expect(desk.get_by_role("status")).to_contain_text("on its way")

    order = promising.order(order_id)
    assert (order["state"], order["payments"][0]["state"]) == ("fulfilling", "succeeded")
    assert promising.charges(order_id) == [order["total"]["amount"]]
    assert promising.stock(book) == (4, 0)
    page.reload()
    expect(page.get_by_test_id("amount-paid")).to_be_visible()
    promising.prove()
