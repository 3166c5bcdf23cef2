"""Everything a customer can pay with on the hosted page, or save, with JavaScript and without."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.hosted import BOTH, choose, enter, line, now, pay, session
from tests.stripe_sandbox.pages.stage import GOOD, REFUSED, Stage, fill

pytestmark = pytest.mark.asyncio(loop_scope="module")
EUROS = [line(1500, currency="eur")]


async def customer(stage: Stage, *methods: str) -> Any:
    """A customer with saved methods that may be shown again."""
    made = await stage.world.stripe.v1.customers.create_async({"email": "ada@example.org", "name": "Ada"})
    for name in methods:
        method = await stage.world.stripe.v1.payment_methods.attach_async(name, {"customer": made.id})
        await stage.world.stripe.v1.payment_methods.update_async(method.id, {"allow_redisplay": "always"})
    return made


async def opened(stage: Stage, page: Page, **params: Any) -> Any:
    """A session, its page open, an e-mail address typed."""
    made = await session(stage, **params)
    await page.goto(made.url)
    if not await page.locator("[name=email][readonly]").count():
        await page.locator("[name=email]").fill("ada@example.org")
    return made


async def test_only_the_chosen_way_is_open(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page(java_script_enabled=False)
    await opened(stage, page, line_items=EUROS)
    await expect(page.locator("[name=number]")).to_be_visible()
    await expect(page.locator("[name=iban]")).to_be_hidden()

    await choose(page, "SEPA direct debit")

    await expect(page.locator("[name=iban]")).to_be_visible()
    await expect(page.locator("[name=number]")).to_be_hidden()


@BOTH
@pytest.mark.parametrize(
    ("name", "kind", "currency"),
    [
        ("PayPal", "paypal", "usd"), ("Amazon Pay", "amazon_pay", "usd"), ("Klarna", "klarna", "usd"),
        ("iDEAL", "ideal", "eur"),
    ],
)  # fmt: skip
async def test_a_wallet_asks_on_its_own_page_and_comes_back(
    stage: Stage, open_page: OpenPage, javascript: bool, name: str, kind: str, currency: str
) -> None:
    page = await open_page(java_script_enabled=javascript)
    made = await opened(stage, page, line_items=[line(1500, currency=currency)])

    await choose(page, name)
    await pay(page)
    await page.get_by_test_id("redirect-fail").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    assert (await now(stage, made)).status == "open"
    await expect(page.locator("[name=email]")).to_have_value("ada@example.org")
    await expect(page.get_by_role("radio", name=name)).to_be_checked()
    await pay(page)
    await page.get_by_test_id("redirect-authorize").click()
    await page.wait_for_url("**/done**")

    paid = await now(stage, made)
    assert (paid.status, paid.payment_status) == ("complete", "paid")
    charge = await stage.world.stripe.v1.charges.retrieve_async(paid.payment_intent.latest_charge)
    assert charge.payment_method_details.type == kind


@BOTH
async def test_link_pays_at_once(stage: Stage, open_page: OpenPage, javascript: bool) -> None:
    page = await open_page(java_script_enabled=javascript)
    made = await opened(stage, page)

    await choose(page, "Link")
    await pay(page)
    await page.wait_for_url("**/done**")

    assert (await now(stage, made)).payment_status == "paid"


async def test_the_row_that_is_pressed_stays_where_it_is(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page(viewport={"width": 360, "height": 640})
    await opened(stage, page)
    row = page.locator("label", has_text="PayPal")
    await row.scroll_into_view_if_needed()
    before = await row.bounding_box()

    await row.click()
    await expect(page.get_by_text("You confirm this payment at PayPal")).to_be_visible()

    after = await row.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 2


@BOTH
async def test_a_sepa_debit_is_promised_now_and_paid_later(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    page = await open_page(java_script_enabled=javascript)
    made = await opened(stage, page, line_items=EUROS)
    await choose(page, "SEPA direct debit")
    await page.locator("[name=sepa_debit_name]").fill("Ada Lovelace")
    await page.locator("[name=iban]").fill("DE89 3704 0044 0532 0130 01")

    await pay(page)
    await expect(page.get_by_role("alert")).to_contain_text("This IBAN is invalid.")
    await page.locator("[name=iban]").fill("AT61 1904 3002 3457 3201")
    await pay(page)
    await page.wait_for_url("**/done**")

    promised = await now(stage, made)
    assert (promised.status, promised.payment_status) == ("complete", "unpaid")
    await page.goto(f"{stage.sandbox_url}/c/pay/{made.id}")
    await expect(page.get_by_role("heading", name="Your payment is on its way")).to_be_visible()
    await stage.world.pass_time(600)
    assert (await now(stage, made)).payment_status == "paid"


@BOTH
async def test_a_us_bank_account_pays(stage: Stage, open_page: OpenPage, javascript: bool) -> None:
    page = await open_page(java_script_enabled=javascript)
    made = await opened(stage, page)
    await choose(page, "US bank account")
    await page.locator("[name=us_bank_account_name]").fill("Ada Lovelace")
    await page.locator("[name=holder_type]").select_option("company")
    await page.locator("[name=account_number]").fill("000123456789")

    await page.locator("[name=routing_number]").fill("123")
    await pay(page)
    await expect(page.get_by_role("alert")).to_contain_text("nine digits")
    await page.locator("[name=routing_number]").fill("110000000")
    await pay(page)
    await page.wait_for_url("**/done**")

    after = await now(stage, made)
    method = await stage.world.stripe.v1.payment_methods.retrieve_async(after.payment_intent.payment_method)
    assert (after.status, method.us_bank_account.account_holder_type) == ("complete", "company")


@BOTH
async def test_a_saved_card_pays_without_typing(stage: Stage, open_page: OpenPage, javascript: bool) -> None:
    page = await open_page(java_script_enabled=javascript)
    who = await customer(stage, "pm_card_visa", "pm_card_mastercard")
    made = await opened(stage, page, customer=who.id)
    await expect(page.get_by_role("radio", name="Mastercard •••• 4444")).to_be_checked()

    await choose(page, "Visa •••• 4242")
    await pay(page)
    await page.wait_for_url("**/done**")

    paid = await now(stage, made)
    method = await stage.world.stripe.v1.payment_methods.retrieve_async(paid.payment_intent.payment_method)
    assert (method.customer, method.card.last4) == (who.id, "4242")


async def test_another_card_can_be_taken_and_kept(stage: Stage, open_page: OpenPage) -> None:
    page, who = await open_page(), await customer(stage, "pm_card_visa")
    await opened(
        stage, page, customer=who.id, saved_payment_method_options={"payment_method_save": "enabled"}
    )

    await choose(page, "Another card")
    await fill(page, "5555555555554444")
    await page.locator("[name=name]").fill("Ada Lovelace")
    await page.get_by_label("Save for my next purchase").first.check()
    await pay(page)
    await page.wait_for_url("**/done**")

    kept = await stage.world.stripe.v1.customers.payment_methods.list_async(who.id)
    assert sorted(method.card.last4 for method in kept.data) == ["4242", "4444"]


@BOTH
async def test_a_saved_card_can_be_taken_away(stage: Stage, open_page: OpenPage, javascript: bool) -> None:
    page = await open_page(java_script_enabled=javascript)
    who = await customer(stage, "pm_card_visa", "pm_card_mastercard")
    options = {"payment_method_remove": "enabled"}
    await opened(stage, page, customer=who.id, saved_payment_method_options=options)

    await page.get_by_role("button", name="Remove: Mastercard •••• 4444").click()

    await expect(page.get_by_role("radio", name="Mastercard •••• 4444")).to_have_count(0)
    await expect(page.get_by_role("radio", name="Visa •••• 4242")).to_be_checked()
    kept = await stage.world.stripe.v1.customers.payment_methods.list_async(who.id)
    assert [method.card.last4 for method in kept.data] == ["4242"]


async def test_a_stranger_s_saved_card_cannot_be_sent(stage: Stage, open_page: OpenPage) -> None:
    page, other = await open_page(), await customer(stage, "pm_card_visa")
    theirs = (await stage.world.stripe.v1.customers.payment_methods.list_async(other.id)).data[0]
    made = await session(stage)

    answer = await page.request.post(
        made.url, form={"do": "pay", "email": "eve@example.org", "method": theirs.id}
    )

    assert answer.status == 422
    assert (await now(stage, made)).payment_intent is None


@BOTH
async def test_a_card_is_saved_without_a_payment(stage: Stage, open_page: OpenPage, javascript: bool) -> None:
    page, who = await open_page(java_script_enabled=javascript), await customer(stage)
    made = await stage.world.stripe.v1.checkout.sessions.create_async(
        {
            "mode": "setup", "currency": "usd", "customer": who.id,
            "success_url": f"{stage.shop_url}/done", "cancel_url": f"{stage.shop_url}/cart",
        }
    )  # fmt: skip
    await page.goto(made.url)
    await expect(page.get_by_text("Nothing is charged today.")).to_be_visible()

    await fill(page, REFUSED)
    await page.locator("[name=name]").fill("Ada Lovelace")
    await page.get_by_role("button", name="Save payment method").click()
    await expect(page.get_by_role("alert")).to_contain_text("Your card was declined.")
    await fill(page, GOOD)
    await page.get_by_role("button", name="Save payment method").click()
    await page.wait_for_url("**/done**")

    kept = await stage.world.stripe.v1.customers.payment_methods.list_async(who.id)
    assert [method.card.last4 for method in kept.data] == ["4242"]
    await page.goto(f"{stage.sandbox_url}/c/pay/{made.id}")
    await expect(page.get_by_role("heading", name="Payment method saved")).to_be_visible()


@BOTH
async def test_what_the_shop_asks_beside_money_is_answered(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    page = await open_page(java_script_enabled=javascript)
    options = [{"label": "Paper", "value": "paper"}, {"label": "Linen", "value": "linen"}]
    made = await opened(
        stage,
        page,
        custom_fields=[
            {"key": "words", "label": {"type": "custom", "custom": "Dedication"}, "type": "text"},
            {
                "key": "wrap", "label": {"type": "custom", "custom": "Wrapping"}, "type": "dropdown",
                "dropdown": {"options": options},
            },
        ],
        consent_collection={"terms_of_service": "required", "promotions": "auto"},
        tax_id_collection={"enabled": True},
        custom_text={"submit": {"message": "We pack before noon."}},
    )  # fmt: skip
    await expect(page.get_by_text("We pack before noon.")).to_be_visible()
    await enter(page, GOOD)
    await pay(page)
    await expect(page.locator("[id='field:words-fault']")).to_have_text("This field is incomplete.")
    await expect(page.locator("#terms-fault")).to_have_text("Please agree to the terms to go on.")
    await enter(page, GOOD)

    await page.get_by_label("Dedication").fill("For Henry")
    await page.get_by_label("Wrapping").select_option("linen")
    await page.get_by_label("I am buying for a business").check()
    await page.get_by_label("Business name").fill("Analytical Engines")
    await page.get_by_label("Kind of tax ID").select_option("eu_vat")
    await page.get_by_label("Tax ID", exact=True).fill("DE123456789")
    await page.get_by_label("I agree to the terms").check()
    await page.get_by_label("Send me news").check()
    await pay(page)
    await page.wait_for_url("**/done**")

    paid = await now(stage, made)
    assert [field[field.type].value for field in paid.custom_fields] == ["For Henry", "linen"]
    assert (paid.consent.terms_of_service, paid.consent.promotions) == ("accepted", "opt_in")
    assert paid.customer_details.tax_ids[0].value == "DE123456789"


@pytest.mark.parametrize(
    ("kind", "button", "heading"),
    [
        ("pay", "Pay $30.00", "Pay Walden"),
        ("book", "Book for $30.00", "Pay Walden"),
        ("donate", "Donate $30.00", "Donate to Walden"),
    ],
)
async def test_the_button_says_what_it_is_for(
    stage: Stage, open_page: OpenPage, kind: str, button: str, heading: str
) -> None:
    page = await open_page()

    await opened(stage, page, submit_type=kind, branding_settings={"display_name": "Walden"})

    await expect(page.locator("#pay")).to_have_text(button)
    await expect(page.get_by_role("heading", level=1)).to_have_text(heading)


@BOTH
async def test_an_expired_page_leads_to_a_new_one(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    page = await open_page(java_script_enabled=javascript)
    made = await session(stage, after_expiration={"recovery": {"enabled": True}})
    await stage.world.stripe.v1.checkout.sessions.expire_async(made.id)
    await page.goto(made.url)

    await page.get_by_role("link", name="Start again").click()
    await enter(page, GOOD)
    await pay(page)
    await page.wait_for_url("**/done**")

    assert made.id not in page.url
    newest = (await stage.world.stripe.v1.checkout.sessions.list_async({"limit": 1})).data[0]
    assert (newest.recovered_from, newest.payment_status) == (made.id, "paid")
    assert (await now(stage, made)).status == "expired"
