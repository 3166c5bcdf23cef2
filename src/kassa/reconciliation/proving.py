"""The proof that a worker runs by itself every few hours, and keeps for the gauges."""

import time
from datetime import datetime, timedelta
from typing import Final

import structlog

from kassa.jobs import queue
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.kernel.errors import Unavailable
from kassa.kernel.ids import new_id
from kassa.reconciliation.invariants import kept
from kassa.reconciliation.invariants.kept import KeptProof
from kassa.reconciliation.prove import Proof, prove
from kassa.stripe import Gateway

EVERY: Final = timedelta(hours=6)
#: How often a worker looks whether it is time.
_LOOK: Final = timedelta(minutes=1)
#: What is under way between the provider and the shop arrives in this time.
_PATIENCE: Final = 60
_NAMED: Final = 3

log = structlog.get_logger()


class Prover:
    """A worker's step: proves when it is time, beside the worker's other work, which it may outlast by far."""

    def __init__(self, db: Database, gateway: Gateway, clock: Clock) -> None:
        self._db = db
        self._gateway = gateway
        self._clock = clock
        self._next: datetime | None = None

    async def step(self) -> int:
        """Prove if it is time and no other worker does; never has more to do at once, so always 0."""
        now = self._clock.now()
        if self._next is not None and now < self._next:
            return 0
        self._next = now + _LOOK
        async with self._db.transaction() as tx:
            due = await queue.due_schedules(tx, {"prove": EVERY}, now=now)
        if due:
            await prove_and_keep(self._db, self._gateway, clock=self._clock, patience=_PATIENCE)
        return 0


async def prove_and_keep(
    db: Database, gateway: Gateway | None, *, clock: Clock, patience: float = 0
) -> Proof:
    """Prove, with the provider's books if it answers, and keep what was found for the gauges."""
    started_at, began = clock.now(), time.monotonic()
    try:
        proof = await prove(db, gateway, clock=clock, patience=patience)
    except Unavailable as error:
        if gateway is None:
            raise
        log.warning("proof without the provider's books", code=error.code)
        proof = await prove(db, clock=clock)
    checks = [
        {
            "name": check.name, "counted": check.counted, "violations": len(check.violations),
            "more": check.more, "first": list(check.violations[:_NAMED]),
        }
        for check in proof.checks
    ]  # fmt: skip
    one = KeptProof(proof.ok, proof.with_provider, started_at, clock.now(), time.monotonic() - began, checks)
    async with db.transaction() as tx:
        await kept.keep(tx, new_id(), one)
    for check in proof.checks:
        for violation in check.violations[:_NAMED]:
            log.error("broken", invariant=check.name, violation=violation)
    return proof
