"""A dead job is seen, and gets another try when somebody says so."""

import pytest
from tests.admin.conftest import Browser

from kassa import jobs
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.kernel.ids import new_id


async def dead_job(db: Database, clock: FrozenClock) -> str:
    async with db.transaction() as tx:
        await jobs.enqueue(tx, "send_receipt", {"order_id": str(new_id())}, now=clock.now())
        await tx.execute("update jobs set state = 'dead', attempts = 20, last_error = 'No <answer>'")
        return str(await tx.fetchval("select id from jobs"))


async def states(db: Database) -> list[tuple[str, int]]:
    async with db.connection() as conn:
        return [tuple(row.values()) for row in await conn.fetch("select state, attempts from jobs")]


async def test_a_dead_job_is_seen_with_its_error_and_tried_again(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    job_id = await dead_job(db, clock)

    page = await operator.open("/admin/jobs")
    for fact in ("send_receipt", "No &lt;answer&gt;", "20 attempts", 'aria-label="1 dead"'):
        assert fact in page.text
    answer = await operator.send(f"/admin/jobs/{job_id}/retry")

    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/jobs")
    assert await states(db) == [("ready", 0)]
    after = await operator.open("/admin/jobs")
    assert "The job is tried again now." in after.text
    assert "No job is dead." in after.text
    assert "tried again now" not in (await operator.open("/admin/jobs")).text


async def test_a_retry_from_somebody_elses_page_changes_nothing(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    job_id = await dead_job(db, clock)

    answer = await operator.client.post(f"/admin/jobs/{job_id}/retry", data={"csrf_token": "guessed"})

    assert answer.status_code == 403
    assert await states(db) == [("dead", 20)]


async def test_a_stranger_retries_nothing(browser: Browser, db: Database, clock: FrozenClock) -> None:
    job_id = await dead_job(db, clock)

    answer = await browser.client.post(f"/admin/jobs/{job_id}/retry")

    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/login")
    assert await states(db) == [("dead", 20)]


@pytest.mark.parametrize("job_id", ["0199f0e0-0000-7000-8000-000000000000", "nonsense"])
async def test_a_job_that_is_not_dead_is_not_tried_again(operator: Browser, job_id: str) -> None:
    await operator.open("/admin/jobs")

    assert (await operator.send(f"/admin/jobs/{job_id}/retry")).status_code == 404
