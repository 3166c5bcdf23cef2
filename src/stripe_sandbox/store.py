"""The sandbox's memory: one SQLite file (or none, in memory), written in one transaction per request.

Tables: `objects` (every Stripe object as JSON, with the columns lists filter by), `deliveries` (a webhook to
be posted), `attempts` (each time one was), `answers` (what an idempotency key was answered), `schedule` (what happens
later on the sandbox clock), `faults` (what shall go wrong), `requests` (the latest API calls), `meta`.
Invariant: an answer given to a caller, its objects, its events and the deliveries of those events are in the
same committed transaction. SQLite's WAL survives the process being killed at any moment.

The file carries the number of its format. A file of an older format is moved aside and a fresh one begun; one
of a newer format is refused and not touched.
"""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

Obj = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, created INTEGER NOT
  NULL, customer TEXT, payment_intent TEXT, charge TEXT, about TEXT, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS objects_type ON objects (type, seq);
CREATE INDEX IF NOT EXISTS objects_customer ON objects (customer, type, seq) WHERE customer IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_intent ON objects (payment_intent, type, seq) WHERE payment_intent IS NOT
NULL; CREATE INDEX IF NOT EXISTS objects_charge ON objects (charge, type, seq) WHERE charge IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_about ON objects (about) WHERE about IS NOT NULL;
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY, event TEXT NOT NULL, endpoint TEXT NOT NULL, state TEXT NOT NULL,
  due REAL NOT NULL, held INTEGER NOT NULL, attempts INTEGER NOT NULL, bad_signature INTEGER NOT NULL,
  status INTEGER, error TEXT);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
