"""`kassa prove`: that orders, money and stock agree, read from one snapshot of the database, changing nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kassa.kernel.db import Database
from kassa.reconciliation.invariants import INVARIANTS, LIMIT
from kassa.reconciliation.invariants.counting import counts, settle_in

#: Told before each check: its name, how many are done, how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Check:
    """What became of one invariant. `violations` are sentences, at most a hundred; `more`: there are others."""

    name: str
    promise: str
    counted: int
    of: str
    violations: Sequence[str]
    more: bool = False

    @property
    def ok(self) -> bool:
        """Whether it holds."""
        return not self.violations


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of all of them."""

    checks: Sequence[Check]

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return all(check.ok for check in self.checks)


async def prove(db: Database, *, progress: Progress | None = None) -> Proof:
    """Look whether everything that must hold does.

    Reads one snapshot, however long it takes: what is bought meanwhile is not in it, and nobody waits for it.
    """
    checks = []
    async with db.snapshot() as tx:
        await settle_in(tx)
        counted = await counts(tx)
        for done, invariant in enumerate(INVARIANTS):
            if progress:
                progress(invariant.name, done, len(INVARIANTS))
            found = await invariant.violations(tx)
            checks.append(
                Check(
                    invariant.name, invariant.promise, counted[invariant.counts], invariant.counts,
                    found[:LIMIT], len(found) > LIMIT,
                )
            )  # fmt: skip
    return Proof(checks)
