"""The list of what waits for somebody to pack."""

import pytest
from tests.factories import place
from tests.fulfilment.parcels import do, line, paid, refunded

from kassa import fulfilment
from kassa.kernel.errors import Invalid


async def waiting(db, **more):
    async with db.connection() as conn:
        page = await fulfilment.to_ship(conn, **more)
    return [(one.id, one.units, one.picked) for one in page.items], page.next


async def test_the_oldest_comes_first_and_pages_follow_each_other(db, clock):
    made = []
    for sku in ("A", "B", "C"):
        made.append((await paid(db, clock, **{sku: 1})).id)
        clock.advance(seconds=60)

    first, following = await waiting(db, limit=2)
    second, end = await waiting(db, limit=2, after=following)

    assert [one[0] for one in first + second] == made
    assert end is None


async def test_an_order_waits_until_its_last_parcel_has_left(db, clock):
    order = await paid(db, clock)
    await place(db, clock, "EMMA")  # nobody has paid for this one

    assert await waiting(db) == ([(order.id, 4, 0)], None)
    await do(db, clock, fulfilment.ship, order.id, {line(order, "EMMA"): 3})
    assert await waiting(db) == ([(order.id, 1, 0)], None)
    parcel = await do(db, clock, fulfilment.pick, order.id)
    assert await waiting(db) == ([(order.id, 0, 1)], None)
    await do(db, clock, fulfilment.send, parcel.id)
    assert await waiting(db) == ([], None)


async def test_what_is_paid_back_does_not_wait(db, clock):
    by_line = await paid(db, clock, A=1)
    await refunded(db, by_line, clock, {line(by_line, "A"): 1})
    wholly = await paid(db, clock, B=1)
    await refunded(db, wholly, clock, {}, amount=wholly.total_minor)

    assert await waiting(db) == ([], None)


async def test_units_that_were_given_up_wait_no_longer_and_come_back_if_their_refund_failed(db, clock):
    order = await paid(db, clock)
    await do(db, clock, fulfilment.ship, order.id, {line(order, "EMMA"): 3})
    await refunded(db, order, clock, {line(order, "PERSUASION"): 1})
    await do(db, clock, fulfilment.finish, order.id)
    assert await waiting(db) == ([], None)

    async with db.transaction() as tx:
        await tx.execute("update refunds set state = 'failed'")
    await do(db, clock, fulfilment.finish, order.id)

    assert await waiting(db) == ([(order.id, 1, 0)], None)


async def test_what_was_sent_long_ago_is_not_looked_at_again(db, clock):
    sent = await paid(db, clock, A=1)
    await do(db, clock, fulfilment.ship, sent.id)
    unpacked = await paid(db, clock, B=1)
    parcel = await do(db, clock, fulfilment.pick, unpacked.id)
    await do(db, clock, fulfilment.send, parcel.id)

    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from orders where sent_at is null") == 0


async def test_a_cursor_that_is_not_ours_is_refused(db):
    with pytest.raises(Invalid):
        await waiting(db, after="yesterday")
