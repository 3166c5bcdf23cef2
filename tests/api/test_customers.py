"""Somebody who is signed in sees their own orders through the API too, and nobody else's."""

from tests.api.conftest import Program

from kassa import accounts
from kassa.accounts.customers import queries
from kassa.kernel.ids import new_id
from kassa.web import SESSION_COOKIE


async def signed_in(client, db, clock, email: str) -> Program:
    """A program in the browser of a customer."""
    async with db.transaction() as tx:
        id_ = new_id()
        await queries.add(tx, id_, email, "", password_hash=None, now=clock.now())
        token = await accounts.sign_in(tx, None, id_, now=clock.now(), device="")
        session = await accounts.session(tx, token, now=clock.now())
    return Program(client, {"Cookie": f"{SESSION_COOKIE}={token}", "X-CSRF-Token": session.csrf})


async def test_an_order_is_its_customers_in_every_browser(client, db, clock):
    ada = await signed_in(client, db, clock, "ada@example.org")
    bob = await signed_in(client, db, clock, "bob@example.org")

    placed = await ada.order(email="a.gift@example.org")

    assert (await ada.get(f"/orders/{placed['id']}")).json()["id"] == placed["id"]
    assert (await bob.get(f"/orders/{placed['id']}")).status_code == 404
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from orders where customer_id is not null") == 1


async def test_a_session_without_its_csrf_token_orders_nothing(client, db, clock):
    ada = await signed_in(client, db, clock, "ada@example.org")
    ada.headers.pop("X-CSRF-Token")

    assert (await ada.wish("/orders", {"lines": [{"sku": "EMMA-PB", "quantity": 1}]})).status_code == 403
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from orders") == 0
