"""What a page may do with `window.Stripe`, apart from the form."""

import json
from typing import Any

import pytest
from playwright.async_api import Page
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import GOOD, REFUSED, Stage, card_form, fill

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def shop_page(stage: Stage, open_page: OpenPage, intent: Any) -> Page:
    """A shop's page with the form for `intent`."""
    page = await open_page()
    await page.goto(stage.shop_address(json.dumps({"elements": {"clientSecret": intent.client_secret}})))
    await card_form(page).locator("[name=number]").wait_for()
    return page


@pytest.mark.parametrize("path", ["/stripe.js", "/v3/", "/v3", "/dahlia/stripe.js", "/endive/stripe.js"])
async def test_the_script_is_where_pages_look_for_it(stage: Stage, open_page: OpenPage, path: str) -> None:
    page = await open_page()

    answer = await page.request.get(stage.sandbox_url + path)

    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    same = await page.request.get(stage.sandbox_url + path, headers={"If-None-Match": answer.headers["etag"]})
    assert same.status == 304


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("Stripe('')", "publishable key"),
        ("Stripe('sk_test_1')", "secret key"),
        ("Stripe('hello')", "pk_"),
        ("stripe.elements({ clientSecret: 'cs_1_secret_2' })", "client secret"),
        ("stripe.elements({ clientSecret: 'pi_1_secret_2', mode: 'setup' })", "not both"),
        (
            "stripe.elements({ mode: 'setup', allowedPaymentMethodTypes: [], excludedPaymentMethodTypes: [] })",
            "exclude",
        ),
        ("stripe.elements({ paymentMethodTypes: ['card'] })", "paymentMethodTypes"),
        ("stripe.elements({ mode: 'payment' })", "amount"),
        ("elements.create('cheque')", "not the name of an Element"),
        ("elements.create('payment')", "Can only create one Element"),
        ("card.on('payed', () => {})", "not an event"),
        ("stripe.elements().create('payment').mount('#nowhere')", "no DOM elements"),
        ("stripe.confirmPayment()", "options"),
        ("stripe.confirmPayment({ elements })", "return_url"),
        ("stripe.confirmPayment({ elements, confirmParams: { return_url: '/done' } })", "absolute"),
        (
            "stripe.confirmPayment({ elements, confirmParams: { return_url: 'javascript:alert(1)' } })",
            "absolute",
        ),
        ("stripe.confirmPayment({ elements, redirect: 'sometimes' })", "if_required"),
        ("stripe.handleNextAction({})", "clientSecret"),
        ("stripe.confirmSetup({})", "elements"),
        ("stripe.confirmSetup({ elements, clientSecret: 'pi_1_secret_2' })", "not that of a SetupIntent"),
        (
            "stripe.confirmPayment({ elements, clientSecret: 'seti_1_secret_2' })",
            "not that of a PaymentIntent",
        ),
        ("stripe.createToken()", "has no tokens"),
        ("stripe.initCheckout()", "initCheckoutElementsSdk"),
        ("stripe.createPaymentMethod({ type: 'card', card: { number: '4242' } })", "never passed"),
        ("elements.create('address')", "mode"),
    ],
)
async def test_wrong_use_throws(stage: Stage, open_page: OpenPage, call: str, says: str) -> None:
    page = await shop_page(stage, open_page, await stage.intent())

    error = await page.evaluate(
        f"() => {{ try {{ {call} }} catch (error) {{ return [error.name, error.message] }} }}"
    )

    assert error[0] == "IntegrationError"
    assert says in error[1]


