"""What the server in the box must come through: crashes, reused pids, strict umasks, odd and moved folders."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from kassa.embedded import Cluster, DataDirFault, PostgresFault, prepare, secret_file


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that every user may enter, so nothing is left elsewhere when the test is over."""
    made = Path(tempfile.mkdtemp(prefix="kassa-embedded-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def strict_umask() -> Iterator[None]:
    """The umask of a careful administrator: what is made belongs to its maker alone."""
    before = os.umask(0o077)
    yield
    os.umask(before)


async def answer(dsn: str) -> object:
    """What the server says to 6 × 7."""
    connection = await asyncpg.connect(dsn, timeout=5)
    try:
        return await connection.fetchval("select 6 * 7")
    finally:
        await connection.close()


@pytest.mark.usefixtures("strict_umask")
async def test_a_strict_umask_does_not_lock_the_server_out(folder):
    cluster = Cluster(prepare(folder / "new" / "data"))
    dsn = cluster.start()

    assert await answer(dsn) == 42
    assert cluster.place == folder / "new" / "data" / "postgres"
    assert cluster.place.stat().st_mode & 0o777 == 0o700
    cluster.stop()


@pytest.mark.parametrize("name", ["a b", "it's", "$HOME", 'say "x"', "`id`", "Bücher"])
async def test_a_folder_may_have_any_name(folder, name):
    cluster = Cluster(prepare(folder / name))
    dsn = cluster.start()

    assert await answer(dsn) == 42
    assert cluster.stop() is True
    assert cluster.place.parent == folder / name


def test_a_pid_that_is_somebody_elses_now_is_no_server(folder):
    cluster = Cluster(prepare(folder / "data"))
    cluster.start()
    cluster.stop()
    owner = cluster.place.stat()
    with subprocess.Popen(
        ["cat"], stdin=subprocess.PIPE, cwd="/", user=owner.st_uid, group=owner.st_gid
    ) as somebody:
        stale = cluster.place / "postmaster.pid"
        stale.write_text(f"{somebody.pid}\n{cluster.place}\n1\n1\n\n127.0.0.1\n0 0\nready\n")
        os.chown(stale, owner.st_uid, owner.st_gid)

        dsn = cluster.start()

        assert asyncio.run(answer(dsn)) == 42
        assert somebody.poll() is None
        somebody.communicate()
    cluster.stop()


async def test_a_moved_data_directory_takes_its_database_along(folder):
    cluster = Cluster(prepare(folder / "old"))
    connection = await asyncpg.connect(cluster.start())
    await connection.execute("create table kept (n int)")
    await connection.close()
    cluster.stop()
    (folder / "old").rename(folder / "new")

    moved = Cluster(folder / "new")
    connection = await asyncpg.connect(moved.start())
    assert await connection.fetchval("select count(*) from kept") == 0
    await connection.close()
    moved.stop()
    assert not (folder / "old").exists()


def test_a_database_that_is_gone_does_not_become_an_empty_one(folder):
    cluster = Cluster(prepare(folder / "data"))
    cluster.start()
    cluster.stop()
    shutil.rmtree(cluster.place)

    with pytest.raises(PostgresFault, match="is gone"):
        cluster.start()
    assert not cluster.place.exists()


def test_a_failed_start_leaves_nobody_using_it(folder):
    cluster = Cluster(prepare(folder / "data"), shared_buffers="nonsense")
    with pytest.raises(PostgresFault, match="does not start"):
        cluster.start()

    assert cluster.stop() is False
    cluster = Cluster(folder / "data")
    cluster.start()
    assert cluster.stop() is True


def test_eight_who_need_a_secret_at_once_get_the_same_one(folder):
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: secret_file(folder / "a.secret"), range(8)))

    assert len(made) == 1
    assert [path.name for path in folder.iterdir()] == ["a.secret"]


@pytest.mark.parametrize("path", ["~no-such-user-here/x", "x" * 300, "/proc/kassa", "/dev/null/x"])
def test_a_folder_that_can_not_be_is_named(path):
    with pytest.raises(DataDirFault, match="can't be used"):
        prepare(Path(path))
