"""A Checkout Session drawn by the shop itself: `stripe.initCheckoutElementsSdk`."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.hosted import line, now
from tests.stripe_sandbox.pages.stage import (
    CHALLENGED,
    GOOD,
    POOR,
    REFUSED,
    Stage,
    card_form,
    challenge,
    fill,
    until,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOAD = """async ([clientSecret, more]) => {
  window.stripe = Stripe('pk_test_page', { locale: 'en' });
  window.checkout = stripe.initCheckoutElementsSdk({ clientSecret, ...more });
  window.changes = [];
  checkout.on('change', (session) => changes.push(session));
  const loaded = await checkout.loadActions();
  window.actions = loaded.actions;
  return loaded.type;
}"""
PAY_FORM = """() => new Promise((ready) => {
  checkout.createPaymentElement({ layout: 'tabs' }).on('ready', ready).mount('#card');
})"""
EMAIL = "actions.updateEmail('ada@example.org')"
WAYS = [
    {
        "shipping_rate_data": {
            "type": "fixed_amount",
            "display_name": name,
            "fixed_amount": {"amount": cost, "currency": "usd"},
        }
    }
    for name, cost in (("Standard", 490), ("Express", 990))
]
HOME = (
    "{ name: 'Ada Lovelace', address: { line1: '1 Main Street', city: 'San Francisco', state: 'CA',"
    " postal_code: '94103', country: 'US' } }"
)


async def session(stage: Stage, **params: Any) -> Any:
    """An open session for a page of the shop's own."""
    given: dict[str, Any] = {
        "mode": "payment",
        "ui_mode": "elements",
        "line_items": [line(1500, 2)],
        "return_url": f"{stage.shop_url}/done?session={{CHECKOUT_SESSION_ID}}",
    }
    return await stage.world.stripe.v1.checkout.sessions.create_async(given | params)  # type: ignore[arg-type]


async def loaded(stage: Stage, open_page: OpenPage, made: Any, **options: Any) -> Page:
    """The shop's page with the session's actions in `window.actions`."""
    page = await open_page()
    await page.goto(f"{stage.shop_url}/pay")
    assert await page.evaluate(LOAD, [made.client_secret, options]) == "success"
    return page


async def ready_to_pay(stage: Stage, open_page: OpenPage, made: Any, number: str) -> Page:
    """The same with an e-mail address and a card."""
    page = await loaded(stage, open_page, made)
    await page.evaluate(EMAIL)
    await page.evaluate(PAY_FORM)
    await fill(card_form(page), number)
    return page


async def test_the_page_gets_the_session_with_written_amounts(stage: Stage, open_page: OpenPage) -> None:
    page = await loaded(stage, open_page, made := await session(stage))

    seen = await page.evaluate("actions.getSession()")

    assert (seen["id"], seen["currency"], seen["minorUnitsAmountDivisor"]) == (made.id, "usd", 100)
    assert (seen["status"], seen["canConfirm"], seen["email"]) == ({"type": "open"}, False, None)
    assert seen["total"]["total"] == {"minorUnitsAmount": 3000, "amount": "$30.00"}
    book = seen["lineItems"][0]
    assert (book["name"], book["quantity"], book["unitAmount"]["amount"]) == ("Walden", 2, "$15.00")
    assert "metadata" not in seen


