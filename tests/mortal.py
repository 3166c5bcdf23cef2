"""A process that dies, or stumbles, at any step it takes: before a statement, around a commit, around a call."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from kassa.kernel.db import Database


class Died(Exception):
    """The process is no more; whatever it still tries comes to nothing."""


class Life:
    """Counts steps. At step `ends_at` the process ends: for good (`killed`), or this one step fails (not so)."""

    def __init__(self, *, killed: bool) -> None:
        self.killed = killed
        self.ends_at: int | None = None
        self.steps = 0
        self.over = False

    def begin(self, ends_at: int) -> None:
        """A new life, of so many steps."""
        self.ends_at, self.steps, self.over = ends_at, 0, False

    def go_on(self) -> None:
        """Nothing happens any more: the process was started again."""
        self.ends_at = None

    def step(self) -> None:
        """Live a little further.

        Raises:
            Died: this was the end, or it was before.
        """
        if self.ends_at is None:
            return
        if self.over and self.killed:
            raise Died
        self.steps += 1
        if self.steps == self.ends_at:
            self.over = True
            raise Died


class Mortal(Database):
    """A database whose every statement, begin and commit is a step of a life."""

    life: Life

    @classmethod
    def like(cls, db: Database, life: Life) -> "Mortal":
        """The same database, seen by a mortal."""
        made = cls(db._pool)
        made.life = life
        return made

    @asynccontextmanager
    async def _acquire(self) -> AsyncIterator[Any]:
        async with super()._acquire() as raw:
            yield _Connection(raw, self.life)


class _Connection:
    def __init__(self, raw: Any, life: Life) -> None:
        self._raw, self._life = raw, life

    def __getattr__(self, name: str) -> Any:
        async def run(*args: Any) -> Any:
            self._life.step()
            return await getattr(self._raw, name)(*args)

        return run

    @asynccontextmanager
    async def transaction(self, **options: Any) -> AsyncIterator[None]:
        """Begin and commit are steps: it ends before the commit, or after it, before anybody hears of it."""
        self._life.step()
        async with self._raw.transaction(**options):
            yield
            self._life.step()
        self._life.step()


def around(call: Callable[..., Awaitable[Any]], life: Life) -> Callable[..., Awaitable[Any]]:
    """The same call, with a step before it, and one after it, before its answer was heard."""

    async def stepped(*args: Any, **given: Any) -> Any:
        life.step()
        answer = await call(*args, **given)
        life.step()
        return answer

    return stepped
