"""What an embedded payment page asks the page around it, and tells it."""

from typing import Any

import pytest
from playwright.async_api import FrameLocator, Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.hosted import ADDRESS, now
from tests.stripe_sandbox.pages.stage import GOOD, Stage, fill
from tests.stripe_sandbox.pages.test_embedded import session

pytestmark = pytest.mark.asyncio(loop_scope="module")
MOUNT = """async ([secret, verdict]) => {
  window.calls = [];
  window.noted = [];
  const made = await Stripe('pk_test_page').createEmbeddedCheckoutPage({
    fetchClientSecret: async () => secret,
    onShippingDetailsChange: async (event) => { calls.push(event); return verdict; },
    onAnalyticsEvent: (event) => { noted.push(event); },
  });
  made.mount('#card');
}"""


async def shipped(stage: Stage, page: Page, verdict: Any) -> tuple[Any, FrameLocator]:
    """A session that ships, its page with a card and an address typed in, and the shop's `verdict` on that."""
    made = await session(stage, shipping_address_collection={"allowed_countries": ["US"]})
    await page.goto(f"{stage.shop_url}/pay")
    await page.evaluate(MOUNT, [made.client_secret, verdict])
    frame = page.frame_locator("iframe[title='Secure checkout']")
    await frame.locator("#pay").wait_for()
    await frame.locator("[name=email]").fill("ada@example.org")
    await frame.locator("[name=shipping_name]").fill("Ada Lovelace")
    for name, value in ADDRESS.items():
        await frame.locator(f"[name=shipping_{name}]").fill(value)
    await frame.locator("[name=number]").focus()
    return made, frame


async def enter_card(frame: FrameLocator) -> None:
    """A card that pays, in the name of who gets the goods."""
    await fill(frame, GOOD)
    name = frame.locator("[name=name]")
    if await name.is_visible():
        await name.fill("Ada Lovelace")


async def test_a_shop_hears_where_it_goes_and_what_happens(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    made, frame = await shipped(stage, page, {"type": "accept"})

    await enter_card(frame)
    asked, noted = await page.evaluate("calls"), await page.evaluate("noted")
    await frame.locator("#pay").click()
    await page.wait_for_url("**/done**")

    assert {event["checkoutSessionId"] for event in asked} == {made.id}
    details = asked[-1]["shippingDetails"]
    assert (details["name"], details["address"]["state"], details["address"]["line2"]) == (
        "Ada Lovelace", "CA", None,
    )  # fmt: skip
    assert [event["eventType"] for event in noted] == ["checkoutRendered"]
    assert {event["checkoutSession"] for event in noted} == {made.id}


async def test_an_address_that_the_shop_refuses_is_not_paid_for(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    made, frame = await shipped(stage, page, {"type": "reject", "errorMessage": "We do not ship there."})
    await expect(frame.get_by_role("alert")).to_have_text("We do not ship there.")

    await enter_card(frame)
    await frame.locator("#pay").click()

    await expect(frame.get_by_role("alert")).to_be_focused()
    assert (await now(stage, made)).status == "open"
    assert (await now(stage, made)).payment_intent is None