async def test_if_required_stays_on_the_page(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent()
    page = await shop_page(stage, open_page, intent)
    before = page.url
    await fill(card_form(page), GOOD)

    end = await page.evaluate("stripe.confirmPayment({ elements, redirect: 'if_required' })")

    assert end["paymentIntent"]["status"] == "succeeded"
    assert page.url == before


async def test_a_page_sees_of_a_payment_what_a_page_may(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent(metadata={"margin": "40 %"})
    page = await shop_page(stage, open_page, intent)

    seen = await page.evaluate("secret => stripe.retrievePaymentIntent(secret)", intent.client_secret)

    assert seen["paymentIntent"]["amount"] == 1299
    assert "metadata" not in seen["paymentIntent"]
    wrong = await page.evaluate("id => stripe.retrievePaymentIntent(`${id}_secret_wrong`)", intent.id)
    assert wrong["error"]["type"] == "invalid_request_error"


async def test_an_error_carries_its_codes_and_the_payment(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent()
    page = await shop_page(stage, open_page, intent)
    await fill(card_form(page), REFUSED)

    error = (await page.evaluate("stripe.confirmPayment({ elements, redirect: 'if_required' })"))["error"]

    assert (error["type"], error["code"], error["decline_code"]) == (
        "card_error",
        "card_declined",
        "generic_decline",
    )
    assert error["payment_intent"]["id"] == intent.id
    assert "metadata" not in error["payment_intent"]


async def test_submit_says_what_is_incomplete(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent()
    page = await shop_page(stage, open_page, intent)

    early = await page.evaluate("elements.submit()")
    await fill(card_form(page), GOOD)
    late = await page.evaluate("elements.submit()")

    assert (early["error"]["type"], early["error"]["code"]) == ("validation_error", "incomplete_number")
    assert late == {"selectedPaymentMethod": "card"}
    assert await stage.charges(intent) == []


async def test_a_deferred_payment_gets_its_intent_at_the_end(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await open_page(), await stage.intent()
    deferred = {"mode": "payment", "amount": 1299, "currency": "eur"}
    await page.goto(stage.shop_address(json.dumps({"elements": deferred})))
    await fill(card_form(page), GOOD)
    confirm = "secret => stripe.confirmPayment({ elements, clientSecret: secret, redirect: 'if_required' })"
    early = await page.evaluate(
        "secret => { try { stripe.confirmPayment({ elements, clientSecret: secret, redirect: 'if_required' }) }"
        " catch (error) { return error.message } }",
        intent.client_secret,
    )
    await page.evaluate("elements.submit()")

    made = await page.evaluate(
        "stripe.createPaymentMethod({ elements, params: { billing_details: { name: 'Ada' } } })"
    )
    end = await page.evaluate(confirm, intent.client_secret)

    assert "elements.submit()" in early

    assert (made["paymentMethod"]["card"]["last4"], made["paymentMethod"]["billing_details"]["name"]) == (
        "4242",
        "Ada",
    )
    assert end["paymentIntent"]["status"] == "succeeded"


async def test_a_saved_method_is_confirmed_without_a_form(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent()
    page = await shop_page(stage, open_page, intent)

    end = await page.evaluate(
        "secret => stripe.confirmCardPayment(secret, { payment_method: 'pm_card_visa' })",
        intent.client_secret,
    )

    assert end["paymentIntent"]["status"] == "succeeded"


async def test_the_form_tells_the_page_what_happens_but_never_the_card(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await shop_page(stage, open_page, await stage.intent())

    await fill(card_form(page), GOOD)
    heard = await page.evaluate("heard")

    assert [one["name"] for one in heard if one["name"] == "ready"] == ["ready"]
    assert "focus" in {one["name"] for one in heard}
    last = next(one for one in reversed(heard) if one["name"] == "change")
    assert (last["elementType"], last["empty"], last["complete"], last["value"]) == (
        "payment", False, True, {"type": "card"},
    )  # fmt: skip
    assert "4242" not in json.dumps(heard)


async def test_an_element_can_be_cleared_moved_and_destroyed(stage: Stage, open_page: OpenPage) -> None:
    page = await shop_page(stage, open_page, await stage.intent())
    await fill(card_form(page), GOOD)

    await page.evaluate("card.clear()")
    assert (await page.evaluate("elements.submit()"))["error"]["code"] == "incomplete_number"
    await page.evaluate("card.unmount(); card.mount(document.getElementById('card'))")
    await card_form(page).locator("[name=number]").wait_for()
    await page.evaluate("card.destroy()")

    assert await page.locator("iframe").count() == 0
    assert await page.evaluate("elements.getElement('payment')") is None
