"""The API on a real database, with the sandbox for a Stripe, and programs that call it."""

from typing import Any

import httpx
import pytest
from litestar import Litestar
from tests.factories import make_variant
from tests.money import Till

from kassa import accounts, api, web
from kassa.config import Settings
from kassa.mail import StoreMailer
from kassa.shop import Shop

SETTINGS = Settings(
    base_url="http://shop.test", secret_key="s" * 40, stripe_secret_key="sk_test_shop",
    stripe_publishable_key="pk_test_page", stripe_api_base="http://sandbox.test",
)  # fmt: skip
ADDRESS = {
    "name": "Ada Lovelace", "line1": "Rosenthaler Str. 12", "city": "Berlin", "postal_code": "10119",
    "country": "DE",
}  # fmt: skip
ORDER = {
    "lines": [{"sku": "EMMA-PB", "quantity": 1}],
    "email": "ada@example.org",
    "shipping_address": ADDRESS,
}


class Program:
    """Somebody who calls the API, with headers of their own."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self.client = client
        self.headers = headers
        self._keys = 0

    async def get(self, path: str, **headers: str) -> Any:
        """GET under /api/v1."""
        return await self.client.get(f"/api/v1{path}", headers=self._with(headers))

    async def send(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """A request with a JSON body, under /api/v1."""
        return await self.client.request(method, f"/api/v1{path}", json=body, headers=self._with(headers))

    async def wish(self, path: str, body: object = None, key: str | None = None, **headers: str) -> Any:
        """A POST with an `Idempotency-Key`, a fresh one unless given."""
        self._keys += 1
        return await self.send("POST", path, body, Idempotency_Key=key or f"wish-{self._keys}", **headers)

    async def order(self, **changed: object) -> Any:
        """An order that was placed, as the API shows it."""
        answer = await self.wish("/orders", {**ORDER, **changed})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        return {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}


@pytest.fixture
async def till(db, clock):
    """A Stripe, and stock: five of EMMA-PB at 12.99."""
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


@pytest.fixture
def app(till, db, clock) -> Litestar:
    """The API, as the shop mounts it."""
    made = web.build(api.route_handlers)
    made.state.shop = Shop(SETTINGS, db, till.gateway, StoreMailer(), clock)
    return made


@pytest.fixture
async def client(app):
    """A connection to the API."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as made:
        yield made


@pytest.fixture
def guest(client) -> Program:
    """Somebody without credentials."""
    return Program(client, {})


@pytest.fixture
async def front(client, db, clock) -> Program:
    """A storefront's key."""
    return Program(client, await _key(db, clock, "front", "storefront"))


@pytest.fixture
async def other_front(client, db, clock) -> Program:
    """Another storefront's key."""
    return Program(client, await _key(db, clock, "other", "storefront"))


@pytest.fixture
async def boss(client, db, clock) -> Program:
    """An administrator's key."""
    return Program(client, await _key(db, clock, "boss", "admin"))


async def _key(db, clock, name, scope) -> dict[str, str]:
    async with db.transaction() as tx:
        key = await accounts.create_api_key(tx, name, scope, now=clock.now())
    return {"Authorization": f"Bearer {key}"}


async def count(db, table: str) -> int:
    """Rows of a table."""
    async with db.connection() as conn:
        return int(await conn.fetchval(f"select count(*) from {table}"))
