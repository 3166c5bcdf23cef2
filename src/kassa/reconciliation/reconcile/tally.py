"""What a run has looked at, repaired and put before the operator, so far."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import structlog

from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.kernel.errors import Unavailable
from kassa.reconciliation.service import open_case
from kassa.stripe import Gateway, Window

#: Who did it, in journals, where a repair has to name somebody.
ACTOR = "reconciliation"

#: So many objects are looked into at once: most of the time is waiting for the provider.
_AT_ONCE = 4

log = structlog.get_logger()


@dataclass(slots=True)
class Tally:
    """`counted` by stage: what the provider showed; `foreign`: what of it is nothing of ours; `repaired` by kind.

    `stage` and `after` are where to go on; `by` is who asked for the run; `error` is why it stopped last.
    """

    stage: str = ""
    after: str | None = None
    counted: dict[str, int] = field(default_factory=dict)
    foreign: dict[str, int] = field(default_factory=dict)
    repaired: dict[str, int] = field(default_factory=dict)
    cases: int = 0
    by: str = "clock"
    error: str | None = None

    @classmethod
    def read(cls, counts: Mapping[str, Any]) -> Self:
        """The tally as it was written down; members of another version are left out."""
        return cls(**{name: counts[name] for name in cls.__slots__ if name in counts})

    def written(self) -> dict[str, Any]:
        """As it is written down."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Round:
    """What every stage needs: the two books, the time, and where to count."""

    db: Database
    gateway: Gateway
    clock: Clock
    window: Window
    tally: Tally

    def count(self, stage: str, number: int) -> None:
        """So many objects of the provider were looked at."""
        self.tally.counted[stage] = self.tally.counted.get(stage, 0) + number

    def foreign(self, stage: str) -> None:
        """One of them has nothing to do with this shop."""
        self.tally.foreign[stage] = self.tally.foreign.get(stage, 0) + 1

    def repaired(self, what: str) -> None:
        """Something was put right."""
        self.tally.repaired[what] = self.tally.repaired.get(what, 0) + 1

    async def each(self, looks: Iterable[Awaitable[None]]) -> None:
        """Look into the objects of a page, a few at once; if one can't be, the others are done first.

        Raises:
            Unavailable: as `attempt`.
        """
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(look: Awaitable[None]) -> None:
            async with turn:
                await look

        for outcome in await asyncio.gather(*map(one, looks), return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome

    async def put_before_operator(
        self, kind: str, cause: str, known: Mapping[str, Any], *, order_id: UUID | None = None
    ) -> None:
        """Open a case, once; only a new one is counted."""
        async with self.db.transaction() as tx:
            new = await open_case(tx, kind, cause, known=known, now=self.clock.now(), order_id=order_id)
        self.tally.cases += new

    async def attempt(
        self,
        what: str,
        reference: str,
        repair: Callable[[], Awaitable[bool]],
        *,
        order_id: UUID | None = None,
    ) -> None:
        """Repair one object; what can't be repaired is a case, and the others are looked at all the same.

        Raises:
            Unavailable: nobody knows (the provider or the database does not answer): the run can't go on.
        """
        try:
            if await repair():
                self.repaired(what)
        except Unavailable:
            raise
        except Exception as error:
            log.warning("not reconciled", object=reference, exc_info=True)
            known = {"object": reference, "error": f"{type(error).__name__}: {error}"[:500]}
            async with self.db.transaction() as tx:
                self.tally.cases += await open_case(
                    tx, "not_reconciled", reference, known=known, now=self.clock.now(), order_id=order_id
                )


@dataclass(frozen=True, slots=True)
class Report:
    """What a run came to. It is `complete`, or goes on where it stopped."""

    run_id: UUID
    since: datetime
    until: datetime
    complete: bool
    tally: Tally
