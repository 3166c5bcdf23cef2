"""Two members of staff give back the same money, or the same goods, at the same moment."""

import asyncio

import asyncpg
import pytest
from tests.factories import make_variant, place
from tests.money import Till

from kassa import orders, refunds
from kassa.kernel.errors import KassaError
from kassa.refunds import RefundLine


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    await make_variant(db, clock, "WALDEN-HB", price=2100)
    yield made
    made.stripe.close()


@pytest.fixture
async def order(till, db, clock):
    """A paid order of two books."""
    made = await place(db, clock, lines=[("EMMA-PB", 1), ("WALDEN-HB", 1)])
    await till.confirm(await till.pay(made))
    await till.settle()
    return await till.order(made)


async def give_back(db, clock, order, amount=None, lines=None):
    async with db.transaction() as tx:
        return await refunds.request(
            tx,
            order.id,
            amount=amount,
            lines=lines,
            reason="",
            actor="staff:ada@example.org",
            now=clock.now(),
        )


async def at_once(times, verb):
    """What became of `verb()`, so many times at once: made and refused."""
    outcomes = await asyncio.gather(*(verb() for _ in range(times)), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    return len(outcomes) - len(refused), refused


async def promised(db):
    async with db.connection() as conn:
        return await conn.fetchval("select sum(amount_minor) from refunds")


@pytest.fixture
def turn():
    """Whose turn it is to write."""
    return asyncio.Lock()


def without_the_lock(monkeypatch, turn):
    """`request` as it would be if it only looked: both have looked before the first writes."""
    looked, look = asyncio.Barrier(2), refunds.queries.lines_of_order

    async def look_and_think(conn, order_id):
        seen = await look(conn, order_id)
        await looked.wait()
        await turn.acquire()
        return seen

    monkeypatch.setattr(orders, "lock", orders.get)
    monkeypatch.setattr(refunds.queries, "lines_of_order", look_and_think)


async def in_turn(turn, wish):
    """The wish, until its transaction has ended; then it is the other's turn to write."""
    try:
        return await wish
    finally:
        turn.release()


async def drop_the_trigger(db):
    async with db.transaction() as tx:
        await tx.execute("drop trigger refunds_within_received on refunds")


async def test_ten_full_refunds_at_once_are_one(till, db, clock, order):
    made, refused = await at_once(10, lambda: give_back(db, clock, order))

    assert made == 1
    assert all(isinstance(error, refunds.RefundTooLarge) for error in refused)
    await till.settle()
    assert await promised(db) == order.total_minor
    assert await till.charged() == [0]


async def test_refunds_by_amount_at_once_never_exceed_what_was_paid(till, db, clock, order):
    amount = order.total_minor // 3 - 1

    made, refused = await at_once(8, lambda: give_back(db, clock, order, amount))

    assert (made, len(refused)) == (3, 5)
    assert await promised(db) == 3 * amount
    assert (await till.order(order)).refunded_minor == 3 * amount


async def test_control_without_the_lock_the_database_alone_refuses(db, clock, order, monkeypatch, turn):
    without_the_lock(monkeypatch, turn)

    made, refused = await at_once(2, lambda: in_turn(turn, give_back(db, clock, order)))

    assert made == 1
    assert [type(error) for error in refused] == [asyncpg.CheckViolationError]
    assert await promised(db) == order.total_minor


async def test_control_without_lock_and_trigger_twice_the_money_is_promised(
    till, db, clock, order, monkeypatch, turn
):
    till.broken_by_hand = True
    without_the_lock(monkeypatch, turn)
    await drop_the_trigger(db)

    made, refused = await at_once(2, lambda: in_turn(turn, give_back(db, clock, order)))

    assert (made, refused) == (2, [])
    assert await promised(db) == 2 * order.total_minor


async def test_one_book_goes_to_the_shelf_once_however_many_take_it_back(till, db, clock, order):
    lines = [RefundLine(order.lines[0].id, 1, restock=True)]

    made, refused = await at_once(6, lambda: give_back(db, clock, order, lines=lines))

    assert (made, len(refused)) == (1, 5)
    assert all(isinstance(error, KassaError) for error in refused)
    assert await till.stock("EMMA-PB") == (5, 0)


async def test_control_without_the_lock_a_book_goes_to_the_shelf_twice(
    till, db, clock, order, monkeypatch, turn
):
    till.broken_by_hand = True
    without_the_lock(monkeypatch, turn)

    line = RefundLine(order.lines[0].id, 1, restock=True)

    made, _ = await at_once(2, lambda: in_turn(turn, give_back(db, clock, order, 100, [line])))

    assert made == 2
    assert await till.stock("EMMA-PB") == (6, 0)


async def test_surplus_found_by_ten_workers_at_once_goes_back_once(till, db, clock, order):
    till.broken_by_hand = True
    (payment,) = await till.payments(order)
    async with db.transaction() as tx:
        await tx.execute("update payments set surplus = true where id = $1", payment.id)

    await at_once(10, lambda: refunds.send_back_surplus(db, payment.id, clock=clock))
    await till.settle()

    assert [(r.kind, r.amount_minor) for r in await till.refunds(order)] == [("surplus", order.total_minor)]
    assert await till.charged() == [0]
