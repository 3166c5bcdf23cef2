"""A customer cancels at the very moment at which the operator hands the parcel over."""

import asyncio

import pytest
from tests.factories import make_variant, place
from tests.fulfilment.parcels import parcels
from tests.money import Till

from kassa import fulfilment, orders
from kassa.fulfilment import queries, service
from kassa.kernel.errors import KassaError


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


@pytest.fixture
async def order(till, db, clock):
    """A paid order of two books."""
    made = await place(db, clock, quantity=2)
    await till.confirm(await till.pay(made))
    await till.settle()
    return await till.order(made)


async def call_off(db, clock, order):
    async with db.transaction() as tx:
        return await fulfilment.call_off(tx, order.id, actor="customer", now=clock.now())


async def ship(db, clock, order):
    async with db.transaction() as tx:
        return await fulfilment.ship(tx, order.id, actor="staff:ada@example.org", now=clock.now())


async def test_either_it_is_sent_or_it_is_paid_back_never_both(till, db, clock, order):
    outcomes = await asyncio.gather(
        *(call_off(db, clock, order) if turn % 2 else ship(db, clock, order) for turn in range(8)),
        return_exceptions=True,
    )
    await till.settle()

    assert all(isinstance(one, KassaError | fulfilment.Fulfilment | bool) for one in outcomes)
    sent, back = await parcels(db, order), await till.refunds(order)
    assert (len(sent), len(back)) in ((1, 0), (0, 1))
    assert await till.stock() == ((5, 0) if back else (3, 0))


async def test_ten_cancellations_at_once_are_one(till, db, clock, order):
    outcomes = await asyncio.gather(*(call_off(db, clock, order) for _ in range(10)))
    await till.settle()

    assert outcomes.count(True) == 1
    assert [one.amount_minor for one in await till.refunds(order)] == [order.total_minor]
    assert await till.stock() == (5, 0)


async def test_control_without_the_lock_it_is_sent_and_paid_back(till, db, clock, order, monkeypatch):
    till.broken_by_hand = True
    looked, turn = asyncio.Barrier(2), asyncio.Lock()
    look, choose = queries.parcels, service._chosen

    async def think():
        """Both have looked; from here on one writes after the other."""
        await looked.wait()
        await turn.acquire()

    async def look_and_think(conn, order_id):
        seen = await look(conn, order_id)
        if not turn.locked():
            await think()
        return seen

    async def choose_and_think(conn, order, lines):
        chosen = await choose(conn, order, lines)
        await think()
        return chosen

    async def in_turn(wish):
        try:
            return await wish
        finally:
            turn.release()
            monkeypatch.setattr(queries, "parcels", look)

    monkeypatch.setattr(orders, "lock", orders.get)
    monkeypatch.setattr(queries, "parcels", look_and_think)
    monkeypatch.setattr(service, "_chosen", choose_and_think)

    await asyncio.gather(in_turn(call_off(db, clock, order)), in_turn(ship(db, clock, order)))

    assert len(await parcels(db, order)) == 1
    assert len(await till.refunds(order)) == 1