async def test_a_secret_that_is_wrong_resolves_to_an_error(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(), await session(stage)
    await page.goto(f"{stage.shop_url}/pay")

    answer = await page.evaluate(
        "clientSecret => Stripe('pk_test_page').initCheckoutElementsSdk({ clientSecret }).loadActions()",
        f"{made.id}_secret_wrong",
    )

    assert answer["type"] == "error"
    assert "client_secret" in answer["error"]["message"]


async def test_the_secret_may_come_later(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(), await session(stage)
    await page.goto(f"{stage.shop_url}/pay")

    answer = await page.evaluate(
        """async secret => {
          const clientSecret = new Promise((end) => setTimeout(() => end(secret), 50));
          const { actions } = await Stripe('pk_test_page').initCheckoutElementsSdk({ clientSecret }).loadActions();
          return actions.getSession();
        }""",
        made.client_secret,
    )

    assert answer["id"] == made.id


async def test_an_email_address_is_checked_and_kept(stage: Stage, open_page: OpenPage) -> None:
    page = await loaded(stage, open_page, made := await session(stage))

    empty = await page.evaluate("actions.updateEmail('')")
    wrong = await page.evaluate("actions.updateEmail('ada')")
    right = await page.evaluate(EMAIL)

    assert [empty["error"]["code"], wrong["error"]["code"]] == ["incompleteEmail", "invalidEmail"]
    assert (right["type"], right["session"]["email"], right["session"]["canConfirm"]) == (
        "success", "ada@example.org", True,
    )  # fmt: skip
    assert [change["email"] for change in await page.evaluate("changes")] == ["ada@example.org"]
    details = (await now(stage, made)).customer_details
    assert details.email == "ada@example.org"


async def test_a_promotion_code_comes_and_goes(stage: Stage, open_page: OpenPage) -> None:
    v1 = stage.world.stripe.v1
    coupon = await v1.coupons.create_async({"percent_off": 20, "duration": "once", "name": "Spring"})
    await v1.promotion_codes.create_async(
        {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"}
    )
    page = await loaded(stage, open_page, await session(stage, allow_promotion_codes=True))

    unknown = await page.evaluate("actions.applyPromotionCode('AUTUMN')")
    applied = (await page.evaluate("actions.applyPromotionCode('SPRING')"))["session"]
    removed = (await page.evaluate("actions.removePromotionCode()"))["session"]

    assert (unknown["type"], unknown["error"]["code"]) == ("error", "invalidCode")
    assert applied["total"]["total"]["amount"] == "$24.00"
    discount = applied["discountAmounts"][0]
    assert (discount["promotionCode"], discount["displayName"], discount["amount"]) == (
        "SPRING",
        "Spring",
        "$6.00",
    )
    assert (removed["discountAmounts"], removed["total"]["total"]["amount"]) == ([], "$30.00")
    assert [change["total"]["total"]["amount"] for change in await page.evaluate("changes")] == [
        "$24.00",
        "$30.00",
    ]


async def test_the_customer_takes_more_of_a_book(stage: Stage, open_page: OpenPage) -> None:
    few = line(1500, 2, adjustable_quantity={"enabled": True, "minimum": 1, "maximum": 5})
    page = await loaded(stage, open_page, await session(stage, line_items=[few]))
    change = "quantity => actions.updateLineItemQuantity({ lineItem: actions.getSession().lineItems[0].id, quantity })"

    more = (await page.evaluate(change, 3))["session"]
    too_many = await page.evaluate(change, 6)

    assert more["lineItems"][0]["adjustableQuantity"] == {"minimum": 1, "maximum": 5}
    assert (more["lineItems"][0]["quantity"], more["total"]["total"]["amount"]) == (3, "$45.00")
    assert too_many["type"] == "error"
    assert (await page.evaluate("actions.getSession()"))["lineItems"][0]["quantity"] == 3


async def test_the_customer_chooses_where_and_how_it_goes(stage: Stage, open_page: OpenPage) -> None:
    made = await session(
        stage, shipping_options=WAYS, shipping_address_collection={"allowed_countries": ["US", "DE"]}
    )
    page = await loaded(stage, open_page, made)

    there = (await page.evaluate(f"actions.updateShippingAddress({HOME})"))["session"]
    fast = (await page.evaluate("actions.updateShippingOption(actions.getSession().shippingOptions[1].id)"))[
        "session"
    ]

    assert there["shippingAddress"]["address"]["city"] == "San Francisco"
    assert [option["displayName"] for option in there["shippingOptions"]] == ["Standard", "Express"]
    assert fast["shipping"]["shippingOption"]["displayName"] == "Express"
    assert (fast["total"]["shippingRate"]["amount"], fast["total"]["total"]["amount"]) == ("$9.90", "$39.90")


async def test_billing_address_and_phone_number_are_kept(stage: Stage, open_page: OpenPage) -> None:
    page = await loaded(
        stage, open_page, made := await session(stage, phone_number_collection={"enabled": True})
    )

    await page.evaluate("actions.updatePhoneNumber('+15555550100')")
    seen = (await page.evaluate(f"actions.updateBillingAddress({HOME})"))["session"]

    assert (seen["phoneNumber"], seen["billingAddress"]["name"]) == ("+15555550100", "Ada Lovelace")
    details = (await now(stage, made)).customer_details
    assert (details.phone, details.address.postal_code) == ("+15555550100", "94103")


async def test_what_the_server_changed_is_read_again(stage: Stage, open_page: OpenPage) -> None:
    page = await loaded(stage, open_page, made := await session(stage))

    async def server() -> None:
        item = (await stage.world.stripe.v1.checkout.sessions.line_items.list_async(made.id)).data[0]
        await stage.world.stripe.v1.checkout.sessions.update_async(
            made.id, {"line_items": [{"id": item.id, "quantity": 1}]}
        )

    await page.expose_function("askServer", server)
    after = await page.evaluate("actions.runServerUpdate(() => askServer())")
    failed = await page.evaluate("actions.runServerUpdate(async () => { throw new Error('out of reach') })")

    assert after["session"]["total"]["total"]["amount"] == "$15.00"
    assert failed == {"type": "error", "error": {"message": "out of reach", "code": None}}


async def test_a_card_pays_and_the_customer_returns(stage: Stage, open_page: OpenPage) -> None:
    page = await ready_to_pay(stage, open_page, made := await session(stage), GOOD)

    await page.evaluate("() => { actions.confirm() }")
    await page.wait_for_url("**/done**")

    assert page.url == f"{stage.shop_url}/done?session={made.id}"
    paid = await now(stage, made)
    assert (paid.status, paid.payment_status, paid.payment_intent.amount_received) == (
        "complete",
        "paid",
        3000,
    )


async def test_if_required_stays_and_answers_the_session(stage: Stage, open_page: OpenPage) -> None:
    page = await ready_to_pay(stage, open_page, made := await session(stage), GOOD)

    end = await page.evaluate("actions.confirm({ redirect: 'if_required' })")

    assert end["type"] == "success"
    assert end["session"]["status"] == {"type": "complete", "paymentStatus": "paid"}
    assert (await now(stage, made)).status == "complete"
    assert page.url == f"{stage.shop_url}/pay"


@pytest.mark.parametrize(
    ("button", "kind", "state"), [("succeed", "success", "complete"), ("fail", "error", "open")]
)
async def test_the_bank_asks_in_a_dialog(
    stage: Stage, open_page: OpenPage, button: str, kind: str, state: str
) -> None:
    page = await ready_to_pay(stage, open_page, made := await session(stage), CHALLENGED)

    await page.evaluate("() => { window.end = actions.confirm({ redirect: 'if_required' }) }")
    await challenge(page).locator(f"button[value={button}]").click()
    end = await page.evaluate("end")

    assert end["type"] == kind
    assert end.get("error", {}).get("code") == (None if kind == "success" else "paymentFailed")
    assert (await now(stage, made)).status == state


@pytest.mark.parametrize(
    ("number", "message", "code"),
    [
        (REFUSED, "Your card was declined.", "generic_decline"),
        (POOR, "Your card has insufficient funds.", "insufficient_funds"),
    ],
)
async def test_a_decline_is_said_and_another_card_pays(
    stage: Stage, open_page: OpenPage, number: str, message: str, code: str
) -> None:
    page = await ready_to_pay(stage, open_page, made := await session(stage), number)

    declined = await page.evaluate("actions.confirm({ redirect: 'if_required' })")
    seen = await page.evaluate("actions.getSession()")
    await fill(card_form(page), GOOD)
    end = await page.evaluate("actions.confirm({ redirect: 'if_required' })")

    assert declined == {
        "type": "error",
        "error": {"message": message, "code": "paymentFailed", "paymentFailed": {"declineCode": code}},
    }
    assert (seen["status"], seen["lastPaymentError"]) == ({"type": "open"}, {"message": message})
    assert end["type"] == "success"
    assert await stage.charges((await now(stage, made)).payment_intent) == ["succeeded", "failed"]


async def test_an_incomplete_card_is_marked_and_nothing_is_sent(stage: Stage, open_page: OpenPage) -> None:
    page = await ready_to_pay(stage, open_page, made := await session(stage), "4242")

    end = await page.evaluate("actions.confirm({ redirect: 'if_required' })")

    assert (end["type"], end["error"]["message"]) == ("error", "Your card number is incomplete.")
    await expect(card_form(page).locator("#number-fault")).to_have_text("Your card number is incomplete.")
    assert (await now(stage, made)).payment_intent is None


async def test_address_and_email_may_be_typed_into_elements(stage: Stage, open_page: OpenPage) -> None:
    made = await session(stage, shipping_address_collection={"allowed_countries": ["US", "DE"]})
    page = await loaded(stage, open_page, made)
    await page.evaluate(
        """() => {
          for (const id of ['where', 'who']) {
            const place = document.createElement('div');
            place.id = id;
            document.body.append(place);
          }
          checkout.createShippingAddressElement().mount('#where');
          checkout.createContactDetailsElement().mount('#who');
        }"""
    )

    where = page.frame_locator("#where iframe")
    await expect(where.get_by_label("Country").locator("option")).to_have_text(["Germany", "United States"])
    await where.get_by_label("Full name").fill("Ada Lovelace")
    await where.get_by_label("Country").select_option("DE")
    await where.get_by_label("Address", exact=True).fill("Unter den Linden 6")
    await where.get_by_label("Postal code").fill("10117")
    await where.get_by_label("City").fill("Berlin")
    await page.frame_locator("#who iframe").get_by_label("Email").fill("ada@example.org")
    await until(page, "actions.getSession().canConfirm")

    seen = await page.evaluate("actions.getSession()")
    assert (seen["email"], seen["shippingAddress"]["address"]["city"]) == ("ada@example.org", "Berlin")
    await until(page, "changes.length > 1")


async def test_defaults_of_the_page_fill_the_session(stage: Stage, open_page: OpenPage) -> None:
    page = await loaded(stage, open_page, await session(stage), defaultValues={"email": "ada@example.org"})

    assert (await page.evaluate("actions.getSession()"))["email"] == "ada@example.org"
    assert await page.evaluate("changes") == []
