"""A unit whose money goes back is not sent too."""

import pytest
from tests.fulfilment.parcels import do, journal, left, line, paid, parcels, refunded, state

from kassa import fulfilment
from kassa.fulfilment import NothingToShip, TooMany


async def test_a_refunded_unit_is_not_sent(db, clock):
    order = await paid(db, clock)
    emma = line(order, "EMMA")
    await refunded(db, order, clock, {emma: 2})

    assert await left(db, order) == {"EMMA": 1, "PERSUASION": 1}
    with pytest.raises(TooMany):
        await do(db, clock, fulfilment.ship, order.id, {emma: 2})
    await do(db, clock, fulfilment.ship, order.id)

    assert await parcels(db, order) == [("shipped", {"EMMA": 1, "PERSUASION": 1})]


async def test_a_refund_that_failed_keeps_nothing_from_being_sent(db, clock):
    order = await paid(db, clock)
    await refunded(db, order, clock, {line(order, "EMMA"): 2}, state="failed")

    assert await left(db, order) == {"EMMA": 3, "PERSUASION": 1}


async def test_what_went_back_on_the_shelf_is_not_sent_even_if_its_refund_failed(db, clock):
    order = await paid(db, clock)
    await refunded(db, order, clock, {line(order, "EMMA"): 2}, state="failed")
    async with db.transaction() as tx:
        await tx.execute("update refund_lines set restock = true, restocked_at = $1", clock.now())

    assert await left(db, order) == {"EMMA": 1, "PERSUASION": 1}


async def test_a_unit_that_was_sent_and_comes_back_leaves_the_others_alone(db, clock):
    order = await paid(db, clock)
    emma = line(order, "EMMA")
    await do(db, clock, fulfilment.ship, order.id, {emma: 3})

    await refunded(db, order, clock, {emma: 1})

    assert await left(db, order) == {"EMMA": 0, "PERSUASION": 1}


async def test_an_order_whose_money_all_goes_back_is_not_sent(db, clock):
    order = await paid(db, clock)
    await refunded(db, order, clock, {}, amount=order.total_minor)

    with pytest.raises(NothingToShip):
        await do(db, clock, fulfilment.ship, order.id)

    assert await state(db, order) == "paid"


async def test_a_picked_parcel_with_a_refunded_unit_does_not_leave(db, clock):
    order = await paid(db, clock)
    emma = line(order, "EMMA")
    parcel = await do(db, clock, fulfilment.pick, order.id)
    await refunded(db, order, clock, {emma: 1})
    told = await journal(db, order)

    with pytest.raises(TooMany) as refused:
        await do(db, clock, fulfilment.send, parcel.id)

    assert refused.value.extra == {"items": [{"line_id": str(emma), "requested": 3, "left": 2}]}
    assert await parcels(db, order) == [("picked", {"EMMA": 3, "PERSUASION": 1})]
    assert await journal(db, order) == told
    await do(db, clock, fulfilment.cancel, parcel.id)
    await do(db, clock, fulfilment.ship, order.id)
    assert (await parcels(db, order))[1] == ("shipped", {"EMMA": 2, "PERSUASION": 1})


async def test_what_is_left_being_refunded_after_the_rest_arrived_makes_the_order_fulfilled(db, clock):
    order = await paid(db, clock)
    parcel = await do(db, clock, fulfilment.ship, order.id, {line(order, "EMMA"): 3})
    await do(db, clock, fulfilment.deliver, parcel.id)
    await do(db, clock, fulfilment.finish, order.id)
    assert await state(db, order) == "fulfilling"

    await refunded(db, order, clock, {line(order, "PERSUASION"): 1})
    for _ in range(2):
        await do(db, clock, fulfilment.finish, order.id)

    assert await state(db, order) == "fulfilled"
    assert (await journal(db, order)).count("order.delivered") == 1


async def test_a_parcel_of_an_order_that_was_paid_back_still_arrives(db, clock):
    from kassa import orders
    from kassa.orders import Event

    order = await paid(db, clock)
    parcel = await do(db, clock, fulfilment.ship, order.id)
    await do(db, clock, orders.apply, order.id, Event.REFUNDED_IN_FULL)

    await do(db, clock, fulfilment.deliver, parcel.id)

    assert await state(db, order) == "refunded"
    assert (await journal(db, order))[-1] == "fulfilment.delivered"
