"""Deciding in the browser, confirming on the server: ConfirmationTokens, PaymentMethods, next actions."""

import json
from typing import Any

import pytest
from playwright.async_api import Page
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import CHALLENGED, GOOD, Stage, card_form, challenge, fill

pytestmark = pytest.mark.asyncio(loop_scope="module")
DEFERRED = {"mode": "payment", "amount": 1299, "currency": "eur"}
TOKEN = "stripe.createConfirmationToken({ elements, params: { return_url: 'https://shop.test/done' } })"


async def form_page(stage: Stage, open_page: OpenPage, **options: Any) -> Page:
    """The shop's page, its form for a payment that has no intent yet."""
    page = await open_page()
    await page.goto(stage.shop_address(json.dumps({"elements": DEFERRED | options})))
    await card_form(page).locator("html.ready").wait_for()
    return page


async def test_the_server_confirms_with_what_the_browser_decided(stage: Stage, open_page: OpenPage) -> None:
    page = await form_page(stage, open_page, setupFutureUsage="off_session")
    await fill(card_form(page), GOOD)

    await page.evaluate("elements.submit()")
    token = (await page.evaluate(TOKEN))["confirmationToken"]
    customer = await stage.world.stripe.v1.customers.create_async({})
    paid = await stage.intent(customer=customer.id, confirm=True, confirmation_token=token["id"])

    assert token["payment_method_preview"]["card"]["last4"] == "4242"
    assert (token["return_url"], token["setup_future_usage"]) == ("https://shop.test/done", "off_session")
    assert (paid.status, paid.setup_future_usage) == ("succeeded", "off_session")


async def test_what_the_server_cannot_finish_the_browser_does(stage: Stage, open_page: OpenPage) -> None:
    page = await form_page(stage, open_page)
    await fill(card_form(page), CHALLENGED)
    await page.evaluate("elements.submit()")
    token = (await page.evaluate(TOKEN))["confirmationToken"]
    intent = await stage.intent(confirm=True, confirmation_token=token["id"], use_stripe_sdk=True)
    assert intent.status == "requires_action"

    await page.evaluate(
        "clientSecret => { window.end = stripe.handleNextAction({ clientSecret }) }", intent.client_secret
    )
    await challenge(page).locator("button[value=succeed]").click()

    assert (await page.evaluate("end"))["paymentIntent"]["status"] == "succeeded"


async def test_a_token_needs_a_form_that_was_submitted(stage: Stage, open_page: OpenPage) -> None:
    page = await form_page(stage, open_page)

    said = await page.evaluate(f"() => {{ try {{ {TOKEN} }} catch (error) {{ return error.message }} }}")

    assert "elements.submit()" in said


async def test_an_incomplete_form_makes_no_token(stage: Stage, open_page: OpenPage) -> None:
    page = await form_page(stage, open_page)
    await fill(card_form(page), GOOD)
    await page.evaluate("elements.submit()")
    await page.evaluate("card.clear()")

    error = (await page.evaluate(TOKEN))["error"]

    assert (error["type"], error["code"]) == ("validation_error", "incomplete_number")


async def test_a_manual_confirmation_goes_back_to_the_server(stage: Stage, open_page: OpenPage) -> None:
    page = await form_page(stage, open_page)
    intent = await stage.intent(
        confirm=True, payment_method="pm_card_authenticationRequired", confirmation_method="manual",
        use_stripe_sdk=True, return_url="https://shop.test/done",
    )  # fmt: skip

    await page.evaluate("secret => { window.end = stripe.handleCardAction(secret) }", intent.client_secret)
    await challenge(page).locator("button[value=succeed]").click()
    end = await page.evaluate("end")
    early = await page.evaluate("secret => stripe.handleCardAction(secret)", intent.client_secret)

    assert end["paymentIntent"]["status"] == "requires_confirmation"
    assert early["error"]["code"] == "payment_intent_unexpected_state"
    done = await stage.world.stripe.v1.payment_intents.confirm_async(intent.id)
    assert done.status == "succeeded"


async def test_methods_that_are_no_card_are_made_from_the_page(stage: Stage, open_page: OpenPage) -> None:
    page = await form_page(stage, open_page)

    made = await page.evaluate(
        """stripe.createPaymentMethod({
          type: 'sepa_debit', sepa_debit: { iban: 'AT611904300234573201' },
          billing_details: { name: 'Lise Meitner', email: 'lise@example.org' },
        })"""
    )

    assert made["paymentMethod"]["sepa_debit"]["last4"] == "3201"


async def test_a_method_is_confirmed_by_its_name(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await form_page(stage, open_page), await stage.intent()

    end = await page.evaluate(
        """secret => stripe.confirmSepaDebitPayment(secret, { payment_method: {
          sepa_debit: { iban: 'AT611904300234573201' },
          billing_details: { name: 'Lise Meitner', email: 'lise@example.org' },
        } })""",
        intent.client_secret,
    )

    assert end["paymentIntent"]["status"] == "processing"
