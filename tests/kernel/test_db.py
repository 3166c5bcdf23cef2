"""The database as the shop sees it, also when it goes away."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress

import asyncpg
import pytest

from kassa.kernel.db import Conn, Database
from kassa.kernel.errors import Unavailable


async def test_a_database_that_goes_away_is_unavailable_not_a_fault_of_ours(dsn: str) -> None:
    database = await Database.connect(dsn, max_size=1)
    admin = await asyncpg.connect(dsn)
    end_all = """
        select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where application_name = 'kassa' and datname = current_database()
    """

    async def ask(opened: Callable[[], AbstractAsyncContextManager[Conn]]) -> None:
        async with opened() as conn:
            await admin.execute(end_all)
            await conn.fetchval("select 1")

    for opened in (database.transaction, database.snapshot, database.connection):
        with pytest.raises(Unavailable) as refused:
            await ask(opened)
        assert refused.value.code == "database_unavailable"

    async with database.connection() as conn:
        assert await conn.fetchval("select 1") == 1
    await admin.close()
    await database.close()


async def test_a_statement_that_takes_too_long_changed_nothing_and_is_not_a_fault_of_ours(dsn: str) -> None:
    database = await Database.connect(dsn, max_size=1)

    async def dawdle() -> None:
        async with database.transaction() as tx:
            await tx.execute("set local statement_timeout = 20")
            await tx.fetchval("select pg_sleep(5)")

    with pytest.raises(Unavailable) as refused:
        await dawdle()

    assert refused.value.code == "busy"
    await database.close()


async def test_a_server_that_only_reads_just_now_is_one_that_is_away(dsn: str) -> None:
    database = await Database.connect(dsn, max_size=1)

    async def write() -> None:
        async with database.transaction() as tx:
            await tx.execute("set transaction read only")
            await tx.execute("create table marks (id integer)")

    with pytest.raises(Unavailable) as refused:
        await write()

    assert refused.value.code == "database_unavailable"
    await database.close()


async def test_a_task_that_is_canceled_while_it_begins_leaves_no_transaction_to_the_next(
    db: Database,
) -> None:
    async def begin() -> None:
        async with db.transaction() as tx:
            await tx.execute("select pg_sleep(5)")

    for turns in range(12):
        task = asyncio.get_running_loop().create_task(begin())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        async with db.connection() as conn:
            assert await conn.fetchval("select pg_current_xact_id_if_assigned() is null")
            assert not conn._raw.is_in_transaction()
