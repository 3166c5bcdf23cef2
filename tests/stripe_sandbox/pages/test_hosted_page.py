"""Paying on the hosted page, with JavaScript and without."""

import asyncio

import pytest
from playwright.async_api import expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.hosted import enter, now, pay, session
from tests.stripe_sandbox.pages.stage import CHALLENGED, GOOD, POOR, REFUSED, WRONG_CVC, Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with_javascript", "without"])


@BOTH
async def test_a_good_card_pays_and_leads_to_the_shop(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    page, made = await open_page(java_script_enabled=javascript), await session(stage)
    await page.goto(made.url)
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        f"Pay {stage.shop_url.removeprefix('http://')}"
    )
    await expect(page.get_by_text("$30.00").first).to_be_visible()

    await enter(page, GOOD)
    await pay(page)
    await page.wait_for_url("**/done**")

    assert page.url == f"{stage.shop_url}/done?session={made.id}"
    paid = await now(stage, made)
    assert (paid.status, paid.payment_status, paid.customer_details.email) == (
        "complete",
        "paid",
        "ada@example.org",
    )
    assert await stage.charges(paid.payment_intent) == ["succeeded"]


@BOTH
@pytest.mark.parametrize(
    ("number", "says"),
    [
        (REFUSED, "Your card was declined."),
        (POOR, "Your card has insufficient funds."),
        (WRONG_CVC, "Your card's security code is incorrect."),
    ],
)
async def test_a_refused_card_is_said_and_another_one_pays(
    stage: Stage, open_page: OpenPage, javascript: bool, number: str, says: str
) -> None:
    page, made = await open_page(java_script_enabled=javascript), await session(stage)
    await page.goto(made.url)

    await enter(page, number)
    await pay(page)
    await expect(page.get_by_role("alert")).to_contain_text(says)
    assert (await now(stage, made)).status == "open"
    await expect(page.locator("[name=email]")).to_have_value("ada@example.org")
    await expect(page.locator("[name=cvc]")).to_have_value("")
    await enter(page, GOOD)
    await pay(page)
    await page.wait_for_url("**/done**")

    assert await stage.charges((await now(stage, made)).payment_intent) == ["succeeded", "failed"]


@BOTH
async def test_a_challenge_failed_then_passed_pays_once(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    page, made = await open_page(java_script_enabled=javascript), await session(stage)
    await page.goto(made.url)

    await enter(page, CHALLENGED)
    await pay(page)
    await page.get_by_test_id("3ds-fail").click()
    await expect(page.get_by_role("alert")).to_contain_text("We are unable to authenticate")
    assert (await now(stage, made)).status == "open"
    await enter(page, CHALLENGED)
    await pay(page)
    await page.get_by_test_id("3ds-complete").click()
    await page.wait_for_url("**/done**")

    paid = await now(stage, made)
    assert (paid.status, paid.payment_status) == ("complete", "paid")
    assert await stage.charges(paid.payment_intent) == ["succeeded"]


async def test_what_is_missing_is_said_by_the_server_too(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(java_script_enabled=False), await session(stage)
    await page.goto(made.url)
    await page.locator("form").evaluate("form => form.noValidate = true")

    await enter(page, "4242 4242 4242 4241", expiry="13/30", cvc="12")
    await page.locator("[name=email]").fill("ada@nowhere")
    await pay(page)

    await expect(page.get_by_role("alert")).to_contain_text("Please check the fields")
    await expect(page.locator("#email-fault")).to_have_text("Your email is invalid.")
    await expect(page.locator("#number-fault")).to_have_text("Your card number is invalid.")
    await expect(page.locator("#expiry-fault")).to_have_text("Your card's expiration month is invalid.")
    await expect(page.locator("#cvc-fault")).to_have_text("Your card's security code is incomplete.")
    await expect(page.get_by_label("Email")).to_have_accessible_description("Your email is invalid.")
    assert (await now(stage, made)).payment_intent is None


async def test_what_is_missing_is_said_before_anything_is_sent(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(), await session(stage)
    await page.goto(made.url)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)

    await pay(page)

    await expect(page.locator("#email-fault")).to_have_text("Enter your email.")
    await expect(page.locator("#name-fault")).to_have_text("Enter your name.")
    await expect(page.locator("[name=email]")).to_be_focused()
    assert not posts


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"email": "a@b.example", "number": "9" * 5000, "expiry": "99/99", "cvc": "x", "name": "N"},
        {"email": "a@b.example", "number": GOOD, "expiry": "12/2099", "cvc": "123", "name": "N"},
        {"email": "😀", "number": "４２４２", "expiry": "\x00", "cvc": "１２３", "name": ""},
        {
            "email": "a@b.example",
            "number": GOOD,
            "expiry": "12/34",
            "cvc": "123",
            "name": "N",
            "expected_amount": "1",
        },
    ],
)
async def test_nonsense_is_refused_and_nothing_is_charged(
    stage: Stage, open_page: OpenPage, form: dict[str, str]
) -> None:
    page, made = await open_page(), await session(stage)

    answer = await page.request.post(made.url, form=form)

    assert 400 <= answer.status < 500
    assert 'role="alert"' in await answer.text()
    assert "traceback" not in (await answer.text()).lower()
    after = await now(stage, made)
    assert (after.status, after.payment_intent) == ("open", None)


