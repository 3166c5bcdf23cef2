"""A customer who buys at once, and what is there afterwards."""

from types import SimpleNamespace
from typing import Any

from tests.money import Till
from tests.stripe_sandbox import at_the_page

from kassa import checkout, orders
from kassa.kernel.ids import new_id

HOLD_SECONDS = 900
PARIS = {
    "name": "Marie Curie",
    "address": {"line1": "1 rue Pierre", "city": "Paris", "postal_code": "75005", "country": "FR"},
}


async def buy(till: Till, **more: Any) -> checkout.BuyNow:
    """One copy, on its way to Stripe's page."""
    wish = {"id": new_id(), "sku": "EMMA-PB", "quantity": 1, "currency": "EUR"} | more
    wish.setdefault("token", f"token of {wish['id']}")
    return await checkout.buy_now(
        till.db, till.gateway, checkout.BuyNowWish(**wish), clock=till.clock, hold_seconds=HOLD_SECONDS
    )


async def pay(till: Till, bought: checkout.BuyNow, card: str = "pm_card_visa", **more: Any) -> int:
    """What the customer does on Stripe's page; the HTTP status of it."""
    path = f"/checkout/sessions/{bought.session_ref}/pay"
    status, _ = await till.stripe.control("POST", path, {"payment_method": card, **more})
    return status


async def send_to_paris(till: Till, bought: checkout.BuyNow) -> int:
    """The customer types an address into Stripe's page; the HTTP status of it."""
    session = SimpleNamespace(id=bought.session_ref, client_secret=None)
    status, _ = await at_the_page.change(till.stripe, session, shipping_details=PARIS)
    return status


async def sync(till: Till, bought: checkout.BuyNow) -> checkout.BuyNow:
    """What the return page does."""
    return await checkout.sync_buy_now(till.db, till.gateway, bought.id, clock=till.clock, actor="customer")


async def now(till: Till, bought: checkout.BuyNow) -> checkout.BuyNow:
    async with till.db.connection() as conn:
        return await checkout.get_buy_now(conn, bought.id)


async def order_of(till: Till, bought: checkout.BuyNow) -> orders.Order:
    async with till.db.connection() as conn:
        return await orders.get(conn, bought.id)


async def count(till: Till, table: str) -> int:
    async with till.db.connection() as conn:
        return int(await conn.fetchval(f"select count(*) from {table}"))
