"""The server in the box: shared while it is used, gone when it is not, back after a kill."""

import asyncio
import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

import asyncpg
import pytest

from kassa.embedded import Cluster, DataDirFault, prepare, secret_file


@pytest.fixture
def folder(tmp_path):
    """A data directory below one that only its owner may enter."""
    tmp_path.chmod(0o700)
    return prepare(tmp_path / "data")


async def answers(dsn: str) -> bool:
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
    except OSError:
        return False
    found = await connection.fetchval("select 1")
    await connection.close()
    return found == 1


def until_dead(pid: int) -> None:
    """Wait until this process does nothing any more."""
    with contextlib.suppress(OSError):
        while " Z " not in Path(f"/proc/{pid}/stat").read_text():
            time.sleep(0.01)


async def test_the_last_of_its_users_stops_it(folder):
    first, second = Cluster(folder), Cluster(folder)
    dsn = first.start()
    assert second.start() == dsn

    assert first.stop() is False
    assert await answers(dsn)
    assert second.stop() is True
    assert not await answers(dsn)
    assert second.stop() is False
    shutil.rmtree(second.place.parent)


async def test_what_was_written_is_there_after_a_kill(folder):
    cluster = Cluster(folder)
    connection = await asyncpg.connect(cluster.start())
    await connection.execute("create table kept (n int); insert into kept values (42)")
    connection.terminate()
    pid = int((cluster.place / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    await asyncio.to_thread(until_dead, pid)

    again = Cluster(folder)
    connection = await asyncpg.connect(again.start())
    assert await connection.fetchval("select n from kept") == 42
    await connection.close()
    again.stop()
    cluster.stop()
    shutil.rmtree(cluster.place.parent)


def test_a_secret_is_made_once_and_for_its_owner_only(folder):
    made = secret_file(folder / "x.secret", "whsec_")

    assert made.startswith("whsec_")
    assert secret_file(folder / "x.secret", "whsec_") == made
    assert (folder / "x.secret").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_a_file_is_no_data_directory(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(DataDirFault):
        prepare(tmp_path / "file")
