"""A `Database` whose every statement is a step of the stage, so that anything may happen between any two."""

import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any, Final, Self

import asyncpg

from kassa.chaos import queries
from kassa.chaos.locks import LOCK_SECONDS, Blocked, Locks
from kassa.chaos.stage import Killed, Stage, Wait, current_process
from kassa.kernel.db import Database, prepare
from kassa.kernel.errors import Unavailable

#: Nobody waits for a lock inside the database: it is at once known whether it is to be had.
_SETTINGS: Final = {
    "application_name": "kassa chaos",
    "timezone": "UTC",
    "lock_timeout": "1",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}
#: As in the shop's own pool: how many connections there are, and when waiting for one is given up.
_CONNECTIONS: Final = 10
_ACQUIRE_SECONDS: Final = 10.0
#: Frames of these files are how a statement travels, not who sent it.
_VEHICLES: Final = ("kassa.kernel.db", "kassa.chaos.", "contextlib", "asyncio")

#: The transaction that whoever runs now has open; more honest than what the shop believes of itself.
open_transaction: ContextVar[str] = ContextVar("chaos_transaction", default="")

Statement = Callable[[], Coroutine[Any, Any, Any]]


class SteppedDatabase(Database):
    """The connections of one process of the shop; who finds none free waits on the stage."""

    def __init__(self, stage: Stage, dsn: str, locks: Locks) -> None:
        super().__init__(None)
        self._stage = stage
        self._dsn = dsn
        self._locks = locks
        self._idle: list[Stepped] = []
        self._all: dict[int, Stepped] = {}
        self._opening = 0

    async def open(self) -> Self:
        """Have a connection ready."""
        self._idle = [await self._connect()]
        return self

    async def close(self) -> None:
        """Close every connection."""
        self.drop()

    @property
    def pids(self) -> list[int]:
        """The database sessions of this process."""
        return sorted(self._all)

    def drop(self) -> None:
        """Every connection breaks at once, as when the process or the database is killed."""
        for one in self._all.values():
            one.drop()
        self._all.clear()
        self._idle.clear()

    @asynccontextmanager
    async def _acquire(self) -> AsyncIterator[Any]:
        process = current_process.get()
        if process is not None and not process.alive:
            raise Killed
        if not self._is_free():
            await self._queue()
        held = self._idle.pop() if self._idle else await self._another()
        try:
            yield held
        finally:
            if not held.is_closed() and held.in_transaction():
                held.drop()  # the shop's own pool throws it away, too
                await self._stage.fly(queries.cut(self._locks.control, [held.pid]))
            if not held.is_closed():
                self._idle.append(held)
            elif self._all.get(held.pid) is held:
                del self._all[held.pid]

    def _is_free(self) -> bool:
        return bool(self._idle) or len(self._all) + self._opening < _CONNECTIONS

    async def _queue(self) -> None:
        label, until = (
            f"{_sender()}: wants a connection",
            self._stage.now() + timedelta(seconds=_ACQUIRE_SECONDS),
        )
        while not self._is_free():
            if self._stage.now() >= until:
                raise Unavailable("All database connections are busy.", code="busy")
            await self._stage.step(label, Wait(self._is_free, until, lambda: "any of its process"))

    async def _another(self) -> "Stepped":
        self._opening += 1
        try:
            return await self._stage.fly(self._connect())
        finally:
            self._opening -= 1

    async def _connect(self) -> "Stepped":
        raw = await asyncpg.connect(self._dsn, server_settings=_SETTINGS)
        await prepare(raw)
        made = Stepped(self._stage, raw, self._locks)
        self._all[made.pid] = made
        return made


