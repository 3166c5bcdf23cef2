"""When payments succeed and no webhook says so, whoever found them says that."""

import pytest
from tests.factories import make_variant, place
from tests.money import Till

from kassa import checkout, jobs, payments


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


async def silent(till) -> int:
    async with till.db.connection() as conn:
        return len(await payments.unheard(conn, now=till.clock.now()))


async def the_case(till):
    await jobs.drain(till.worker)
    async with till.db.connection() as conn:
        return await conn.fetch("select cause, known from cases where kind = 'webhooks_silent'")


async def bought(till, db, clock):
    order = await place(db, clock)
    await till.confirm(await till.pay(order))
    clock.advance(seconds=31)
    await checkout.look_after_payments(db, till.gateway, clock=clock)
    assert (await till.order(order)).state == "paid"
    return order


async def test_a_success_that_only_the_poller_found_is_counted_and_becomes_a_case(till, db, clock):
    till.deaf = True
    order = await bought(till, db, clock)
    assert (await till.payments(order))[0].told_by == "clock"
    assert await silent(till) == 0

    clock.advance(minutes=6)
    assert await silent(till) == 1
    assert await payments.watch_webhooks(db, clock=clock) == 1

    (case,) = await the_case(till)
    assert case["known"]["payments"] == 1
    assert case["known"]["found_by"] == "clock"


async def test_a_day_of_silence_is_one_case(till, db, clock):
    till.deaf = True
    await bought(till, db, clock)
    clock.advance(minutes=6)
    for _ in range(5):
        await payments.watch_webhooks(db, clock=clock)
        await jobs.drain(till.worker)
        clock.advance(minutes=1)

    assert len(await the_case(till)) == 1


async def test_a_webhook_that_is_only_late_is_no_silence(till, db, clock):
    till.deaf = True
    await bought(till, db, clock)
    till.deaf = False
    clock.advance(minutes=6)
    await till.settle()

    assert await silent(till) == 0
    assert await payments.watch_webhooks(db, clock=clock) == 0
    assert await the_case(till) == []


async def test_where_webhooks_arrive_nothing_is_silent(till, db, clock):
    order = await place(db, clock)
    await till.confirm(await till.pay(order))
    await till.settle()
    clock.advance(minutes=6)

    assert (await till.payments(order))[0].told_by.startswith("stripe:evt_")
    assert await silent(till) == 0


async def test_what_the_customer_brought_back_from_stripe_without_a_webhook_counts_too(till, db, clock):
    till.deaf = True
    order = await place(db, clock)
    payment = await till.pay(order)
    await till.confirm(payment)
    await checkout.sync_payment(db, till.gateway, payment.id, clock=clock, actor="customer")
    clock.advance(minutes=6)

    assert await silent(till) == 1
