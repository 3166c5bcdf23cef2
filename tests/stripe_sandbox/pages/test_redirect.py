"""The page of a redirect method, with and without JavaScript, for payments and for set-ups."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def redirected(stage: Stage, kind: str = "ideal", **params: Any) -> Any:
    """An intent confirmed by a server with a redirect method."""
    return await stage.intent(
        payment_method_data={"type": kind},
        confirm=True,
        return_url=f"{stage.shop_url}/done?order=7",
        **params,
    )


async def set_up(stage: Stage) -> Any:
    """A SetupIntent confirmed with Amazon Pay."""
    return await stage.world.stripe.v1.setup_intents.create_async(
        {
            "payment_method_data": {"type": "amazon_pay"},
            "confirm": True,
            "return_url": f"{stage.shop_url}/done",
        }
    )


async def press(page: Page, button: str) -> dict[str, list[str]]:
    """Answer, and tell what the shop is told."""
    await page.get_by_role("button", name=button, exact=True).click()
    await page.wait_for_url("**/done**")
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize(
    ("button", "status", "said"),
    [
        ("Authorize test payment", "succeeded", "succeeded"),
        ("Fail test payment", "requires_payment_method", "failed"),
    ],
)
async def test_the_page_leads_back_to_the_shop(
    stage: Stage, open_page: OpenPage, javascript: bool, button: str, status: str, said: str
) -> None:
    page = await open_page(java_script_enabled=javascript)
    intent = await redirected(stage)
    await page.goto(intent.next_action.redirect_to_url.url)

    told = await press(page, button)

    assert told == {
        "order": ["7"],
        "payment_intent": [intent.id],
        "payment_intent_client_secret": [intent.client_secret],
        "redirect_status": [said],
    }
    assert await stage.status(intent) == status


async def test_the_page_says_who_asks_for_how_much_and_that_it_is_a_test(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await open_page(viewport={"width": 360, "height": 740})
    intent = await redirected(stage, "klarna")

    await page.goto(intent.next_action.redirect_to_url.url)

    await expect(page.get_by_role("heading", name="€12.99")).to_be_visible()
    await expect(page.get_by_text("Klarna", exact=True)).to_be_visible()
    await expect(page.get_by_text("Test mode")).to_be_visible()
    await expect(page.get_by_text(urlsplit(stage.shop_url).netloc, exact=True)).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_set_up_comes_back_under_its_own_names(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await set_up(stage)
    await page.goto(intent.next_action.redirect_to_url.url)

    told = await press(page, "Authorize test setup")

    assert told == {
        "setup_intent": [intent.id],
        "setup_intent_client_secret": [intent.client_secret],
        "redirect_status": ["succeeded"],
    }
    ended = await stage.world.stripe.v1.setup_intents.retrieve_async(intent.id)
    assert ended.status == "succeeded"


async def test_a_set_up_is_challenged_on_the_banks_page(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await stage.world.stripe.v1.setup_intents.create_async(
        {
            "payment_method": "pm_card_authenticationRequired",
            "confirm": True,
            "return_url": f"{stage.shop_url}/done",
        }
    )
    await page.goto(intent.next_action.redirect_to_url.url)
    await expect(page.get_by_text("wants to save your card ending in 3184")).to_be_visible()

    told = await press(page, "Fail authentication")

    assert told["redirect_status"] == ["failed"]
    ended = await stage.world.stripe.v1.setup_intents.retrieve_async(intent.id)
    assert ended.status == "requires_payment_method"


async def test_an_answered_page_leads_to_the_shop_again(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await redirected(stage)
    address = intent.next_action.redirect_to_url.url
    await page.goto(address)
    await press(page, "Authorize test payment")

    await page.goto(address)
    refused = await page.request.post(address, form={"outcome": "fail"}, max_redirects=0)

    assert page.url.startswith(f"{stage.shop_url}/done?order=7&payment_intent={intent.id}")
    assert refused.status == 303
    assert await stage.charges(intent) == ["succeeded"]


async def test_only_who_knows_the_secret_may_agree(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await redirected(stage)

    for query in ("", "?client_secret=pi_x_secret_y"):
        address = f"{stage.sandbox_url}/_pages/authorize/{intent.id}{query}"
        shown = await page.goto(address)
        assert shown is not None
        assert shown.status == 404
        refused = await page.request.post(address, form={"outcome": "succeed"})
        assert refused.status == 404

    assert await stage.status(intent) == "requires_action"


async def test_an_answer_that_is_none_changes_nothing(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await redirected(stage)

    answer = await page.request.post(intent.next_action.redirect_to_url.url, form={"outcome": "maybe"})

    assert answer.status == 400
    assert await stage.status(intent) == "requires_action"


async def test_the_page_can_be_used_from_the_keyboard(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await redirected(stage, "paypal")
    await page.goto(intent.next_action.redirect_to_url.url)

    await page.keyboard.press("Tab")
    await expect(page.get_by_test_id("redirect-authorize")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/done**")

    assert await stage.status(intent) == "succeeded"
