"""Do Stripe's webhooks arrive? Whoever finds a success by asking can tell that nobody told us of it."""

from datetime import datetime, timedelta
from typing import Final

from kassa import inbox, jobs
from kassa.kernel.clock import Clock
from kassa.kernel.db import Conn, Database
from kassa.payments import queries
from kassa.payments.queries import Payment

#: How long an event may take, and how far back silence is looked for.
GRACE: Final = timedelta(minutes=5)
WINDOW: Final = timedelta(hours=24)
_LIMIT: Final = 1000


async def unheard(conn: Conn, *, now: datetime) -> list[Payment]:
    """The successes of the last day, at least five minutes old, of which no event ever arrived; oldest first.

    At most a thousand: the gauge `webhooks_silent` is their number.
    """
    found = await queries.unprompted(conn, since=now - WINDOW, until=now - GRACE, limit=_LIMIT)
    if not found:
        return []
    refs = {
        payment.id: [ref for ref in (payment.intent_ref, payment.session_ref) if ref] for payment in found
    }
    heard = await inbox.heard_of(conn, [ref for each in refs.values() for ref in each])
    return [payment for payment in found if heard.isdisjoint(refs[payment.id])]


async def watch_webhooks(db: Database, *, clock: Clock) -> int:
    """Put silent webhooks before the operator, one case a day; how many successes nobody told us of."""
    now = clock.now()
    async with db.connection() as conn:
        missed = await unheard(conn, now=now)
    if not missed:
        return 0
    first = missed[0]
    known = {
        "payments": len(missed), "first": str(first.id), "found_by": first.told_by,
        "since": first.succeeded_at.isoformat() if first.succeeded_at else None,
    }  # fmt: skip
    day = now.date().isoformat()
    case = {"kind": "webhooks_silent", "cause": day, "known": known}
    async with db.transaction() as tx:
        await jobs.enqueue(tx, "open_case", case, now=now, key=f"webhooks_silent:{day}")
    return len(missed)
