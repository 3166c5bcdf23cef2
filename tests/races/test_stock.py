"""Many buyers, few copies: every lock has a race, every race a control that fails without the lock."""

import asyncio

from tests.factories import make_variant, place

from kassa import inventory
from kassa.kernel.ids import new_id


async def numbers(db, sku):
    async with db.connection() as conn:
        stock = await inventory.stock(conn, sku)
    return stock.on_hand, stock.reserved


async def test_fifty_buyers_for_twenty_copies_make_exactly_twenty_orders(db, clock):
    await make_variant(db, clock, "RARE", on_hand=20)

    outcomes = await asyncio.gather(*(place(db, clock, "RARE") for _ in range(50)), return_exceptions=True)

    refused = [o for o in outcomes if isinstance(o, inventory.InsufficientStock)]
    assert len(refused) == 30
    assert all(o.extra["items"] == [{"sku": "RARE", "requested": 1, "available": 0}] for o in refused)
    assert len(outcomes) - len(refused) == 20
    assert await numbers(db, "RARE") == (20, 20)
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from orders") == 20
        assert await conn.fetchval("select count(*) from holds") == 20


async def look_then_take(db, variant_id):
    """What `reserve` would be without its lock: look, think, take."""
    async with db.transaction() as tx:
        left = await tx.fetchval("select on_hand - reserved from stock where variant_id = $1", variant_id)
        await asyncio.sleep(0.05)
        if left < 1:
            return False
        await tx.execute("update stock set reserved = reserved + 1 where variant_id = $1", variant_id)
        return True


async def test_control_without_the_lock_the_last_copy_is_promised_more_than_once(db, clock):
    variant_id = await make_variant(db, clock, "LAST", on_hand=1)
    async with db.transaction() as tx:
        await tx.execute("alter table stock drop constraint stock_check")

    promised = await asyncio.gather(*(look_then_take(db, variant_id) for _ in range(8)))

    assert sum(promised) > 1


async def test_orders_for_the_same_books_in_opposite_order_do_not_deadlock(db, clock):
    await make_variant(db, clock, "A", on_hand=100)
    await make_variant(db, clock, "B", on_hand=100)
    ways = [[("A", 1), ("B", 1)], [("B", 1), ("A", 1)]] * 10

    await asyncio.gather(*(place(db, clock, lines=lines) for lines in ways))

    assert await numbers(db, "A") == (100, 20)
    assert await numbers(db, "B") == (100, 20)


async def test_the_same_hold_committed_ten_times_at_once_sells_once(db, clock):
    await make_variant(db, clock, "ONCE", on_hand=3)
    order = await place(db, clock, "ONCE", 2)

    async def commit():
        async with db.transaction() as tx:
            await inventory.commit(tx, order.id, order_id=order.id, actor="test", now=clock.now())

    await asyncio.gather(*(commit() for _ in range(10)))

    assert await numbers(db, "ONCE") == (1, 0)


async def test_commit_and_release_of_the_same_hold_at_once_do_one_of_the_two(db, clock):
    await make_variant(db, clock, "DUEL", on_hand=1)
    order = await place(db, clock, "DUEL")

    async def run(verb, **more):
        async with db.transaction() as tx:
            await verb(tx, order.id, **more)

    await asyncio.gather(
        run(inventory.release), run(inventory.commit, order_id=order.id, actor="test", now=clock.now())
    )

    assert await numbers(db, "DUEL") in [(1, 0), (0, 0)]
    async with db.connection() as conn:
        assert (await inventory.hold(conn, order.id)).state in ("committed", "released")


async def test_one_order_id_placed_ten_times_at_once_is_one_order(db, clock):
    from kassa import cart

    await make_variant(db, clock, "TWICE", on_hand=10)
    async with db.transaction() as tx:
        basket = await cart.create(tx, "EUR", now=clock.now())
        await cart.add(tx, basket.id, "TWICE", 1, now=clock.now())
    order_id = new_id()

    placed = await asyncio.gather(
        *(place(db, clock, lines=None, cart_id=basket.id, order_id=order_id) for _ in range(10))
    )

    assert {order.id for order in placed} == {order_id}
    assert await numbers(db, "TWICE") == (10, 1)
