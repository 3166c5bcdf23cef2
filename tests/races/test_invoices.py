"""Many are paid at once, and everybody wants an invoice: no number is given twice, and none is left out."""

import asyncio

import asyncpg
import pytest
from tests.factories import make_variant
from tests.refunds.conftest import Office

from kassa import invoices
from kassa.invoices import queries

SELLER = ("Kassa",)


@pytest.fixture
async def till(db, clock):
    made = Office(db, clock)
    await make_variant(db, clock, on_hand=50)
    yield made
    made.stripe.close()


async def at_once(till, sold):
    async def one(order):
        async with till.db.transaction() as tx:
            return await invoices.issue(tx, order.id, seller=SELLER, now=till.clock.now())

    return await asyncio.gather(*(one(order) for order in sold), return_exceptions=True)


async def test_every_order_gets_the_next_number_once_whoever_asks_how_often(till):
    sold = [await till.sold() for _ in range(6)]

    found = await at_once(till, sold * 4)

    assert sorted({paper.content.number[-5:] for papers in found for paper in papers}) == [
        f"{number:05}" for number in range(1, 7)
    ]
    async with till.db.connection() as conn:
        assert await conn.fetchval("select count(*) from invoices") == 6


async def test_control_without_the_counters_lock_two_get_one_number(till, monkeypatch):
    sold = [await till.sold() for _ in range(6)]
    await at_once(till, sold[:1])

    async def look_then_take(tx, kind, year):
        last = await tx.fetchval("select last from invoice_counters where kind = $1", kind)
        await asyncio.sleep(0.05)
        return last + 1

    monkeypatch.setattr(queries, "take_number", look_then_take)
    outcomes = await at_once(till, sold[1:])

    assert any(isinstance(outcome, asyncpg.UniqueViolationError) for outcome in outcomes)
