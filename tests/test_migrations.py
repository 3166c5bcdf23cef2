"""Migrations: applied once, in order, by one of many; never edited afterwards."""

import asyncio

import asyncpg
import pytest
from tests.schema import TARGET, describe

from kassa import migrations
from kassa.migrations import MigrationFault, files, migrate


async def test_the_schema_file_says_what_the_migrations_make(dsn):
    assert await describe(dsn) == TARGET.read_text(), "run `make schema`"


async def test_migrating_again_does_nothing(dsn):
    assert await migrate(dsn) == []


@pytest.fixture
async def empty(dsn):
    connection = await asyncpg.connect(dsn)
    await connection.execute("drop schema public cascade; create schema public")
    await connection.close()
    return dsn


async def test_five_processes_at_once_apply_each_file_once(empty):
    applied = await asyncio.gather(*(migrate(empty) for _ in range(5)))

    assert sorted(name for names in applied for name in names) == [path.stem for path in files()]


async def test_what_is_missing_can_be_asked_without_applying_it(empty, db):
    async with db.connection() as conn:
        assert await migrations.pending(conn) == [path.stem for path in files()]
        await migrate(empty)
        assert await migrations.pending(conn) == []


@pytest.mark.parametrize(
    "change",
    [
        "set checksum = 'edited' where name = '0001_catalog'",
        "set name = '9999_future' where name = '0001_catalog'",
    ],
)
async def test_an_edited_or_unknown_migration_stops_everything(dsn, change):
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"update schema_migrations {change}")
    await connection.close()

    with pytest.raises(MigrationFault):
        await migrate(dsn)
