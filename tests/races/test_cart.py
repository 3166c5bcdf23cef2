"""Several tabs, one bag: every unit that was put in is there, and a bag is merged once."""

import asyncio

from tests.factories import make_variant

from kassa import cart


async def empty(db, clock):
    async with db.transaction() as tx:
        return (await cart.create(tx, "EUR", now=clock.now())).id


async def units(db, bag):
    async with db.connection() as conn:
        return await cart.count(conn, bag)


async def at_once(db, verb, *args, **more):
    async def once():
        async with db.transaction() as tx:
            await verb(tx, *args, **more)

    await asyncio.gather(*(once() for _ in range(10)))


async def test_ten_presses_at_once_are_ten_units(db, clock):
    await make_variant(db, clock, "EMMA")
    bag = await empty(db, clock)

    await at_once(db, cart.add, bag, "EMMA", 1, now=clock.now())
    await at_once(db, cart.step, bag, "EMMA", 1, now=clock.now())

    assert await units(db, bag) == 20


async def look_then_put(db, bag, variant_id):
    """What `add` would be without its lock: look, think, write."""
    async with db.transaction() as tx:
        there = await tx.fetchval("select quantity from cart_lines where cart_id = $1", bag)
        await asyncio.sleep(0.05)
        await tx.execute(
            "update cart_lines set quantity = $3 where cart_id = $1 and variant_id = $2", bag, variant_id, there + 1
        )  # fmt: skip


async def test_control_without_the_lock_units_are_lost(db, clock):
    variant_id = await make_variant(db, clock, "EMMA")
    bag = await empty(db, clock)
    async with db.transaction() as tx:
        await cart.add(tx, bag, "EMMA", 1, now=clock.now())

    await asyncio.gather(*(look_then_put(db, bag, variant_id) for _ in range(10)))

    assert await units(db, bag) < 11


async def test_a_bag_that_is_merged_ten_times_at_once_is_merged_once(db, clock):
    await make_variant(db, clock, "EMMA")
    guest, mine = await empty(db, clock), await empty(db, clock)
    async with db.transaction() as tx:
        await cart.add(tx, guest, "EMMA", 2, now=clock.now())
        await cart.add(tx, mine, "EMMA", 1, now=clock.now())

    await at_once(db, cart.merge, guest, mine, now=clock.now())

    assert (await units(db, guest), await units(db, mine)) == (0, 3)


async def test_what_was_taken_out_comes_back_once_however_often_it_is_asked_for(db, clock):
    await make_variant(db, clock, "EMMA")
    bag = await empty(db, clock)
    async with db.transaction() as tx:
        await cart.add(tx, bag, "EMMA", 2, now=clock.now())
        await cart.remove(tx, bag, "EMMA", now=clock.now())

    await at_once(db, cart.put_back, bag, "EMMA", now=clock.now())

    assert await units(db, bag) == 2


async def test_what_is_bought_while_two_bags_become_one_leaves_the_one_it_is_in(db, clock):
    variant_id = await make_variant(db, clock, "EMMA")
    guest, mine = await empty(db, clock), await empty(db, clock)
    async with db.transaction() as tx:
        await cart.add(tx, guest, "EMMA", 2, now=clock.now())

    async def merge():
        async with db.transaction() as tx:
            await cart.merge(tx, guest, mine, now=clock.now())

    async def bought():
        async with db.transaction() as tx:
            await cart.lock_bought_of(tx, guest)
            await cart.take_out(tx, guest, {variant_id: 1})

    await asyncio.gather(merge(), bought(), merge())

    assert (await units(db, guest), await units(db, mine)) == (0, 1)
