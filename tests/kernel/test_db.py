"""The database as the shop sees it, also when it goes away."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

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
