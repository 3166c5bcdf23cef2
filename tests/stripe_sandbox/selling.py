"""What the tests of products and prices sell."""

from typing import Any

from tests.stripe_sandbox.harness import World


async def emma(world: World, **params: Any) -> Any:
    """A product with a price of 9.00 EUR."""
    price = {"currency": "eur", "unit_amount": 900}
    return await world.stripe.v1.products.create_async({"name": "Emma", "default_price_data": price} | params)


async def price(world: World, **params: Any) -> Any:
    """A price of 9.00 EUR of a new product."""
    usual = {"currency": "eur", "unit_amount": 900, "product_data": {"name": "Emma"}}
    return await world.stripe.v1.prices.create_async(usual | params)
