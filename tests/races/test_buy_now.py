"""Webhook, return page and poller at once make one order; a control shows what the lock is for."""

import asyncio
from typing import Any

import pytest
from tests.factories import make_variant
from tests.money import Till

from kassa import checkout, inventory, orders
from kassa.checkout import bought as recording
from kassa.checkout import queries
from kassa.kernel.ids import new_id


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


async def buy(till: Till, quantity: int = 1, **more: Any) -> checkout.BuyNow:
    wish = checkout.BuyNowWish(
        **{"id": new_id(), "token": "t", "sku": "EMMA-PB", "quantity": quantity, "currency": "EUR"} | more
    )
    return await checkout.buy_now(till.db, till.gateway, wish, clock=till.clock, hold_seconds=900)


async def pay(till: Till, bought: checkout.BuyNow) -> int:
    path = f"/checkout/sessions/{bought.session_ref}/pay"
    status, _ = await till.stripe.control("POST", path, {"payment_method": "pm_card_visa"})
    return status


async def rows(till: Till, table: str) -> int:
    async with till.db.connection() as conn:
        return int(await conn.fetchval(f"select count(*) from {table}"))


async def test_everybody_who_hears_of_the_money_at_once_makes_one_order(till, clock):
    bought = await buy(till)
    await pay(till, bought)
    clock.advance(seconds=31)

    async def ask(actor: str):
        return await checkout.sync_buy_now(till.db, till.gateway, bought.id, clock=clock, actor=actor)

    outcomes = await asyncio.gather(
        *(ask("customer") for _ in range(5)),
        *(till.settle() for _ in range(3)),
        *(checkout.look_after_buy_nows(till.db, till.gateway, clock=clock) for _ in range(3)),
        *(
            checkout.give_up(till.db, till.gateway, bought.id, clock=clock, actor="customer")
            for _ in range(3)
        ),
    )

    assert outcomes[0].state == "complete"
    await till.settle()
    assert await rows(till, "orders") == 1
    assert await rows(till, "payments") == 1
    async with till.db.connection() as conn:
        order = await orders.get(conn, bought.id)
    assert order.state is orders.State.PAID
    assert (await till.journal(order)).count("order.payment_succeeded") == 1
    assert await till.stock() == (4, 0)
    assert await till.charged() == [order.total_minor]


async def test_paying_and_giving_up_at_once_end_in_one_of_the_two(till, clock):
    for _ in range(4):
        bought = await buy(till)
        await asyncio.gather(
            pay(till, bought),
            checkout.give_up(till.db, till.gateway, bought.id, clock=clock, actor="customer"),
            checkout.sync_buy_now(till.db, till.gateway, bought.id, clock=clock, actor="clock"),
        )
        await till.settle()

    async with till.db.connection() as conn:
        states = [row["state"] for row in await conn.fetch("select state from buy_nows")]
    paid = states.count("complete")
    assert set(states) <= {"complete", "expired"}
    assert await rows(till, "orders") == paid
    assert len(await till.charged()) == paid
    assert await till.stock() == (5 - paid, 0)


async def test_the_same_wish_ten_times_at_once_holds_once(till):
    id_ = new_id()

    found = await asyncio.gather(*(buy(till, id=id_) for _ in range(10)))

    assert {bought.id for bought in found} == {id_}
    assert len({bought.session_ref for bought in found}) == 1
    assert await till.stock() == (5, 1)


async def test_ten_customers_for_five_copies_are_five_purchases(till):
    outcomes = await asyncio.gather(*(buy(till) for _ in range(10)), return_exceptions=True)

    assert sum(isinstance(one, inventory.InsufficientStock) for one in outcomes) == 5
    assert sum(isinstance(one, checkout.BuyNow) for one in outcomes) == 5
    assert await till.stock() == (5, 5)
    assert await rows(till, "buy_nows") == 5


async def paid_but_unheard(till) -> tuple[checkout.BuyNow, Any]:
    """A purchase that was paid, and nobody here knows; with what Stripe shows of it."""
    till.deaf = True
    bought = await buy(till)
    await pay(till, bought)
    return bought, await till.gateway.session(bought.session_ref)


async def write(till, clock, bought, told) -> None:
    async with till.db.transaction() as tx:
        await recording.record(tx, bought.id, told, now=clock.now(), actor="customer")


async def verdict(till, bought) -> tuple[str, str | None, tuple[int, int]]:
    """What is written in the end: the purchase, its order, and the stock."""
    async with till.db.connection() as conn:
        state = (await checkout.get_buy_now(conn, bought.id)).state
        order = await conn.fetchval("select state from orders where id = $1", bought.id)
    return state, order, await till.stock()


async def test_of_two_verdicts_at_once_the_money_wins(till, clock):
    bought, session = await paid_but_unheard(till)

    await asyncio.gather(write(till, clock, bought, session), write(till, clock, bought, None))

    assert await verdict(till, bought) == ("complete", "paid", (4, 0))


async def test_control_without_the_lock_goods_are_paid_and_on_the_shelf(till, clock, monkeypatch):
    till.broken_by_hand = True
    bought, session = await paid_but_unheard(till)
    first_has_read, other_has_written = asyncio.Event(), asyncio.Event()

    async def look(tx, buy_now_id):
        found = await queries.get(tx, buy_now_id)
        if not first_has_read.is_set():
            first_has_read.set()
            await other_has_written.wait()
        return found

    async def second():
        await first_has_read.wait()
        await write(till, clock, bought, None)
        other_has_written.set()

    monkeypatch.setattr(recording.queries, "lock", look)
    await asyncio.gather(write(till, clock, bought, session), second())

    assert await verdict(till, bought) == ("complete", "paid", (5, 0))
