"""Numbered SQL files, applied once each, in order, under an advisory lock.

Tables: `schema_migrations (name, checksum, applied_at)`. Invariant: a file that was applied never changes
(its checksum is compared); going forward is adding a file. `schema.sql` is generated from the result.
"""

import hashlib
from pathlib import Path
from typing import Final

import asyncpg

from kassa.kernel.db import Conn

_FOLDER: Final = Path(__file__).parent
_LOCK: Final = 7_245_519_842
_TIMEOUT_SECONDS: Final = 600


class MigrationFault(Exception):
    """An applied migration was edited, or the database is newer than this program."""


def files() -> list[Path]:
    """The migration files, in the order in which they are applied."""
    return sorted(_FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))


async def migrate(dsn: str) -> list[str]:
    """Apply what is missing, each file in a transaction of its own; the names applied, oldest first.

    Several processes may call this at once: one works, the others wait and then find nothing to do.

    Raises:
        MigrationFault: an applied file was edited, or the database knows a file we do not have.
    """
    raw = await asyncpg.connect(dsn, timeout=10, command_timeout=_TIMEOUT_SECONDS)
    try:
        await raw.execute("select pg_advisory_lock($1)", _LOCK)
        await raw.execute(
            """
            create table if not exists schema_migrations
                (name text primary key, checksum text not null, applied_at timestamptz not null default now())
            """
        )
        todo = _missing(dict(await raw.fetch("select name, checksum from schema_migrations")))
        for path in todo:
            async with raw.transaction():
                await raw.execute(path.read_text())
                await raw.execute(
                    "insert into schema_migrations (name, checksum) values ($1, $2)",
                    path.stem,
                    _checksum(path),
                )
        return [path.stem for path in todo]
    finally:
        await raw.close()


async def pending(conn: Conn) -> list[str]:
    """Names of the files that this database has not seen; empty when it is up to date."""
    if await conn.fetchval("select to_regclass('schema_migrations')") is None:
        return [path.stem for path in files()]
    rows = await conn.fetch("select name, checksum from schema_migrations")
    return [path.stem for path in _missing({row["name"]: row["checksum"] for row in rows})]


def _missing(applied: dict[str, str]) -> list[Path]:
    known = {path.stem: path for path in files()}
    for name, checksum in applied.items():
        if name not in known:
            raise MigrationFault(
                f"the database has migration {name}, which this version of Kassa does not know"
            )
        if checksum != _checksum(known[name]):
            raise MigrationFault(f"migration {name} was changed after it was applied")
    return [path for name, path in known.items() if name not in applied]


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
