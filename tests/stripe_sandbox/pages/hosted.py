"""What every test of the hosted page does: make a session, fill the form, pay, look what became of it."""

from typing import Any

import pytest
from playwright.async_api import Page
from tests.stripe_sandbox.pages.stage import Stage, fill

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with_javascript", "without"])
ADDRESS = {"line1": "1 Main Street", "postal_code": "94103", "city": "San Francisco", "state": "CA"}


async def session(stage: Stage, **params: Any) -> Any:
    """An open session over two books and their way."""
    return await stage.world.session(
        success_url=f"{stage.shop_url}/done?session={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{stage.shop_url}/cart",
        **params,
    )


def line(amount: int = 1500, quantity: int = 1, name: str = "Walden", **more: Any) -> dict[str, Any]:
    """A line item; `currency`, `tax_behavior`, `description` and `images` go where they belong."""
    product = {"name": name} | {key: more.pop(key) for key in ("description", "images") if key in more}
    price = {"currency": more.pop("currency", "usd"), "unit_amount": amount, "product_data": product}
    if "tax_behavior" in more:
        price["tax_behavior"] = more.pop("tax_behavior")
    return {"price_data": price, "quantity": quantity} | more


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


async def enter_address(page: Page, group: str, country: str = "US") -> None:
    """Fill in an address."""
    await page.locator(f"[name={group}_country]").select_option(country)
    for name, value in ADDRESS.items():
        await page.locator(f"[name={group}_{name}]").fill(value)
    if group == "shipping":
        await page.locator("[name=shipping_name]").fill("Ada Lovelace")


async def choose(page: Page, name: str) -> None:
    """Choose a way to pay."""
    await page.get_by_role("radio", name=name).check()


async def pay(page: Page) -> None:
    """Press the one button."""
    await page.locator("#pay").click()
