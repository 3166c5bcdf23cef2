"""Two carts become one when their owner logs in."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.cart.test_cart import do, make_customer, priced
from tests.factories import make_variant

from kassa import cart
from kassa.cart.merging import together
from kassa.cart.queries import Line
from kassa.kernel.ids import new_id

THEN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def guest(db, clock):
    await make_variant(db, clock, "EMMA", on_hand=3)
    await make_variant(db, clock, "ULYSSES")
    return await made(db, clock)


@pytest.fixture
async def mine(db, clock):
    cart_id = await made(db, clock)
    await make_customer(db, clock, cart_id)
    return cart_id


async def made(db, clock):
    async with db.transaction() as tx:
        return (await cart.create(tx, "EUR", now=clock.now())).id


async def inside(db, bag):
    return [(line.sku, line.quantity) for line in (await priced(db, bag)).lines]


async def test_quantities_add_up_and_the_guests_cart_is_empty(db, clock, guest, mine):
    await do(db, cart.add, mine, "EMMA", 1, now=clock.now())
    await do(db, cart.add, guest, "EMMA", 2, now=clock.now())
    await do(db, cart.add, guest, "ULYSSES", 1, now=clock.now() + timedelta(seconds=1))

    await do(db, cart.merge, guest, mine, now=clock.now())

    assert await inside(db, mine) == [("EMMA", 3), ("ULYSSES", 1)]
    assert await inside(db, guest) == []
    async with db.connection() as conn:
        assert await cart.heir(conn, guest) == mine
        assert await cart.heir(conn, mine) == mine


async def test_merging_again_changes_nothing(db, clock, guest, mine):
    await do(db, cart.add, guest, "EMMA", 2, now=clock.now())

    await do(db, cart.merge, guest, mine, now=clock.now())
    await do(db, cart.merge, guest, mine, now=clock.now())
    await do(db, cart.merge, mine, mine, now=clock.now())

    assert await inside(db, mine) == [("EMMA", 2)]


async def test_a_line_never_has_more_than_ninety_nine(db, clock, guest, mine):
    await do(db, cart.add, mine, "EMMA", 60, now=clock.now())
    await do(db, cart.add, guest, "EMMA", 60, now=clock.now())

    await do(db, cart.merge, guest, mine, now=clock.now())

    assert await inside(db, mine) == [("EMMA", 99)]


async def test_the_bag_of_a_customer_never_goes_into_anothers(db, clock, guest, mine):
    other = await made(db, clock)
    await make_customer(db, clock, other, "bea@example.org")
    await do(db, cart.add, mine, "EMMA", 1, now=clock.now())

    await do(db, cart.merge, mine, other, now=clock.now())

    assert await inside(db, mine) == [("EMMA", 1)]
    assert await inside(db, other) == []


async def test_nothing_is_merged_into_a_cart_that_is_not_there(db, clock, guest):
    await do(db, cart.add, guest, "EMMA", 1, now=clock.now())

    with pytest.raises(cart.CartNotFound):
        await do(db, cart.merge, guest, new_id(), now=clock.now())

    assert await inside(db, guest) == [("EMMA", 1)]


async def test_what_was_bought_leaves_the_cart_it_went_into(db, clock, guest, mine):
    emma = await make_variant(db, clock, "EMMA", on_hand=3)
    await do(db, cart.add, guest, "EMMA", 2, now=clock.now())
    await do(db, cart.merge, guest, mine, now=clock.now())

    async with db.transaction() as tx:
        await cart.lock_bought_of(tx, guest)
        await cart.take_out(tx, guest, {emma: 1})

    assert await inside(db, mine) == [("EMMA", 1)]


async def test_buying_from_a_cart_that_was_swept_is_no_fault(db):
    async with db.transaction() as tx:
        await cart.lock_bought_of(tx, new_id())
        await cart.take_out(tx, new_id(), {new_id(): 1})


def test_of_two_prices_seen_the_lower_is_kept_so_that_a_rise_is_told():
    variant = new_id()
    there = Line(variant, 1, THEN, {"EUR": 1290, "USD": 1300})
    coming = Line(variant, 2, THEN + timedelta(days=1), {"EUR": 1190, "JPY": 1800})

    assert together([coming], [there]) == [Line(variant, 3, THEN, {"EUR": 1190, "USD": 1300, "JPY": 1800})]


def test_what_finds_no_room_among_fifty_lines_is_left():
    there = [Line(new_id(), 1, THEN, {}) for _ in range(49)]
    coming = [Line(new_id(), 1, THEN, {}) for _ in range(2)]

    assert together(coming, there) == [*there, coming[0]]
