"""Two jobs price the same products: the one that knew the older rate never has the last word."""

import asyncio
from datetime import date

import pytest
from tests.pricing.test_price_lists import follow, note, price, put, said, settle

from kassa.pricing.currencies import queries, service


async def race(db, clock, monkeypatch):
    """A job that has read the old rate dawdles until one that reads the new rate is done; then all are."""
    await put(db, clock, "emma", {"EUR": 1000})
    await note(db, clock, said("160"))
    await follow(db, clock)
    await settle(db, clock)
    assert await price(db, "emma") == 1600
    await note(db, clock, said("170", day=date(2026, 11, 1)))
    made, has_read, go_on = service._made, asyncio.Event(), asyncio.Event()

    async def dawdle(tx, product_ids):
        found = await made(tx, product_ids)
        if not has_read.is_set():
            has_read.set()
            await go_on.wait()
        return found

    monkeypatch.setattr(service, "_made", dawdle)
    await put(db, clock, "emma", {"EUR": 1100})
    first = asyncio.create_task(service.price_products(db, {}, clock=clock))
    await has_read.wait()
    await note(db, clock, said("200", day=date(2026, 11, 2)))
    await service.price_products(db, {}, clock=clock)
    go_on.set()
    await first
    async with db.transaction() as tx:  # these two were those jobs
        await tx.execute("delete from jobs where run_at <= $1 and name = 'price_products'", clock.now())
    return await price(db, "emma")


async def test_whoever_reads_the_rates_later_writes_later(db, clock, monkeypatch):
    assert await race(db, clock, monkeypatch) == 1800, "the first job's: 11.00 × 160"

    await settle(db, clock)

    assert await price(db, "emma") == 2200


async def test_control_without_the_lock_the_older_rate_wins(db, clock, monkeypatch):
    async def take_all(tx, product_ids):
        return set(product_ids)

    monkeypatch.setattr(queries, "lock_free", take_all)

    assert await race(db, clock, monkeypatch) == 1800
    await settle(db, clock)

    assert await price(db, "emma") == 1800, "if this fails, the lock is not what the test above sees"


async def test_a_product_that_a_person_is_changing_is_priced_when_they_are_done(db, clock):
    await put(db, clock, "emma", {"EUR": 1000})
    await put(db, clock, "north", {"EUR": 1000})
    await note(db, clock, said("160"))
    await follow(db, clock)
    async with db.transaction() as tx:
        await tx.execute("select 1 from products where slug = 'emma' for no key update")

        await service.price_products(db, {}, clock=clock)

        assert [await price(db, slug) for slug in ("emma", "north")] == [None, 1600]
    await settle(db, clock)

    assert await price(db, "emma") == 1600


@pytest.mark.parametrize("hand", [{"EUR": 1000, "JPY": 5}])
async def test_a_price_that_a_person_sets_in_the_same_moment_is_his(db, clock, hand, monkeypatch):
    await put(db, clock, "emma", {"EUR": 1000})
    await note(db, clock, said("160"))
    await follow(db, clock)

    await asyncio.gather(
        *(service.price_products(db, {}, clock=clock) for _ in range(4)), put(db, clock, "emma", hand)
    )
    await settle(db, clock)

    assert await price(db, "emma") == 5