CREATE INDEX IF NOT EXISTS deliveries_lost ON deliveries (event) WHERE state IN ('failed', 'dropped');
CREATE TABLE IF NOT EXISTS attempts (
  id INTEGER PRIMARY KEY, delivery INTEGER NOT NULL, at REAL NOT NULL, status INTEGER, error TEXT,
  milliseconds INTEGER NOT NULL, answer TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS attempts_delivery ON attempts (delivery);
CREATE TABLE IF NOT EXISTS answers (
  key TEXT PRIMARY KEY, path TEXT NOT NULL, parameters BLOB NOT NULL, status INTEGER NOT NULL, body BLOB NOT
  NULL, request TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS schedule (
  id INTEGER PRIMARY KEY, due REAL NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS schedule_due ON schedule (due);
CREATE TABLE IF NOT EXISTS faults (id INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS requests (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, at REAL NOT NULL, method TEXT NOT NULL, path TEXT
  NOT NULL, status INTEGER, milliseconds REAL NOT NULL, idempotency_key TEXT, replayed INTEGER NOT NULL,
  caller TEXT NOT NULL, fault TEXT, about TEXT, sent BLOB NOT NULL, answered BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""

# Raised whenever the tables, or the private facts inside objects, change their shape.
FORMAT = 2
EVENTS_KEPT_SECONDS = 30 * 86400
ANSWERS_KEPT_SECONDS = 86400
# How much is swept out at a time: nobody shall wait for the broom.
SWEPT_AT_ONCE = 5000

log = logging.getLogger("stripe_sandbox")


class StoreUnusable(OSError):
    """The file cannot be opened, is no store of ours, or another sandbox is using it."""


class Store:
    """One connection, used from the event loop only; every call takes microseconds."""

    def __init__(self, path: Path | None) -> None:
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = _connect(path)
            if path is not None and 0 < _format(self._db) < FORMAT:
                self._db.close()
                _move_aside(path)
                self._db = _connect(path)
            if _format(self._db) > FORMAT:
                raise OSError("it was written by a newer version of the sandbox")
            self._db.executescript(_SCHEMA)
            self._db.execute(f"PRAGMA user_version = {FORMAT}")
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

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Execute one statement for each row of parameters."""
        self._db.executemany(sql, rows)

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

    def write(self, body: Obj, encoded: bytes, about: str | None = None) -> None:
        """Insert or replace one object; its place in lists is that of its first insertion.

        `about` is the id of the object that an event announces.
        """
        self._db.execute(
            "INSERT INTO objects (id, type, created, customer, payment_intent, charge, about, body) VALUES "
            "(?,?,?,?,?,?,?,?)"
            " ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, payment_intent = "
            "excluded.payment_intent,"
            " charge = excluded.charge, body = excluded.body",
            (
                body["id"],
                body["object"],
                body.get("created", 0),  # a Mandate has none
                body.get("customer"),
                body.get("payment_intent"),
                body.get("charge"),
                about,
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

    @property
    def changes(self) -> int:
        """How many rows were written since the start: whoever sees the same number has seen everything."""
        return self._db.total_changes

    def clear(self, keep_endpoint: str) -> None:
        """Forget everything but the endpoint that is configuration."""
        with self.transaction():
            self.empty(keep_endpoint)

    def empty(self, keep_endpoint: str) -> None:
        """The same, inside a transaction."""
        for table in ("deliveries", "attempts", "answers", "schedule", "faults"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608
        self._db.execute("DELETE FROM objects WHERE id <> ?", (keep_endpoint,))

    def forget_old(self, now: float) -> bool:
        """Let events age out after 30 days and idempotent answers after 24 hours, as Stripe's do. The file does
        not shrink: what they leave is used again.

        Returns whether there is more to forget: at most `SWEPT_AT_ONCE` of each go at a time.
        """
        with self.transaction():
            oldest = self.rows(
                "SELECT seq, id, created FROM objects WHERE type = 'event' ORDER BY seq LIMIT ?",
                (SWEPT_AT_ONCE,),
            )
            gone = [row for row in oldest if row[2] < now - EVENTS_KEPT_SECONDS]
            self._db.executemany(
                "DELETE FROM attempts WHERE delivery IN (SELECT id FROM deliveries WHERE event = ?)",
                [(row[1],) for row in gone],
            )
            self._db.executemany("DELETE FROM deliveries WHERE event = ?", [(row[1],) for row in gone])
            self._db.executemany("DELETE FROM objects WHERE seq = ?", [(row[0],) for row in gone])
            answers = self._db.execute(
                "DELETE FROM answers WHERE created < ?"
                " AND rowid IN (SELECT rowid FROM answers ORDER BY rowid LIMIT ?)",
                (now - ANSWERS_KEPT_SECONDS, SWEPT_AT_ONCE),
            ).rowcount
        return len(gone) == SWEPT_AT_ONCE or answers == SWEPT_AT_ONCE


def _connect(path: Path | None) -> sqlite3.Connection:
    db = sqlite3.connect(
        path or ":memory:", isolation_level=None, check_same_thread=False, cached_statements=256
    )
    # One process only: a second one would not see what the first keeps in memory.
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute("PRAGMA journal_mode = WAL")
    # A killed process loses nothing: what was committed is the operating system's to write. A power cut may
    # leave a file that cannot be read, and then test data is gone; waiting for the disk costs a third.
    db.execute("PRAGMA synchronous = OFF")
    # Copy the log into the file every 32 MB only: each copy waits for the disk.
    db.execute("PRAGMA wal_autocheckpoint = 8000")
    return db


def _format(db: sqlite3.Connection) -> int:
    """The format of a file: 0 for a new one, 1 for those that were written before they were numbered."""
    number: int = db.execute("PRAGMA user_version").fetchone()[0]
    if number == 0 and db.execute("SELECT 1 FROM sqlite_master WHERE name = 'objects'").fetchone():
        return 1
    return number


def _move_aside(path: Path) -> None:
    aside = path.with_name(f"{path.name}.old")
    place = 1
    while aside.exists():
        place += 1
        aside = path.with_name(f"{path.name}.old{place}")
    path.rename(aside)
    path.with_name(f"{path.name}-wal").unlink(missing_ok=True)  # closing wrote it into the file
    log.warning("%s is of an older version; it was moved to %s and a new one begun", path, aside)
