"""`kassa prove`: that orders, money and stock agree, read from one snapshot of the database, changing nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kassa.kernel.clock import Clock, SystemClock
from kassa.kernel.db import Database, Tx
from kassa.reconciliation import provider_books
from kassa.reconciliation.invariants import INVARIANTS, LIMIT
from kassa.reconciliation.invariants.counting import counts, settle_in
from kassa.reconciliation.invariants.provider import Difference
from kassa.reconciliation.provider_books import Books
from kassa.stripe import Gateway

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
    """What became of all of them. `with_provider`: the provider's books were read too."""

    checks: Sequence[Check]
    with_provider: bool = False

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return all(check.ok for check in self.checks)


async def prove(
    db: Database,
    gateway: Gateway | None = None,
    *,
    progress: Progress | None = None,
    clock: Clock | None = None,
    patience: float = 0,
) -> Proof:
    """Look whether everything that must hold does; with a `gateway`, the provider's books too.

    Reads one snapshot, however long it takes: what is bought meanwhile is not in it, and nobody waits for it.
    Where the provider's books differ, they are looked at once more after `patience` seconds, in which what was
    under way arrives.

    Raises:
        Unreachable: the provider did not answer.
    """
    now = (clock or SystemClock()).now
    tell = progress or (lambda name, done, of: None)
    total = len(INVARIANTS) + bool(gateway)
    books = None
    if gateway:
        tell("reading the provider's books", 0, total)
        books = await provider_books.read(gateway, now=now())
    try:
        async with db.snapshot() as tx:
            await settle_in(tx)
            checks = await _look(tx, tell, total)
            found = await provider_books.compare(tx, books) if books else []
    finally:
        if books:
            books.close()
    if gateway and found and patience:
        found = await provider_books.look_again(db, gateway, found, now=now(), patience=patience)
    return Proof([*checks, *_compared(books, found)], with_provider=books is not None)


async def _look(tx: Tx, tell: Progress, total: int) -> list[Check]:
    counted: Mapping[str, int] = await counts(tx)
    checks = []
    for done, invariant in enumerate(INVARIANTS):
        tell(invariant.name, done, total)
        found = await invariant.violations(tx)
        checks.append(
            Check(
                invariant.name, invariant.promise, counted[invariant.counts], invariant.counts, found[:LIMIT],
                len(found) > LIMIT,
            )
        )  # fmt: skip
    if total > len(checks):
        tell("comparing the provider's books", len(checks), total)
    return checks


def _compared(books: Books | None, found: Sequence[Difference]) -> list[Check]:
    if books is None:
        return []
    by_name = {name: [one.text for one in found if one.name == name] for name in provider_books.NAMES}
    return [
        Check(
            name,
            promise,
            books.counted[name],
            "objects of the provider",
            by_name[name][:LIMIT],
            len(by_name[name]) > LIMIT,
        )
        for name, promise in provider_books.NAMES.items()
    ]
