"""What the hosted page asks, shows and allows itself."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.hosted import now, pay, session
from tests.stripe_sandbox.pages.stage import CHALLENGED, GOOD, Stage, fill

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
    await page.get_by_label("Same as the shipping address").uncheck()
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
    await expect(page.locator("#pay")).to_contain_text(shown)


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
    await expect(page.locator("#pay")).to_be_visible()


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

    await expect(page.locator(".slip .name")).to_have_text(name)


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
