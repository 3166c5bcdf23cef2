"""The Payment Element's choice of methods: tabs, an accordion, bank accounts, redirects."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import GOOD, Stage, card_form, fill, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
EURO_IBAN, FAILING_IBAN = "AT611904300234573201", "AT861904300235473202"


async def pay_page(stage: Stage, page: Page, elements: Any, **options: Any) -> None:
    """The shop's page, its form ready."""
    await page.goto(
        stage.shop_address(json.dumps({"elements": elements, "redirect": "if_required"} | options))
    )
    await card_form(page).locator("html.ready").wait_for()


async def offered(page: Page) -> list[str]:
    """The methods on offer, as the page was told."""
    found = await page.evaluate("heard.findLast((one) => one.name === 'availablepaymentmethodschange')")
    return list(found["paymentMethods"])


async def test_the_form_offers_what_the_intent_takes(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await stage.intent(allowed_payment_method_types=["card", "ideal", "sepa_debit"])

    await pay_page(stage, page, {"clientSecret": intent.client_secret})

    assert sorted(await offered(page)) == ["card", "ideal", "sepa_debit"]
    assert await card_form(page).get_by_role("tab").all_inner_texts() == ["Card", "iDEAL", "SEPA debit"]
    await expect(card_form(page).get_by_role("tab", name="Card")).to_have_attribute("aria-selected", "true")


async def test_one_method_needs_no_choice(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await stage.intent(allowed_payment_method_types=["card"])

    await pay_page(stage, page, {"clientSecret": intent.client_secret})

    await expect(card_form(page).get_by_role("tablist")).to_be_hidden()
    await expect(card_form(page).get_by_label("Card number")).to_be_visible()


async def test_a_payment_without_an_intent_offers_what_it_would(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    deferred = {"mode": "payment", "amount": 1299, "currency": "eur"}

    await pay_page(stage, page, deferred | {"excludedPaymentMethodTypes": ["klarna"]})

    intent = await stage.intent(excluded_payment_method_types=["klarna"])
    assert await offered(page) == intent.payment_method_types


async def test_tabs_are_walked_with_the_arrow_keys(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await stage.intent(allowed_payment_method_types=["card", "ideal", "sepa_debit"])
    await pay_page(stage, page, {"clientSecret": intent.client_secret})
    await card_form(page).get_by_role("tab", name="Card").focus()

    await page.keyboard.press("ArrowLeft")

    await expect(card_form(page).get_by_role("tab", name="SEPA debit")).to_be_focused()
    await expect(card_form(page).get_by_role("tabpanel", name="SEPA debit")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(card_form(page).get_by_role("textbox", name="Full name")).to_be_focused()


async def test_methods_that_do_not_fit_are_in_a_list(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await open_page(viewport={"width": 360, "height": 800}), await stage.intent()
    await pay_page(stage, page, {"clientSecret": intent.client_secret})

    await card_form(page).get_by_label("More payment methods").select_option(label="SEPA debit")

    await expect(card_form(page).get_by_role("tab", name="SEPA debit")).to_have_attribute(
        "aria-selected", "true"
    )
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_an_accordion_opens_one_method_at_a_time(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await open_page(), await stage.intent()
    layout = {"type": "accordion", "defaultCollapsed": True, "spacedAccordionItems": True}
    await pay_page(stage, page, {"clientSecret": intent.client_secret}, element={"layout": layout})
    form = card_form(page)
    await expect(form.get_by_label("Card number")).to_be_hidden()
    refused = await page.evaluate("elements.submit()")

    await form.get_by_role("button", name="iDEAL").click()
    await form.get_by_role("button", name="Card", exact=True).click()

    await expect(form.get_by_role("button", name="Card", exact=True)).to_have_attribute(
        "aria-expanded", "true"
    )
    await expect(form.get_by_role("button", name="iDEAL")).to_have_attribute("aria-expanded", "false")
    assert refused["error"]["code"] == "incomplete_payment_details"
    await page.evaluate("card.collapse()")
    await expect(form.get_by_label("Card number")).to_be_hidden()
    last = await page.evaluate("heard.findLast((one) => one.name === 'change')")
    assert (last["collapsed"], last["complete"]) == (True, False)


async def test_the_shop_decides_the_order(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await stage.intent(allowed_payment_method_types=["card", "ideal", "klarna"])

    await pay_page(
        stage,
        page,
        {"clientSecret": intent.client_secret},
        element={"paymentMethodOrder": ["klarna", "card"]},
    )

    assert await card_form(page).get_by_role("tab").all_inner_texts() == ["Klarna", "Card", "iDEAL"]


@pytest.mark.parametrize(
    ("iban", "ends"), [(EURO_IBAN, "succeeded"), (FAILING_IBAN, "requires_payment_method")]
)
async def test_a_bank_account_in_europe_pays_later(
    stage: Stage, open_page: OpenPage, iban: str, ends: str
) -> None:
    page = await open_page()
    intent = await stage.intent(allowed_payment_method_types=["card", "sepa_debit"])
    await pay_page(stage, page, {"clientSecret": intent.client_secret})
    form = card_form(page)
    await form.get_by_role("tab", name="SEPA debit").click()
    await page.get_by_role("button", name="Pay").click()
    await expect(form.locator("#iban-fault")).to_have_text("Your IBAN is incomplete.")
    await expect(form.locator("#sepa_debit_name-fault")).to_have_text("Enter your name.")

    await form.get_by_role("textbox", name="Full name").fill("Lise Meitner")
    await form.get_by_role("textbox", name="Email").fill("lise@example.org")
    await form.get_by_role("textbox", name="IBAN").fill(iban)
    await page.get_by_role("button", name="Pay").click()
    await expect(page.locator("#said")).to_have_text("processing")
    await stage.world.pass_time(600)

    assert await stage.status(intent) == ends


async def test_a_bank_account_in_the_states_pays_later(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await stage.intent(currency="usd", allowed_payment_method_types=["us_bank_account"])
    await pay_page(stage, page, {"clientSecret": intent.client_secret})
    form = card_form(page)

    await form.get_by_role("textbox", name="Full name").fill("Grace Hopper")
    await form.get_by_role("textbox", name="Email").fill("grace@example.org")
    await form.get_by_role("button", name="110000000").click()
    await page.get_by_role("button", name="Pay").click()
    await expect(page.locator("#said")).to_have_text("processing")
    await stage.world.pass_time(600)

    assert await stage.status(intent) == "succeeded"


async def test_a_redirect_method_leaves_and_comes_back(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await stage.intent(allowed_payment_method_types=["card", "ideal"])
    await pay_page(stage, page, {"clientSecret": intent.client_secret})

    await card_form(page).get_by_role("tab", name="iDEAL").click()
    await page.get_by_role("button", name="Pay").click()
    await page.wait_for_url(f"{stage.sandbox_url}/**")
    await page.locator("button[value=succeed]").click()
    await page.wait_for_url("**/done**")

    assert await stage.status(intent) == "succeeded"
    assert f"payment_intent={intent.id}" in page.url


async def test_a_card_is_told_by_its_brand_only(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await open_page(), await stage.intent()
    await pay_page(stage, page, {"clientSecret": intent.client_secret})

    await fill(card_form(page), GOOD)

    told = await page.evaluate("heard.findLast((one) => one.name === 'carddetailschange')")
    assert (told["loading"], told["details"]) == (False, {"brands": ["visa"], "funding": None})
    change = await page.evaluate("heard.findLast((one) => one.name === 'change')")
    assert sorted(change) == ["collapsed", "complete", "elementType", "empty", "name", "value"]


async def test_another_language_redraws_the_words_and_keeps_what_was_typed(
    stage: Stage, open_page: OpenPage
) -> None:
    page, intent = await open_page(), await stage.intent()
    await pay_page(stage, page, {"clientSecret": intent.client_secret})
    await card_form(page).locator("[name=number]").fill(GOOD)

    await page.evaluate("elements.update({ locale: 'fr' })")

    await expect(card_form(page).get_by_label("Numéro de carte")).to_have_value("4242 4242 4242 4242")
    await expect(card_form(page).get_by_role("tab", name="Carte")).to_be_visible()
    await expect(card_form(page).locator("html")).to_have_attribute("lang", "fr")


async def test_a_changed_currency_changes_the_offer(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    await pay_page(stage, page, {"mode": "payment", "amount": 1299, "currency": "eur"})
    before = await offered(page)
    change = "elements.update({ currency: 'usd', amount: 900 })"

    await page.evaluate(f"new Promise((end) => {{ elements.on('update-end', end); {change} }})")

    told = "heard.findLast((one) => one.name === 'availablepaymentmethodschange').paymentMethods"
    await until(page, f"{told}.us_bank_account")
    assert "sepa_debit" in before
    assert "sepa_debit" not in await offered(page)


async def test_terms_stand_under_what_is_kept(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    intent = await stage.intent(setup_future_usage="off_session")
    shown = {"clientSecret": intent.client_secret}

    await pay_page(stage, page, shown, element={"business": {"name": "Kassa Books"}})
    await expect(card_form(page).locator("#panel-card .terms")).to_contain_text(
        "You allow Kassa Books to charge"
    )

    await pay_page(stage, page, shown, element={"terms": {"card": "never"}})
    await expect(card_form(page).locator("#panel-card .terms")).to_be_hidden()
