"""How the hosted page looks and behaves for everybody: the shop's colours, small screens, keyboards, weight."""

import gzip
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.hosted import enter, line, now, pay, session
from tests.stripe_sandbox.pages.stage import GOOD, Stage, fill
from tests.stripe_sandbox.pages.test_hosted_order import WAYS

pytestmark = pytest.mark.asyncio(loop_scope="module")
SIZES = pytest.mark.parametrize("width", [360, 1280])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
EVERYTHING: dict[str, Any] = {
    "allow_promotion_codes": True,
    "automatic_tax": {"enabled": True},
    "billing_address_collection": "required",
    "consent_collection": {"terms_of_service": "required", "promotions": "auto"},
    "custom_fields": [
        {
            "key": "words",
            "label": {"type": "custom", "custom": "Dedication"},
            "type": "text",
            "optional": True,
        }
    ],
    "line_items": [
        line(1500, 2, adjustable_quantity={"enabled": True, "maximum": 9}, description="Clothbound"),
        line(2400, name="Tote bag"),
    ],
    "phone_number_collection": {"enabled": True},
    "saved_payment_method_options": {"payment_method_save": "enabled"},
    "shipping_address_collection": {"allowed_countries": ["US", "DE"]},
    "shipping_options": WAYS,
    "tax_id_collection": {"enabled": True},
}
LOOKS: list[dict[str, Any]] = [
    {"background_color": "#12355b", "button_color": "#ffb703", "border_style": "pill", "font_family": "lora"},
    {"background_color": "#ffe8d6", "button_color": "#6b705c", "border_style": "rectangular"},
    {"background_color": "#777777", "button_color": "#777777", "font_family": "ubuntu_mono"},
    {"background_color": "#000000", "button_color": "#000000", "font_family": "nunito"},
    {"background_color": "#ffffff", "button_color": "#ffffff"},
    {"button_color": "#e11d48"},
]


async def faults(page: Page) -> list[str]:
    """What axe finds, each with the elements it finds it at."""
    report = await Axe().run(page)
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in report.response["violations"]
    ]


@SIZES
@SCHEMES
async def test_everybody_can_use_the_whole_page(
    stage: Stage, open_page: OpenPage, width: int, scheme: str
) -> None:
    page = await open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    await page.goto((await session(stage, **EVERYTHING)).url)
    assert await faults(page) == []

    if width < 900:
        await page.get_by_text("Order summary").click()
    await page.get_by_label("Same as the shipping address").uncheck()
    await page.get_by_label("I am buying for a business").check()
    await pay(page)

    assert await faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


@SCHEMES
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look["button_color"])
async def test_whatever_a_shop_paints_can_be_read(
    stage: Stage, open_page: OpenPage, look: dict[str, Any], scheme: str
) -> None:
    page = await open_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    given = {"allow_promotion_codes": True, "branding_settings": look}
    await page.goto((await session(stage, **given)).url)
    assert await faults(page) == []

    await page.get_by_label("Promotion code").fill("NOTHING")
    await page.get_by_role("button", name="Apply").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await pay(page)
    await expect(page.locator("#email-fault")).to_have_text("Enter your email.")
    assert await faults(page) == []


async def test_a_shops_colours_name_and_corners_are_on_its_page(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    look = {
        "display_name": "Friends of the Pond",
        "logo": {"type": "url", "url": f"{stage.shop_url}/logo.svg"},
    }
    await page.goto((await session(stage, branding_settings=LOOKS[0] | look)).url)

    button = page.locator("#pay")
    await expect(button).to_have_css("background-color", "rgb(255, 183, 3)")
    await expect(button).to_have_css("color", "rgb(28, 33, 31)")
    await expect(button).to_have_css("border-radius", "99px")
    await expect(page.locator("body")).to_have_css("background-color", "rgb(18, 53, 91)")
    await expect(page.get_by_role("img", name="Friends of the Pond")).to_have_attribute(
        "src", f"{stage.shop_url}/logo.svg"
    )


@pytest.mark.parametrize(
    "query", ["", "button=red", "button=%7D%20body%7B&corners=x&font=%3B", "ground=12345"]
)
async def test_a_sheet_of_nonsense_says_nothing(stage: Stage, open_page: OpenPage, query: str) -> None:
    page = await open_page()

    answer = await page.request.get(f"{stage.sandbox_url}/_pages/brand.css?{query}")

    assert (answer.status, await answer.text()) == (200, "")


@SIZES
async def test_what_is_pressed_is_big_enough(stage: Stage, open_page: OpenPage, width: int) -> None:
    page = await open_page(viewport={"width": width, "height": 800})
    await page.goto((await session(stage, **EVERYTHING)).url)
    if width < 900:
        await page.get_by_text("Order summary").click()

    small = await page.evaluate(
        """() => [...document.querySelectorAll('a, button, summary, select, label:has([type=radio], [type=checkbox])')]
          .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 41.5)
          .map((one) => one.outerHTML.slice(0, 90))"""
    )

    assert small == []


async def test_the_keyboard_goes_down_the_page_and_pays(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(), await session(stage, allowed_payment_method_types=["card"])
    await page.goto(made.url)
    seen = []
    for _ in range(7):
        await page.keyboard.press("Tab")
        seen.append(await page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert seen == ["back", "email", "number", "expiry", "cvc", "name", "pay"]
    await enter(page, GOOD)

    await page.locator("#pay").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/done**")

    assert (await now(stage, made)).payment_status == "paid"


async def test_slips_are_listed_and_lead_to_their_fields(stage: Stage, open_page: OpenPage) -> None:
    page, made = await open_page(java_script_enabled=False), await session(stage, **EVERYTHING)
    await page.goto(made.url)
    await fill(page, GOOD)
    await pay(page)
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("Phone number: This field is incomplete.")

    await alert.get_by_role("link", name="Phone number").click()

    assert page.url.endswith("#phone")
    await expect(page.locator("[name=phone]")).to_be_in_viewport()


@pytest.mark.parametrize("locale", ["en", "de", "fr", "es", "ja"])
async def test_the_whole_page_speaks_one_language(stage: Stage, open_page: OpenPage, locale: str) -> None:
    page = await open_page(viewport={"width": 360, "height": 740})
    await page.goto((await session(stage, locale=locale, **EVERYTHING)).url)

    await expect(page.locator("html")).to_have_attribute("lang", locale)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    if locale != "en":
        for word in (
            "Payment method",
            "Order summary",
            "Promotion code",
            "Shipping address",
            "business days",
        ):
            await expect(page.get_by_text(word)).to_have_count(0)


async def test_styles_and_scripts_are_light_and_come_from_here(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    heard: list[str] = []
    page.on("request", lambda request: heard.append(request.url))

    await page.goto((await session(stage, **EVERYTHING)).url)
    await page.wait_for_load_state("networkidle")

    assert all(address.startswith(stage.sandbox_url) for address in heard)
    answers = [await page.request.get(address) for address in heard if ".css" in address or ".js" in address]
    bodies = [await answer.body() for answer in answers]
    assert sum(len(gzip.compress(body)) for body in bodies) < 40_000
