"""One PostgreSQL for the whole test run, and a fresh database, cloned from a migrated template, per test.

Isolation is by database and not by rollback: record–call–record needs real commits.
"""

import asyncio
import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from kassa.embedded import Cluster, prepare
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.kernel.ids import new_id
from kassa.migrations import migrate

TEMPLATE = "template_kassa"
_PLENTY = 2 * 1024**3


def _quick_place() -> Path:
    """Memory, where there is plenty: each test's database is hundreds of files that come and go."""
    memory = Path("/dev/shm")  # noqa: S108
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _PLENTY:
        return memory
    return Path(tempfile.gettempdir())


@pytest.fixture(scope="session")
def cluster_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the test server's `postgres` database; all workers of a run share one server."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"solo-{os.getpid()}")
    folder = _quick_place() / f"kassa-tests-{os.getuid()}-{run}"
    cluster = Cluster(
        prepare(folder), fsync="off", synchronous_commit="off", full_page_writes="off", max_connections="400"
    )
    dsn = cluster.start()
    with (folder / "template.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.run(_make_template(dsn))
    yield dsn
    if cluster.stop():
        shutil.rmtree(cluster.place, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def dsn(cluster_dsn: str) -> AsyncIterator[str]:
    """The address of an empty, migrated database of this test's own."""
    name = f"t_{new_id().hex}"
    admin = await asyncpg.connect(cluster_dsn)
    try:
        # Copied as files: by way of the log, as PostgreSQL does unless told, it takes three times as long.
        await admin.execute(f'create database "{name}" template {TEMPLATE} strategy file_copy')
        yield _on(cluster_dsn, name)
        await admin.execute(f'drop database "{name}" with (force)')
    finally:
        await admin.close()


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """An open `Database` on an empty, migrated database.

    After a test in which a `Till` was used, orders, money and stock must agree: whatever it tested, it left no
    shop behind that could not be proved.
    """
    database = await Database.connect(dsn, max_size=24)
    yield database
    money = sys.modules.get("tests.money")
    till = money.TILLS.pop(database, None) if money else None
    violations = await till.violations() if till else []
    await database.close()
    assert not violations


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands still until the test moves it."""
    return FrozenClock()


async def _make_template(dsn: str) -> None:
    admin = await asyncpg.connect(dsn)
    try:
        if not await admin.fetchval("select 1 from pg_database where datname = $1", TEMPLATE):
            await admin.execute(f"create database {TEMPLATE}")
            await migrate(_on(dsn, TEMPLATE))
    finally:
        await admin.close()


def _on(dsn: str, name: str) -> str:
    return f"{dsn.rpartition('/')[0]}/{name}"
