"""Who waits for whom in the database, as the database itself says: whoever waits is chosen again when one of those
before him has ended his transaction, and a circle of waiting is seen at once.
"""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, Protocol

from kassa.chaos import queries
from kassa.chaos.stage import Stage, Wait

#: As in the shop's own settings: when a lock is given up.
LOCK_SECONDS: Final = 3.0


class Session(Protocol):
    """A connection that may keep locks."""

    @property
    def pid(self) -> int:
        """Its number in the database."""
        ...

    @property
    def ended(self) -> int:
        """How many transactions it has ended; being cut off ends one."""
        ...

    @property
    def last(self) -> str:
        """What it did last."""
        ...

    @property
    def did(self) -> str:
        """What it did in its transaction so far."""
        ...


class Blocked(Exception):
    """A statement met locks, and was undone; `by` keep them."""

    def __init__(self, by: Sequence[Session]) -> None:
        super().__init__("a lock was met")
        self.by = by


class Locks:
    """The sessions of one run. `control` is a connection that is nobody's; it is used while everybody stands still."""

    def __init__(self, stage: Stage, control: Any) -> None:
        self._stage = stage
        self.control = control
        self._sessions: dict[int, Session] = {}
        self._waiting: dict[Session, Sequence[tuple[Session, int]]] = {}  # with how many had ended then

    def add(self, session: Session) -> None:
        """A new connection."""
        self._sessions[session.pid] = session

    async def blocked(self, session: Session, statement: Awaitable[Any]) -> Any:
        """The answer of a statement that waits inside the database as long as it must, if it gets through.

        Raises:
            Blocked: it does not: somebody who stands still keeps a lock. The statement was canceled.
        """
        sent = asyncio.ensure_future(statement)
        while not sent.done():
            pids = await queries.blockers(self.control, session.pid)
            if pids:
                await asyncio.wait((sent,))
                raise Blocked(
                    [self._sessions[pid] for pid in pids if pid in self._sessions]
                ) from sent.exception()
        return await sent

    @contextmanager
    def waiting(self, session: Session, by: Sequence[Session]) -> Iterator[Wait]:
        """How `session` waits for one of `by` to end; that it waits is known as long as the block runs."""
        before = self._waiting[session] = [(one, one.ended) for one in by]
        circle = self._circle(session)
        if circle:
            names = " → ".join(one.last for one in [*circle, session])
            self._stage.violations.append(f"deadlock: {names}; {'; '.join(one.did for one in circle)}")
        try:
            yield Wait(
                lambda: not before or any(one.ended != ended for one, ended in before),
                self._stage.now() + timedelta(seconds=LOCK_SECONDS),
                lambda: " and ".join(f"({one.did})" for one in by),
            )
        finally:
            del self._waiting[session]

    def _circle(self, start: Session) -> list[Session]:
        """Those who wait for each other in a circle through `start`, who comes first; empty if there is none."""
        ways = [[start]]
        seen = set()
        while ways:
            way = ways.pop()
            for one, ended in self._waiting[way[-1]]:
                if one.ended != ended:
                    continue  # what was waited for is to be had: another transaction of the same connection
                if one is start:
                    return way
                if one in self._waiting and one not in seen:
                    seen.add(one)
                    ways.append([*way, one])
        return []
