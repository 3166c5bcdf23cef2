"""One cause, many workers: one entry."""

import asyncio
from datetime import UTC, datetime

from kassa import ledger
from kassa.kernel.ids import new_id
from kassa.ledger import Account as A

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
ENTRY = """
    insert into ledger_entries (id, kind, cause, currency, at) values ($1, 'payout', 'payout:po_1', 'EUR', $2)
"""
LINES_OF_IT = """
    insert into ledger_lines (entry_id, account, amount_minor) values ($1, 'bank', 500), ($1, 'provider', -500)
"""
LINES = {A.BANK: 500, A.PROVIDER: -500}


async def counted(db):
    async with db.connection() as conn:
        return await conn.fetchval("select count(*) from ledger_entries"), await ledger.balances(conn, "EUR")


async def test_ten_workers_post_the_same_cause_at_once_and_one_entry_is_written(db):
    async def post():
        async with db.transaction() as tx:
            return await ledger.post(tx, "payout", "payout:po_1", LINES, currency="EUR", at=NOW)

    written = await asyncio.gather(*(post() for _ in range(10)))

    assert sorted(written) == [False] * 9 + [True]
    assert await counted(db) == (1, {("EUR", A.BANK): 500, ("EUR", A.PROVIDER): -500})


async def test_a_cause_that_another_worker_gives_up_is_not_lost(db):
    """The second waits for the first; when that is rolled back, its own entry is written."""
    first_has_posted, second_waits = asyncio.Event(), asyncio.Event()

    async def give_up():
        async with db.transaction() as tx:
            await ledger.post(tx, "payout", "payout:po_1", LINES, currency="EUR", at=NOW)
            first_has_posted.set()
            await second_waits.wait()
            raise LookupError

    async def post():
        await first_has_posted.wait()
        async with db.transaction() as tx:
            second_waits.set()
            return await ledger.post(tx, "payout", "payout:po_1", LINES, currency="EUR", at=NOW)

    gave_up, written = await asyncio.gather(give_up(), post(), return_exceptions=True)

    assert isinstance(gave_up, LookupError)
    assert written is True
    assert (await counted(db))[0] == 1


async def test_control_without_the_constraint_the_same_cause_is_posted_more_than_once(db):
    async with db.transaction() as tx:
        await tx.execute("alter table ledger_entries drop constraint ledger_entries_kind_cause_key")
    looked = asyncio.Barrier(4)

    async def look_then_post():
        async with db.transaction() as tx:
            if await ledger.get(tx, "payout", "payout:po_1") is not None:
                return
            await looked.wait()
            entry_id = new_id()
            await tx.execute(ENTRY, entry_id, NOW)
            await tx.execute(LINES_OF_IT, entry_id)

    await asyncio.gather(*(look_then_post() for _ in range(4)))

    assert (await counted(db))[0] == 4
