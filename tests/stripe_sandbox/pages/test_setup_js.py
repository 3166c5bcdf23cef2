"""Saving a method for later with Stripe.js: SetupIntents."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import CHALLENGED, GOOD, REFUSED, Stage, card_form, challenge, fill

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONFIRM = "stripe.confirmSetup({ elements, redirect: 'if_required' })"


async def setup(stage: Stage, **params: Any) -> Any:
    """A SetupIntent of a customer."""
    customer = await stage.world.stripe.v1.customers.create_async({})
    return await stage.world.stripe.v1.setup_intents.create_async({"customer": customer.id} | params)  # type: ignore[arg-type]


async def form_page(stage: Stage, open_page: OpenPage, intent: Any) -> Page:
    """The shop's page with the form for `intent`."""
    page = await open_page()
    await page.goto(stage.shop_address(json.dumps({"elements": {"clientSecret": intent.client_secret}})))
    await card_form(page).locator("html.ready").wait_for()
    return page


async def test_a_card_is_saved(stage: Stage, open_page: OpenPage) -> None:
    intent = await setup(stage)
    page = await form_page(stage, open_page, intent)
    await fill(card_form(page), GOOD)

    end = await page.evaluate(CONFIRM)

    assert (end["setupIntent"]["status"], end["setupIntent"]["id"]) == ("succeeded", intent.id)
    saved = await stage.world.stripe.v1.customers.payment_methods.list_async(intent.customer)
    assert [method.id for method in saved.data] == [end["setupIntent"]["payment_method"]]


async def test_the_customer_returns_with_the_setup_intent(stage: Stage, open_page: OpenPage) -> None:
    intent = await setup(stage)
    page = await form_page(stage, open_page, intent)
    await fill(card_form(page), GOOD)

    await page.evaluate(
        "() => { stripe.confirmSetup({ elements, confirmParams: { return_url: `${location.origin}/done?order=7` } }) }"
    )
    await page.wait_for_url("**/done**")

    assert page.url == (
        f"{stage.shop_url}/done?order=7&setup_intent={intent.id}"
        f"&setup_intent_client_secret={intent.client_secret}&redirect_status=succeeded"
    )


@pytest.mark.parametrize(
    ("button", "status", "code"),
    [
        ("succeed", "succeeded", None),
        ("fail", "requires_payment_method", "setup_intent_authentication_failure"),
    ],
)
async def test_the_bank_asks_in_a_dialog(
    stage: Stage, open_page: OpenPage, button: str, status: str, code: str | None
) -> None:
    intent = await setup(stage)
    page = await form_page(stage, open_page, intent)
    await fill(card_form(page), CHALLENGED)

    await page.evaluate(f"() => {{ window.end = {CONFIRM} }}")
    await challenge(page).locator(f"button[value={button}]").click()
    end = await page.evaluate("end")

    now = await stage.world.stripe.v1.setup_intents.retrieve_async(intent.id)
    assert (now.status, end.get("error", {}).get("code")) == (status, code)


async def test_a_refused_card_is_an_error_that_carries_the_setup_intent(
    stage: Stage, open_page: OpenPage
) -> None:
    intent = await setup(stage)
    page = await form_page(stage, open_page, intent)
    await fill(card_form(page), REFUSED)

    error = (await page.evaluate(CONFIRM))["error"]

    assert (error["type"], error["code"]) == ("card_error", "card_declined")
    assert error["setup_intent"]["id"] == intent.id


async def test_a_deferred_set_up_gets_its_intent_at_the_end(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await open_page(), await setup(stage)
    await page.goto(stage.shop_address(json.dumps({"elements": {"mode": "setup", "currency": "eur"}})))
    await card_form(page).locator("html.ready").wait_for()
    await fill(card_form(page), GOOD)
    await expect(card_form(page).locator("#panel-card .terms")).to_be_visible()

    await page.evaluate("elements.submit()")
    end = await page.evaluate(
        "clientSecret => stripe.confirmSetup({ elements, clientSecret, redirect: 'if_required' })",
        intent.client_secret,
    )

    assert end["setupIntent"]["status"] == "succeeded"


async def test_a_known_method_is_set_up_without_a_form(stage: Stage, open_page: OpenPage) -> None:
    intent = await setup(stage)
    page = await form_page(stage, open_page, intent)

    end = await page.evaluate(
        "secret => stripe.confirmCardSetup(secret, { payment_method: 'pm_card_visa' })", intent.client_secret
    )
    again = await page.evaluate("secret => stripe.retrieveSetupIntent(secret)", intent.client_secret)

    assert end["setupIntent"]["status"] == "succeeded"
    assert again["setupIntent"]["status"] == "succeeded"
    assert "metadata" not in again["setupIntent"]


async def test_amazon_pay_is_set_up_on_its_own_page(stage: Stage, open_page: OpenPage) -> None:
    intent = await setup(stage)
    page = await form_page(stage, open_page, intent)

    await page.evaluate(
        "secret => { stripe.confirmAmazonPaySetup(secret, { return_url: `${location.origin}/done` }) }",
        intent.client_secret,
    )
    await page.wait_for_url(f"{stage.sandbox_url}/**")
    await page.locator("button[value=succeed]").click()
    await page.wait_for_url("**/done**")

    assert f"setup_intent={intent.id}" in page.url
    assert (await stage.world.stripe.v1.setup_intents.retrieve_async(intent.id)).status == "succeeded"
