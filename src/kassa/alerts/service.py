"""The verbs of an alert: ask for it, prove the address, be told once."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kassa import jobs
from kassa.alerts import queries
from kassa.alerts.errors import AlertNotFound, InStock
from kassa.alerts.queries import Alert
from kassa.kernel import speech
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.ids import new_id

#: So many people are told of each copy that is there: most of those who are told buy nothing, but a hundred
#: letters about one copy would disappoint ninety-nine.
PER_UNIT: Final = 3
#: Whoever was told has so long to come before the next in the queue hear of the same copies.
WAVE: Final = timedelta(hours=24)
#: An address that proves nothing gets so many letters, and is then forgotten.
UNPROVED: Final = 5
PROOF_LIFE: Final = timedelta(days=2)
#: How long it is remembered that somebody was told.
KEPT: Final = timedelta(days=30)
_AT_ONCE: Final = 200
_EDITIONS: Final = 100


async def ask(tx: Tx, sku: str, email: str, *, proved: bool, now: datetime) -> None:
    """Tell this address when the edition is there again, in the language spoken now. Asking twice is asking once.

    `email` is an address the caller has checked. If it is not `proved`, it gets a letter first, with a link that
    proves it; what comes of it here is not told, so nobody learns who waits for what.

    Raises:
        AlertNotFound: there is no such edition.
        InStock: it is there.
    """
    edition = await queries.edition(tx, sku)
    if edition is None:
        raise AlertNotFound("There is no such edition.")
    if edition.available > 0:
        raise InStock("It is there: you can buy it now.")
    alert_id, email = new_id(), email.lower()
    written = await queries.insert(
        tx, alert_id, edition.variant_id, email, proved=proved, now=now, most=UNPROVED,
        language=speech.language(),
    )  # fmt: skip
    if proved:
        await queries.prove(tx, edition.variant_id, email, now=now)
    elif written:
        await jobs.enqueue(
            tx, "send_alert_mail", {"alert_id": str(alert_id), "kind": "confirm"}, now=now,
            key=f"alert:{alert_id}:confirm",
        )  # fmt: skip


async def confirm(tx: Tx, alert_id: UUID, *, now: datetime) -> Alert:
    """The address of an alert is proved: its letter's link was used. Using it again is harmless.

    Raises:
        AlertNotFound: it was forgotten meanwhile.
    """
    await queries.confirm(tx, alert_id, now=now)
    found = await queries.get(tx, alert_id)
    if found is None:
        raise AlertNotFound("This link has run out.")
    return found


async def tell_due(db: Database, *, clock: Clock) -> int:
    """Tell those who wait for what is there again; how many are told. Each edition in a transaction of its own."""
    async with db.connection() as conn:
        there = await queries.due(conn, limit=_EDITIONS)
    told = 0
    for variant_id in there:
        async with db.transaction() as tx:
            told += await tell(tx, variant_id, now=clock.now())
    return told


async def tell(tx: Tx, variant_id: UUID, *, now: datetime) -> int:
    """Tell those who waited longest for an edition: three for each copy that is there, in waves of a day; how many.

    The rows say so from here on, and the letters are written by a job of the same transaction: a crash anywhere
    tells nobody twice and forgets nobody.
    """
    told = await queries.tell(tx, variant_id, per_unit=PER_UNIT, since=now - WAVE, now=now, most=_AT_ONCE)
    for alert_id in told:
        await jobs.enqueue(
            tx, "send_alert_mail", {"alert_id": str(alert_id), "kind": "there"}, now=now,
            key=f"alert:{alert_id}:there",
        )  # fmt: skip
    return len(told)


async def end_all(tx: Tx, alert_id: UUID) -> None:
    """Nobody writes to the address of this alert any more: every alert of it is forgotten."""
    found = await queries.get(tx, alert_id)
    if found is not None:
        await queries.delete_all_of(tx, found.email)


async def forget(tx: Tx, email: str) -> None:
    """Delete every alert of an address: its owner asked for it."""
    await queries.delete_all_of(tx, email)


async def sweep(tx: Tx, *, now: datetime) -> int:
    """Forget what nobody proved in two days, and what was told a month ago; how many there were."""
    return await queries.sweep(tx, unproved=now - PROOF_LIFE, told=now - KEPT)
