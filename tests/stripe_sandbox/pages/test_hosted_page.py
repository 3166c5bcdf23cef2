"""The hosted payment page, with JavaScript and without."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import CHALLENGED, GOOD, POOR, REFUSED, WRONG_CVC, Stage, fill

pytestmark = pytest.mark.asyncio(loop_scope="module")
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with_javascript", "without"])


async def session(stage: Stage, **params: Any) -> Any:
    """An open session over two books and their way."""
    return await stage.world.session(
        success_url=f"{stage.shop_url}/done?session={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{stage.shop_url}/cart",
        **params,
    )


async def now(stage: Stage, made: Any) -> Any:
    """The session as it is now."""
    return await stage.world.stripe.v1.checkout.sessions.retrieve_async(
        made.id, {"expand": ["payment_intent"]}
    )


async def enter(page: Page, number: str, **card: str) -> None:
    """Fill in everything the page asks for."""
    await page.locator("[name=email]").fill("ada@example.org")
    await fill(page, number, **card)
    await page.locator("[name=name]").fill("Ada Lovelace")


async def pay(page: Page) -> None:
    """Press the one button."""
    await page.locator("button[type=submit]").click()


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

    await page.locator("button[type=submit]").dblclick()
    await page.wait_for_url("**/done**")

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


async def test_a_shop_may_ask_for_address_and_telephone(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    made = await session(
        stage,
        billing_address_collection="required",
        shipping_address_collection={"allowed_countries": ["DE", "AT"]},
        phone_number_collection={"enabled": True},
        customer_email="ada@example.org",
    )
    await page.goto(made.url)
    assert await page.locator("[name=email]").get_attribute("readonly") is not None
    await page.locator("[name=phone]").fill("+43 1 234")
    for group, country in (("shipping", "AT"), ("billing", "US")):
        await page.locator(f"[name={group}_country]").select_option(country)
        await page.locator(f"[name={group}_line1]").fill("Ringstraße 1")
        await page.locator(f"[name={group}_postal_code]").fill("10101")
        await page.locator(f"[name={group}_city]").fill("Wien")
    await page.locator("[name=shipping_name]").fill("Ada Lovelace")
    await page.locator("[name=name]").fill("Ada Lovelace")
    await fill(page, GOOD)

    await pay(page)
    await page.wait_for_url("**/done**")

    paid = await now(stage, made)
    assert paid.collected_information.shipping_details.address.country == "AT"
    assert paid.customer_details.address.country == "US"
    assert paid.customer_details.phone == "+43 1 234"


@pytest.mark.parametrize(
    ("currency", "amount", "locale", "shown"),
    [
        ("jpy", 1500, "en", "¥1,500"),
        ("kwd", 12340, "en", "KWD\u00a012.340"),
        ("eur", 123456, "de", "1.234,56\u00a0€"),
        ("isk", 150000, "en", "ISK\u00a01,500.00"),
    ],
)
async def test_amounts_are_written_as_their_currency_is(
    stage: Stage, open_page: OpenPage, currency: str, amount: int, locale: str, shown: str
) -> None:
    page = await open_page()
    line = {
        "price_data": {"currency": currency, "unit_amount": amount, "product_data": {"name": "Book"}},
        "quantity": 1,
    }
    made = await session(stage, line_items=[line], locale=locale)

    await page.goto(made.url)

    await expect(page.locator("p.amount")).to_have_text(shown)
    await expect(page.locator("button[type=submit]")).to_contain_text(shown)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
async def test_the_page_fits_every_screen(stage: Stage, open_page: OpenPage, width: int, scheme: str) -> None:
    page = await open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    name = "A very long title of a book that Donaudampfschifffahrtsgesellschaftskapitäne read aloud"
    line = {
        "price_data": {"currency": "usd", "unit_amount": 123456, "product_data": {"name": name}},
        "quantity": 12,
    }
    made = await session(stage, line_items=[line])
    await page.goto(made.url)

    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await expect(page.locator("button[type=submit]")).to_be_visible()


async def test_test_cards_can_be_copied_and_read(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(permissions=["clipboard-read", "clipboard-write"]), await session(stage)
    await page.goto(made.url)

    await page.get_by_role("button", name="Copy 4000 0027 6000 3184").click()

    assert await page.evaluate("navigator.clipboard.readText()") == CHALLENGED
    await expect(page.get_by_role("status")).to_have_text("Copied")
    plain = await open_page(java_script_enabled=False)
    await plain.goto(made.url)
    await expect(plain.get_by_text("4242 4242 4242 4242")).to_be_visible()
    await expect(plain.get_by_role("button", name="Copy")).to_have_count(0)


async def test_a_products_name_is_only_a_name(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    name = "<img src=x onerror=alert(1)>{{ 7 * 7 }}"
    line = {
        "price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": name}},
        "quantity": 1,
    }
    await page.goto((await session(stage, line_items=[line])).url)

    await expect(page.locator(".wide .name")).to_have_text(name)


async def test_pages_allow_themselves_nothing_more_than_they_need(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(), await session(stage)
    intent = await stage.intent(
        payment_method="pm_card_authenticationRequired", confirm=True, return_url=f"{stage.shop_url}/done"
    )
    full = intent.next_action.redirect_to_url.url
    pages = {
        made.url: False,
        f"{stage.sandbox_url}/c/pay/nothing": False,
        full: False,
        full.removesuffix("&redirect=1"): True,
        f"{stage.sandbox_url}/_pages/elements/payment?origin={stage.shop_url}": True,
    }

    for address, framable in pages.items():
        headers = (await page.request.get(address)).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert f"frame-ancestors {'*' if framable else chr(39) + 'none' + chr(39)}" in policy
        assert "default-src 'none'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("origin", ["", "null", "javascript:alert(1)", "https://shop.test/;script-src *"])
async def test_a_form_without_a_partner_is_not_drawn(stage: Stage, open_page: OpenPage, origin: str) -> None:
    page = await open_page()

    answer = await page.request.get(f"{stage.sandbox_url}/_pages/elements/payment", params={"origin": origin})

    assert answer.status == 400


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_pages_can_be_used_by_everybody(stage: Stage, open_page: OpenPage, scheme: str) -> None:
    page, open_session, over = (
        await open_page(color_scheme=scheme),
        await session(stage),
        await session(stage),
    )
    await stage.world.stripe.v1.checkout.sessions.expire_async(over.id)
    intent = await stage.intent(
        payment_method="pm_card_authenticationRequired", confirm=True, return_url=f"{stage.shop_url}/done"
    )
    form = f"{stage.sandbox_url}/_pages/elements/payment?origin={stage.shop_url}"
    theme = "night" if scheme == "dark" else "stripe"

    for address in (
        open_session.url,
        over.url,
        intent.next_action.redirect_to_url.url,
        f"{form}&theme={theme}",
        f"{stage.sandbox_url}/_sandbox",
    ):
        await page.goto(address)
        if address == open_session.url:
            await pay(page)
        report = await Axe().run(page)
        whole_page = (
            form not in address
        )  # a frame is a part of its page: landmarks and headings are out there
        faults = [
            fault["id"]
            for fault in report.response["violations"]
            if whole_page or fault["id"] not in ("landmark-one-main", "page-has-heading-one", "region")
        ]
        assert not faults, address


async def test_a_total_of_zero_asks_for_no_card(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    line = {
        "price_data": {"currency": "usd", "unit_amount": 0, "product_data": {"name": "Leaflet"}},
        "quantity": 1,
    }
    made = await session(stage, line_items=[line])
    await page.goto(made.url)
    assert await page.locator("[name=number]").count() == 0

    await page.locator("[name=email]").fill("ada@example.org")
    await page.get_by_role("button", name="Complete order").click()
    await page.wait_for_url("**/done**")

    assert (await now(stage, made)).payment_status == "no_payment_required"
