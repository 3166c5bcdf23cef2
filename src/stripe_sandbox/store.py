"""The sandbox's memory: one SQLite file (or none, in memory), written in one transaction per request.

Tables: `objects` (every Stripe object as JSON, with the columns lists filter by), `deliveries` (a webhook to
be posted, with its attempts), `answers` (what an idempotency key was answered), `schedule` (what happens
later on the sandbox clock), `meta`. Invariant: an answer given to a caller, its objects, its events and the
deliveries of those events are in the same committed transaction. SQLite's WAL survives the process being
killed at any moment.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

Obj = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, created INTEGER NOT
  NULL, customer TEXT, payment_intent TEXT, charge TEXT, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS objects_type ON objects (type, seq);
CREATE INDEX IF NOT EXISTS objects_customer ON objects (customer, type, seq) WHERE customer IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_intent ON objects (payment_intent, type, seq) WHERE payment_intent IS NOT
NULL; CREATE INDEX IF NOT EXISTS objects_charge ON objects (charge, type, seq) WHERE charge IS NOT NULL;
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL, state TEXT NOT NULL,
  due REAL NOT NULL, held INTEGER NOT NULL, attempts INTEGER NOT NULL, bad_signature INTEGER NOT NULL,
  status INTEGER, error TEXT);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS answers (
  key TEXT PRIMARY KEY, path TEXT NOT NULL, parameters BLOB NOT NULL, status INTEGER NOT NULL, body BLOB NOT
  NULL, request TEXT NOT NULL, created REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_created ON answers (created);
CREATE TABLE IF NOT EXISTS schedule (
  id INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS schedule_due ON schedule (due);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class StoreUnusable(OSError):
    """The file cannot be opened, is no store of ours, or another sandbox is using it."""


class Store:
    """One connection, used from the event loop only; every call takes microseconds."""

    def __init__(self, path: Path | None) -> None:
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                path or ":memory:", isolation_level=None, check_same_thread=False, cached_statements=256
            )
            # One process only: a second one would not see what the first keeps in memory.
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            # NORMAL: a killed process loses nothing; only a power cut may lose the last instants.
            self._db.execute("PRAGMA synchronous = NORMAL")
            # Copy the log into the file every 32 MB only: each copy waits for the disk.
            self._db.execute("PRAGMA wal_autocheckpoint = 8000")
            self._db.executescript(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise StoreUnusable(f"cannot use {path} as the sandbox's store: {error}") from None

    def close(self) -> None:
        """Close the file; nothing may be called afterwards."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is kept, or, on an exception, none of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute one statement."""
        return self._db.execute(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query."""
        return self._db.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first row of a query, or None."""
        return self._db.execute(sql, parameters).fetchone()

    def read(self, id: str, type: str) -> Obj | None:
        """The object of this id if it is of this type."""
        row = self.row("SELECT body FROM objects WHERE id = ? AND type = ?", (id, type))
        return None if row is None else msgspec.json.decode(row[0])

    def write(self, body: Obj, encoded: bytes) -> None:
        """Insert or replace one object; its place in lists is that of its first insertion."""
        self._db.execute(
            "INSERT INTO objects (id, type, created, customer, payment_intent, charge, body) VALUES "
            "(?,?,?,?,?,?,?)"
            " ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, payment_intent = "
            "excluded.payment_intent,"
            " charge = excluded.charge, body = excluded.body",
            (
                body["id"],
                body["object"],
                body["created"],
                body.get("customer"),
                body.get("payment_intent"),
                body.get("charge"),
                encoded,
            ),
        )

    def meta(self, name: str) -> str | None:
        """A remembered value."""
        row = self.row("SELECT value FROM meta WHERE name = ?", (name,))
        return None if row is None else str(row[0])

    def set_meta(self, name: str, value: str) -> None:
        """Remember a value."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def clear(self, keep_endpoint: str) -> None:
        """Forget everything but the endpoint that is configuration."""
        with self.transaction():
            self._db.execute("DELETE FROM deliveries")
            self._db.execute("DELETE FROM answers")
            self._db.execute("DELETE FROM schedule")
            self._db.execute("DELETE FROM objects WHERE id <> ?", (keep_endpoint,))

    def forget_old(self, now: float) -> None:
        """Let events age out after 30 days and idempotent answers after 24 hours, as Stripe's do."""
        with self.transaction():
            month = now - 30 * 86400
            self._db.execute("DELETE FROM objects WHERE type = 'event' AND created < ?", (month,))
            self._db.execute(
                "DELETE FROM deliveries WHERE state <> 'pending'"
                " AND NOT EXISTS (SELECT 1 FROM objects WHERE objects.id = deliveries.event)"
            )
            self._db.execute("DELETE FROM answers WHERE created < ?", (now - 86400,))
