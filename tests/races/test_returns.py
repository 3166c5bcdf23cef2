"""A customer asks twice, and two members of staff receive, at the same moment."""

import asyncio

import pytest
from tests.factories import make_variant, place
from tests.fulfilment.parcels import STAFF, do, line
from tests.money import Till

from kassa import fulfilment, orders, returns
from kassa.kernel.errors import KassaError
from kassa.kernel.ids import new_id
from kassa.returns import queries


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


@pytest.fixture
async def order(till, db, clock):
    """A paid order of two books, sent."""
    made = await place(db, clock, quantity=2)
    await till.confirm(await till.pay(made))
    await till.settle()
    await do(db, clock, fulfilment.ship, made.id)
    return await till.order(made)


async def ask(db, clock, order, quantity=1):
    async with db.transaction() as tx:
        return await returns.ask(
            tx, order.id, {line(order, "EMMA-PB"): quantity}, return_id=new_id(), reason="other", comment="",
            actor="customer", now=clock.now(),
        )  # fmt: skip


async def asked_back(db):
    async with db.connection() as conn:
        return await conn.fetchval("select coalesce(sum(quantity), 0) from return_lines")


async def test_no_more_is_asked_back_than_was_sent_however_many_ask(db, clock, order):
    outcomes = await asyncio.gather(*(ask(db, clock, order) for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(one, KassaError) for one in outcomes) == 4
    assert await asked_back(db) == 2


async def test_control_without_the_lock_more_is_asked_back_than_was_sent(db, clock, order, till, monkeypatch):
    till.broken_by_hand = True
    looked, turn, look = asyncio.Barrier(2), asyncio.Lock(), queries.returnable

    async def look_and_think(conn, order_id):
        seen = await look(conn, order_id)
        await looked.wait()
        await turn.acquire()
        return seen

    async def in_turn(wish):
        try:
            return await wish
        finally:
            turn.release()

    monkeypatch.setattr(orders, "lock", orders.get)
    monkeypatch.setattr(queries, "returnable", look_and_think)

    await asyncio.gather(*(in_turn(ask(db, clock, order, 2)) for _ in range(2)))

    assert await asked_back(db) == 4


async def test_what_is_received_by_five_at_once_is_paid_back_once(till, db, clock, order):
    made, emma = await ask(db, clock, order, 2), line(order, "EMMA-PB")

    async def receive():
        async with db.transaction() as tx:
            return await returns.receive(
                tx, made.id, {emma: 2}, restock=frozenset({emma}), actor=STAFF, now=clock.now()
            )

    await asyncio.gather(*(receive() for _ in range(5)))
    await till.settle()

    assert [one.amount_minor for one in await till.refunds(order)] == [2 * 1299]
    assert await till.stock() == (5, 0)
