"""Many write about one order at once: no event is lost, none is doubled, and the chain holds."""

import asyncio

import asyncpg
import pytest
from tests.factories import make_variant, place

from kassa import orders
from kassa.orders import queries


@pytest.fixture
async def order(db, clock):
    await make_variant(db, clock)
    return await place(db, clock)


async def at_once(db, clock, order, write):
    async def one(number):
        async with db.transaction() as tx:
            await write(
                tx, order.id, "note.made", now=clock.now(), actor="staff:ada", data={"number": number}
            )

    return await asyncio.gather(*(one(number) for number in range(12)), return_exceptions=True)


async def test_twelve_notes_at_once_make_one_chain_without_gaps(db, clock, order):
    outcomes = await at_once(db, clock, order, orders.note)

    assert outcomes == [None] * 12
    async with db.connection() as conn:
        events = await orders.events(conn, order.id)
        assert [event.seq for event in events] == list(range(1, 14))
        assert sorted(event.data["number"] for event in events[1:]) == list(range(12))
        assert await orders.chain_break(conn, order.id) is None


async def test_control_without_the_lock_notes_at_once_take_each_others_number(db, clock, order):
    async def look_then_write(tx, order_id, type_, **more):
        await tx.fetchval("select max(seq) from order_events where order_id = $1", order_id)
        await asyncio.sleep(0.05)
        await queries.journal(tx, order_id, type_, **more)

    outcomes = await at_once(db, clock, order, look_then_write)

    assert any(isinstance(outcome, asyncpg.UniqueViolationError) for outcome in outcomes)
