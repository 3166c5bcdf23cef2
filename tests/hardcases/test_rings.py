"""Related things at once: the same locks, always in the same order."""

import asyncio
from contextvars import copy_context

import pytest
from tests.factories import place

from kassa import cart, orders, payments

WAITING = """
    select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
"""


@pytest.fixture
def waiting(db):
    """Let so many transactions come to wait for a lock."""

    async def until(count):
        async with db.connection() as conn:
            for _ in range(10_000):
                if await conn.fetchval(WAITING) >= count:
                    return
        raise AssertionError("nobody waits")

    return until


async def test_money_and_the_same_order_sent_again_never_wait_for_each_other_in_a_ring(
    till, db, clock, waiting
):
    till.deaf = True
    async with db.transaction() as tx:
        bag = await cart.create(tx, "EUR", now=clock.now())
        await cart.add(tx, bag.id, "EMMA-PB", 1, now=clock.now())
    order = await place(db, clock, lines=None, cart_id=bag.id)
    payment = await till.pay(order)
    await till.confirm(payment)
    async with db.transaction() as tx:
        await cart.add(tx, bag.id, "EMMA-PB", 1, now=clock.now())
    told = await till.gateway.intent(payment.intent_ref)

    async def hear():
        await payments.record_intent(db, payment, told, clock=clock, actor="customer")

    async def again():
        return await place(db, clock, lines=None, cart_id=bag.id, order_id=order.id)

    async with asyncio.TaskGroup() as group, db.transaction() as tx:
        await orders.lock(tx, order.id)
        group.create_task(hear())
        await waiting(
            1
        )  # whoever locked the order first, and then the cart, would now meet the other in between
        same = group.create_task(again())
        await waiting(2)

    assert same.result().id == order.id
    assert (await till.order(order)).state is orders.State.PAID
    assert await till.stock() == (4, 0)


async def test_tabs_that_pay_in_the_same_instant_stand_in_line_and_make_one_attempt(till, db, clock, waiting):
    order = await place(db, clock)
    outside = copy_context()  # the tabs are not in the transaction that keeps them waiting

    async with asyncio.TaskGroup() as group, db.transaction() as tx:
        await orders.lock(tx, order.id)
        tabs = [group.create_task(till.pay(order), context=outside.copy()) for _ in range(10)]
        await waiting(10)

    assert len({tab.result().intent_ref for tab in tabs}) == 1
    assert len(await till.payments(order)) == 1
    assert len((await till.stripe.stripe.v1.payment_intents.list_async({})).data) == 1
