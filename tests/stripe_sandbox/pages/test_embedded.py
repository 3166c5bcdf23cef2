"""The payment page inside the shop's own, put there by `createEmbeddedCheckoutPage`."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import FrameLocator, Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.hosted import line, now
from tests.stripe_sandbox.pages.stage import CHALLENGED, GOOD, REFUSED, Stage, challenge, fill

pytestmark = pytest.mark.asyncio(loop_scope="module")
MOUNT = """async ([clientSecret]) => {
  window.completed = 0;
  const made = await Stripe('pk_test_page').createEmbeddedCheckoutPage({
    clientSecret, onComplete: () => { window.completed += 1 },
  });
  made.mount('#card');
}"""


async def session(stage: Stage, **params: Any) -> Any:
    """An open embedded session over two books."""
    given: dict[str, Any] = {
        "mode": "payment",
        "ui_mode": "embedded_page",
        "line_items": [line(1500, 2)],
        "return_url": f"{stage.shop_url}/done?session={{CHECKOUT_SESSION_ID}}",
    } | params
    if given.get("redirect_on_completion") == "never":
        del given["return_url"]
    return await stage.world.stripe.v1.checkout.sessions.create_async(given)  # type: ignore[arg-type]


async def mounted(stage: Stage, page: Page, made: Any) -> FrameLocator:
    """The frame in the shop's page."""
    await page.goto(f"{stage.shop_url}/pay")
    await page.evaluate(MOUNT, [made.client_secret])
    frame = page.frame_locator("iframe[title='Secure checkout']")
    await frame.locator("#pay").wait_for()
    return frame


async def enter(frame: FrameLocator, number: str) -> None:
    """Fill in what it asks for."""
    await frame.locator("[name=email]").fill("ada@example.org")
    await fill(frame, number)
    await frame.locator("[name=name]").fill("Ada Lovelace")


async def test_it_pays_and_the_shops_page_goes_on(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(), await session(stage)
    frame = await mounted(stage, page, made)
    await enter(frame, REFUSED)
    await frame.locator("#pay").click()
    await expect(frame.get_by_role("alert")).to_contain_text("Your card was declined.")

    await enter(frame, GOOD)
    await frame.locator("#pay").click()
    await page.wait_for_url("**/done**")

    assert page.url == f"{stage.shop_url}/done?session={made.id}"
    paid = await now(stage, made)
    assert await stage.charges(paid.payment_intent) == ["succeeded", "failed"]


@pytest.mark.parametrize("when", ["never", "if_required"])
async def test_it_stays_where_the_shop_wants_that(stage: Stage, open_page: OpenPage, when: str) -> None:
    page, made = await open_page(), await session(stage, redirect_on_completion=when)
    frame = await mounted(stage, page, made)
    await enter(frame, GOOD)

    await frame.locator("#pay").click()

    await expect(frame.get_by_role("heading", name="Payment complete")).to_be_visible()
    assert await page.evaluate("completed") == 1
    assert page.url == f"{stage.shop_url}/pay"
    assert (await now(stage, made)).payment_status == "paid"


async def test_a_bank_asks_over_the_shops_page(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(), await session(stage, redirect_on_completion="never")
    frame = await mounted(stage, page, made)
    await enter(frame, CHALLENGED)
    await frame.locator("#pay").click()
    await challenge(page).get_by_test_id("3ds-fail").click()
    await expect(frame.get_by_role("alert")).to_contain_text("We are unable to authenticate")
    await expect(frame.locator("[name=email]")).to_have_value("ada@example.org")

    await fill(frame, CHALLENGED)
    await frame.locator("#pay").click()
    await challenge(page).get_by_test_id("3ds-complete").click()

    await expect(frame.get_by_role("heading", name="Payment complete")).to_be_visible()
    assert await page.evaluate("completed") == 1
    assert (await now(stage, made)).payment_status == "paid"


async def test_a_wallet_takes_the_whole_page(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(), await session(stage, redirect_on_completion="if_required")
    frame = await mounted(stage, page, made)
    await frame.locator("[name=email]").fill("ada@example.org")
    await frame.get_by_role("radio", name="PayPal").check()

    await frame.locator("#pay").click()
    await page.get_by_test_id("redirect-authorize").click()
    await page.wait_for_url("**/done**")

    assert made.id in page.url
    assert (await now(stage, made)).payment_status == "paid"


@pytest.mark.parametrize("width", [360, 1280])
async def test_it_is_as_tall_as_what_is_in_it(stage: Stage, open_page: OpenPage, width: int) -> None:
    page, made = await open_page(viewport={"width": width, "height": 800}), await session(stage)
    frame = await mounted(stage, page, made)

    await frame.get_by_role("radio", name="PayPal").check()
    inside = frame.locator("html")
    await expect(page.locator("iframe[title='Secure checkout']")).to_have_css(
        "height",
        f"{await inside.evaluate('Math.ceil(document.documentElement.getBoundingClientRect().height)')}px",
    )

    assert await inside.evaluate(
        "(page) => page.scrollHeight <= innerHeight && page.scrollWidth <= innerWidth"
    )


async def test_a_total_follows_inside_too(stage: Stage, open_page: OpenPage) -> None:
    open_line = line(1500, 2, adjustable_quantity={"enabled": True, "minimum": 1, "maximum": 3})
    page, made = await open_page(), await session(stage, line_items=[open_line])
    frame = await mounted(stage, page, made)
    await frame.get_by_text("Order summary").click()

    await frame.get_by_role("button", name="One more of Walden").click()

    await expect(frame.locator("#pay")).to_contain_text("$45.00")
    assert (await now(stage, made)).amount_total == 4500


@pytest.mark.parametrize(
    "query",
    [
        "", "origin=https://shop.test", "origin=https://shop.test&client_secret=cs_wrong",
        "client_secret=SECRET", "origin=javascript:alert(1)&client_secret=SECRET",
    ],
)  # fmt: skip
async def test_who_does_not_know_the_secret_sees_nothing(
    stage: Stage, open_page: OpenPage, query: str
) -> None:
    page, made = await open_page(), await session(stage)
    address = f"{stage.sandbox_url}/c/embed/{made.id}?{query.replace('SECRET', made.client_secret)}"

    for answer in (await page.request.get(address), await page.request.post(address, form={"do": "pay"})):
        assert answer.status == 404
        assert "Walden" not in await answer.text()
    assert (await page.request.get(f"{stage.sandbox_url}/c/pay/{made.id}")).status == 404
    assert (await now(stage, made)).status == "open"


async def test_it_may_stand_in_the_shops_page_and_loads_nothing_from_elsewhere(
    stage: Stage, open_page: OpenPage
) -> None:
    page, made = await open_page(), await session(stage)
    frame = await mounted(stage, page, made)

    answer = await page.request.get(
        f"{stage.sandbox_url}/c/embed/{made.id}",
        params={"client_secret": made.client_secret, "origin": stage.shop_url},
    )

    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers
    names = await frame.locator("html").evaluate(
        "performance.getEntriesByType('resource').map((one) => one.name)"
    )
    assert all(name.startswith(stage.sandbox_url) for name in names)


@pytest.mark.parametrize("width", [360, 1280])
async def test_everybody_can_use_it(stage: Stage, open_page: OpenPage, width: int) -> None:
    page, made = await open_page(viewport={"width": width, "height": 800}), await session(stage)
    frame = await mounted(stage, page, made)
    await frame.locator("#pay").click()

    report = await Axe().run(page)

    inside = [fault["id"] for fault in report.response["violations"] if len(fault["nodes"][0]["target"]) > 1]
    assert inside == []
