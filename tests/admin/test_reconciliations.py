"""The operator sees that the books were compared, what came of it, and can have it done now."""

from datetime import timedelta

from tests.admin.conftest import Browser
from tests.admin.test_ledger import cells

from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.kernel.ids import new_id
from kassa.reconciliation.reconcile import queries

COUNTS = {
    "by": "clock", "stage": "events", "counted": {"payment_intents": 1200, "charges": 1100, "events": 40},
    "foreign": {"payment_intents": 7}, "repaired": {"payments": 3, "events": 12}, "cases": 2,
}  # fmt: skip


async def ran(db: Database, clock: FrozenClock, *, finished: bool = True, **counts: object) -> None:
    """A run of the last day, just now."""
    run_id, now = new_id(), clock.now()
    async with db.transaction() as tx:
        await queries.begin(tx, run_id, since=now - timedelta(days=1), until=now, by="clock", now=now)
        await queries.write(tx, run_id, counts={**COUNTS, **counts}, finished_at=now if finished else None)


async def waiting(db: Database) -> list[dict[str, str]]:
    """What the jobs to compare the books were asked for with."""
    async with db.connection() as conn:
        return [row["args"] for row in await conn.fetch("select args from jobs where name = 'reconcile'")]


async def test_a_shop_whose_books_were_never_compared_says_so(operator: Browser) -> None:
    page = await operator.open("/admin/reconciliations")

    assert page.status_code == 200
    assert "have not been compared yet" in page.text


async def test_a_run_tells_what_it_looked_at_repaired_and_left(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    await ran(db, clock)

    text = cells((await operator.open("/admin/reconciliations")).text)

    for fact in (
        "Left cases", "Every night", "2,340 objects", "Payments 1,200 (7 not of this shop)", "3 payments found",
        "12 missed events put into the inbox", "2 new cases",
    ):  # fmt: skip
        assert fact in text


async def test_a_run_that_could_not_go_on_says_why(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    await ran(db, clock, finished=False, error="Stripe did not answer.", cases=0)
    clock.advance(hours=1)

    text = cells((await operator.open("/admin/reconciliations")).text)

    assert "Incomplete" in text
    assert "Stripe did not answer." in text


async def test_run_now_asks_a_worker_once(operator: Browser, db: Database) -> None:
    await operator.open("/admin/reconciliations")

    first = await operator.send("/admin/reconciliations")
    await operator.send("/admin/reconciliations")

    assert (first.status_code, first.headers["location"]) == (303, "/admin/reconciliations")
    (asked,) = await waiting(db)
    assert asked["by"] == "staff:owner@example.org"


async def test_nobody_has_it_run_without_the_token(operator: Browser, db: Database) -> None:
    answer = await operator.client.post("/admin/reconciliations", data={"csrf_token": "x"})

    assert answer.status_code == 403
    assert await waiting(db) == []
