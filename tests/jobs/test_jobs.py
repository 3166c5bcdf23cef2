"""A job exists exactly if its cause does, runs at least once, and never gets lost."""

from datetime import timedelta

import pytest

from kassa import jobs
from kassa.jobs import queue


async def count(db):
    async with db.connection() as conn:
        return await conn.fetchval("select count(*) from jobs")


async def put(db, clock, name="greet", **options):
    async with db.transaction() as tx:
        await jobs.enqueue(tx, name, {"who": "Ada"}, now=clock.now(), **options)


async def test_a_job_whose_cause_is_rolled_back_never_existed(db, clock):
    async def cause():
        async with db.transaction() as tx:
            await jobs.enqueue(tx, "greet", now=clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await cause()

    assert await count(db) == 0


async def test_jobs_are_taken_the_longest_due_first(db, clock):
    waits = [number * 37 % 300 for number in range(300)]
    for wait in waits:
        await put(db, clock, str(wait), run_at=clock.now() - timedelta(seconds=wait))
    async with db.transaction() as tx:
        await tx.execute("analyze jobs")
        taken = await queue.claim(tx, now=clock.now(), limit=200)

    assert [job.name for job in taken] == [str(wait) for wait in range(299, 99, -1)]


async def test_a_job_runs_and_is_gone(db, clock):
    greeted = []

    async def greet(args):
        greeted.append(args["who"])

    await put(db, clock)

    assert await jobs.drain(jobs.Worker(db, clock, {"greet": greet})) == 1
    assert greeted == ["Ada"]
    assert await count(db) == 0


async def test_a_key_keeps_a_second_job_for_the_same_thing_out(db, clock):
    await put(db, clock, key="once")
    await put(db, clock, key="once")

    assert await count(db) == 1


async def test_the_token_a_dead_job_carries_is_shown_to_nobody_and_still_there_for_another_try(db, clock):
    tries, cases = [], []

    async def fail(args):
        tries.append(args["token"])
        raise ValueError("no luck")

    async def open_case(args):
        cases.append(args["known"]["args"])

    worker = jobs.Worker(db, clock, {"send": fail, "open_case": open_case})
    async with db.transaction() as tx:
        await jobs.enqueue(tx, "send", {"email": "a@b.example", "token": "s3cret"}, now=clock.now())
    for _ in range(jobs.MAX_ATTEMPTS + 5):
        clock.advance(hours=2)
        await jobs.drain(worker)

    async with db.connection() as conn:
        [dead] = await jobs.dead(conn)
    assert dead.args == {"email": "a@b.example", "token": "…"}
    assert cases == [dead.args]
    async with db.transaction() as tx:
        await jobs.retry(tx, dead.id, now=clock.now())
    await jobs.drain(worker)
    assert set(tries) == {"s3cret"}


async def test_a_failing_job_is_tried_again_later_and_finally_kept_as_dead(db, clock):
    tries = []

    async def fail(args):
        tries.append(args)
        raise ValueError("no luck")

    cases = []

    async def open_case(args):
        cases.append((args["kind"], args["known"]["job"], args["known"]["error"]))

    worker = jobs.Worker(db, clock, {"greet": fail, "open_case": open_case})
    await put(db, clock)
    await jobs.drain(worker)
    assert len(tries) == 1

    for _ in range(jobs.MAX_ATTEMPTS + 5):
        clock.advance(hours=2)
        await jobs.drain(worker)

    assert len(tries) == jobs.MAX_ATTEMPTS
    async with db.connection() as conn:
        dead = await jobs.dead(conn)
    assert [(job.name, job.last_error) for job in dead] == [("greet", "ValueError: no luck")]
    assert cases == [("job_dead", "greet", "ValueError: no luck")]

    async with db.transaction() as tx:
        assert await jobs.retry(tx, dead[0].id, now=clock.now())
    await jobs.drain(worker)
    assert len(tries) == jobs.MAX_ATTEMPTS + 1


async def test_a_job_whose_worker_died_is_taken_up_when_its_lease_is_over(db, clock):
    await put(db, clock)
    async with db.transaction() as tx:
        assert len(await queue.claim(tx, now=clock.now(), limit=10)) == 1
    done = []

    async def greet(args):
        done.append(args)

    worker = jobs.Worker(db, clock, {"greet": greet})
    await jobs.drain(worker)
    assert not done

    clock.advance(seconds=queue.LEASE.total_seconds() + 1)
    await jobs.drain(worker)
    assert len(done) == 1


async def test_a_schedule_is_due_once_for_all_workers_together(db, clock):
    every = {"sweep": timedelta(minutes=1)}

    async def due():
        async with db.transaction() as tx:
            return await queue.due_schedules(tx, every, now=clock.now())

    assert [await due(), await due()] == [["sweep"], []]
    clock.advance(seconds=61)
    assert [await due(), await due()] == [["sweep"], []]
