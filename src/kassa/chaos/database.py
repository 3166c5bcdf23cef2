"""A `Database` whose every statement is a step of the stage, so that anything may happen between any two."""

import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Self

import asyncpg

from kassa.chaos import queries
from kassa.chaos.stage import Killed, Stage, current_process
from kassa.kernel.db import Database, prepare

#: Nobody waits for a lock inside the database: it is at once known whether it is to be had.
_SETTINGS: Final = {"application_name": "kassa chaos", "timezone": "UTC", "lock_timeout": "1"}
#: As in the shop's own settings: when a lock is given up.
_LOCK_SECONDS: Final = 3.0
#: Frames of these files are how a statement travels, not who sent it.
_VEHICLES: Final = ("kassa.kernel.db", "kassa.chaos.", "contextlib", "asyncio")


class SteppedDatabase(Database):
    """Connections of one process of the shop. There is one for everybody who wants one: the order in which a
    pool serves its queue is no matter of this simulation.
    """

    def __init__(self, stage: Stage, dsn: str) -> None:
        super().__init__(None)
        self._stage = stage
        self._dsn = dsn
        self._idle: list[Stepped] = []
        self._all: set[Stepped] = set()

    async def open(self, count: int) -> Self:
        """Have so many connections ready."""
        self._idle = [await self._connect() for _ in range(count)]
        return self

    async def close(self) -> None:
        """Close every connection."""
        for one in tuple(self._all):
            one.drop()
        self._all.clear()
        self._idle.clear()

    @property
    def pids(self) -> list[int]:
        """The database sessions of this process."""
        return sorted(one.pid for one in self._all)

    def drop(self) -> None:
        """Every connection breaks at once, as when the process or the database is killed."""
        for one in self._all:
            one.drop()

    @asynccontextmanager
    async def _acquire(self) -> AsyncIterator[Any]:
        process = current_process.get()
        if process is not None and not process.alive:
            raise Killed
        while self._idle and self._idle[0].is_closed():
            self._all.discard(self._idle.pop(0))
        held = self._idle.pop(0) if self._idle else await self._stage.fly(self._connect())
        try:
            yield held
        finally:
            if held.is_closed():
                self._all.discard(held)
            else:
                self._idle.append(held)

    async def _connect(self) -> "Stepped":
        raw = await asyncpg.connect(self._dsn, server_settings=_SETTINGS)
        await prepare(raw)
        made = Stepped(self._stage, raw)
        self._all.add(made)
        return made


class Stepped:
    """One connection; offers what `kernel.db` uses of asyncpg's."""

    def __init__(self, stage: Stage, raw: Any) -> None:
        self._stage = stage
        self._raw = raw
        self._dropped = False
        self._marked = False
        self.pid: int = raw.get_server_pid()

    def is_closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._dropped

    def drop(self) -> None:
        """Break the connection without a word to the database: what was sent is never answered."""
        self._dropped = True
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
        await self._send(lambda: self._raw.executemany(sql, args))

    @asynccontextmanager
    async def transaction(self, **options: Any) -> AsyncIterator[None]:
        """A transaction: its beginning and its end are steps like every statement."""
        inner = self._raw.transaction(**options)
        self._marked = False
        try:
            await self._send(inner.start, "begin")
            yield
        except Killed:
            raise
        except BaseException:
            if not self.is_closed() and self._raw.is_in_transaction():
                await self._end(inner.rollback, "rollback")
            raise
        await self._end(inner.commit, "commit")

    async def _end(self, how: Callable[[], Coroutine[Any, Any, Any]], name: str) -> None:
        try:
            await self._send(how, name)
        finally:
            self._stage.transaction_ended()

    async def cursor(self, sql: str, *args: object, prefetch: int) -> AsyncIterator[Any]:
        """Row by row; here all at once, since runs are small."""
        for row in await self.fetch(sql, *args):
            yield row

    async def _send(
        self, statement: Callable[[], Coroutine[Any, Any, Any]], name: str = "", *, locks: bool = True
    ) -> Any:
        process = current_process.get()
        if process is not None and not process.alive:
            raise Killed
        label = f"{_sender()} {name}".rstrip()
        began = self._stage.now()
        while True:
            try:
                answer = await self._stage.fly(self._guarded(statement, locks=locks and not name))
            except asyncpg.LockNotAvailableError:
                waited = (self._stage.now() - began).total_seconds()
                if waited > _LOCK_SECONDS:
                    raise
                await self._stage.step(f"{label}: waits", until_end=True)
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

    async def _guarded(self, statement: Callable[[], Coroutine[Any, Any, Any]], *, locks: bool) -> Any:
        """Run a statement so that it can be tried again in its transaction if it meets a lock."""
        if self._dropped:
            raise asyncpg.ConnectionDoesNotExistError("connection is closed")
        if not locks or not self._raw.is_in_transaction():
            return await statement()
        await self._raw.execute(queries.MARK_AGAIN if self._marked else queries.MARK)
        self._marked = True
        try:
            return await statement()
        except asyncpg.LockNotAvailableError:
            await self._raw.execute(queries.UNDO)
            raise


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
