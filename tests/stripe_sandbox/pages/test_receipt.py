"""The receipt of a payment, as its customer sees it."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.hosted import line, now, session
from tests.stripe_sandbox.pages.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def paid(stage: Stage, method: str = "pm_card_visa", **params: Any) -> Any:
    """The charge of a payment without a session."""
    intent = await stage.world.paid(1299, method, expand=["latest_charge"], **params)
    return intent.latest_charge


async def refund(stage: Stage, charge: Any, amount: int) -> None:
    """Give part of it back."""
    await stage.world.stripe.v1.refunds.create_async({"charge": charge.id, "amount": amount})


async def test_a_receipt_says_who_was_paid_what_when_and_how(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    charge = await paid(stage, description="Order 1042", receipt_email="ada@example.org")

    await page.goto(charge.receipt_url)

    await expect(page).to_have_title("Receipt from shop.test")
    for words in ("$12.99", "Visa •••• 4242", "Order 1042", "ada@example.org", charge.payment_intent):
        await expect(page.get_by_text(words).first).to_be_visible()
    await expect(page.get_by_text("Refunds")).to_have_count(0)


async def test_the_receipt_of_a_session_lists_what_was_bought(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    made = await session(
        stage,
        line_items=[line(1500, 2), line(900, name="Tote bag")],
        branding_settings={"display_name": "Walden Books"},
    )
    await stage.world.control("POST", f"/checkout/sessions/{made.id}/pay", {"payment_method": "pm_card_amex"})
    intent = (await now(stage, made)).payment_intent
    charge = await stage.world.stripe.v1.charges.retrieve_async(intent.latest_charge)

    await page.goto(charge.receipt_url)

    await expect(page.get_by_role("heading", level=1)).to_have_text("Receipt from Walden Books")
    await expect(page.locator(".lines li")).to_have_count(2)
    await expect(page.locator(".lines")).to_contain_text("Tote bag")
    await expect(page.locator(".totals .total")).to_contain_text("$39.00")
    await expect(page.get_by_text("American Express •••• 0005")).to_be_visible()


async def test_refunds_and_what_is_left_are_on_it(stage: Stage, open_page: OpenPage) -> None:
    page, charge = await open_page(), await paid(stage)
    await refund(stage, charge, 300)

    await page.goto(charge.receipt_url)

    await expect(page.get_by_text("Partly refunded")).to_be_visible()
    await expect(page.get_by_text("−$3.00")).to_be_visible()
    await expect(page.locator(".totals .total").last).to_contain_text("$9.99")
    await refund(stage, charge, 999)
    await page.reload()
    await expect(page.locator(".stamp")).to_have_text("Refunded")
    await expect(page.locator(".totals .total").last).to_contain_text("$0.00")


async def test_a_refund_says_how_far_it_has_come(stage: Stage, open_page: OpenPage) -> None:
    page, charge = await open_page(), await paid(stage, "pm_card_refundFail")
    await refund(stage, charge, 500)
    await page.goto(charge.receipt_url)
    await expect(page.get_by_text("refunded", exact=True)).to_be_visible()

    await stage.world.pass_time(3600)
    await page.reload()

    await expect(page.get_by_text("failed", exact=True)).to_be_visible()
    await expect(page.get_by_text("Paid after refunds")).to_have_count(0)


async def test_a_dispute_is_told(stage: Stage, open_page: OpenPage) -> None:
    page, charge = await open_page(), await paid(stage, "pm_card_createDispute")
    await stage.world.pass_time(3600)
    await page.goto(charge.receipt_url)
    await expect(page.get_by_text("questioned with the bank, which is looking into it")).to_be_visible()

    dispute = (await stage.world.stripe.v1.disputes.list_async({"charge": charge.id})).data[0]
    await stage.world.control("POST", f"/disputes/{dispute.id}/close", {"status": "lost"})
    await page.reload()

    await expect(page.get_by_text("which returned the money")).to_be_visible()


async def test_a_hold_is_called_one(stage: Stage, open_page: OpenPage) -> None:
    page, charge = await open_page(), await paid(stage, capture_method="manual")

    await page.goto(charge.receipt_url)

    await expect(page.get_by_text("Amount reserved")).to_be_visible()
    await stage.world.stripe.v1.payment_intents.cancel_async(charge.payment_intent)
    await page.reload()
    await expect(page.get_by_text("The reservation was released.")).to_be_visible()


@pytest.mark.parametrize("name", ["ch_nothing", "%00", "x" * 3000])
async def test_there_is_no_receipt_of_nothing(stage: Stage, open_page: OpenPage, name: str) -> None:
    page = await open_page()

    answer = await page.goto(f"{stage.sandbox_url}/_pages/receipts/{name}")

    assert answer is not None
    assert answer.status == 404
    await expect(page.get_by_role("heading", name="There is no such receipt")).to_be_visible()


async def test_a_failed_charge_has_no_receipt(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(), await session(stage)
    await stage.world.control(
        "POST", f"/checkout/sessions/{made.id}/pay", {"payment_method": "pm_card_visa_chargeDeclined"}
    )
    charge = (await stage.world.stripe.v1.charges.list_async({"limit": 1})).data[0]
    assert (charge.status, charge.receipt_url) == ("failed", None)

    answer = await page.goto(f"{stage.sandbox_url}/_pages/receipts/{charge.id}")

    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_everybody_can_read_it(stage: Stage, open_page: OpenPage, width: int, scheme: str) -> None:
    page = await open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    charge = await paid(stage, "pm_card_createDispute")
    await refund(stage, charge, 300)
    await stage.world.pass_time(3600)

    await page.goto(charge.receipt_url)

    report = await Axe().run(page)
    assert [fault["id"] for fault in report.response["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_it_prints_without_buttons(stage: Stage, open_page: OpenPage) -> None:
    page, charge = await open_page(), await paid(stage)
    await page.goto(charge.receipt_url)
    await expect(page.get_by_role("button", name="Print")).to_be_visible()

    await page.emulate_media(media="print")

    await expect(page.get_by_role("button", name="Print")).to_be_hidden()
    await expect(page.get_by_text("$12.99").first).to_be_visible()
