"""Two operators, one line: the order's lock, and what happens without it."""

import asyncio

import pytest
from tests.fulfilment.parcels import do, journal, left, line, paid, parcels, state, write_refund

from kassa import fulfilment, orders
from kassa.fulfilment import queries as sql
from kassa.kernel.errors import KassaError
from kassa.kernel.ids import new_id


async def both(*calls):
    """All at once; what was refused is an answer too, what broke is not."""
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, KassaError):
            raise outcome
    return outcomes


async def units_in_parcels(db, order):
    return sum(sum(inside.values()) for one, inside in await parcels(db, order) if one != "canceled")


async def test_eight_operators_who_ship_the_same_line_at_once_send_it_once(db, clock):
    order = await paid(db, clock, EMMA=3)
    emma = line(order, "EMMA")

    outcomes = await both(*(do(db, clock, fulfilment.ship, order.id, {emma: 2}) for _ in range(8)))

    assert sum(isinstance(one, fulfilment.TooMany) for one in outcomes) == 7
    assert await parcels(db, order) == [("shipped", {"EMMA": 2})]
    assert (await journal(db, order)).count("order.shipped") == 1


async def test_operators_who_pick_single_units_never_pick_more_than_there_are(db, clock):
    order = await paid(db, clock, EMMA=3)
    emma = line(order, "EMMA")

    outcomes = await both(*(do(db, clock, fulfilment.pick, order.id, {emma: 1}) for _ in range(8)))

    assert sum(isinstance(one, fulfilment.NothingToShip) for one in outcomes) == 5
    assert await units_in_parcels(db, order) == 3


async def look_then_pack(db, clock, order, emma, all_have_looked):
    """What `ship` would be without the order's lock: look, think, pack."""
    async with db.transaction() as tx:
        there = {one.line_id: one.left for one in await sql.left(tx, order.id)}
        await all_have_looked.wait()
        if there[emma] < 2:
            return False
        parcel = fulfilment.Fulfilment(
            new_id(), order.id, fulfilment.State.SHIPPED, "", "", "test", clock.now(), clock.now(), None,
            (fulfilment.ParcelLine(emma, "EMMA", "Emma", 2),),
        )  # fmt: skip
        return await sql.insert(tx, parcel)


async def test_control_without_the_lock_more_is_sent_than_was_ordered(db, clock):
    order = await paid(db, clock, EMMA=3)
    emma = line(order, "EMMA")

    together = asyncio.Barrier(4)
    packed = await asyncio.gather(*(look_then_pack(db, clock, order, emma, together) for _ in range(4)))

    assert sum(packed) > 1
    assert await units_in_parcels(db, order) > 3


async def test_the_same_parcel_sent_eight_times_at_once_is_one_parcel(db, clock):
    order = await paid(db, clock, EMMA=3)
    emma, id_ = line(order, "EMMA"), new_id()

    made = await both(
        *(do(db, clock, fulfilment.ship, order.id, {emma: 1}, fulfilment_id=id_) for _ in range(8))
    )

    assert {one.id for one in made} == {id_}
    assert await left(db, order) == {"EMMA": 2}
    assert (await journal(db, order)).count("order.shipped") == 1
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from jobs where name = 'send_shipping_mail'") == 1


@pytest.mark.parametrize("round_", range(4))
async def test_handing_over_and_unpacking_at_once_do_one_of_the_two(db, clock, round_):
    order = await paid(db, clock, EMMA=1)
    parcel = await do(db, clock, fulfilment.pick, order.id)

    verbs = [fulfilment.send, fulfilment.cancel]
    outcomes = await both(*(do(db, clock, verb, parcel.id) for verb in verbs[:: 1 - 2 * (round_ % 2)]))

    assert sum(isinstance(one, fulfilment.InvalidStep) for one in outcomes) == 1
    assert (await parcels(db, order))[0][0] in ("shipped", "canceled")
    assert len(await journal(db, order)) == 4


async def test_the_last_two_parcels_delivered_at_once_fulfil_the_order_once(db, clock):
    order = await paid(db, clock, EMMA=2)
    emma = line(order, "EMMA")
    sent = [await do(db, clock, fulfilment.ship, order.id, {emma: 1}) for _ in range(2)]

    await both(*(do(db, clock, fulfilment.deliver, one.id) for one in sent * 3))

    assert await state(db, order) == "fulfilled"
    told = await journal(db, order)
    assert (told.count("order.delivered"), told.count("fulfilment.delivered")) == (1, 1)


async def arrive_unlocked(db, clock, order, parcel, both_have_written):
    """What `deliver` would be without the order's lock: each sees the other's parcel still on its way."""
    async with db.transaction() as tx:
        await sql.move(tx, parcel.id, fulfilment.State.DELIVERED, now=clock.now())
        await both_have_written.wait()
        _, on_their_way, _ = await sql.parcels(tx, order.id)
        await both_have_written.wait()
        return on_their_way == 0


async def test_control_without_the_lock_nobody_sees_the_last_delivery(db, clock):
    order = await paid(db, clock, EMMA=2)
    emma = line(order, "EMMA")
    sent = [await do(db, clock, fulfilment.ship, order.id, {emma: 1}) for _ in range(2)]

    together = asyncio.Barrier(2)
    last = await asyncio.gather(*(arrive_unlocked(db, clock, order, one, together) for one in sent))

    assert last == [False, False]


async def test_a_refund_and_a_parcel_for_the_same_unit_do_not_both_happen(db, clock):
    order = await paid(db, clock, EMMA=1)
    emma = line(order, "EMMA")

    async def give_back():
        async with db.transaction() as tx:
            await orders.lock(tx, order.id)
            there = await fulfilment.left(tx, order.id)
            if there[0].left:
                await asyncio.sleep(0.02)
                await write_refund(tx, order, clock, {emma: 1})

    outcomes = await both(give_back(), do(db, clock, fulfilment.ship, order.id))

    async with db.connection() as conn:
        found = (await fulfilment.left(conn, order.id))[0]
    assert found.packed + found.refunded == 1, outcomes
