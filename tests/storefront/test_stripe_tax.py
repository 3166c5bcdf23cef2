"""The checkout where Stripe works the taxes out: what it says is shown, and what was shown is charged."""

import pytest
from tests.storefront.conftest import ADDRESS, hidden

from kassa import orders
from kassa.kernel.ids import parse_id
from kassa.kernel.money import show
from kassa.pricing import taxes

NEW_YORK = {
    **ADDRESS, "line1": "5 Spring St", "city": "New York", "postal_code": "10001", "country": "US", "region": "NY",
}  # fmt: skip


@pytest.fixture(autouse=True)
async def stripe(till, db, clock):
    async with db.transaction() as tx:
        known = await taxes.settings(tx)
        wish = taxes.Settings(known.home, known.rounding, "stripe", known.on_top, "")
        await taxes.save(tx, wish, now=clock.now())


async def quote(db, order_id):
    async with db.connection() as conn:
        order = await orders.get(conn, order_id)
        return order, await orders.quote_of(conn, order_id)


async def test_what_stripe_says_is_shown_and_what_was_shown_is_charged(browser, db):
    await browser.add(quantity=2)
    page = (await browser.post("/checkout", **NEW_YORK, intent="update")).text
    shown = int(hidden(page, "total_shown"))
    assert "Stripe Tax worked out the tax" in page

    answer = await browser.post("/checkout", **NEW_YORK, order_id=hidden(page, "order_id"), total_shown=shown)

    assert answer.status_code == 303
    order, made = await quote(db, parse_id(answer.headers["location"].split("/")[2]))
    assert made.tax_provider == "stripe"
    assert order.total_minor == shown
    assert show(shown, order.currency) in page


async def test_while_stripe_is_away_a_customer_can_order_all_the_same(browser, till, db):
    fault = {"match": {"path": "/v1/tax/calculations"}, "fault": "lose_request", "count": 99}
    await till.stripe.control("POST", "/faults", fault)
    await browser.add()

    order_id = await browser.order()

    _, made = await quote(db, order_id)
    assert (made.tax_provider, made.tax_reference) == ("table", "stripe:unreachable")


async def test_a_bag_is_looked_at_without_asking_anybody(browser, till, db):
    await browser.add()
    assert (await browser.get("/cart")).status_code == 200
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from tax_answers") == 0
