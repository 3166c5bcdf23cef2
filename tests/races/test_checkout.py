"""Tabs that press at the same moment: one order, one entry in the address book, one customer at Stripe."""

import asyncio
from types import SimpleNamespace
from uuid import UUID

import httpx
import pytest
from tests import factories
from tests.factories import make_variant, place
from tests.money import Till
from tests.storefront.conftest import SETTINGS, Browser

from kassa import checkout, orders, storefront, web
from kassa.accounts import addresses
from kassa.kernel.address import Address
from kassa.kernel.ids import new_id
from kassa.mail import StoreMailer
from kassa.shop import Shop
from kassa.storefront.pages import retrying

HOME = Address(name="Ada", line1="Torstraße 1", city="Berlin", postal_code="10119", country="DE")
TABS = 5


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


@pytest.fixture
async def ada(db, clock) -> UUID:
    """Somebody with an account."""
    id_ = new_id()
    async with db.transaction() as tx:
        await tx.execute(
            "insert into customers (id, email, created_at) values ($1, 'ada@example.org', $2)",
            id_,
            clock.now(),
        )
    return id_


@pytest.fixture
async def expired(till, db, clock):
    """A browser, and its order that nobody paid in time."""
    app = web.build(storefront.route_handlers, render_error=storefront.render_error)
    app.state.shop = Shop(SETTINGS, db, till.gateway, StoreMailer(), clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as client:
        browser = Browser(client)
        await browser.add()
        order_id = await browser.order()
        factories.after_the_hold(clock)
        await checkout.expire_due(db, till.gateway, clock=clock)
        yield SimpleNamespace(browser=browser, order_id=order_id)


async def press_again(expired):
    """Every tab presses "Order again", each with an id of its own."""
    return await asyncio.gather(
        *(
            expired.browser.post(f"/orders/{expired.order_id}/retry", order_id=new_id(), total_shown=1689)
            for _ in range(TABS)
        )
    )


async def waiting(db):
    """How many orders wait to be paid."""
    async with db.connection() as conn:
        return len((await orders.list_orders(conn, states=["pending"])).items)


async def save(db, clock, who):
    async with db.transaction() as tx:
        return await addresses.save(tx, who, HOME, now=clock.now())


async def book(db, who):
    async with db.connection() as conn:
        return await addresses.saved(conn, who)


async def test_order_again_pressed_in_five_tabs_is_one_order(till, db, expired):
    answers = await press_again(expired)

    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await waiting(db) == 1
    assert await till.stock() == (5, 1)


async def test_without_the_lock_on_the_bag_it_would_be_more(till, db, expired, monkeypatch):
    arrived = asyncio.Barrier(TABS)
    look = retrying.waiting_order

    async def all_look_first(tx, visitor):
        found = await look(tx, visitor)
        await arrived.wait()
        return found

    async def no_lock(tx, visitor):
        return visitor.cart_id

    monkeypatch.setattr(retrying, "_bag", no_lock)
    monkeypatch.setattr(retrying, "waiting_order", all_look_first)
    await press_again(expired)

    assert await waiting(db) > 1


async def test_an_address_saved_in_five_tabs_is_one_entry(db, clock, ada):
    assert len({*await asyncio.gather(*(save(db, clock, ada) for _ in range(TABS)))}) == 1

    assert [entry.preferred for entry in await book(db, ada)] == [True]


async def test_without_the_lock_on_the_customer_it_would_be_more(db, clock, ada, monkeypatch):
    arrived = asyncio.Barrier(TABS)
    look = addresses.service.queries.saved

    async def no_lock(tx, customer_id):
        return True

    async def all_look_first(tx, customer_id):
        found = await look(tx, customer_id)
        await arrived.wait()
        return found

    monkeypatch.setattr(addresses.service.queries, "lock", no_lock)
    monkeypatch.setattr(addresses.service.queries, "saved", all_look_first)
    outcomes = await asyncio.gather(*(save(db, clock, ada) for _ in range(TABS)), return_exceptions=True)
    monkeypatch.undo()

    assert len(await book(db, ada)) > 1 or any(isinstance(outcome, Exception) for outcome in outcomes)


async def test_two_first_orders_at_once_are_one_customer_at_stripe(till, db, clock, ada):
    placed = [await place(db, clock, customer_id=ada) for _ in range(2)]

    attempts = await asyncio.gather(*(till.pay(order) for order in placed))

    assert len({attempt.customer_ref for attempt in attempts}) == 1
    assert len((await till.stripe.stripe.v1.customers.list_async({})).data) == 1
