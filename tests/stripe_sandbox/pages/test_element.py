"""The Payment Element on a shop's page of another origin."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, Request, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import GOOD, REFUSED, WRONG_CVC, Stage, card_form, fill

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def pay_page(stage: Stage, page: Page, intent: Any, **options: Any) -> None:
    """Open the shop's page for `intent` and wait for the card form."""
    elements = {"clientSecret": intent.client_secret} | options.pop("elements", {})
    await page.goto(stage.shop_address(json.dumps({"elements": elements, "redirect": "always"} | options)))
    await card_form(page).locator("html.ready").wait_for()


async def test_a_good_card_pays_and_the_customer_returns_with_the_payment(
    stage: Stage, open_page: OpenPage
) -> None:
    page, intent = await open_page(), await stage.intent()
    await pay_page(stage, page, intent)

    await fill(card_form(page), GOOD)
    await page.get_by_role("button", name="Pay").click()
    await page.wait_for_url("**/done**")

    assert page.url == (
        f"{stage.shop_url}/done?order=7&payment_intent={intent.id}"
        f"&payment_intent_client_secret={intent.client_secret}&redirect_status=succeeded"
    )
    assert await stage.charges(intent) == ["succeeded"]


async def test_the_card_number_reaches_nobody_but_the_sandbox(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await open_page(), await stage.intent()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    await pay_page(stage, page, intent)

    await fill(card_form(page), GOOD)
    await page.get_by_role("button", name="Pay").click()
    await page.wait_for_url("**/done**")

    carriers = [request for request in sent if GOOD in (request.post_data or "") + request.url]
    assert [request.url for request in carriers] == [
        f"{stage.sandbox_url}/v1/payment_intents/{intent.id}/confirm"
    ]
    assert carriers[0].frame.url.startswith(stage.sandbox_url)


async def test_a_refused_card_is_said_and_another_one_pays(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await open_page(), await stage.intent()
    await pay_page(stage, page, intent)

    await fill(card_form(page), REFUSED)
    await page.get_by_role("button", name="Pay").click()
    await expect(page.locator("#said")).to_have_text("Your card was declined.")
    assert await stage.status(intent) == "requires_payment_method"
    await fill(card_form(page), GOOD)
    await page.get_by_role("button", name="Pay").click()
    await page.wait_for_url("**/done**")

    assert await stage.charges(intent) == ["succeeded", "failed"]


async def test_an_error_about_one_field_stands_beside_it(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await open_page(), await stage.intent()
    await pay_page(stage, page, intent)

    await fill(card_form(page), WRONG_CVC)
    await page.get_by_role("button", name="Pay").click()

    await expect(card_form(page).locator("#cvc-fault")).to_have_text(
        "Your card's security code is incorrect."
    )
    await expect(card_form(page).locator("[name=cvc]")).to_be_focused()
    await expect(card_form(page).get_by_label("Security code")).to_have_accessible_description(
        "Your card's security code is incorrect."
    )


async def test_an_incomplete_form_is_marked_and_nothing_is_sent(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await open_page(), await stage.intent()
    await pay_page(stage, page, intent)
    form = card_form(page)

    await fill(form, "4242 4242 4242 4241", expiry="13 / 30", cvc="1")
    await page.get_by_role("button", name="Pay").click()

    await expect(page.locator("#said")).to_have_text("Your card number is invalid.")
    await expect(form.locator("#number-fault")).to_have_text("Your card number is invalid.")
    await expect(form.locator("#expiry-fault")).to_have_text("Your card's expiration month is invalid.")
    await expect(form.locator("#cvc-fault")).to_have_text("Your card's security code is incomplete.")
    await expect(form.locator("[name=number]")).to_have_attribute("aria-invalid", "true")
    assert await stage.charges(intent) == []


async def test_a_card_can_be_paid_by_keyboard_alone(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await open_page(), await stage.intent()
    await pay_page(stage, page, intent)

    await page.keyboard.press("Tab")
    await expect(card_form(page).get_by_role("tab", name="Card")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(card_form(page).get_by_label("More payment methods")).to_be_focused()
    await page.keyboard.press("Tab")
    for keys in (GOOD, "1234", "123"):
        await page.keyboard.type(keys)
        await page.keyboard.press("Tab")
    await expect(card_form(page).locator("[name=number]")).to_have_value("4242 4242 4242 4242")
    await expect(card_form(page).locator("[name=expiry]")).to_have_value("12 / 34")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/done**")

    assert await stage.charges(intent) == ["succeeded"]


@pytest.mark.parametrize(
    ("typed", "shown", "brand"),
    [
        ("378282246310005", "3782 822463 10005", "amex"),
        ("5555555555554444", "5555 5555 5555 4444", "mastercard"),
        ("30569309025904", "3056 930902 5904", "diners"),
        ("4242abc4242", "4242 4242", "visa"),
    ],
)
async def test_a_number_is_grouped_as_on_its_card(
    stage: Stage, open_page: OpenPage, typed: str, shown: str, brand: str
) -> None:
    page = await open_page()
    await pay_page(stage, page, await stage.intent())

    number = card_form(page).locator("[name=number]")
    await number.press_sequentially(typed)

    await expect(number).to_have_value(shown)
    assert await card_form(page).locator("[data-marks] svg").evaluate_all(
        "all => all.map(one => one.dataset.brand)"
    ) == [brand]


async def test_a_digit_in_the_middle_can_be_corrected(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    await pay_page(stage, page, await stage.intent())
    number = card_form(page).locator("[name=number]")
    await number.press_sequentially("4242424242424242")

    await number.evaluate("input => input.setSelectionRange(6, 6)")
    await page.keyboard.press("Backspace")
    await page.keyboard.type("7")

    await expect(number).to_have_value("4242 7242 4242 4242")


async def test_two_confirms_at_once_pay_once(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await open_page(), await stage.intent()
    await pay_page(stage, page, intent)
    await fill(card_form(page), GOOD)

    ends = await page.evaluate(
        "Promise.all([1, 2].map(() => stripe.confirmPayment({ elements, redirect: 'if_required' })))"
    )

    assert ends[0]["paymentIntent"]["status"] == "succeeded"
    assert ends[1]["error"]["code"] == "payment_confirmation_in_progress"
    assert await stage.charges(intent) == ["succeeded"]


@pytest.mark.parametrize("fault", ["lose_answer", "lose_request"])
async def test_a_lost_call_is_made_again_and_paid_once(stage: Stage, open_page: OpenPage, fault: str) -> None:
    page, intent = await open_page(), await stage.intent()
    await pay_page(stage, page, intent)
    await fill(card_form(page), GOOD)
    order = {"fault": fault, "match": {"method": "POST", "path": f"/v1/payment_intents/{intent.id}/confirm"}}
    assert (await stage.world.control("POST", "/faults", order))[0] == 201

    await page.get_by_role("button", name="Pay").click()
    await page.wait_for_url("**/done**")

    assert await stage.charges(intent) == ["succeeded"]


@pytest.mark.parametrize("width", [360, 1440])
async def test_the_page_does_not_jump_when_the_form_arrives(
    stage: Stage, open_page: OpenPage, width: int
) -> None:
    page, intent = await open_page(viewport={"width": width, "height": 800}), await stage.intent()
    await page.route("**/_pages/elements/payment**", lambda route: route.abort())
    options = json.dumps({"elements": {"clientSecret": intent.client_secret}})
    await page.goto(stage.shop_address(options))
    reserved = (await page.locator("#below").bounding_box() or {})["y"]
    await page.unroute("**/_pages/elements/payment**")

    await pay_page(stage, page, intent)
    await expect(card_form(page).locator("html")).to_have_class("ready")

    assert (await page.locator("#below").bounding_box() or {})["y"] == reserved
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_the_form_wears_the_shops_language_and_look(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    look = {
        "theme": "night",
        "variables": {"colorPrimary": "#00ff00", "borderRadius": "0px", "colorText": "url(x)"},
        "rules": {
            ".Input": {"border": "2px solid rgb(1, 2, 3)", "position": "fixed"},
            "body": {"color": "red"},
        },
    }

    await pay_page(stage, page, await stage.intent(), elements={"locale": "de", "appearance": look})

    form = card_form(page)
    await expect(form.get_by_label("Kartennummer")).to_be_visible()
    style = "getComputedStyle(document.documentElement)"
    assert await form.locator("html").evaluate(f"() => {style}.getPropertyValue('--primary')") == "#00ff00"
    await expect(form.locator("[name=number]")).to_have_css("border-radius", "0px")
    await expect(form.locator("[name=number]")).to_have_css("border", "2px solid rgb(1, 2, 3)")
    await expect(form.locator("[name=number]")).to_have_css("position", "static")
    assert "url" not in await form.locator("html").evaluate(f"() => {style}.getPropertyValue('--text')")
    await page.get_by_role("button", name="Pay").click()
    await expect(form.locator("#number-fault")).to_have_text("Die Kartennummer ist unvollständig.")


async def test_country_and_postal_code_are_asked_when_the_shop_says_so(
    stage: Stage, open_page: OpenPage
) -> None:
    page, intent = await open_page(), await stage.intent()
    asked = {"fields": {"billingDetails": {"address": "auto"}}}
    await pay_page(stage, page, intent, element=asked)
    form = card_form(page)

    await fill(form, GOOD)
    await page.get_by_role("button", name="Pay").click()
    await expect(form.locator("#postalCode-fault")).to_have_text("Your postal code is incomplete.")
    await form.get_by_label("Postal code").fill("94103")
    await page.get_by_role("button", name="Pay").click()
    await page.wait_for_url("**/done**")

    charges = await stage.world.stripe.v1.charges.list_async({"payment_intent": intent.id})
    address = charges.data[0].billing_details.address
    assert address is not None
    assert (address.country, address.postal_code) == ("US", "94103")


async def test_messages_of_strangers_are_not_heard(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    await pay_page(stage, page, await stage.intent())

    await page.evaluate("window.postMessage({ sandbox: 'element', type: 'resize', height: 1 }, '*')")
    await page.evaluate(
        "window.postMessage({ sandbox: 'element', type: 'change', detail: { complete: true } }, '*')"
    )

    assert await page.locator("#card iframe").evaluate("frame => frame.style.height") == "216px"
    assert not await page.evaluate("heard.some((one) => one.name === 'change' && one.complete)")


async def test_a_payment_that_is_over_takes_no_card(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await stage.world.paid()
    await pay_page(stage, page, intent)

    await expect(card_form(page).locator("html")).to_have_class("ready")
    await fill(card_form(page), GOOD)
    await page.get_by_role("button", name="Pay").click()

    await expect(page.locator("#said")).to_contain_text("You cannot confirm this PaymentIntent")
    heard = await page.evaluate("heard.find((one) => one.name === 'loaderror')")
    assert heard["error"]["code"] == "payment_intent_unexpected_state"
    assert await stage.charges(intent) == ["succeeded"]
