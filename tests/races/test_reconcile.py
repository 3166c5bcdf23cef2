"""Two comparisons of the books at once, and one beside webhooks and customers: what is found is found once.

Reconciliation has no lock of its own: it goes through the doors, whose locks these are. The controls take the
order's away.
"""

import asyncio

import pytest
from tests.reconciliation.shut import shut_shop

from kassa import orders, payments
from kassa.kernel.errors import Unavailable
from kassa.reconciliation.reconcile.money_in import queries

S = orders.State


@pytest.fixture
async def till(db, clock):
    made = await shut_shop(db, clock)
    yield made
    made.stripe.close()


async def stray(till, order):
    """Money for an order by an object that nobody here knows."""
    wish = {
        "amount": 1299, "currency": "eur", "metadata": {"kassa_order": str(order.id)}, "confirm": True,
        "payment_method": "pm_card_visa",
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    }  # fmt: skip
    return await till.stripe.stripe.v1.payment_intents.create_async(wish)


async def at_once(till, times=6):
    """So many runs, all of which have seen the same before the first of them repairs anything."""
    outcomes = await asyncio.gather(*(till.compare() for _ in range(times)), return_exceptions=True)
    return [outcome for outcome in outcomes if isinstance(outcome, BaseException)]


def all_have_looked(monkeypatch, times):
    """The first look of each run waits for those of the others."""
    barrier, look, waited = asyncio.Barrier(times), queries.known_intents, set()

    async def look_and_wait(conn, marks):
        seen = await look(conn, marks)
        task = asyncio.current_task()
        if marks and task not in waited:
            waited.add(task)
            await barrier.wait()
        return seen

    monkeypatch.setattr(queries, "known_intents", look_and_wait)


async def test_six_at_once_find_each_thing_once(till, monkeypatch):
    order, payment = await till.sold()
    hosted, _ = await till.sold("hosted")
    await till.give_back(payment, 300)
    await till.contest(payment)
    all_have_looked(monkeypatch, 6)

    assert await at_once(till) == []
    await till.settle()

    for one in (order, hosted):
        assert (await till.order(one)).state is S.PAID
        assert (await till.journal(one)).count("order.payment_succeeded") == 1
    assert [refund.amount_minor for refund in await till.refunds(order)] == [300]
    assert await till.stock() == (48, 0)
    assert [kind for kind, _ in await till.cases()] == ["dispute_opened"]


async def test_six_at_once_write_a_stray_payment_down_once(till, monkeypatch):
    order, _ = await till.sold()
    await till.compare()
    await stray(till, order)
    all_have_looked(monkeypatch, 6)

    assert await at_once(till) == []
    await till.settle()

    assert len(await till.payments(order)) == 2
    assert [refund.amount_minor for refund in await till.refunds(order)] == [1299]
    assert await till.broken() == []


async def test_control_without_the_orders_lock_the_second_run_stumbles(till, monkeypatch):
    till.broken_by_hand = True
    order, _ = await till.sold()
    await till.compare()
    await stray(till, order)
    all_have_looked(monkeypatch, 2)
    barrier, look = asyncio.Barrier(2), payments.queries.by_reference

    async def look_and_wait(conn, reference, payment_id):
        seen = await look(conn, reference, payment_id)
        await barrier.wait()
        return seen

    monkeypatch.setattr(orders, "lock", orders.get)
    monkeypatch.setattr(payments.queries, "by_reference", look_and_wait)

    errors = await at_once(till, 2)

    # The second began to write a row of its own; only the database's unique index kept the two apart.
    assert [type(error) for error in errors] == [Unavailable] or await till.cases()


async def test_beside_webhooks_and_the_return_page_everything_is_once(till):
    till.deaf = False
    made = [await till.sold() for _ in range(4)]

    await asyncio.gather(
        till.settle(),
        till.compare(),
        till.compare(),
        *(payments.sync(till.db, till.gateway, payment.id, clock=till.clock, actor="customer") for _, payment in made),
    )  # fmt: skip
    await till.settle()

    for order, _ in made:
        assert (await till.order(order)).state is S.PAID
        assert (await till.journal(order)).count("order.payment_succeeded") == 1
    assert await till.stock() == (46, 0)
    assert await till.broken() == []
