"""What the tests of SetupIntents have in common."""

from typing import Any

from tests.stripe_sandbox.harness import World

RETURN = "https://shop.test/return"


async def a_customer(world: World) -> str:
    """A customer's id."""
    found: str = (await world.stripe.v1.customers.create_async({"email": "jenny@example.com"})).id
    return found


async def set_up(world: World, method: str = "pm_card_visa", **params: Any) -> Any:
    """A SetupIntent, created and confirmed in one call."""
    return await world.stripe.v1.setup_intents.create_async(
        {"payment_method": method, "confirm": True, "return_url": RETURN} | params
    )


async def authenticate(world: World, intent: Any, outcome: str = "succeed") -> tuple[int, Any]:
    """The customer passes or fails the challenge."""
    return await world.control("POST", f"/setup_intents/{intent.id}/authenticate", {"outcome": outcome})


async def canceled(world: World) -> Any:
    """A SetupIntent that was canceled."""
    intent = await world.stripe.v1.setup_intents.create_async({"payment_method": "pm_card_visa"})
    return await world.stripe.v1.setup_intents.cancel_async(intent.id)


async def latest_attempt(world: World, intent: Any) -> Any:
    """The newest attempt of an intent."""
    found = await world.stripe.v1.setup_attempts.list_async({"setup_intent": intent.id})
    return found.data[0]
