"""Refunds by the room that makes them, and what they mean for parcels."""

import pytest
from tests.factories import make_variant, place
from tests.fulfilment.parcels import do, left, line
from tests.money import Till

from kassa import fulfilment, refunds
from kassa.fulfilment import NothingToShip


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    for sku in ("EMMA", "PERSUASION"):
        await make_variant(db, clock, sku)
    yield made
    made.stripe.close()


async def bought(till, clock):
    order = await place(till.db, clock, lines=[("EMMA", 2), ("PERSUASION", 1)])
    assert await till.confirm(await till.pay(order)) == "succeeded"
    await till.settle()
    return order


async def give_back(till, clock, order, **what):
    await do(till.db, clock, refunds.request, order.id, reason="changed mind", **what)


async def test_when_the_rest_is_paid_back_an_order_that_arrived_is_fulfilled(till, clock):
    order = await bought(till, clock)
    parcel = await do(till.db, clock, fulfilment.ship, order.id, {line(order, "EMMA"): 2})
    await do(till.db, clock, fulfilment.deliver, parcel.id)
    assert (await till.order(order)).state == "fulfilling"

    await give_back(
        till, clock, order, lines=[refunds.RefundLine(line(order, "PERSUASION"), 1, restock=True)]
    )
    await till.settle()

    assert (await till.order(order)).state == "fulfilled"
    assert (await till.journal(order))[-1] == "order.delivered"


async def test_a_refund_of_an_amount_keeps_nothing_from_being_sent(till, clock):
    order = await bought(till, clock)
    await give_back(till, clock, order, amount=500)
    await till.settle()

    assert await left(till.db, order) == {"EMMA": 2, "PERSUASION": 1}


async def test_from_the_moment_all_money_is_promised_back_nothing_is_sent(till, clock):
    order = await bought(till, clock)
    await give_back(till, clock, order)

    with pytest.raises(NothingToShip):
        await do(till.db, clock, fulfilment.ship, order.id)

    await till.settle()
    assert (await till.order(order)).state == "refunded"
