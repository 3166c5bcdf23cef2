"""The hosted page where nothing is charged yet, or not at once: saving any way to pay, holds, debits that fail."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.hosted import BOTH, choose, enter, line, now, pay, session
from tests.stripe_sandbox.pages.stage import CHALLENGED, GOOD, Stage, fill
from tests.stripe_sandbox.pages.test_hosted_methods import EUROS, customer, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")
FAILING_IBAN = "AT86 1904 3002 3547 3202"


async def saving(stage: Stage, page: Page, currency: str = "usd", **params: Any) -> Any:
    """A session that saves a way to pay, its page open."""
    who = await customer(stage)
    made = await stage.world.stripe.v1.checkout.sessions.create_async(
        {
            "mode": "setup", "currency": currency, "customer": who.id,
            "success_url": f"{stage.shop_url}/done", "cancel_url": f"{stage.shop_url}/cart",
        } | params  # type: ignore[arg-type]
    )  # fmt: skip
    await page.goto(made.url)
    return made


async def kept(stage: Stage, made: Any) -> list[str]:
    """The kinds of what the customer of a session has saved."""
    found = await stage.world.stripe.v1.customers.payment_methods.list_async(made.customer)
    return [method.type for method in found.data]


@BOTH
@pytest.mark.parametrize(("name", "kind"), [("Amazon Pay", "amazon_pay"), ("PayPal", "paypal")])
async def test_a_wallet_is_saved_on_its_own_page(
    stage: Stage, open_page: OpenPage, javascript: bool, name: str, kind: str
) -> None:
    page = await open_page(java_script_enabled=javascript)
    made = await saving(stage, page)

    await choose(page, name)
    await pay(page)
    await page.get_by_test_id("redirect-fail").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    assert await kept(stage, made) == []
    await pay(page)
    await page.get_by_test_id("redirect-authorize").click()
    await page.wait_for_url("**/done**")

    assert (await now(stage, made)).status == "complete"
    assert await kept(stage, made) == [kind]


async def test_link_is_saved_at_once(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    made = await saving(stage, page)

    await choose(page, "Link")
    await pay(page)
    await page.wait_for_url("**/done**")

    assert await kept(stage, made) == ["link"]


@BOTH
async def test_a_european_account_is_saved_with_its_mandate(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    page = await open_page(java_script_enabled=javascript)
    made = await saving(stage, page, "eur")

    await choose(page, "SEPA direct debit")
    await page.locator("[name=sepa_debit_name]").fill("Ada Lovelace")
    await page.locator("[name=iban]").fill("AT61 1904 3002 3457 3201")
    await pay(page)
    await page.wait_for_url("**/done**")

    setup = await stage.world.stripe.v1.setup_intents.retrieve_async((await now(stage, made)).setup_intent)
    assert await kept(stage, made) == ["sepa_debit"]
    assert setup.mandate is not None


@BOTH
async def test_a_bank_asks_before_a_card_is_saved(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    page = await open_page(java_script_enabled=javascript)
    made = await saving(stage, page)
    await fill(page, CHALLENGED)
    await page.locator("[name=name]").fill("Ada Lovelace")

    await pay(page)
    await page.get_by_test_id("3ds-fail").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    assert await kept(stage, made) == []
    await fill(page, CHALLENGED)
    await pay(page)
    await page.get_by_test_id("3ds-complete").click()
    await page.wait_for_url("**/done**")

    assert await kept(stage, made) == ["card"]


async def test_only_the_ways_the_shop_allows_are_offered(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()

    await opened(stage, page, allowed_payment_method_types=["card", "paypal"])

    assert await page.locator(".method-name").all_inner_texts() == ["Card", "PayPal"]


async def test_one_way_to_pay_is_no_choice(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    made = await opened(stage, page, allowed_payment_method_types=["paypal"])
    await expect(page.get_by_role("radio")).to_have_count(0)

    await pay(page)
    await page.get_by_test_id("redirect-authorize").click()
    await page.wait_for_url("**/done**")

    assert (await now(stage, made)).payment_status == "paid"


async def test_a_hold_is_made_where_the_shop_captures_later(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    made = await session(stage, payment_intent_data={"capture_method": "manual"})
    await page.goto(made.url)

    await enter(page, GOOD)
    await pay(page)
    await page.wait_for_url("**/done**")

    held = await now(stage, made)
    assert (held.status, held.payment_intent.status) == ("complete", "requires_capture")


async def test_a_debit_that_failed_is_not_said_to_be_on_its_way(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    made = await opened(stage, page, line_items=EUROS)
    await choose(page, "SEPA direct debit")
    await page.locator("[name=sepa_debit_name]").fill("Ada Lovelace")
    await page.locator("[name=iban]").fill(FAILING_IBAN)
    await pay(page)
    await page.wait_for_url("**/done**")

    await stage.world.pass_time(600)
    await page.goto(f"{stage.sandbox_url}/c/pay/{made.id}")

    await expect(page.get_by_role("heading", level=1)).to_have_text("The payment failed")
    assert (await now(stage, made)).payment_status == "unpaid"


async def test_a_recovered_page_asks_for_the_same_things(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    recovery = {"recovery": {"enabled": True, "allow_promotion_codes": True}}
    made = await session(
        stage,
        after_expiration=recovery,
        line_items=[line(1500, 2)],
        phone_number_collection={"enabled": True},
    )
    await stage.world.stripe.v1.checkout.sessions.expire_async(made.id)
    await page.goto(made.url)

    await page.get_by_role("link", name="Start again").click()

    await expect(page.locator("#pay")).to_have_text("Pay $30.00")
    await expect(page.locator("[name=phone]")).to_be_visible()
    await expect(page.get_by_label("Promotion code")).to_be_visible()


async def test_after_thirty_days_there_is_no_way_back(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    made = await session(stage, after_expiration={"recovery": {"enabled": True}})
    expired = await stage.world.stripe.v1.checkout.sessions.expire_async(made.id)
    await page.goto(made.url)
    await expect(page.get_by_role("link", name="Start again")).to_be_visible()

    await stage.world.pass_time(31 * 86400)
    await page.goto(made.url)

    await expect(page.get_by_role("heading", name="This payment page has expired")).to_be_visible()
    await expect(page.get_by_role("link", name="Start again")).to_have_count(0)
    answer = await page.goto(expired.after_expiration.recovery.url)
    assert answer is not None
    assert answer.status in (404, 410)
