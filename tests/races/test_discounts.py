"""Many buyers, few uses: a discount is used as often as it may be, and not once more."""

import asyncio

import pytest
from tests.factories import make_variant, place
from tests.pricing.offers import make, states, used

from kassa import cart, orders
from kassa.kernel.errors import Conflict
from kassa.pricing import discounts

BUYERS = 1_000
USES = 10


async def live(db):
    async with db.connection() as conn:
        return await conn.fetchval("select count(*) from redemptions where state <> 'released'")


async def test_a_thousand_buyers_of_a_code_with_ten_uses_are_ten_who_save(db, clock):
    await make_variant(db, clock, "BOOK", on_hand=5_000)
    await make(db, clock, usage_limit=USES)

    outcomes = await asyncio.gather(
        *(place(db, clock, "BOOK", email=f"b{n}@example.org", discount_code="spring") for n in range(BUYERS)),
        return_exceptions=True,
    )

    placed = [one for one in outcomes if isinstance(one, orders.Order)]
    refused = [one for one in outcomes if isinstance(one, Conflict)]
    assert (len(placed), len(refused)) == (USES, BUYERS - USES)
    assert {one.code for one in refused} == {"discount_used_up"}
    assert {one.discount_minor for one in placed} == {130}
    assert (await used(db), await live(db)) == (USES, USES)
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from orders") == USES
        assert await conn.fetchval("select reserved from stock") == USES


async def look_then_use(db, everybody):
    """What `redeem` would be without its lock: look, think until everybody has looked, use."""
    async with db.transaction() as tx:
        left = await tx.fetchval("select usage_limit - used from discounts")
        await everybody.wait()
        if left < 1:
            return False
        await tx.execute("update discounts set used = used + 1")
        return True


async def test_control_without_the_lock_the_last_use_is_given_more_than_once(db, clock):
    await make(db, clock, usage_limit=1)
    async with db.transaction() as tx:
        await tx.execute("alter table discounts drop constraint discounts_used")

    everybody = asyncio.Barrier(8)
    given = await asyncio.gather(*(look_then_use(db, everybody) for _ in range(8)))

    assert sum(given) == 8


async def test_the_table_itself_refuses_one_use_too_many(db, clock):
    await make(db, clock, usage_limit=1)

    with pytest.raises(Exception, match="discounts_used"):
        async with db.transaction() as tx:
            await tx.execute("update discounts set used = used + 2")


async def test_one_customer_in_twenty_tabs_uses_a_code_for_one_order_each_once(db, clock):
    await make_variant(db, clock, "BOOK", on_hand=100)
    await make(db, clock, per_customer_limit=1)
    emails = ["Ada@example.org", "ada@EXAMPLE.org"] * 10

    outcomes = await asyncio.gather(
        *(place(db, clock, "BOOK", email=email, discount_code="SPRING") for email in emails),
        return_exceptions=True,
    )

    assert sum(isinstance(one, orders.Order) for one in outcomes) == 1
    assert await used(db) == 1


async def test_orders_with_two_discounts_do_not_wait_in_a_circle(db, clock):
    await make_variant(db, clock, "BOOK", on_hand=100)
    await make(db, clock, "AUTO", kind=discounts.Kind.BUY_X_GET_Y, value=10_000, buy=1, get=1, automatic=True)
    await make(db, clock)

    made = await asyncio.gather(*(place(db, clock, "BOOK", 2, discount_code="SPRING") for _ in range(20)))

    async def end(order, event):
        async with db.transaction() as tx:
            await orders.apply(tx, order.id, event, now=clock.now(), actor="test")

    events = [orders.Event.CANCELED, orders.Event.PAYMENT_SUCCEEDED] * 10
    await asyncio.gather(*(end(order, event) for order, event in zip(made, events, strict=True)))

    assert (await used(db), await used(db, "AUTO")) == (10, 10)


async def test_the_same_order_given_up_ten_times_at_once_gives_back_one_use(db, clock):
    await make_variant(db, clock, "BOOK")
    await make(db, clock, usage_limit=3)
    await place(db, clock, "BOOK", discount_code="SPRING", email="bob@example.org")
    order = await place(db, clock, "BOOK", discount_code="SPRING")

    async def give_back():
        async with db.transaction() as tx:
            await discounts.restore(tx, order.id)

    await asyncio.gather(*(give_back() for _ in range(10)))

    assert await used(db) == 1
    assert await states(db, order.id) == ["released"]


async def test_late_money_and_a_new_buyer_do_not_both_have_the_last_use(db, clock):
    await make_variant(db, clock, "BOOK", on_hand=50)
    await make(db, clock, usage_limit=1)
    dead = await place(db, clock, "BOOK", discount_code="SPRING")
    async with db.transaction() as tx:
        await orders.apply(tx, dead.id, orders.Event.CANCELED, now=clock.now(), actor="test")

    async def revive():
        async with db.transaction() as tx:
            return await orders.apply(
                tx, dead.id, orders.Event.PAYMENT_SUCCEEDED, now=clock.now(), actor="test"
            )

    outcomes = await asyncio.gather(
        revive(),
        *(place(db, clock, "BOOK", email=f"b{n}@example.org", discount_code="SPRING") for n in range(5)),
        return_exceptions=True,
    )

    paid = outcomes[0].state is orders.State.PAID
    assert paid + sum(isinstance(one, orders.Order) for one in outcomes[1:]) == 1
    assert (await used(db), await live(db)) == (1, 1)


async def test_a_limit_that_is_lowered_while_buyers_buy_holds(db, clock):
    await make_variant(db, clock, "BOOK", on_hand=500)
    await make(db, clock)

    async def lower():
        try:
            await make(db, clock, usage_limit=5)
        except discounts.LimitBelowUsed:
            return False
        return True

    outcomes = await asyncio.gather(
        *(place(db, clock, "BOOK", email=f"b{n}@example.org", discount_code="SPRING") for n in range(15)),
        lower(),
        return_exceptions=True,
    )

    placed = sum(isinstance(one, orders.Order) for one in outcomes[:-1])
    assert await used(db) == placed == (5 if outcomes[-1] else 15)


async def test_a_cart_that_is_changed_from_ten_tabs_at_once_is_discounted_once(db, clock):
    await make_variant(db, clock, "BOOK", on_hand=100)
    await make(db, clock)
    await make(db, clock, "OTHER", value=500)
    async with db.transaction() as tx:
        basket = await cart.create(tx, "EUR", now=clock.now())

    async def change(number):
        async with db.transaction() as tx:
            await cart.add(tx, basket.id, "BOOK", 1, now=clock.now())
            await cart.use_code(tx, basket.id, "OTHER" if number % 2 else "SPRING", now=clock.now())

    await asyncio.gather(*(change(number) for number in range(10)))

    async with db.connection() as conn:
        shown = await cart.priced(conn, basket.id, now=clock.now())
    assert len(shown.quote.used) == 1
    assert shown.quote.discount == (1299 if shown.code == "SPRING" else 650)
