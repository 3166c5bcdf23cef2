"""The Elements by keyboard and for a screen reader."""

import json
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Frame, Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import Stage, card_form, mount
from tests.stripe_sandbox.pages.test_saved_methods import pay_page, returning

pytestmark = pytest.mark.asyncio(loop_scope="module")
DEFERRED = {"mode": "payment", "amount": 1299, "currency": "eur"}
# A frame is part of its page: where the page's landmarks are is not its business.
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
# Who chooses the night has a dark page, and the frame lets it show.
DARK_PAGE = """() => {
  const { dataset, style } = document.documentElement;
  if (dataset.theme === 'night') style.background = '#15161c';
}"""
WALLET = "dialog iframe[name=__privateStripeFrameWallet]"


async def shop(stage: Stage, open_page: OpenPage, elements: Any = None, **options: Any) -> Page:
    """The shop's page, its form ready."""
    page = await open_page()
    await page.goto(stage.shop_address(json.dumps({"elements": DEFERRED | (elements or {})} | options)))
    await card_form(page).locator("html.ready").wait_for()
    return page


async def faults_in(page: Page, selector: str) -> list[str]:
    """What axe finds in the frame at `selector`; colours on their way from one to the other are let finish."""
    held = await page.locator(selector).element_handle()
    frame = await held.content_frame()
    assert isinstance(frame, Frame)
    await frame.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
    await frame.evaluate(DARK_PAGE)
    found = await Axe().run(frame, options=RULES)
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found.response["violations"]]


@pytest.mark.parametrize("theme", ["stripe", "night", "flat"])
@pytest.mark.parametrize("layout", ["tabs", "accordion"])
async def test_the_payment_form_has_no_barriers(
    stage: Stage, open_page: OpenPage, theme: str, layout: str
) -> None:
    asks = {"layout": layout, "fields": {"billingDetails": {"address": "auto"}}}
    page = await shop(stage, open_page, {"appearance": {"theme": theme}}, element=asks)
    await page.evaluate("elements.submit()")

    assert await faults_in(page, "#card iframe") == []


@pytest.mark.parametrize("theme", ["stripe", "night"])
async def test_saved_methods_have_no_barriers(stage: Stage, open_page: OpenPage, theme: str) -> None:
    page = await open_page()
    customer, intent, _ = await returning(stage, "pm_card_mastercard", "pm_card_visa")
    await pay_page(stage, page, customer, intent)
    await page.evaluate("theme => elements.update({ appearance: { theme } })", theme)

    assert await faults_in(page, "#card iframe") == []


@pytest.mark.parametrize("theme", ["stripe", "night"])
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("address", {"mode": "shipping", "fields": {"phone": "always"}}),
        ("linkAuthentication", {}),
        ("expressCheckout", {}),
        ("card", {}),
    ],
)
async def test_the_other_elements_have_no_barriers(
    stage: Stage, open_page: OpenPage, kind: str, options: Any, theme: str
) -> None:
    page = await shop(stage, open_page, {"appearance": {"theme": theme}})
    await mount(page, kind, options)

    assert await faults_in(page, f"#place-{kind} iframe") == []


@pytest.mark.parametrize("theme", ["stripe", "night"])
async def test_the_wallets_sheet_has_no_barriers(stage: Stage, open_page: OpenPage, theme: str) -> None:
    page = await shop(stage, open_page, {"appearance": {"theme": theme}})
    rates = [{"id": "slow", "amount": 490, "displayName": "Standard"}]
    inside = await mount(page, "expressCheckout", {"shippingAddressRequired": True, "shippingRates": rates})

    await inside.get_by_role("button", name="Pay with Google Pay").click()
    await page.frame_locator(WALLET).locator("html.ready").wait_for()

    assert await faults_in(page, WALLET) == []


