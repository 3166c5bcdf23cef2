"""What every command needs first: its settings, its data directory, its database."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg

from kassa.config import ConfigError, Settings
from kassa.embedded import Cluster, DataDirFault, PostgresFault, default_data_dir, prepare, secret_file
from kassa.migrations import MigrationFault, migrate

#: Where `kassa up` writes down the address of its sandbox while it runs.
SANDBOX_FILE: Final = "sandbox.address"
#: The sandbox takes any test key.
SANDBOX_KEY: Final = "sk_test_kassa"
_CONNECT_SECONDS = 10


class Refused(Exception):
    """The command can't be done as it was typed or set up; one clear line, exit status 2."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command works: its settings, complete, and its data directory."""

    settings: Settings
    data_dir: Path


def find(data_dir: Path | None) -> Place:
    """Settings from the environment and `.env`; secrets that are not set come from the data directory.

    Raises:
        Refused: a setting is wrong, or the data directory can't be used.
    """
    try:
        settings = Settings.load(os.environ, Path(".env"))
        where = prepare(data_dir or (Path(settings.data_dir) if settings.data_dir else default_data_dir()))
    except (ConfigError, DataDirFault) as error:
        raise Refused(str(error)) from None
    secret = settings.secret_key or secret_file(where / "secret.key")
    return Place(replace(settings, secret_key=secret, data_dir=str(where)), where)


@contextmanager
def with_database(place: Place, *, migrated: bool = True) -> Iterator[Settings]:
    """The settings with a database that runs: the one that was set, else the embedded one.

    Raises:
        Refused: it is not to be reached, or does not start.
    """
    cluster = None if place.settings.database_url else Cluster(place.data_dir)
    try:
        dsn = place.settings.database_url or (cluster.start() if cluster else "")
        asyncio.run(_reach(dsn, migrated=migrated))
        yield replace(place.settings, database_url=dsn)
    except (PostgresFault, MigrationFault) as error:
        raise Refused(str(error)) from None
    finally:
        if cluster is not None:
            cluster.stop()


def with_provider(place: Place, settings: Settings) -> Settings | None:
    """The settings with a Stripe that can be asked: the one that was set, else the sandbox that `kassa up` runs on
    this data directory now; None if there is neither."""
    if settings.stripe_secret_key:
        return settings
    try:
        address = (place.data_dir / SANDBOX_FILE).read_text().strip()
        parts = urlsplit(address)
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=_CONNECT_SECONDS).close()
    except (OSError, ValueError):
        return None
    return replace(settings, stripe_secret_key=SANDBOX_KEY, stripe_api_base=address)


async def _reach(dsn: str, *, migrated: bool) -> None:
    where = urlsplit(dsn).hostname or "the local socket"
    try:
        connection = await asyncpg.connect(dsn, timeout=_CONNECT_SECONDS)
        version = connection.get_server_version()
        await connection.close()
    except (OSError, ValueError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Refused(f"DATABASE_URL: no database at {where}: {reason[:200]}") from None
    if version.major < 15:
        raise Refused(f"DATABASE_URL: PostgreSQL 15 or newer is needed, this is {version.major}")
    if migrated:
        await migrate(dsn)
