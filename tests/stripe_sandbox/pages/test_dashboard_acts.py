"""What can be done at the dashboard: all of it with plain forms."""

from typing import Any

import pytest
import stripe
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def at(open_page: OpenPage, stage: Stage, path: str) -> Page:
    """A page of the dashboard, without scripts."""
    page = await open_page(java_script_enabled=False)
    await page.goto(f"{stage.sandbox_url}/_sandbox{path}")
    return page


async def press(page: Page, name: str) -> None:
    await page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


async def hold(stage: Stage) -> Any:
    return await stage.world.paid(amount=4200, capture_method="manual")


async def test_a_payment_is_made_with_a_test_card(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent()
    page = await at(open_page, stage, f"/payments/{intent.id}")

    await page.get_by_label("Test card").select_option("pm_card_visa")
    await press(page, "Pay")

    await expect(page.locator("#state")).to_contain_text("succeeded")
    await expect(page.locator("#story")).to_contain_text("from here")
    assert await stage.status(intent) == "succeeded"


async def test_a_decline_is_told_where_one_was(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent()
    page = await at(open_page, stage, f"/payments/{intent.id}")

    await page.get_by_label("Test card").select_option("pm_card_chargeDeclinedExpiredCard")
    await press(page, "Pay")

    await expect(page.locator("#story")).to_contain_text("Your card has expired.")
    assert await stage.status(intent) == "requires_payment_method"


@pytest.mark.parametrize(
    ("button", "status"),
    [("The customer agrees", "succeeded"), ("The customer refuses", "requires_payment_method")],
)
async def test_a_challenge_is_passed_or_failed(
    stage: Stage, open_page: OpenPage, button: str, status: str
) -> None:
    intent = await stage.world.paid(method="pm_card_authenticationRequired")
    page = await at(open_page, stage, f"/payments/{intent.id}")

    await press(page, button)

    await expect(page.locator("#state")).to_contain_text(status.replace("_", " "))
    assert await stage.status(intent) == status


async def test_a_hold_is_captured_in_part(stage: Stage, open_page: OpenPage) -> None:
    intent = await hold(stage)
    page = await at(open_page, stage, f"/payments/{intent.id}")

    await page.get_by_label("Amount, minor units").fill("4000")
    await press(page, "Capture")

    await expect(page.locator("#json")).to_contain_text('"amount_received": 4000')


async def test_a_hold_is_canceled(stage: Stage, open_page: OpenPage) -> None:
    intent = await hold(stage)
    page = await at(open_page, stage, f"/payments/{intent.id}")

    await press(page, "Cancel")

    assert await stage.status(intent) == "canceled"


async def test_a_payment_is_refunded_and_the_rest_is_offered(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.world.paid(amount=4200)
    page = await at(open_page, stage, f"/payments/{intent.id}")

    await page.get_by_label("Amount, minor units").fill("1200")
    await press(page, "Refund")

    await expect(page.get_by_label("Amount, minor units")).to_have_value("3000")
    refunds = await stage.world.stripe.v1.refunds.list_async({"payment_intent": intent.id})
    assert [one.amount for one in refunds.data] == [1200]


async def test_what_cannot_be_done_says_why_and_leads_back(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.world.paid(amount=4200)
    page = await at(open_page, stage, f"/payments/{intent.id}")

    await page.get_by_label("Amount, minor units").fill("9900")
    await press(page, "Refund")
    await expect(page.get_by_role("alert")).to_contain_text("is greater than charge amount")
    await page.get_by_role("link", name="Back").click()

    await expect(page).to_have_url(f"{stage.sandbox_url}/_sandbox/payments/{intent.id}")
    assert (await stage.world.stripe.v1.refunds.list_async({"payment_intent": intent.id})).data == []


@pytest.mark.parametrize("outcome", ["won", "lost"])
async def test_a_payment_is_disputed_and_the_bank_decides(
    stage: Stage, open_page: OpenPage, outcome: str
) -> None:
    intent = await stage.world.paid()
    page = await at(open_page, stage, f"/payments/{intent.id}")

    await page.get_by_label("Reason").select_option("product_not_received")
    await press(page, "Dispute")
    dispute = (await stage.world.stripe.v1.disputes.list_async({"payment_intent": intent.id})).data[0]
    await page.get_by_role("link", name=dispute.id).click()
    await page.get_by_label("Outcome").select_option(outcome)
    await press(page, "The bank decides")

    await expect(page.locator("#state")).to_contain_text(outcome)
    assert dispute.reason == "product_not_received"


async def test_a_session_is_paid_as_its_customer_would(stage: Stage, open_page: OpenPage) -> None:
    session = await stage.world.session()
    page = await at(open_page, stage, f"/sessions/{session.id}")

    await page.get_by_role("textbox", name="E-mail").fill("grace@shop.test")
    await press(page, "Pay as the customer")

    await expect(page.locator("#state")).to_contain_text("complete")
    paid = await stage.world.stripe.v1.checkout.sessions.retrieve_async(session.id)
    assert (paid.payment_status, paid.customer_details.email) == ("paid", "grace@shop.test")


async def test_a_session_is_expired(stage: Stage, open_page: OpenPage) -> None:
    session = await stage.world.session()
    page = await at(open_page, stage, f"/sessions/{session.id}")

    await press(page, "Expire")

    await expect(page.locator("#state")).to_contain_text("expired")


async def test_a_webhook_is_sent_once_more(stage: Stage, open_page: OpenPage) -> None:
    await stage.world.stripe.v1.customers.create_async({})
    await stage.world.box.deliver_due()
    received = len(stage.world.received)
    page = await at(open_page, stage, "/webhooks")

    await page.get_by_role("button", name="Resend customer.created").first.click()
    await stage.world.box.deliver_due()

    assert [one["type"] for one in stage.world.received[received:]] == ["customer.created"]
    assert stage.world.received[-1]["id"] == stage.world.received[-2]["id"]


async def test_an_endpoint_is_switched_off_and_on(stage: Stage, open_page: OpenPage) -> None:
    endpoint = await stage.world.stripe.v1.webhook_endpoints.create_async(
        {"url": "http://127.0.0.1:9/wh", "enabled_events": ["charge.failed"]}
    )
    page = await at(open_page, stage, f"/endpoints/{endpoint.id}")

    await press(page, "Disable")
    await expect(page.locator("#state")).to_contain_text("disabled")
    await press(page, "Enable")

    await expect(page.locator("#state")).to_contain_text("enabled")


async def test_the_next_payment_fails_as_ordered(stage: Stage, open_page: OpenPage) -> None:
    page = await at(open_page, stage, "")

    await page.get_by_label("Fail the next payment with").select_option("insufficient_funds")
    await press(page, "Order")
    await expect(page.locator(".now")).to_contain_text("1 fault")

    with pytest.raises(stripe.CardError) as refused:
        await stage.world.paid()
    assert refused.value.json_body["error"]["decline_code"] == "insufficient_funds"


async def test_faults_are_ordered_listed_and_taken_back(stage: Stage, open_page: OpenPage) -> None:
    page = await at(open_page, stage, "/tools")
    requests = page.locator("form[action$='/fault']")
    await requests.get_by_label("Fault").select_option("status")
    await requests.locator("[name=status]").select_option("lock_timeout")
    await requests.get_by_label("Operation").fill("postRefunds")
    await requests.get_by_role("button").click()
    webhooks = page.locator("form[action$='/webhook-fault']")
    await webhooks.get_by_label("Fault").select_option("duplicate")
    await webhooks.get_by_label("How many").fill("3")
    await webhooks.get_by_label("Types").fill("charge.*, customer.created")
    await webhooks.get_by_role("button").click()
    chance = page.locator("form[action$='/random']")
    await chance.get_by_label("Percent").fill("2.5")
    await chance.get_by_role("button").click()

    waiting = page.locator("#waiting li")
    await expect(waiting.nth(0)).to_contain_text("status · lock_timeout · postRefunds · 1 left")
    await expect(waiting.nth(1)).to_contain_text("duplicate · charge.* customer.created · 3 left")
    await expect(waiting.nth(2)).to_contain_text("0.025 of all at random, seed 1")
    await waiting.nth(2).get_by_role("button").click()
    await expect(waiting).to_have_count(2)
    await press(page, "Clear all")
    await expect(page.locator("#waiting")).to_contain_text("Nothing will go wrong.")


async def test_a_fault_that_makes_no_sense_is_refused(stage: Stage, open_page: OpenPage) -> None:
    page = await at(open_page, stage, "/tools")

    await page.locator("form[action$='/fault']").get_by_label("Operation").fill("postNothing")
    await page.locator("form[action$='/fault']").get_by_role("button").click()

    await expect(page.get_by_role("alert")).to_contain_text(
        "No operation of the API is called 'postNothing'."
    )
    assert stage.world.box.faults.all() == []


async def test_the_clock_is_moved(stage: Stage, open_page: OpenPage) -> None:
    before = stage.world.box.clock.now()
    page = await at(open_page, stage, "/tools")

    await page.get_by_role("button", name="+ 1 hour").click()
    await page.get_by_label("Seconds").first.fill("90")
    await press(page, "Move")

    assert stage.world.box.clock.now() == before + 3690
    await expect(page.locator(".now")).to_contain_text("moved")


async def test_everything_is_forgotten_only_after_a_yes(stage: Stage, open_page: OpenPage) -> None:
    await stage.world.stripe.v1.customers.create_async({})
    page = await at(open_page, stage, "/tools")

    await page.locator("form[action$='/reset']").evaluate("form => form.noValidate = true")
    await press(page, "Forget")
    assert (await stage.world.stripe.v1.customers.list_async()).data != []
    await page.get_by_role("link", name="Back").click()
    await page.get_by_label("Seed of ids").fill("5")
    await page.get_by_label("yes, everything").check()
    await press(page, "Forget")

    assert (await stage.world.stripe.v1.customers.list_async()).data == []
    await expect(page.locator("main")).to_contain_text("Ids are drawn from seed 5.")
    await stage.world.control("POST", "/reset")


@pytest.mark.parametrize("path", ["/_sandbox/do/nothing", "/_sandbox/tools/nothing"])
async def test_an_unknown_act_is_a_404(stage: Stage, open_page: OpenPage, path: str) -> None:
    page = await open_page()

    answer = await page.request.post(f"{stage.sandbox_url}{path}", form={"id": "pi_1"})

    assert answer.status == 404


async def test_one_is_led_back_to_the_dashboard_only(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()

    for back in ("https://evil.test/", "//evil.test", "/c/pay/x", "/_sandbox\\evil"):
        answer = await page.request.post(
            f"{stage.sandbox_url}/_sandbox/tools/clock", form={"seconds": "0", "back": back}, max_redirects=0
        )
        assert (answer.status, answer.headers["location"]) == (303, "/_sandbox")


async def test_what_is_planned_is_told_and_the_clock_moved_there(stage: Stage, open_page: OpenPage) -> None:
    session = await stage.world.session()
    page = await at(open_page, stage, f"/sessions/{session.id}")

    await expect(page.locator(".planned")).to_contain_text("expire session")
    await page.get_by_role("button", name="Move the clock to expire session").click()

    await expect(page.locator("#state")).to_contain_text("expired")
    await expect(page.locator("#story")).to_contain_text("POST /v1/checkout/sessions")
    await expect(page.locator("#story")).to_contain_text("checkout.session.expired")
    await expect(page.locator(".planned")).to_have_count(0)


async def test_a_refund_is_returned_by_the_bank(stage: Stage, open_page: OpenPage) -> None:
    paid = await stage.world.paid()
    refund = await stage.world.stripe.v1.refunds.create_async({"payment_intent": paid.id})
    page = await at(open_page, stage, f"/refunds/{refund.id}")

    await page.get_by_label("Reason").select_option("expired_or_canceled_card")
    await press(page, "The bank returns it")

    await expect(page.locator("#state")).to_contain_text("failed")
    failed = await stage.world.stripe.v1.refunds.retrieve_async(refund.id)
    assert failed.failure_reason == "expired_or_canceled_card"


async def test_money_is_paid_out_and_returned(stage: Stage, open_page: OpenPage) -> None:
    await stage.world.control("POST", "/reset")
    await stage.world.paid(amount=9000, method="pm_card_bypassPending")
    await stage.world.pass_time(2)
    page = await at(open_page, stage, "/balance")

    await press(page, "Pay out")
    payout = (await stage.world.stripe.v1.payouts.list_async()).data[0]
    await page.get_by_role("link", name=payout.id).click()
    await press(page, "The bank returns it")

    await expect(page.locator("#state")).to_contain_text("failed")


async def test_a_card_is_saved(stage: Stage, open_page: OpenPage) -> None:
    setup = await stage.world.stripe.v1.setup_intents.create_async({})
    page = await at(open_page, stage, f"/setups/{setup.id}")

    await page.get_by_label("Test card").select_option("pm_card_authenticationRequired")
    await press(page, "Save the card")
    await press(page, "The customer agrees")

    await expect(page.locator("#state")).to_contain_text("succeeded")


FOREIGN = [
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_a_foreign_page_does_nothing_here(
    stage: Stage, open_page: OpenPage, headers: dict[str, str]
) -> None:
    paid, before = await stage.world.paid(), stage.world.box.clock.offset
    page = await open_page()

    for path, form in (
        ("do/refund", {"id": paid.id, "charge": paid.latest_charge}),
        ("tools/reset", {"sure": "on"}),
        ("tools/clock", {"seconds": "60"}),
        ("tools/decline", {"code": "generic_decline"}),
    ):
        address = f"{stage.sandbox_url}/_sandbox/{path}"
        answer = await page.request.post(address, form=form, headers=headers)
        assert answer.status == 403, path

    charge = await stage.world.stripe.v1.charges.retrieve_async(paid.latest_charge)
    assert (charge.refunded, stage.world.box.clock.offset, stage.world.box.faults.all()) == (
        False,
        before,
        [],
    )


async def test_a_form_on_a_shops_page_does_nothing_here(stage: Stage, open_page: OpenPage) -> None:
    paid, page = await stage.world.paid(), await open_page()
    await page.route("**/evil", lambda route: route.fulfill(content_type="text/html", body="<p>Free books"))
    await page.goto(f"{stage.shop_url}/evil")

    async with page.expect_response("**/_sandbox/tools/reset") as answered:
        await page.evaluate(
            """(address) => {
              const form = document.createElement('form');
              Object.assign(form, { method: 'post', action: address, innerHTML: '<input name=sure value=on>' });
              document.body.append(form);
              form.submit();
            }""",
            f"{stage.sandbox_url}/_sandbox/tools/reset",
        )

    assert (await answered.value).status == 403
    assert await stage.status(paid) == "succeeded"


@pytest.mark.parametrize(
    ("button", "state"), [("It goes through", "succeeded"), ("The bank returns it", "failed")]
)
async def test_a_refund_that_waits_for_its_bank_is_decided(
    stage: Stage, open_page: OpenPage, button: str, state: str
) -> None:
    paid = await stage.world.paid(method="pm_card_pendingRefund")
    refund = await stage.world.stripe.v1.refunds.create_async({"payment_intent": paid.id})
    page = await at(open_page, stage, f"/refunds/{refund.id}")
    await expect(page.locator("#state")).to_contain_text("pending")

    await press(page, button)

    await expect(page.locator("#state")).to_contain_text(state)
