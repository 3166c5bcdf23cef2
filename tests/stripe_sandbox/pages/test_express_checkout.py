"""The Express Checkout Element: buttons, and the test wallet's sheet behind them."""

import json
from typing import Any

import pytest
from playwright.async_api import FrameLocator, Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import Stage, card_form, challenge, mount, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
RATES = [
    {"id": "slow", "amount": 490, "displayName": "Standard"},
    {"id": "fast", "amount": 990, "displayName": "Express"},
]
SHIPPED = {"shippingAddressRequired": True, "emailRequired": True, "shippingRates": RATES}
LISTEN = """secret => {
  window.events = [];
  const wallet = made.expressCheckout;
  for (const name of ['cancel', 'shippingaddresschange', 'shippingratechange']) {
    wallet.on(name, (event) => {
      events.push({ name, ...JSON.parse(JSON.stringify(event)) });
      event.resolve?.(answer);
    });
  }
  window.answer = {};
  wallet.on('confirm', async (event) => {
    events.push({ name: 'confirm', ...JSON.parse(JSON.stringify(event)) });
    window.confirmed = event;
    if (window.hold) return;
    window.end = await stripe.confirmPayment({
      elements, clientSecret: secret, redirect: 'if_required',
      confirmParams: { return_url: `${location.origin}/done` },
    });
  });
}"""


async def shop(stage: Stage, open_page: OpenPage, options: Any = None, **params: Any) -> tuple[Page, Any]:
    """A page with wallet buttons that pays the intent it also answers."""
    page, intent = await open_page(), await stage.intent(**params)
    elements = {"mode": "payment", "amount": 1299, "currency": intent.currency}
    await page.goto(stage.shop_address(json.dumps({"elements": elements})))
    await card_form(page).locator("html.ready").wait_for()
    await page.evaluate("card.destroy(); elements._submitted = true")
    await mount(page, "expressCheckout", options)
    await page.evaluate(LISTEN, intent.client_secret)
    return page, intent


def buttons(page: Page) -> FrameLocator:
    """The inside of the Element."""
    return page.frame_locator("iframe[title='Secure payment button frame']")


def sheet(page: Page) -> FrameLocator:
    """The inside of the wallet."""
    return page.frame_locator("dialog iframe[name=__privateStripeFrameWallet]")


