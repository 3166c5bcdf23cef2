"""Webhook, return page and poller hear of the same money at the same moment; ten tabs want to pay."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from tests.factories import make_variant, place
from tests.money import Till
from tests.webhooks.events import event, keep

from kassa import cart, checkout, inbox, orders, payments
from kassa.kernel.errors import Unavailable
from kassa.payments import queries
from kassa.payments import record as recording
from kassa.payments.facts import of_intent


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


async def paid_but_unheard(till, db, clock, **more):
    """An order whose money is there, and nobody here knows."""
    till.deaf = True
    order = await place(db, clock, **more)
    payment = await till.pay(order)
    assert await till.confirm(payment) == "succeeded"
    return order, payment


def hear(till, payment, actor):
    return payments.sync(till.db, till.gateway, payment.id, clock=till.clock, actor=actor)


def both_have_looked(monkeypatch, module, name, count=2):
    """Whoever asks by this function gets the answer when all have asked: what a lock would have prevented."""
    looked, look, left = asyncio.Barrier(count), getattr(module, name), [count]

    async def look_and_think(*args, **given):
        seen = await look(*args, **given)
        if left[0]:
            left[0] -= 1
            await looked.wait()
        return seen

    monkeypatch.setattr(module, name, look_and_think)


async def test_ten_who_hear_of_the_same_money_at_once_take_it_once(till, db, clock):
    order, payment = await paid_but_unheard(till, db, clock)

    await asyncio.gather(*(hear(till, payment, f"customer-{n}") for n in range(10)))
    await till.settle()

    assert (await till.order(order)).state is orders.State.PAID
    assert (await till.journal(order)).count("order.payment_succeeded") == 1
    assert await till.refunds(order) == []
    assert await till.stock() == (4, 0)
    assert await till.charged() == [order.total_minor]


async def test_control_without_the_lock_the_same_money_is_taken_twice(till, db, clock, monkeypatch):
    till.broken_by_hand = True
    order, payment = await paid_but_unheard(till, db, clock)
    monkeypatch.setattr(orders, "lock", orders.get)
    told = await till.gateway.intent(payment.intent_ref)
    inside = recording.queries
    both_have_looked(monkeypatch, inside, "get")

    async def take(actor):
        async with db.transaction() as tx:
            await recording.record(tx, payment, of_intent(told), now=clock.now(), actor=actor)

    await asyncio.gather(take("webhook"), take("customer"))

    assert (await till.journal(order)).count("order.payment_succeeded") == 2


async def test_ten_tabs_that_want_to_pay_make_one_attempt(till, db, clock):
    order = await place(db, clock)

    found = await asyncio.gather(*(till.pay(order) for _ in range(10)))

    assert len({payment.id for payment in found}) == 1
    assert len(await till.payments(order)) == 1


async def test_control_without_the_lock_the_database_alone_refuses_the_second_attempt(
    till, db, clock, monkeypatch
):
    till.broken_by_hand = True
    order = await place(db, clock)
    monkeypatch.setattr(orders, "lock", orders.get)
    both_have_looked(monkeypatch, payments, "of_order")

    outcomes = await asyncio.gather(till.pay(order), till.pay(order), return_exceptions=True)

    assert [type(o) for o in outcomes if isinstance(o, BaseException)] == [asyncpg.UniqueViolationError]


async def test_control_without_lock_and_index_two_objects_can_be_paid(till, db, clock, monkeypatch):
    till.broken_by_hand = True
    till.broken_by_hand = True
    order = await place(db, clock)
    async with db.transaction() as tx:
        await tx.execute("drop index payments_one_payable")
    monkeypatch.setattr(orders, "lock", orders.get)
    both_have_looked(monkeypatch, payments, "of_order")

    await asyncio.gather(till.pay(order), till.pay(order))

    assert [p.state for p in await till.payments(order)] == ["open", "open"]


async def found_at_once(till, db, clock, order, told, times=2):
    async def find():
        async with db.transaction() as tx:
            return await payments.insert_collected(tx, order.id, told, now=clock.now(), actor="clock")

    return await asyncio.gather(*(find() for _ in range(times)), return_exceptions=True)


async def somebody_elses(till, order):
    """Money of this order that no attempt of ours asked for."""
    till.deaf = True
    made = await till.stripe.stripe.v1.payment_intents.create_async(
        {
            "amount": order.total_minor, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True,
            "return_url": "http://shop.test/", "automatic_payment_methods": {"enabled": True},
            "metadata": {"kassa_order": str(order.id)},
        }
    )  # fmt: skip
    return await till.gateway.intent(made.id)


async def test_money_that_is_found_by_eight_at_once_is_one_payment(till, db, clock):
    order = await place(db, clock)
    told = await somebody_elses(till, order)

    found = await found_at_once(till, db, clock, order, told, 8)

    assert len({payment.id for payment in found}) == 1
    assert len(await till.payments(order)) == 1
    assert (await till.journal(order)).count("order.payment_succeeded") == 1


async def test_control_without_the_lock_only_the_database_keeps_it_from_being_written_twice(
    till, db, clock, monkeypatch
):
    till.broken_by_hand = True
    order = await place(db, clock)
    told = await somebody_elses(till, order)
    monkeypatch.setattr(orders, "lock", orders.get)
    both_have_looked(monkeypatch, queries, "by_reference")

    outcomes = await found_at_once(till, db, clock, order, told)

    refused = [o for o in outcomes if isinstance(o, BaseException)]
    assert len(refused) == 1
    assert isinstance(refused[0], asyncpg.UniqueViolationError | Unavailable)


async def test_money_and_a_changing_cart_at_once_never_wait_for_each_other_in_a_ring(till, db, clock):
    await make_variant(db, clock, "WALDEN-HB", on_hand=100)
    async with db.transaction() as tx:
        basket = await cart.create(tx, "EUR", now=clock.now())
        await cart.add(tx, basket.id, "WALDEN-HB", 2, now=clock.now())
    bought = [
        await paid_but_unheard(till, db, clock, lines=None, cart_id=basket.id, owner="guest")
        for _ in range(6)
    ]

    async def put_in():
        async with db.transaction() as tx:
            await cart.add(tx, basket.id, "WALDEN-HB", 1, now=clock.now())

    async def order_again():
        await place(db, clock, lines=None, cart_id=basket.id)

    verbs = [hear(till, payment, "customer") for _, payment in bought]
    outcomes = await asyncio.gather(
        *verbs, *(put_in() for _ in range(6)), *(order_again() for _ in range(6)), return_exceptions=True
    )

    assert [
        o for o in outcomes if isinstance(o, BaseException) and not isinstance(o, checkout.NothingToBuy)
    ] == []
    for order, _ in bought:
        assert (await till.order(order)).state is orders.State.PAID


async def test_control_order_before_cart_is_a_ring(till, db, clock):
    async with db.transaction() as tx:
        basket = await cart.create(tx, "EUR", now=clock.now())
        await cart.add(tx, basket.id, "EMMA-PB", 1, now=clock.now())
    order = await place(db, clock, lines=None, cart_id=basket.id)
    met = asyncio.Barrier(2)

    async def walk(*doors):
        async with db.transaction() as tx:
            for number, (lock, id_) in enumerate(doors):
                await lock(tx, id_)
                if not number:
                    await met.wait()

    to_cart, to_order = (cart.lock, basket.id), (orders.lock, order.id)
    outcomes = await asyncio.gather(walk(to_cart, to_order), walk(to_order, to_cart), return_exceptions=True)

    assert [getattr(o, "code", None) for o in outcomes if isinstance(o, BaseException)] == ["busy"]


async def test_workers_at_once_take_each_event_and_each_look_once(till, db, clock):
    for number in range(20):
        await keep(till, event(event_id=f"evt_{number:02}", id=f"pi_{number}"))
    for _ in range(4):
        await till.pay(await place(db, clock))
    clock.advance(minutes=1)
    now = clock.now()

    async def claim(take, **more):
        async with db.transaction() as tx:
            taken = await take(tx, now=now, lease=now + timedelta(seconds=60), limit=10, **more)
            await asyncio.sleep(0)
            return [getattr(each, "id", each) for each in taken]

    events = await asyncio.gather(*(claim(inbox.claim) for _ in range(6)))
    looks = await asyncio.gather(*(claim(payments.due_for_sync) for _ in range(6)))

    assert sorted(id_ for each in events for id_ in each) == [f"evt_{n:02}" for n in range(20)]
    taken = [id_ for each in looks for id_ in each]
    assert len(taken) == len(set(taken)) == 4


async def test_control_without_skip_locked_two_workers_take_the_same_event(till, db, clock):
    await keep(till, event())
    met = asyncio.Barrier(2)

    async def look_then_take():
        async with db.transaction() as tx:
            due = await tx.fetch("select id from stripe_events where state = 'received'")
            await met.wait()
            await tx.execute(
                "update stripe_events set attempts = attempts + 1 where id = any($1)",
                [row["id"] for row in due],
            )
            return [row["id"] for row in due]

    assert await asyncio.gather(look_then_take(), look_then_take()) == [["evt_1"], ["evt_1"]]
