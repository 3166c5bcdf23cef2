"""The desk in a browser's place: a shop on the test's database, and a client that keeps its cookies."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.accounts.people import PASSWORD, make_staff

from kassa import admin, web
from kassa.config import Settings
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.mail import StoreMailer
from kassa.shop import Shop
from kassa.stripe import Gateway

TOKEN = re.compile(r'name="csrf_token"\s+value="([^"]+)"')


class Browser:
    """Somebody with a browser: follows links and sends the forms of the page they see."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page = ""

    async def open(self, address: str) -> httpx.Response:
        """Open an address; redirects are not followed."""
        answer = await self.client.get(address)
        self.page = answer.text or self.page
        return answer

    async def send(self, address: str, **fields: str) -> httpx.Response:
        """Send a form with the CSRF token of the page that was opened last."""
        return await self.client.post(address, data={"csrf_token": self.csrf, **fields})

    async def log_in(self, email: str = "owner@example.org", password: str = PASSWORD) -> httpx.Response:
        """Open the login and send it."""
        await self.open("/admin/login")
        return await self.send("/admin/login", email=email, password=password)

    @property
    def csrf(self) -> str:
        """The token in the page that was opened last."""
        found = TOKEN.search(self.page)
        return found.group(1) if found else ""


@pytest.fixture
def settings() -> Settings:
    return Settings(secret_key="k" * 32, base_url="http://shop.test", stripe_api_base="http://sandbox.test")


@pytest.fixture
async def browser(db: Database, clock: FrozenClock, settings: Settings) -> AsyncIterator[Browser]:
    """A browser at the shop's door; nobody is logged in."""
    async with at(db, clock, settings) as client:
        yield Browser(client)


@pytest.fixture
async def operator(browser: Browser, db: Database, clock: FrozenClock) -> Browser:
    """A browser whose user has logged in as `owner@example.org`."""
    await make_staff(db, clock)
    await browser.log_in()
    return browser


def at(db: Database, clock: FrozenClock, settings: Settings) -> httpx.AsyncClient:
    """A client of a shop with these settings."""
    app = web.build(admin.route_handlers, production=settings.production)
    app.state.shop = Shop(settings, db, _no_gateway(), StoreMailer(), clock)
    transport: Any = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    return httpx.AsyncClient(
        transport=transport, base_url="http://shop.test", headers={"Accept": "text/html"}
    )


def _no_gateway() -> Gateway:
    """The desk never speaks to the provider."""
    return None  # type: ignore[return-value]
