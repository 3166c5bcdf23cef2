"""Runs: page by page, in slices, taken up where they stopped, and begun once a night."""

from datetime import timedelta

import pytest
from tests.reconciliation.shut import shut_shop

from kassa import orders
from kassa.reconciliation import reconcile
from kassa.reconciliation.reconcile import service
from kassa.stripe import Unreachable, books

S = orders.State


@pytest.fixture
async def till(db, clock):
    made = await shut_shop(db, clock)
    yield made
    made.stripe.close()


@pytest.fixture
def small_pages(monkeypatch):
    """Two objects a page."""
    monkeypatch.setattr(books, "_PAGE", 2)


async def runs(db):
    async with db.connection() as conn:
        return await reconcile.newest(conn, limit=10)


async def waiting(db):
    """How many jobs to compare the books there are."""
    async with db.connection() as conn:
        return await conn.fetchval("select count(*) from jobs where name = 'reconcile'")


async def sold(till, count):
    made = []
    for _ in range(count):
        made.append((await till.sold())[0])
        till.clock.advance(seconds=1)
    return made


async def paid(till, made):
    states = [(await till.order(order)).state for order in made]
    return states.count(S.PAID)


async def test_everything_on_all_pages_is_looked_at(till, small_pages):
    made = await sold(till, 5)

    report = await till.compare()

    assert report.tally.counted["payment_intents"] == 5
    assert await paid(till, made) == 5


@pytest.mark.parametrize("page", [1, 2, 3])
async def test_a_provider_that_is_lost_at_any_page_leaves_a_run_that_can_be_repeated(till, small_pages, page):
    made = await sold(till, 5)
    seen, more = 0, till.gateway.books.intents

    async def breaks(window, after=None):
        nonlocal seen
        async for one in more(window, after):
            seen += 1
            if seen == page:
                raise Unreachable("Stripe did not answer.")
            yield one

    till.gateway.books.intents = breaks
    with pytest.raises(Unreachable):
        await till.compare()

    assert await paid(till, made) == min(5, 2 * (page - 1))
    (run,) = await runs(till.db)
    assert (run.finished_at, run.counts["error"]) == (None, "Stripe did not answer.")

    till.gateway.books.intents = more
    report = await reconcile.go_on(till.db, till.gateway, run.id, clock=till.clock)

    assert report.complete
    assert report.tally.counted["payment_intents"] == 5
    assert (report.tally.repaired["payments"], report.tally.error) == (5, None)
    assert await paid(till, made) == 5


async def test_a_worker_does_it_in_slices_that_follow_each_other(till, small_pages, monkeypatch):
    monkeypatch.setattr(service, "_SLICE_SECONDS", 0)
    made = await sold(till, 5)
    async with till.db.transaction() as tx:
        await reconcile.ask_for_run(tx, by="staff:ada@example.org", now=till.clock.now())

    await till.settle()

    (run,) = await runs(till.db)
    assert run.finished_at is not None
    assert (run.counts["by"], run.counts["counted"]["payment_intents"]) == ("staff:ada@example.org", 5)
    assert await paid(till, made) == 5
    assert await waiting(till.db) == 0


async def test_a_job_that_lost_the_provider_goes_on_in_its_next_attempt(till):
    (order,) = await sold(till, 1)
    fault = {"match": {"method": "GET", "path": "/v1/charges"}, "fault": "status", "status": 503, "count": 3}
    await till.stripe.control("POST", "/faults", fault)
    async with till.db.transaction() as tx:
        await reconcile.ask_for_run(tx, by="clock", now=till.clock.now())

    await till.settle()
    (run,) = await runs(till.db)
    assert run.finished_at is None
    till.clock.advance(minutes=1)
    await till.settle()

    (run,) = await runs(till.db)
    assert run.finished_at is not None
    assert (await till.order(order)).state is S.PAID


async def test_asking_twice_is_asking_once(till):
    for by in ("staff:ada@example.org", "clock"):
        async with till.db.transaction() as tx:
            await reconcile.ask_for_run(tx, by=by, now=till.clock.now())

    await till.settle()

    assert [run.counts["by"] for run in await runs(till.db)] == ["staff:ada@example.org"]


async def test_it_is_done_once_a_night(till):
    await till.sold()
    begun = []
    for _ in range(72):
        till.clock.advance(hours=1)
        if await reconcile.nightly(till.db, clock=till.clock):
            begun.append(till.clock.now().hour)
        await till.settle()

    assert begun == [3, 3, 3]
    assert len(await runs(till.db)) == len(begun)


async def test_a_night_without_the_shop_is_made_up_for_by_day(till):
    await till.sold()
    await till.compare()
    till.clock.advance(hours=25)
    assert not await reconcile.nightly(till.db, clock=till.clock)

    till.clock.advance(hours=2)

    assert await reconcile.nightly(till.db, clock=till.clock)


async def test_a_shop_that_has_sold_nothing_has_no_nightly_run(till):
    till.clock.advance(days=3)

    assert not await reconcile.nightly(till.db, clock=till.clock)


async def test_a_first_run_begins_with_the_first_payment_but_not_before_what_events_are_kept_for(till):
    await till.sold()
    began = till.clock.now()
    assert (await till.compare()).since == began - service.OVERLAP

    async with till.db.transaction() as tx:
        await tx.execute("delete from reconciliations")
    till.clock.advance(days=60)

    assert (await till.compare()).since == till.clock.now() - timedelta(days=30) - service.OVERLAP
