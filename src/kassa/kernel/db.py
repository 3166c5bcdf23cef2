"""PostgreSQL through asyncpg: a pool, transactions that stand visibly in the caller, and the law that nobody
speaks to the network while one is open.

`Conn` is a connection one may read from; `Tx` is one with a transaction open. A verb that takes `tx` never
opens one; a function that takes `db` opens its own, short ones.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, Final, Protocol, Self

import asyncpg
import msgspec

from kassa.kernel.errors import Unavailable


class Row(Protocol):
    """A row as asyncpg gives it: by name, by position, or all values in the order of the columns."""

    def __getitem__(self, key: Any, /) -> Any:
        """The value of a column, by its name or position."""
        ...

    def keys(self) -> Iterator[str]:
        """The names of the columns."""
        ...

    def values(self) -> Iterator[Any]:
        """The values, in the order of the columns."""
        ...


_STATEMENT_TIMEOUT_MS: Final = 15_000
_LOCK_TIMEOUT_MS: Final = 3_000
_IDLE_TIMEOUT_MS: Final = 10_000
_ACQUIRE_SECONDS: Final = 10

# The server is away, or was when it should have answered: whether a commit was heard is not known.
_GONE: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,  # the farewell arrived just when something was sent
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    ConnectionError,
)

_open: ContextVar[int] = ContextVar("open_transactions", default=0)


class Conn:
    """A connection to read from. Every statement is a constant; values travel as parameters."""

    __slots__ = ("_raw",)

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    async def fetch(self, sql: str, *args: object) -> Sequence[Row]:
        """All rows."""
        return await self._raw.fetch(sql, *args)  # type: ignore[no-any-return]

    async def fetchrow(self, sql: str, *args: object) -> Row | None:
        """The first row, or None."""
        return await self._raw.fetchrow(sql, *args)  # type: ignore[no-any-return]

    async def fetchval(self, sql: str, *args: object) -> Any:
        """The first column of the first row, or None."""
        return await self._raw.fetchval(sql, *args)

    async def execute(self, sql: str, *args: object) -> int:
        """Run a statement; the number of rows it touched."""
        status: str = await self._raw.execute(sql, *args)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def executemany(self, sql: str, args: Sequence[Sequence[object]]) -> None:
        """Run a statement once per row of `args`, in one round trip."""
        await self._raw.executemany(sql, args)


class Tx(Conn):
    """A connection with a transaction open: what is written here commits together or not at all."""

    __slots__ = ()

    async def stream(self, sql: str, *args: object) -> AsyncIterator[Row]:
        """Row by row from a cursor in the server, so that any number of them fits."""
        async for row in self._raw.cursor(sql, *args, prefetch=1_000):
            yield row


class Database:
    """A pool of connections. `async with db.transaction() as tx` is how everything is written."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    @classmethod
    async def connect(cls, dsn: str, *, min_size: int = 1, max_size: int = 10) -> Self:
        """Open a pool on `dsn`; raises what asyncpg raises when the server is not to be reached."""
        pool = await asyncpg.create_pool(
            dsn,
            min_size=min_size,
            max_size=max_size,
            init=prepare,
            reset=_leave,
            timeout=_ACQUIRE_SECONDS,
            server_settings={
                "application_name": "kassa",
                "timezone": "UTC",
                "statement_timeout": str(_STATEMENT_TIMEOUT_MS),
                "lock_timeout": str(_LOCK_TIMEOUT_MS),
                "idle_in_transaction_session_timeout": str(_IDLE_TIMEOUT_MS),
            },
        )
        return cls(pool)

    async def close(self) -> None:
        """Give every connection back and close the pool."""
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """One transaction at READ COMMITTED; commits when the block ends, rolls back when it raises.

        Raises:
            Unavailable: a lock was not to be had within 3 s, a statement took longer than 15 s, or the database
                gave up on a deadlock: nothing changed and the same again may work (`busy`). Or the database went
                away (`database_unavailable`): then nobody knows.
        """
        with _translated():
            async with self._acquire() as raw:
                token = _open.set(_open.get() + 1)
                try:
                    async with raw.transaction():
                        yield Tx(raw)
                finally:
                    _open.reset(token)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Tx]:
        """A read-only REPEATABLE READ transaction: everything read in it is of one moment."""
        with _translated():
            async with self._acquire() as raw:
                token = _open.set(_open.get() + 1)
                try:
                    async with raw.transaction(isolation="repeatable_read", readonly=True):
                        yield Tx(raw)
                finally:
                    _open.reset(token)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Conn]:
        """A connection to read with, each statement on its own."""
        with _translated():
            async with self._acquire() as raw:
                yield Conn(raw)

    @asynccontextmanager
    async def _acquire(self) -> AsyncIterator[Any]:
        try:
            raw = await self._pool.acquire(timeout=_ACQUIRE_SECONDS)
        except TimeoutError:
            raise Unavailable("All database connections are busy.", code="busy") from None
        try:
            yield raw
        finally:
            if _left_open(raw):
                raw.terminate()
            await self._pool.release(raw)


def _left_open(raw: Any) -> bool:
    """Whether a task that was canceled between BEGIN and its block left a transaction: nobody may go on in it."""
    try:
        return bool(raw.is_in_transaction())
    except asyncpg.InterfaceError:  # the connection broke, and the pool knows
        return False


class _translated:
    """Turn PostgreSQL's "not now" into `Unavailable`; every other fault is ours and stays as it is."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(
            error,
            asyncpg.LockNotAvailableError
            | asyncpg.DeadlockDetectedError
            | asyncpg.SerializationError
            | asyncpg.QueryCanceledError,
        ):
            raise Unavailable("Somebody else is changing the same thing; try again.", code="busy") from error
        # A pooled connection that broke says that it "has been released".
        gone = isinstance(error, asyncpg.InterfaceError) and any(
            word in str(error) for word in ("closed", "released")
        )
        if gone or isinstance(error, _GONE):
            raise Unavailable("The database is not to be reached.", code="database_unavailable") from error


def assert_no_transaction() -> None:
    """Raise if this task holds a transaction open: a provider's answer must never keep rows locked."""
    if _open.get():
        raise AssertionError("network call inside a database transaction")


async def prepare(raw: Any) -> None:
    """JSON columns carry Python values both ways."""
    for kind in ("json", "jsonb"):
        await raw.set_type_codec(
            kind,
            encoder=lambda value: msgspec.json.encode(value).decode(),
            decoder=lambda text: msgspec.json.decode(text),
            schema="pg_catalog",
        )


async def _leave(raw: Any) -> None:
    """Nothing to undo when a connection goes back: nobody here sets session state, takes session locks or
    listens, and asyncpg's own clean-up would cost every transaction one more round trip."""
