"""Every page a customer may meet: usable by everybody, by day and by night, small and wide; and light to load."""

import gzip
import json
import re
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages import test_embedded as embedded
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.hosted import session
from tests.stripe_sandbox.pages.stage import CHALLENGED, Stage, card_form, challenge, fill
from tests.stripe_sandbox.pages.test_hosted_look import EVERYTHING

pytestmark = pytest.mark.asyncio(loop_scope="module")

# How many bytes a page and all its styles and scripts may be, compressed.
HEAVIEST = {
    "hosted": 24_000, "everything": 27_000, "complete": 7_000, "expired": 7_000, "unknown": 7_000,
    "receipt": 10_000, "iDEAL": 5_000, "Klarna": 5_000, "PayPal": 5_000, "saving": 5_000, "3-D Secure": 5_000,
    "dashboard": 14_000,
}  # fmt: skip
WIDTHS = pytest.mark.parametrize("width", [360, 1440])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


async def addresses(stage: Stage) -> dict[str, str]:
    """Where each page is, made anew."""
    v1, back = stage.world.stripe.v1, f"{stage.shop_url}/done"
    paid, over = await session(stage), await session(stage, after_expiration={"recovery": {"enabled": True}})
    await stage.world.control("POST", f"/checkout/sessions/{paid.id}/pay", {"payment_method": "pm_card_visa"})
    await v1.checkout.sessions.expire_async(over.id)
    charge = (await v1.charges.list_async({"limit": 1})).data[0]
    asked = {"confirm": True, "return_url": back}
    saving = await v1.setup_intents.create_async({"payment_method_data": {"type": "amazon_pay"}, **asked})  # type: ignore[typeddict-item]
    banks: dict[str, Any] = {
        kind: await stage.intent(payment_method_data={"type": kind} | details, **asked)
        for kind, details in {
            "ideal": {},
            "paypal": {},
            "klarna": {"billing_details": {"email": "ada@example.org", "address": {"country": "DE"}}},
        }.items()
    }
    challenged = await stage.intent(payment_method="pm_card_authenticationRequired", **asked)
    return {
        "hosted": (await session(stage)).url,
        "everything": (await session(stage, **EVERYTHING)).url,
        "complete": paid.url,
        "expired": over.url,
        "unknown": f"{stage.sandbox_url}/c/pay/nothing",
        "receipt": charge.receipt_url,
        "iDEAL": banks["ideal"].next_action.redirect_to_url.url,
        "Klarna": banks["klarna"].next_action.redirect_to_url.url,
        "PayPal": banks["paypal"].next_action.redirect_to_url.url,
        "saving": saving.next_action.redirect_to_url.url,
        "3-D Secure": challenged.next_action.redirect_to_url.url,
        "dashboard": f"{stage.sandbox_url}/_sandbox",
    }


async def faults(page: Page, inside: int = 0) -> list[str]:
    """What axe finds, in frames at least `inside` deep."""
    report = await Axe().run(page)
    return [
        f"{one['id']}: {node['target']}"
        for one in report.response["violations"]
        for node in one["nodes"]
        if len(node["target"]) > inside
    ]


@WIDTHS
@SCHEMES
async def test_everybody_can_use_every_page(
    stage: Stage, open_page: OpenPage, width: int, scheme: str
) -> None:
    page = await open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)

    for name, address in (await addresses(stage)).items():
        await page.goto(address)
        assert await faults(page) == [], name
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, name


@WIDTHS
@SCHEMES
async def test_everybody_can_use_the_page_inside_a_shops(
    stage: Stage, open_page: OpenPage, width: int, scheme: str
) -> None:
    page = await open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)

    frame = await embedded.mounted(stage, page, await embedded.session(stage))
    await frame.locator("#pay").click()

    assert await faults(page, inside=1) == []


@SCHEMES
async def test_everybody_can_answer_the_bank_in_a_dialog(
    stage: Stage, open_page: OpenPage, scheme: str
) -> None:
    page, intent = await open_page(color_scheme=scheme), await stage.intent()
    options = {"elements": {"clientSecret": intent.client_secret}, "redirect": "if_required"}
    await page.goto(stage.shop_address(json.dumps(options)))
    await fill(card_form(page), CHALLENGED)
    await page.get_by_role("button", name="Pay").click()
    await challenge(page).get_by_test_id("3ds-complete").wait_for()

    assert await faults(page, inside=1) == []


@pytest.mark.parametrize(
    ("shop", "ground"), [("light", "rgb(255, 255, 255)"), ("light dark", "rgb(28, 32, 30)")]
)
async def test_the_page_inside_is_dark_only_where_the_shop_is(
    stage: Stage, open_page: OpenPage, shop: str, ground: str
) -> None:
    page, made = await open_page(color_scheme="dark"), await embedded.session(stage)
    await page.goto(f"{stage.shop_url}/pay")
    await page.evaluate("(schemes) => { document.documentElement.style.colorScheme = schemes; }", shop)

    await page.evaluate(
        """async (clientSecret) => {
          const inside = await Stripe('pk_test_page').createEmbeddedCheckoutPage({ clientSecret });
          inside.mount('#card');
        }""",
        made.client_secret,
    )

    body = page.frame_locator("[name=__privateStripeFrameCheckout]").locator("body")
    await expect(body).to_have_css("background-color", ground)


async def test_every_page_is_light_to_load(stage: Stage, open_page: OpenPage) -> None:
    page, weights = await open_page(), dict[str, int]()

    for name, address in (await addresses(stage)).items():
        text = await (await page.request.get(address)).text()
        parts = re.findall(r'(?:<script src|<link rel="stylesheet" href)="([^"]+)"', text)
        bodies = [await (await page.request.get(f"{stage.sandbox_url}{part}")).body() for part in parts]
        weights[name] = sum(len(gzip.compress(body)) for body in [text.encode(), *bodies])

    assert {name: weight for name, weight in weights.items() if weight > HEAVIEST[name]} == {}
