"""The Address Element and the Link Authentication Element, alone and together with a payment."""

import json
from typing import Any

import pytest
from playwright.async_api import FrameLocator, Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import GOOD, Stage, card_form, fill, mount

pytestmark = pytest.mark.asyncio(loop_scope="module")
KNOWN = {
    "name": "Lise Meitner",
    "address": {
        "line1": "Unter den Linden 6", "city": "Berlin", "state": "", "postal_code": "10117", "country": "DE",
    },
}  # fmt: skip


async def form_page(stage: Stage, open_page: OpenPage, intent: Any) -> Page:
    """The shop's page with the form for `intent`."""
    page = await open_page()
    await page.goto(stage.shop_address(json.dumps({"elements": {"clientSecret": intent.client_secret}})))
    await card_form(page).locator("html.ready").wait_for()
    return page


async def enter(form: FrameLocator) -> None:
    """An American address."""
    await form.get_by_label("Full name").fill("Grace Hopper")
    await form.get_by_label("Address", exact=True).fill("1 Main Street")
    await form.get_by_label("City").fill("Arlington")
    await form.get_by_label("State or province").fill("VA")
    await form.get_by_label("Postal code").fill("22201")


async def test_an_address_is_told_and_can_be_asked_for(stage: Stage, open_page: OpenPage) -> None:
    page = await form_page(stage, open_page, await stage.intent())
    form = await mount(page, "address", {"mode": "shipping", "fields": {"phone": "always"}})
    await enter(form)
    early = await page.evaluate("made.address.getValue()")

    await form.get_by_label("Phone number").fill("+1 703 555 0100")
    value = await page.evaluate("made.address.getValue()")

    assert (early["complete"], value["complete"], value["isNewAddress"]) == (False, True, True)
    assert value["value"] == {
        "name": "Grace Hopper", "phone": "+1 703 555 0100",
        "address": {
            "line1": "1 Main Street", "line2": None, "city": "Arlington", "state": "VA", "postal_code": "22201",
            "country": "US",
        },
    }  # fmt: skip
    last = await page.evaluate("said.address.at(-1)")
    assert (last["elementType"], last["elementMode"], last["empty"], last["complete"]) == (
        "address", "shipping", False, True,
    )  # fmt: skip


async def test_an_address_goes_along_with_the_payment(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent()
    page = await form_page(stage, open_page, intent)
    await enter(await mount(page, "address", {"mode": "shipping"}))
    await fill(card_form(page), GOOD)

    await page.evaluate("stripe.confirmPayment({ elements, redirect: 'if_required' })")

    paid = await stage.world.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert paid.shipping is not None
    assert (paid.shipping.name, paid.shipping.address.city) == ("Grace Hopper", "Arlington")  # type: ignore[union-attr]


async def test_a_billing_address_and_an_email_are_the_cards(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent()
    page = await form_page(stage, open_page, intent)
    await enter(await mount(page, "address", {"mode": "billing"}))
    email = await mount(page, "linkAuthentication")
    await email.get_by_label("Email").fill("grace@example.org")
    await fill(card_form(page), GOOD)

    await page.evaluate("stripe.confirmPayment({ elements, redirect: 'if_required' })")

    charges = await stage.world.stripe.v1.charges.list_async({"payment_intent": intent.id})
    details = charges.data[0].billing_details
    assert (details.name, details.email, details.address.state) == ("Grace Hopper", "grace@example.org", "VA")  # type: ignore[union-attr]
    assert await page.evaluate("said.linkAuthentication.at(-1)") == {
        "elementType": "linkAuthentication", "empty": False, "complete": True, "value": {"email": "grace@example.org"},
    }  # fmt: skip


async def test_submit_marks_what_an_address_lacks(stage: Stage, open_page: OpenPage) -> None:
    page = await form_page(stage, open_page, await stage.intent())
    form = await mount(page, "address", {"mode": "shipping", "blockPoBox": True})
    await fill(card_form(page), GOOD)
    await enter(form)
    await form.get_by_label("Address", exact=True).fill("P.O. Box 7")

    refused = await page.evaluate("elements.submit()")
    await form.get_by_label("City").fill("")
    again = await page.evaluate("elements.submit()")

    assert refused["error"] == {
        "type": "validation_error", "code": "po_box", "message": "We cannot deliver to a PO box.",
    }  # fmt: skip
    assert again["error"]["type"] == "validation_error"
    await expect(form.locator("#city-fault")).to_have_text("Enter your city.")


async def test_what_is_asked_depends_on_the_country(stage: Stage, open_page: OpenPage) -> None:
    page = await form_page(stage, open_page, await stage.intent())
    options = {"mode": "shipping", "allowedCountries": ["DE", "HK", "US"], "display": {"name": "split"}}
    form = await mount(page, "address", options)
    await expect(form.get_by_label("State or province")).to_be_visible()

    await form.get_by_label("Country or region").select_option("HK")

    await expect(form.get_by_label("State or province")).to_be_hidden()
    await expect(form.get_by_label("Postal code")).to_be_hidden()
    await expect(form.get_by_label("First name")).to_be_visible()
    assert await form.locator("#country option").count() == 3


async def test_a_known_address_is_chosen_or_another_one_typed(stage: Stage, open_page: OpenPage) -> None:
    page = await form_page(stage, open_page, await stage.intent())
    form = await mount(page, "address", {"mode": "shipping", "contacts": [KNOWN]})
    known = await page.evaluate("made.address.getValue()")

    await form.get_by_label("New address").check()
    fresh = await page.evaluate("made.address.getValue()")

    assert (known["complete"], known["isNewAddress"], known["value"]["name"]) == (True, False, "Lise Meitner")
    assert (fresh["complete"], fresh["isNewAddress"]) == (False, True)


async def test_there_may_be_one_address_of_each_kind(stage: Stage, open_page: OpenPage) -> None:
    page = await form_page(stage, open_page, await stage.intent())

    found = await page.evaluate(
        """() => {
          const shipping = elements.create('address', { mode: 'shipping' });
          const billing = elements.create('address', { mode: 'billing' });
          return [
            elements.getElement('address', { mode: 'billing' }) === billing,
            elements.getElement('address') === shipping,
          ];
        }"""
    )

    assert found == [True, True]
