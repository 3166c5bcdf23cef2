"""Stock: every number has its reason, and repeating anything is harmless."""

import pytest
from tests.factories import make_variant

from kassa import inventory
from kassa.kernel.ids import new_id


@pytest.fixture
async def book(db, clock):
    return await make_variant(db, clock, "BOOK", on_hand=5)


async def numbers(db):
    async with db.connection() as conn:
        stock = await inventory.stock(conn, "BOOK")
        moved = await conn.fetchval("select coalesce(sum(delta), 0) from movements")
    assert moved == stock.on_hand
    return stock.on_hand, stock.reserved


async def reserve(db, clock, book, quantity=2):
    hold_id = new_id()
    async with db.transaction() as tx:
        await inventory.reserve(tx, hold_id, {book: quantity}, now=clock.now(), expires_at=clock.now())
    return hold_id


async def test_a_hold_that_is_paid_is_sold_once(db, clock, book):
    hold_id = await reserve(db, clock, book)
    assert await numbers(db) == (5, 2)

    for _ in range(3):
        async with db.transaction() as tx:
            await inventory.commit(tx, hold_id, order_id=hold_id, actor="test", now=clock.now())
            await inventory.release(tx, hold_id)

    assert await numbers(db) == (3, 0)


async def test_a_hold_that_is_given_up_is_given_back_once(db, clock, book):
    hold_id = await reserve(db, clock, book)

    for _ in range(3):
        async with db.transaction() as tx:
            await inventory.release(tx, hold_id)
            await inventory.commit(tx, hold_id, order_id=hold_id, actor="test", now=clock.now())

    assert await numbers(db) == (5, 0)


async def test_too_much_is_refused_with_the_numbers_and_nothing_is_held(db, clock, book):
    with pytest.raises(inventory.InsufficientStock) as refused:
        await reserve(db, clock, book, 6)

    assert refused.value.short == {book: (6, 5)}
    assert await numbers(db) == (5, 0)
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from holds") == 0


@pytest.mark.parametrize(("sold_elsewhere", "taken"), [(0, True), (4, False)])
async def test_a_released_hold_is_taken_again_only_if_all_of_it_is_there(
    db, clock, book, sold_elsewhere, taken
):
    hold_id = await reserve(db, clock, book)
    async with db.transaction() as tx:
        await inventory.release(tx, hold_id)
        if sold_elsewhere:
            await inventory.adjust(tx, "BOOK", -sold_elsewhere, "sold", actor="test", now=clock.now())

    async with db.transaction() as tx:
        assert await inventory.retake(tx, hold_id, now=clock.now(), expires_at=clock.now()) is taken

    assert await numbers(db) == (5 - sold_elsewhere, 2 if taken else 0)


async def test_a_paying_hold_comes_back_to_held_with_a_new_deadline(db, clock, book):
    hold_id = await reserve(db, clock, book)
    async with db.transaction() as tx:
        await inventory.paying(tx, hold_id)
        assert (await inventory.hold(tx, hold_id)).state == "paying"
        clock.advance(minutes=5)
        await inventory.resume(tx, hold_id, now=clock.now(), expires_at=clock.now())
        hold = await inventory.hold(tx, hold_id)

    assert (hold.state, hold.expires_at) == ("held", clock.now())


async def test_fewer_than_are_promised_is_refused_and_nothing_changes(db, clock, book):
    await reserve(db, clock, book, 4)

    async with db.transaction() as tx:
        with pytest.raises(inventory.BelowReserved):
            await inventory.adjust(tx, "BOOK", -2, "lost", actor="test", now=clock.now())
        with pytest.raises(inventory.BelowReserved):
            await inventory.set_on_hand(tx, book, 3, actor="test", now=clock.now())

    assert await numbers(db) == (5, 4)


async def test_an_adjustment_has_its_movement(db, clock, book):
    async with db.transaction() as tx:
        after = await inventory.adjust(
            tx, "BOOK", 7, "found in the cellar", actor="staff:ada", now=clock.now()
        )

    assert (after.on_hand, after.available) == (12, 12)
    assert await numbers(db) == (12, 0)


async def test_an_unknown_sku_has_no_stock(db):
    async with db.connection() as conn:
        with pytest.raises(inventory.UnknownStock):
            await inventory.stock(conn, "NO-SUCH")
