"""A paid order that its customer cancels before anything of it was sent."""

import pytest
from tests.factories import make_variant, place
from tests.fulfilment.parcels import do, journal, left, line
from tests.money import Till

from kassa import fulfilment, refunds
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
    """A paid order of two EMMA and one WALDEN."""
    made = await place(db, clock, lines=[("EMMA-PB", 2), ("WALDEN-HB", 1)])
    await till.confirm(await till.pay(made))
    await till.settle()
    return await till.order(made)


async def call_off(db, clock, order):
    async with db.transaction() as tx:
        return await fulfilment.call_off(tx, order.id, actor="customer", now=clock.now())


async def to_ship(db):
    async with db.connection() as conn:
        return [one.id for one in (await fulfilment.to_ship(conn)).items]


async def test_all_of_it_goes_back_and_the_goods_to_the_shelf(till, db, clock, order):
    assert await call_off(db, clock, order)
    await till.settle()

    (refund,) = await till.refunds(order)
    assert (refund.amount_minor, refund.state) == (order.total_minor, "succeeded")
    assert (await till.order(order)).state == "refunded"
    assert await till.stock("EMMA-PB") == (5, 0)
    assert await till.stock("WALDEN-HB") == (5, 0)
    assert await till.charged() == [0]
    assert (await journal(db, order)).count(fulfilment.CALLED_OFF) == 1


async def test_asking_again_and_again_is_asking_once(till, db, clock, order):
    assert await call_off(db, clock, order)
    assert not await call_off(db, clock, order)
    await till.settle()
    assert not await call_off(db, clock, order)

    assert len(await till.refunds(order)) == 1
    assert await till.stock("EMMA-PB") == (5, 0)


async def test_nothing_of_it_can_be_sent_any_more_and_what_was_packed_is_unpacked(till, db, clock, order):
    parcel = await do(db, clock, fulfilment.pick, order.id, {line(order, "EMMA-PB"): 1})
    assert await to_ship(db) == [order.id]

    await call_off(db, clock, order)

    assert await to_ship(db) == []
    assert await left(db, order) == {"EMMA-PB": 0, "WALDEN-HB": 0}
    with pytest.raises(fulfilment.InvalidStep):
        await do(db, clock, fulfilment.send, parcel.id)
    with pytest.raises(fulfilment.NothingToShip):
        await do(db, clock, fulfilment.ship, order.id)
    await till.settle()
    assert (await till.order(order)).state == "refunded"


async def test_what_was_paid_back_before_is_not_paid_back_again(till, db, clock, order):
    async with db.transaction() as tx:
        lines = [RefundLine(line(order, "WALDEN-HB"), 1)]
        before = await refunds.request(
            tx, order.id, lines=lines, reason="", actor="staff:ada", now=clock.now()
        )
    await till.settle()

    await call_off(db, clock, order)
    await till.settle()

    assert [one.amount_minor for one in await till.refunds(order)] == [
        before.amount_minor, order.total_minor - before.amount_minor,
    ]  # fmt: skip
    assert await till.stock("WALDEN-HB") == (4, 0)  # nobody said that it was fit to be sold again
    assert (await till.order(order)).state == "refunded"


async def test_once_a_parcel_has_left_it_stands(till, db, clock, order):
    await do(db, clock, fulfilment.ship, order.id, {line(order, "EMMA-PB"): 1})

    with pytest.raises(fulfilment.AlreadySent):
        await call_off(db, clock, order)

    assert await till.refunds(order) == []
    assert await till.stock("EMMA-PB") == (3, 0)
    assert fulfilment.CALLED_OFF not in await journal(db, order)


async def test_an_order_that_was_not_paid_is_not_called_off_but_canceled(till, db, clock):
    order = await place(db, clock)

    with pytest.raises(fulfilment.NothingToCallOff):
        await call_off(db, clock, order)

    assert (await till.order(order)).state == "pending"
    assert await till.stock("EMMA-PB") == (5, 1)


async def test_what_can_be_called_off_says_so(till, db, clock, order):
    async def can():
        async with db.connection() as conn:
            return await fulfilment.can_be_called_off(conn, await till.order(order))

    assert await can()
    await do(db, clock, fulfilment.pick, order.id)
    assert await can()
    await call_off(db, clock, order)
    assert not await can()
