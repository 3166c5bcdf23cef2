"""3-D Secure: in the dialog of Stripe.js, and as a page of its own."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import CHALLENGED, GOOD, Stage, card_form, challenge, fill

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. "
    "Please choose a different payment method and try again."
)


async def reach_challenge(stage: Stage, page: Page) -> Any:
    """Pay with a card that needs a challenge, up to its dialog."""
    intent = await stage.intent()
    await page.goto(
        stage.shop_address(
            json.dumps({"elements": {"clientSecret": intent.client_secret}, "redirect": "always"})
        )
    )
    await fill(card_form(page), CHALLENGED)
    await page.get_by_role("button", name="Pay").click()
    await challenge(page).get_by_test_id("3ds-complete").wait_for()
    return intent


async def redirected(stage: Stage, **params: Any) -> Any:
    """An intent confirmed by a server, whose challenge is a page of its own."""
    return await stage.intent(
        payment_method="pm_card_authenticationRequired",
        confirm=True,
        return_url=f"{stage.shop_url}/done?order=7",
        **params,
    )


async def test_a_passed_challenge_pays(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await reach_challenge(stage, page)
    assert await stage.charges(intent) == []

    await expect(challenge(page).get_by_text("€12.99", exact=True)).to_be_visible()
    await challenge(page).get_by_test_id("3ds-complete").click()
    await page.wait_for_url("**/done**")

    assert parse_qs(urlsplit(page.url).query)["redirect_status"] == ["succeeded"]
    assert await stage.charges(intent) == ["succeeded"]


async def test_a_failed_challenge_is_said_and_can_be_tried_again(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await reach_challenge(stage, page)

    await challenge(page).get_by_test_id("3ds-fail").click()
    await expect(page.locator("#said")).to_have_text(NOT_AUTHENTICATED)
    await expect(page.locator("dialog")).to_have_count(0)
    assert await stage.status(intent) == "requires_payment_method"
    await page.get_by_role("button", name="Pay").click()
    await challenge(page).get_by_test_id("3ds-complete").click()
    await page.wait_for_url("**/done**")

    assert await stage.charges(intent) == ["succeeded"]


async def test_escape_says_no_to_the_bank_and_gives_the_focus_back(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await reach_challenge(stage, page)
    await expect(challenge(page).get_by_test_id("3ds-complete")).to_be_focused()

    await page.keyboard.press("Escape")

    await expect(page.locator("#said")).to_have_text(NOT_AUTHENTICATED)
    await expect(page.get_by_role("button", name="Pay")).to_be_focused()
    assert await stage.status(intent) == "requires_payment_method"
    assert await stage.charges(intent) == []


async def test_escape_on_the_dialog_itself_says_no_too(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await reach_challenge(stage, page)

    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("Escape")

    await expect(page.locator("#said")).to_have_text(NOT_AUTHENTICATED)
    assert await stage.status(intent) == "requires_payment_method"


async def test_the_dialog_keeps_the_focus(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    await reach_challenge(stage, page)

    for _ in range(5):
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.tagName") in ("IFRAME", "DIALOG", "BODY")
    assert await page.locator("dialog").evaluate("dialog => dialog.matches(':modal')")


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize(
    ("button", "status", "said"),
    [("3ds-complete", "succeeded", "succeeded"), ("3ds-fail", "requires_payment_method", "failed")],
)
async def test_the_full_page_leads_back_to_the_shop(
    stage: Stage, open_page: OpenPage, javascript: bool, button: str, status: str, said: str
) -> None:
    page = await open_page(java_script_enabled=javascript)
    intent = await redirected(stage)
    await page.goto(intent.next_action.redirect_to_url.url)

    await page.get_by_test_id(button).click()
    await page.wait_for_url("**/done**")

    query = {"order": ["7"], "payment_intent": [intent.id], "redirect_status": [said]}
    query["payment_intent_client_secret"] = [intent.client_secret]
    assert parse_qs(urlsplit(page.url).query) == query
    assert await stage.status(intent) == status


async def test_going_back_to_an_answered_challenge_leads_to_the_shop_again(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await open_page()
    intent = await redirected(stage)
    address = intent.next_action.redirect_to_url.url
    await page.goto(address)
    await page.get_by_test_id("3ds-complete").click()
    await page.wait_for_url("**/done**")

    await page.goto(address)

    assert page.url.startswith(f"{stage.shop_url}/done?order=7&payment_intent={intent.id}")
    assert await stage.charges(intent) == ["succeeded"]


async def test_only_who_knows_the_secret_sees_a_challenge(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await redirected(stage)

    for address in (f"/_pages/3ds/{intent.id}?client_secret=pi_x_secret_y", f"/_pages/3ds/{intent.id}"):
        answer = await page.goto(stage.sandbox_url + address)
        assert answer is not None
        assert answer.status == 404
        refused = await page.request.post(stage.sandbox_url + address, form={"outcome": "succeed"})
        assert refused.status == 404

    assert await stage.status(intent) == "requires_action"


async def test_an_answer_that_is_none_changes_nothing(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await redirected(stage)
    address = intent.next_action.redirect_to_url.url

    for body in ({"outcome": "maybe"}, {}, {"outcome": "✓" * 600}):
        answer = await page.request.post(address, form=body)
        assert answer.status == 400

    assert await stage.status(intent) == "requires_action"


async def test_a_page_that_comes_back_finishes_what_a_reload_broke_off(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await open_page()
    intent = await reach_challenge(stage, page)
    await page.reload()
    await card_form(page).locator("[name=number]").wait_for()

    end = page.evaluate("secret => stripe.handleNextAction({ clientSecret: secret })", intent.client_secret)
    ended, _ = await asyncio.gather(end, challenge(page).get_by_test_id("3ds-complete").click())

    assert ended["paymentIntent"]["status"] == "succeeded"


async def test_another_card_may_follow_an_abandoned_challenge(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await reach_challenge(stage, page)
    await page.reload()

    await fill(card_form(page), GOOD)
    await page.get_by_role("button", name="Pay").click()
    await page.wait_for_url("**/done**")

    assert await stage.charges(intent) == ["succeeded"]
