"""The rest of what Stripe.js lets a page do: options, events, parameters, kinds of errors."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import CHALLENGED, GOOD, Stage, card_form, challenge, fill, mount, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
DEFERRED = {"mode": "payment", "amount": 1299, "currency": "eur"}
CONFIRM = """async (confirmParams) => {
  const params = { return_url: 'https://shop.test/done', ...confirmParams };
  return stripe.confirmPayment({ elements, confirmParams: params, redirect: 'if_required' });
}"""


async def shop(stage: Stage, open_page: OpenPage, elements: Any = None, **options: Any) -> Page:
    """The shop's page, its form ready."""
    page = await open_page()
    await page.goto(stage.shop_address(json.dumps({"elements": elements or DEFERRED} | options)))
    await card_form(page).locator("html.ready").wait_for()
    return page


async def names(page: Page) -> list[str]:
    """The events that the page heard, in order."""
    return list(await page.evaluate("heard.map((one) => one.name)"))


async def test_update_answers_with_a_promise_and_ends_with_an_event(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await shop(stage, open_page)

    said = await page.evaluate(
        """async () => {
          let ended = 0;
          elements.on('update-end', () => { ended += 1 });
          const promise = elements.update({ amount: 900 });
          const isPromise = promise instanceof Promise;
          await promise;
          return [isPromise, ended];
        }"""
    )

    assert said == [True, 1]


async def test_updates_of_the_server_are_fetched(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent(allowed_payment_method_types=["card", "ideal"])
    page = await shop(stage, open_page, {"clientSecret": intent.client_secret})
    await stage.world.stripe.v1.payment_intents.update_async(
        intent.id, {"allowed_payment_method_types": ["card", "sepa_debit"]}
    )

    answer = await page.evaluate("elements.fetchUpdates()")

    assert answer == {}
    await expect(card_form(page).get_by_role("tab", name="SEPA debit")).to_be_visible()
    await expect(card_form(page).get_by_role("tab", name="iDEAL")).to_have_count(0)


async def test_the_page_hears_focus_blur_and_escape(stage: Stage, open_page: OpenPage) -> None:
    page = await shop(stage, open_page)

    await page.evaluate("card.focus()")
    await expect(card_form(page).get_by_label("Card number")).to_be_focused()
    await page.keyboard.press("Escape")
    await until(page, "heard.some((one) => one.name === 'escape')")
    await page.evaluate("card.blur()")
    await until(page, "heard.some((one) => one.name === 'blur')")

    heard = await names(page)
    assert heard[0] == "loaderstart"
    assert [name for name in heard if name in ("focus", "escape", "blur")] == ["focus", "escape", "blur"]


async def test_a_form_may_be_for_reading_only(stage: Stage, open_page: OpenPage) -> None:
    page = await shop(stage, open_page, element={"readOnly": True})
    await expect(card_form(page).get_by_label("Card number")).to_be_disabled()

    await page.evaluate("card.update({ readOnly: false })")

    await expect(card_form(page).get_by_label("Card number")).to_be_enabled()


async def test_a_wallet_that_the_shop_does_not_want_is_not_offered(stage: Stage, open_page: OpenPage) -> None:
    page = await shop(stage, open_page, element={"layout": "accordion", "wallets": {"link": "never"}})

    await expect(card_form(page).get_by_role("button", name="Klarna")).to_be_visible()
    await expect(card_form(page).get_by_role("button", name="Link")).to_be_hidden()


async def test_what_the_page_knows_of_the_customer_is_filled_in(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent(allowed_payment_method_types=["card", "sepa_debit"])
    known = {"name": "Lise Meitner", "email": "lise@example.org", "address": {"country": "DE"}}
    page = await shop(
        stage,
        open_page,
        {"clientSecret": intent.client_secret},
        element={"defaultValues": {"billingDetails": known}},
    )
    await fill(card_form(page), GOOD)

    await page.evaluate(CONFIRM, {})

    paid = (await stage.world.stripe.v1.charges.list_async({"payment_intent": intent.id})).data[0]
    details = paid.billing_details
    assert (details.name, details.email, details.address and details.address.country) == (
        "Lise Meitner", "lise@example.org", "DE",
    )  # fmt: skip


async def test_confirm_takes_shipping_receipt_and_billing_along(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent()
    page = await shop(stage, open_page, {"clientSecret": intent.client_secret})
    await fill(card_form(page), GOOD)
    params = {
        "receipt_email": "ada@example.org",
        "shipping": {"name": "Ada Lovelace", "address": {"line1": "1 Main Street", "country": "US"}},
        "payment_method_data": {"billing_details": {"name": "Ada Lovelace"}},
        "expand": ["payment_method"],
    }

    end = await page.evaluate(CONFIRM, params)

    assert end["paymentIntent"]["payment_method"]["card"]["last4"] == "4242"
    paid = await stage.world.stripe.v1.payment_intents.retrieve_async(
        intent.id, {"expand": ["payment_method"]}
    )
    assert paid.shipping is not None
    assert (paid.shipping.name, paid.receipt_email) == ("Ada Lovelace", "ada@example.org")
    assert paid.payment_method.billing_details.name == "Ada Lovelace"  # type: ignore[union-attr]


async def test_confirm_takes_a_method_or_a_token_instead_of_the_form(
    stage: Stage, open_page: OpenPage
) -> None:
    first, second = await stage.intent(), await stage.intent()
    page = await shop(stage, open_page)
    await fill(card_form(page), GOOD)
    await page.evaluate("elements.submit()")
    token = (await page.evaluate("stripe.createConfirmationToken({ elements })"))["confirmationToken"]["id"]
    confirm = """([clientSecret, given]) => stripe.confirmPayment({
      clientSecret, redirect: 'if_required', confirmParams: { return_url: 'https://shop.test/done', ...given },
    })"""

    by_method = await page.evaluate(confirm, [first.client_secret, {"payment_method": "pm_card_mastercard"}])
    by_token = await page.evaluate(confirm, [second.client_secret, {"confirmation_token": token}])

    assert by_method["paymentIntent"]["status"] == "succeeded"
    assert by_token["paymentIntent"]["status"] == "succeeded"


@pytest.mark.parametrize("parts", [["card"], ["cardNumber", "cardExpiry", "cardCvc"]])
async def test_the_old_card_fields_pay(stage: Stage, open_page: OpenPage, parts: list[str]) -> None:
    page, intent = await shop(stage, open_page), await stage.intent()
    await page.evaluate("card.destroy()")
    fields = {"number": GOOD, "expiry": "12 / 34", "cvc": "123", "postalCode": "94103"}
    for place, part in enumerate(parts):
        inside = await mount(page, part)
        for name in fields if part == "card" else [list(fields)[place]]:
            await inside.locator(f"[name={name}]").fill(fields[name])

    end = await page.evaluate(
        """([secret, part]) => stripe.confirmCardPayment(secret, {
          payment_method: { card: made[part], billing_details: { name: 'Ada Lovelace' } },
          setup_future_usage: 'off_session',
        })""",
        [intent.client_secret, parts[0]],
    )

    assert end["paymentIntent"]["status"] == "succeeded"
    assert end["paymentIntent"]["setup_future_usage"] == "off_session"
    paid = (await stage.world.stripe.v1.charges.list_async({"payment_intent": intent.id})).data[0]
    assert paid.billing_details.name == "Ada Lovelace"


async def test_a_page_may_leave_the_next_action_for_later(stage: Stage, open_page: OpenPage) -> None:
    page, intent = await shop(stage, open_page), await stage.intent()

    early = await page.evaluate(
        """secret => stripe.confirmCardPayment(
          secret, { payment_method: 'pm_card_authenticationRequired' }, { handleActions: false },
        )""",
        intent.client_secret,
    )
    assert await page.locator("dialog").count() == 0
    await page.evaluate(
        "clientSecret => { window.end = stripe.handleNextAction({ clientSecret }) }", intent.client_secret
    )
    await challenge(page).locator("button[value=succeed]").click()

    assert early["paymentIntent"]["status"] == "requires_action"
    assert (await page.evaluate("end"))["paymentIntent"]["status"] == "succeeded"


async def test_a_challenged_card_is_not_a_navigation(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent()
    page = await shop(stage, open_page, {"clientSecret": intent.client_secret})
    await fill(card_form(page), CHALLENGED)
    before = page.url

    await page.evaluate(f"() => {{ window.end = ({CONFIRM})({{}}) }}")
    await challenge(page).locator("button[value=succeed]").click()

    assert (await page.evaluate("end"))["paymentIntent"]["status"] == "succeeded"
    assert page.url == before


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            401,
            {"error": {"type": "invalid_request_error", "message": "No such key."}},
            "authentication_error",
        ),
        (429, {"error": {"type": "invalid_request_error", "code": "rate_limit"}}, "rate_limit_error"),
        (400, {"error": {"type": "idempotency_error", "message": "Other parameters."}}, "idempotency_error"),
        (500, {"error": {"type": "api_error", "message": "Sorry."}}, "api_error"),
        (None, None, "api_connection_error"),
    ],
)
async def test_every_fault_resolves_to_an_error_of_its_kind(
    stage: Stage, open_page: OpenPage, status: int | None, body: Any, kind: str
) -> None:
    page, intent = await shop(stage, open_page), await stage.intent()

    async def answer(route: Any) -> None:
        if status is None:
            await route.abort()
        else:
            headers = {"access-control-allow-origin": "*"}
            await route.fulfill(status=status, json=body, headers=headers)

    await page.route(f"{stage.sandbox_url}/v1/payment_intents/**", answer)

    said = await page.evaluate("secret => stripe.retrievePaymentIntent(secret)", intent.client_secret)

    assert said["error"]["type"] == kind


async def test_what_goes_over_the_wire_is_what_the_api_expects(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent()
    page = await shop(stage, open_page, {"clientSecret": intent.client_secret})
    sent: list[Any] = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/confirm") else None)
    await fill(card_form(page), GOOD)

    await page.evaluate(CONFIRM, {})

    body = sent[0].post_data
    assert f"client_secret={intent.client_secret}" in body
    assert "use_stripe_sdk=true" in body
    assert sent[0].headers["authorization"] == "Bearer pk_test_page"
    assert sent[0].headers["idempotency-key"]