async def test_every_field_is_reached_in_the_order_of_the_page(stage: Stage, open_page: OpenPage) -> None:
    asks = {"layout": "accordion", "fields": {"billingDetails": {"address": "auto"}}}
    page = await shop(stage, open_page, element=asks)
    form = card_form(page)
    await form.get_by_role("button", name="Card", exact=True).focus()

    for label in ("Card number", "Expiration date", "Security code", "Country or region", "Postal code"):
        await page.keyboard.press("Tab")
        await expect(form.locator("#panel-card").get_by_label(label)).to_be_focused()

    await page.keyboard.press("Tab")
    await expect(form.get_by_role("button", name="Link")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(form.get_by_role("button", name="Link")).to_have_attribute("aria-expanded", "true")


async def test_what_is_wrong_is_read_out_and_belongs_to_its_field(stage: Stage, open_page: OpenPage) -> None:
    page = await shop(stage, open_page)
    form = card_form(page)
    number = form.get_by_label("Card number")
    await expect(form.locator("#number-fault")).to_have_attribute("aria-live", "polite")

    await number.fill("4242 4242 4242 4241")
    await page.keyboard.press("Tab")

    await expect(number).to_have_accessible_description("Your card number is invalid.")
    await expect(number).to_have_attribute("aria-invalid", "true")
    await number.fill("4242 4242 4242 4242")
    await expect(number).to_have_accessible_description("")
    await expect(number).to_have_attribute("aria-invalid", "false")


async def test_the_first_field_that_is_wrong_gets_the_focus(stage: Stage, open_page: OpenPage) -> None:
    page = await shop(stage, open_page)
    await card_form(page).get_by_label("Card number").fill("4242 4242 4242 4242")

    await page.evaluate("elements.submit()")

    await expect(card_form(page).get_by_label("Expiration date")).to_be_focused()


async def test_a_tab_tells_which_form_is_its_own(stage: Stage, open_page: OpenPage) -> None:
    page = await shop(stage, open_page)
    form = card_form(page)

    await form.get_by_role("tab", name="Card").focus()
    await page.keyboard.press("ArrowRight")

    chosen = form.get_by_role("tab", selected=True)
    await expect(chosen).to_have_accessible_name("Link")
    await expect(chosen).to_have_attribute("tabindex", "0")
    await expect(form.get_by_role("tab", name="Card")).to_have_attribute("tabindex", "-1")
    await expect(form.get_by_role("tabpanel", name="Link")).to_be_visible()
    await page.keyboard.press("End")
    last = form.get_by_role("tab").last
    await expect(last).to_be_focused()
    await page.keyboard.press("Home")
    await expect(form.get_by_role("tab", name="Card")).to_be_focused()


async def test_saved_methods_are_one_group_of_choices(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    customer, intent, _ = await returning(stage, "pm_card_mastercard", "pm_card_visa")
    await pay_page(stage, page, customer, intent)
    form = card_form(page)
    group = form.get_by_role("group", name="Saved payment methods")

    await group.get_by_role("radio", name="•••• 4242").focus()
    await page.keyboard.press("ArrowDown")
    await expect(group.get_by_role("radio", name="•••• 4444")).to_be_checked()
    await page.keyboard.press("ArrowDown")

    await expect(group.get_by_role("radio", name="New payment method")).to_be_checked()
    await expect(form.get_by_label("Card number")).to_be_visible()


async def test_the_wallets_sheet_takes_the_focus_and_gives_it_back(stage: Stage, open_page: OpenPage) -> None:
    page = await shop(stage, open_page)
    inside = await mount(page, "expressCheckout")
    await inside.get_by_role("button", name="Pay with Google Pay").focus()

    await page.keyboard.press("Enter")
    await expect(page.frame_locator(WALLET).get_by_role("radio", name="4242")).to_be_focused()
    await page.keyboard.press("Escape")

    await expect(page.locator("dialog")).to_have_count(0)
    assert await page.evaluate("document.activeElement.title") == "Secure payment button frame"
    await page.keyboard.press("Tab")
    await expect(inside.get_by_role("button", name="Pay with PayPal")).to_be_focused()


async def test_movement_is_spared_who_asks_for_that(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page(reduced_motion="reduce")
    await page.goto(stage.shop_address(json.dumps({"elements": DEFERRED})))

    tab = card_form(page).get_by_role("tab", name="Card")

    await expect(tab).to_have_css("transition-duration", "0s")