class Stepped:
    """One connection; offers what `kernel.db` uses of asyncpg's."""

    def __init__(self, stage: Stage, raw: Any, locks: Locks) -> None:
        self._stage = stage
        self._raw = raw
        self._locks = locks
        self._dropped = False
        self._marked = False
        self.pid: int = raw.get_server_pid()
        self.ended = 0
        self._did: list[str] = []
        locks.add(self)

    @property
    def last(self) -> str:
        """What it did last."""
        return self._did[-1] if self._did else "nothing"

    @property
    def did(self) -> str:
        """What it did in its transaction so far."""
        return ", ".join(self._did)

    def is_closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._dropped

    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return bool(self._raw.is_in_transaction())

    def drop(self) -> None:
        """Break the connection without a word to the database: what was sent is never answered."""
        self._dropped = True
        self.ended += 1
        self._raw.terminate()

    async def fetch(self, sql: str, *args: object) -> Any:
        """All rows."""
        return await self._send(lambda: self._raw.fetch(sql, *args), locks=_locks(sql))

    async def fetchrow(self, sql: str, *args: object) -> Any:
        """The first row, or None."""
        return await self._send(lambda: self._raw.fetchrow(sql, *args), locks=_locks(sql))

    async def fetchval(self, sql: str, *args: object) -> Any:
        """The first column of the first row."""
        return await self._send(lambda: self._raw.fetchval(sql, *args), locks=_locks(sql))

    async def execute(self, sql: str, *args: object) -> Any:
        """Run a statement."""
        return await self._send(lambda: self._raw.execute(sql, *args), locks=_locks(sql))

    async def executemany(self, sql: str, args: Sequence[Sequence[object]]) -> None:
        """Run a statement once per row of `args`."""
        await self._send(lambda: self._raw.executemany(sql, args), locks=True)

    @asynccontextmanager
    async def transaction(self, *, readonly: bool = False, **_: Any) -> AsyncIterator[None]:
        """A transaction: its beginning and its end are steps like every statement."""
        begin = queries.BEGIN_SNAPSHOT if readonly else queries.BEGIN
        try:
            await self._send(lambda: self._raw.execute(begin), "begin")
            self._marked = True
            token = open_transaction.set(self.last)
            try:
                yield
            finally:
                open_transaction.reset(token)
        except Killed:
            raise
        except BaseException:
            if not self.is_closed() and self.in_transaction():
                await self._end("rollback")
            raise
        await self._end("commit")

    async def _end(self, how: str) -> None:
        try:
            await self._send(lambda: self._raw.execute(how), how)
        finally:
            self.ended += 1

    async def cursor(self, sql: str, *args: object, prefetch: int) -> AsyncIterator[Any]:
        """Row by row; here all at once, since runs are small."""
        for row in await self.fetch(sql, *args):
            yield row

    async def _send(self, statement: Statement, name: str = "", *, locks: bool = False) -> Any:
        process = current_process.get()
        if process is not None and not process.alive:
            raise Killed
        label = f"{_sender()} {name}".rstrip()
        if name == "begin":
            self._did.clear()
        self._did.append(label)
        began = self._stage.now()
        while True:
            try:
                answer = await self._stage.fly(self._guarded(statement, locks=locks))
            except Blocked as met:
                if (self._stage.now() - began).total_seconds() >= LOCK_SECONDS:
                    raise asyncpg.LockNotAvailableError("canceling statement due to lock timeout") from None
                with self._locks.waiting(self, met.by) as wait:
                    await self._stage.step(f"{label}: waits", wait)
            except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
                if process is not None and not process.alive:
                    raise Killed from None
                await self._stage.step(f"{label}: broken")
                raise
            except asyncpg.PostgresError as error:
                self._stage.violations.append(f"the database refused {label}: {error}")
                await self._stage.step(f"{label}: refused")
                raise
            else:
                await self._stage.step(label)
                return answer

    async def _guarded(self, statement: Statement, *, locks: bool) -> Any:
        """Run a statement so that it can be tried again in its transaction if it meets a lock."""
        if self._dropped:
            raise asyncpg.ConnectionDoesNotExistError("connection is closed")
        if not locks or not self.in_transaction():
            return await statement()
        if not self._marked:
            await self._raw.execute(queries.MARK_AGAIN)
        self._marked = False
        try:
            return await statement()
        except asyncpg.LockNotAvailableError:
            await self._raw.execute(queries.UNDO_AND_WAIT)
        try:
            answer = await self._locks.blocked(self, statement())
        except Blocked:
            await self._raw.execute(queries.UNDO)
            self._marked = True
            raise
        await self._raw.execute(queries.WAIT_NO_MORE)
        return answer


def _locks(sql: str) -> bool:
    """Whether a statement may meet a lock."""
    words = sql.split()
    return words[0] != "select" or "for" in words


def _sender() -> str:
    """The function of the shop that sent a statement: the name of the step, and so of every place to die at."""
    frame: Any = sys._getframe(2)
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("kassa.") and not module.startswith(_VEHICLES):
            return f"{module.removeprefix('kassa.')}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "?"