async def test_a_press_and_a_pass_pay(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await shop(stage, open_page)

    await buttons(page).get_by_role("button", name="Pay with Google Pay").click()
    await sheet(page).get_by_role("button", name="Pay €12.99").click()
    await until(page, "window.end")

    assert (await page.evaluate("end"))["paymentIntent"]["status"] == "succeeded"
    assert await stage.charges(intent) == ["succeeded"]
    assert await page.locator("dialog").count() == 0


async def test_the_page_is_told_which_wallets_there_are(stage: Stage, open_page: OpenPage) -> None:
    page, _ = await shop(stage, open_page, {"paymentMethods": {"klarna": "never"}})

    told = await page.evaluate(
        "new Promise((end) => { made.expressCheckout.on('ready', end); made.expressCheckout.unmount();"
        " made.expressCheckout.mount('#place-expressCheckout') })"
    )

    assert told["elementType"] == "expressCheckout"
    assert told["availablePaymentMethods"] == {
        "amazonPay": False, "applePay": False, "googlePay": True, "link": True, "paypal": True, "klarna": False,
    }  # fmt: skip


async def test_a_wallet_card_may_be_declined_or_challenged(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await shop(stage, open_page)
    press = buttons(page).get_by_role("button", name="Pay with Google Pay")

    await press.click()
    await sheet(page).get_by_role("radio", name="0002").check()
    await sheet(page).get_by_role("button", name="Pay €12.99").click()
    await until(page, "window.end")
    declined = await page.evaluate("end")
    await page.evaluate("window.end = null")
    await press.click()
    await sheet(page).get_by_role("radio", name="3184").check()
    await sheet(page).get_by_role("button", name="Pay €12.99").click()
    await challenge(page).locator("button[value=succeed]").click()
    await until(page, "window.end")

    assert declined["error"]["code"] == "card_declined"
    assert await stage.charges(intent) == ["succeeded", "failed"]


async def test_the_shop_hears_where_it_goes_and_says_what_that_costs(
    stage: Stage, open_page: OpenPage
) -> None:
    page, intent = await shop(stage, open_page, SHIPPED | {"lineItems": [{"name": "Walden", "amount": 1299}]})
    await page.evaluate(
        "window.answer = { lineItems: [{ name: 'Walden', amount: 1299 }, { name: 'Way', amount: 490 }] }"
    )

    await buttons(page).get_by_role("button", name="Pay with Google Pay").click()
    await sheet(page).get_by_role("radio", name="Lise Meitner").check()
    await expect(sheet(page).get_by_role("rowheader", name="Way")).to_be_visible()
    await sheet(page).get_by_role("radio", name="Express").check()
    await sheet(page).get_by_role("button", name="Pay €12.99").click()
    await until(page, "window.end")

    events = await page.evaluate("events")
    moved = [event for event in events if event["name"] == "shippingaddresschange" or "address" in event]
    assert moved[-1]["address"] == {"city": "Berlin", "state": "", "postal_code": "10117", "country": "DE"}
    confirmed = events[-1]
    assert (confirmed["expressPaymentType"], confirmed["shippingRate"]["id"]) == ("google_pay", "fast")
    assert confirmed["shippingAddress"]["address"]["line1"] == "Unter den Linden 6"
    assert confirmed["billingDetails"]["email"] == "customer@example.com"
    paid = await stage.world.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert paid.shipping is not None
    assert paid.shipping.name == "Lise Meitner"


async def test_walking_away_pays_nothing(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await shop(stage, open_page)

    await buttons(page).get_by_role("button", name="Pay with Google Pay").click()
    await sheet(page).get_by_role("button", name="Cancel").click()
    await expect(page.locator("dialog")).to_have_count(0)

    assert [event["name"] for event in await page.evaluate("events")] == ["cancel"]
    assert await stage.charges(intent) == []


@pytest.mark.parametrize("answer", ["event.reject()", "undefined"])
async def test_a_click_that_the_shop_does_not_resolve_opens_nothing(
    stage: Stage, open_page: OpenPage, answer: str
) -> None:
    page, _ = await shop(stage, open_page)
    await page.evaluate(
        f"made.expressCheckout.on('click', (event) => {{ window.clicked = event.expressPaymentType; {answer} }})"
    )

    await buttons(page).get_by_role("button", name="Pay with PayPal").click()
    await until(page, "window.clicked === 'paypal'")
    await page.wait_for_timeout(1300)

    assert await page.locator("dialog").count() == 0


async def test_a_failure_the_shop_reports_is_said_on_the_sheet(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await shop(stage, open_page)
    await page.evaluate("window.hold = true")
    await buttons(page).get_by_role("button", name="Pay with Google Pay").click()
    await sheet(page).get_by_role("button", name="Pay €12.99").click()
    await until(page, "window.confirmed")

    await page.evaluate("confirmed.paymentFailed({ message: 'Sold out.' })")

    await expect(sheet(page).get_by_role("alert")).to_have_text("Sold out.")
    await expect(sheet(page).get_by_role("button", name="Pay €12.99")).to_be_enabled()
    assert await stage.charges(intent) == []


async def test_a_redirect_wallet_leaves_for_its_page(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await shop(stage, open_page, currency="usd")

    await buttons(page).get_by_role("button", name="Pay with Amazon Pay").click()
    await sheet(page).get_by_role("button", name="Pay $12.99").click()
    await page.wait_for_url(f"{stage.sandbox_url}/**")
    await page.locator("button[value=succeed]").click()
    await page.wait_for_url("**/done**")

    assert await stage.status(intent) == "succeeded"
