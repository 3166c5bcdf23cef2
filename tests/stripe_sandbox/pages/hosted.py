"""What every test of the hosted page does: make a session, fill the form, pay, look what became of it."""

from typing import Any

from playwright.async_api import Page
from tests.stripe_sandbox.pages.stage import Stage, fill


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
