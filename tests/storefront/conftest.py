"""The shop's pages on a real database, with the sandbox for a Stripe, and the hands of a customer."""

import re
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from tests.factories import make_variant
from tests.money import Till

from kassa import storefront, web
from kassa.config import Settings
from kassa.mail import StoreMailer
from kassa.shop import Shop

SETTINGS = Settings(
    base_url="http://shop.test", secret_key="s" * 40, stripe_secret_key="sk_test_shop",
    stripe_publishable_key="pk_test_page", stripe_api_base="http://sandbox.test",
    stripe_js_url="http://sandbox.test/stripe.js",
)  # fmt: skip
ADDRESS = {
    "email": "ada@example.org", "name": "Ada Lovelace", "line1": "Rosenthaler Str. 12", "city": "Berlin",
    "postal_code": "10119", "country": "DE", "shipping_method": "standard",
}  # fmt: skip


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


class Browser:
    """A customer's browser without JavaScript: cookies, pages, forms."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, address: str) -> Any:
        """Open an address and follow where it leads."""
        return await self.client.get(address, follow_redirects=True)

    async def post(self, address: str, **fields: object) -> Any:
        """Send a form with the session's token; where it leads is not followed."""
        page = await self.client.get("/books")
        data = {"csrf_token": hidden(page.text, "csrf_token"), **{k: str(v) for k, v in fields.items()}}
        return await self.client.post(address, data=data, follow_redirects=False)

    async def add(self, sku: str = "EMMA-PB", quantity: int = 1) -> Any:
        """Put something into the bag."""
        return await self.post("/cart/lines", sku=sku, quantity=quantity)

    async def order(self, **changed: object) -> UUID:
        """Check out what is in the bag; the order's id."""
        page = (await self.get("/checkout")).text
        shown = {"order_id": hidden(page, "order_id"), "total_shown": hidden(page, "total_shown")}
        answer = await self.post("/checkout", **{**ADDRESS, **shown, **changed})
        assert answer.status_code == 303, answer.text
        return UUID(answer.headers["location"].split("/")[2])


@pytest.fixture
async def till(db, clock):
    """A Stripe, and stock: five of EMMA-PB at 12.99."""
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


@pytest.fixture
def app(till, db, clock) -> Litestar:
    """The storefront, as the shop mounts it."""
    made = web.build(
        storefront.route_handlers, languages=Settings().locales, render_error=storefront.render_error
    )
    made.state.shop = Shop(SETTINGS, db, till.gateway, StoreMailer(), clock)
    return made


@pytest.fixture
async def browser(app):
    """A browser."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as client:
        yield Browser(client)


@pytest.fixture
async def stranger(app):
    """Somebody else's browser."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as client:
        yield Browser(client)