async def test_two_clicks_pay_once(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(), await session(stage)
    await page.goto(made.url)
    await enter(page, GOOD)

    await page.locator("#pay").dblclick()
    await page.wait_for_url("**/done**")

    assert await stage.charges((await now(stage, made)).payment_intent) == ["succeeded"]


async def test_a_form_sent_five_times_at_once_pays_once(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(), await session(stage)
    form = {
        "email": "ada@example.org", "method": "card", "number": GOOD, "expiry": "12/34", "cvc": "123", "name": "Ada",
    }  # fmt: skip

    sent = (page.request.post(made.url, form=form, max_redirects=0) for _ in range(5))
    answers = await asyncio.gather(*sent)

    assert {answer.status for answer in answers} == {303}
    assert {answer.headers["location"] for answer in answers} == {f"{stage.shop_url}/done?session={made.id}"}
    assert await stage.charges((await now(stage, made)).payment_intent) == ["succeeded"]


async def test_two_tabs_pay_once(stage: Stage, open_page: OpenPage) -> None:
    first, second, made = await open_page(), await open_page(), await session(stage)
    for page in (first, second):
        await page.goto(made.url)
        await enter(page, GOOD)

    await pay(first)
    await first.wait_for_url("**/done**")
    await pay(second)
    await second.wait_for_url("**/done**")

    assert await stage.charges((await now(stage, made)).payment_intent) == ["succeeded"]


@BOTH
async def test_going_back_after_paying_shows_that_it_is_paid(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    page, made = await open_page(java_script_enabled=javascript), await session(stage)
    await page.goto(made.url)
    await enter(page, GOOD)
    await pay(page)
    await page.wait_for_url("**/done**")

    await page.go_back()

    await expect(page.get_by_role("heading", name="Payment complete")).to_be_visible()
    await expect(page.get_by_role("link")).to_have_attribute(
        "href", f"{stage.shop_url}/done?session={made.id}"
    )


async def test_leaving_changes_nothing_and_coming_back_still_pays(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(), await session(stage)
    await page.goto(made.url)
    await page.get_by_role("link", name="Back to").click()
    await page.wait_for_url("**/cart")
    assert (await now(stage, made)).status == "open"

    await page.go_back()
    await enter(page, GOOD)
    await pay(page)
    await page.wait_for_url("**/done**")

    assert (await now(stage, made)).payment_status == "paid"


async def test_an_expired_page_takes_no_card(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(), await session(stage)
    await page.goto(made.url)
    await enter(page, GOOD)
    await stage.world.stripe.v1.checkout.sessions.expire_async(made.id)

    await pay(page)

    await expect(page.get_by_role("heading", name="This payment page has expired")).to_be_visible()
    await expect(page.get_by_role("link")).to_have_attribute("href", f"{stage.shop_url}/cart")
    assert (await now(stage, made)).payment_intent is None


async def test_an_address_that_leads_nowhere_says_so(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()

    for name in ("cs_test_nothing", "%00", "😀", "x" * 3000):
        answer = await page.request.get(f"{stage.sandbox_url}/c/pay/{name}")
        assert answer.status == 404
        assert "There is no such payment page" in await answer.text()
