"""A returning customer's saved methods in the Payment Element, through a CustomerSession."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import GOOD, Stage, card_form, fill

pytestmark = pytest.mark.asyncio(loop_scope="module")
FEATURES = {
    "payment_method_redisplay": "enabled", "payment_method_remove": "enabled", "payment_method_save": "enabled",
    "payment_method_save_usage": "on_session",
}  # fmt: skip


async def returning(stage: Stage, *methods: str) -> tuple[Any, Any, list[str]]:
    """A customer with saved methods (oldest first), an intent of theirs, and the methods' ids."""
    v1 = stage.world.stripe.v1
    customer = await v1.customers.create_async({"email": "ada@example.org"})
    ids = []
    for method in methods:
        saved = await v1.payment_methods.attach_async(method, {"customer": customer.id})
        await v1.payment_methods.update_async(saved.id, {"allow_redisplay": "always"})
        ids.append(saved.id)
    return customer, await stage.intent(customer=customer.id), ids


async def pay_page(stage: Stage, page: Page, customer: Any, intent: Any) -> None:
    """The shop's page for a customer it knows."""
    session = await stage.world.stripe.v1.customer_sessions.create_async(
        {"customer": customer.id, "components": {"payment_element": {"enabled": True, "features": FEATURES}}}  # type: ignore[typeddict-item]
    )
    elements = {"clientSecret": intent.client_secret, "customerSessionClientSecret": session.client_secret}
    await page.goto(stage.shop_address(json.dumps({"elements": elements, "redirect": "if_required"})))
    await card_form(page).locator("html.ready").wait_for()


async def test_the_newest_saved_card_is_chosen_and_pays(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    customer, intent, ids = await returning(stage, "pm_card_mastercard", "pm_card_visa")
    await pay_page(stage, page, customer, intent)
    await expect(card_form(page).get_by_role("radio", name="•••• 4242")).to_be_checked()

    await page.get_by_role("button", name="Pay").click()
    await expect(page.locator("#said")).to_have_text("succeeded")

    told = await page.evaluate("heard.findLast((one) => one.name === 'change')")
    assert (told["complete"], told["value"]["type"], told["value"]["payment_method"]["id"]) == (
        True,
        "card",
        ids[1],
    )
    paid = await stage.world.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert paid.payment_method == ids[1]


async def test_a_saved_card_is_removed_after_asking_twice(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    customer, intent, ids = await returning(stage, "pm_card_mastercard", "pm_card_visa")
    await pay_page(stage, page, customer, intent)
    form = card_form(page)

    await form.get_by_role("button", name="Remove •••• 4242").click()
    await expect(form.get_by_role("radio", name="•••• 4242")).to_be_visible()
    await form.get_by_role("button", name="Really remove? •••• 4242").click()
    await expect(form.get_by_role("radio", name="•••• 4242")).to_have_count(0)

    await expect(form.get_by_role("radio", name="•••• 4444")).to_be_checked()
    told = await page.evaluate("heard.find((one) => one.name === 'savedpaymentmethodremove')")
    assert (told["success"], told["payment_method"]["id"]) == (True, ids[1])
    left = await stage.world.stripe.v1.customers.payment_methods.list_async(customer.id)
    assert [method.id for method in left.data] == [ids[0]]


@pytest.mark.parametrize(("ticked", "kept"), [(True, ["always"]), (False, [])])
async def test_a_new_card_is_kept_if_the_customer_says_so(
    stage: Stage, open_page: OpenPage, ticked: bool, kept: list[str]
) -> None:
    page = await open_page()
    customer, intent, _ = await returning(stage)
    await pay_page(stage, page, customer, intent)
    form = card_form(page)

    await fill(form, GOOD)
    await form.get_by_role("checkbox", name="Save this for later purchases").set_checked(ticked)
    await page.get_by_role("button", name="Pay").click()
    await expect(page.locator("#said")).to_have_text("succeeded")

    told = await page.evaluate("heard.findLast((one) => one.name === 'change')")
    assert told["value"]["savePaymentMethod"] is ticked
    saved = await stage.world.stripe.v1.customers.payment_methods.list_async(customer.id)
    assert [method.allow_redisplay for method in saved.data] == kept


async def test_a_customer_with_saved_cards_may_pay_with_another(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    customer, intent, ids = await returning(stage, "pm_card_mastercard")
    await pay_page(stage, page, customer, intent)
    form = card_form(page)
    await expect(form.get_by_label("Card number")).to_be_hidden()

    await form.get_by_role("radio", name="New payment method").check()
    await fill(form, GOOD)
    await page.get_by_role("button", name="Pay").click()
    await expect(page.locator("#said")).to_have_text("succeeded")

    paid = await stage.world.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert paid.payment_method not in ids
