"""A last copy is sold while its product is written anew: the list says sold out, once and for all."""

import asyncio

from tests.factories import make_variant

from kassa import inventory
from kassa.kernel.ids import new_id

WAITING = """
    select exists (select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')
"""
WITHOUT_THE_LOCK = """
    update listings set in_stock = (select count(*) from variants join stock on variant_id = id
        where variants.product_id = listings.product_id and active and on_hand > reserved)
    where product_id = any($1)
"""


async def in_stock(db):
    """(what the listing says, what is so)."""
    async with db.connection() as conn:
        said = await conn.fetchval("select sum(in_stock)::int from listings")
        return said, await conn.fetchval("select count(*)::int from stock where on_hand > reserved")


async def waits(db):
    """Return when somebody in this database waits for a lock; others have one of their own beside it."""
    async with db.connection() as conn:
        for _ in range(1_000):
            if await conn.fetchval(WAITING):
                return
            await asyncio.sleep(0.005)
    raise AssertionError("nobody waits")


async def sold_while(db, clock, statement):
    """The last copy is taken; before that is committed, somebody else begins to write the listing."""
    variant_id = await make_variant(db, clock, "LAST", on_hand=1)
    assert await in_stock(db) == (1, 1)

    async def write():
        async with db.transaction() as tx:
            await tx.execute(statement, [await tx.fetchval("select product_id from listings")])

    async with db.transaction() as tx:
        await inventory.reserve(tx, new_id(), {variant_id: 1}, now=clock.now(), expires_at=clock.now())
        writing = asyncio.create_task(write())
        await waits(db)
    await writing


async def test_a_copy_sold_while_its_product_is_written_is_counted_once(db, clock):
    await sold_while(db, clock, "select index_products($1)")

    assert await in_stock(db) == (0, 0)


async def test_control_without_the_lock_the_list_says_in_stock_for_ever(db, clock):
    await sold_while(db, clock, WITHOUT_THE_LOCK)

    assert await in_stock(db) == (1, 0)


async def test_variants_that_sell_out_and_come_back_together_are_all_counted(db, clock):
    variants = [await make_variant(db, clock, f"V-{n}", on_hand=1) for n in range(8)]
    async with db.transaction() as tx:  # editions of one book
        book = await tx.fetchval("select product_id from variants where sku = 'V-0'")
        await tx.execute("update variants set product_id = $1", book)
        await tx.execute("select index_products(array(select id from products))")

    async def in_and_out(variant_id, *, stays):
        for turn in range(3):
            hold_id = new_id()
            async with db.transaction() as tx:
                await inventory.reserve(tx, hold_id, {variant_id: 1}, now=clock.now(), expires_at=clock.now())
            if turn < 2 or not stays:
                async with db.transaction() as tx:
                    await inventory.release(tx, hold_id)

    await asyncio.gather(*(in_and_out(each, stays=n % 2 == 0) for n, each in enumerate(variants)))

    assert await in_stock(db) == (4, 4)
