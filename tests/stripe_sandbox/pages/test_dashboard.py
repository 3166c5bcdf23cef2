"""`GET /_sandbox`."""

import pytest
from playwright.async_api import expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_empty_sandbox_says_so(stage: Stage, open_page: OpenPage) -> None:
    await stage.world.control("POST", "/reset")
    page = await open_page()

    await page.goto(f"{stage.sandbox_url}/_sandbox")

    await expect(page.get_by_role("heading", name="Stripe sandbox")).to_be_visible()
    await expect(page.get_by_text("No payment yet.")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1440])
async def test_what_happened_can_be_seen(stage: Stage, open_page: OpenPage, width: int) -> None:
    paid = await stage.world.paid(amount=4200)
    made = await stage.world.session()
    await stage.world.box.deliver_due()
    page = await open_page(viewport={"width": width, "height": 900}, java_script_enabled=False)

    await page.goto(f"{stage.sandbox_url}/_sandbox")

    payment = page.get_by_role("row").filter(has_text=paid.id).first
    await expect(payment).to_contain_text("$42.00")
    await expect(payment).to_contain_text("succeeded")
    await expect(page.locator(f"a[href='{made.url}']")).to_be_visible()
    await expect(page.locator("#events")).to_contain_text("payment_intent.succeeded")
    await expect(page.locator("#deliveries")).to_contain_text("delivered")


async def test_only_the_newest_are_shown(stage: Stage, open_page: OpenPage) -> None:
    for _ in range(51):
        await stage.intent()
    page = await open_page()

    await page.goto(f"{stage.sandbox_url}/_sandbox")

    assert await page.locator("#payments tbody tr").count() == 50
