"""Locks and connections of the simulation: who waits, for whom, and who goes on."""

from collections.abc import Callable
from datetime import timedelta

import asyncpg
import pytest

from kassa.chaos import queries
from kassa.chaos.database import SteppedDatabase
from kassa.chaos.locks import Locks
from kassa.chaos.stage import Stage
from kassa.kernel.errors import Unavailable


@pytest.fixture
async def rows(dsn):
    """Three rows to lock, and the stage and the database of one process."""
    control = await asyncpg.connect(dsn)
    await control.execute("create table rows (id int primary key); insert into rows values (1), (2), (3)")
    stage = Stage(1)
    db = await SteppedDatabase(stage, dsn, Locks(stage, control)).open()
    yield stage, db
    await db.close()
    await control.close()


async def lock(tx, number):
    await tx.fetch("select id from rows where id = $1 for update", number)


async def test_who_meets_a_lock_waits_and_goes_on_when_the_other_commits(rows):
    (stage, db), order = rows, []

    async def first():
        async with db.transaction() as tx:
            await lock(tx, 1)
            order.append("first has it")
            for _ in range(50):
                await stage.step("thinks")
            order.append("first commits")

    async def second():
        await stage.sleep(0.02)
        async with db.transaction() as tx:
            order.append("second asks")
            await lock(tx, 1)
            order.append("second has it")

    tasks = [stage.start("first", first), stage.start("second", second)]
    await stage.run(lambda: all(task.done() for task in tasks))

    assert order == ["first has it", "second asks", "first commits", "second has it"]
    assert stage.violations == []


async def test_who_waits_is_not_chosen_while_others_come_and_go(rows):
    stage, db = rows

    async def keeper():
        async with db.transaction() as tx:
            await lock(tx, 1)
            for _ in range(100):
                await stage.step("keeps")

    async def others():
        for _ in range(20):
            async with db.transaction() as tx:
                await lock(tx, 2)

    async def waiter():
        await stage.sleep(0.02)
        async with db.transaction() as tx:
            await lock(tx, 1)

    tasks = [stage.start(each.__name__, each) for each in (keeper, others, waiter)]
    await stage.run(lambda: all(task.done() for task in tasks))

    waits = {label: count for label, count in stage.seen.items() if label.endswith(": waits")}
    assert list(waits.values()) == [1]
    assert stage.violations == []


async def test_what_was_done_before_the_wait_is_still_there_after_it(rows):
    stage, db = rows

    async def keeper():
        async with db.transaction() as tx:
            await lock(tx, 1)
            for _ in range(50):
                await stage.step("keeps")

    async def waiter():
        await stage.sleep(0.02)
        async with db.transaction() as tx:
            await tx.execute("insert into rows values (7)")
            await lock(tx, 1)
            await tx.execute("insert into rows values (8)")

    tasks = [stage.start(each.__name__, each) for each in (keeper, waiter)]
    await stage.run(lambda: all(task.done() for task in tasks))

    async def look():
        async with db.connection() as conn:
            assert await conn.fetchval("select count(*) from rows where id in (7, 8)") == 2

    await stage.run(stage.start("looks", look).done)
    assert any(label.endswith(": waits") for label in stage.seen)


async def test_a_lock_is_given_up_after_three_simulated_seconds(rows):
    (stage, db), refused = rows, []

    async def keeper():
        async with db.transaction() as tx:
            await lock(tx, 1)
            for _ in range(50):
                await stage.step("keeps")
                stage.advance(timedelta(seconds=0.1))

    async def waiter():
        await stage.sleep(0.02)
        began = stage.now()
        try:
            async with db.transaction() as tx:
                await lock(tx, 1)
        except Unavailable as error:
            refused.append((error.code, stage.now() - began > timedelta(seconds=3)))

    tasks = [stage.start(each.__name__, each) for each in (keeper, waiter)]
    await stage.run(lambda: all(task.done() for task in tasks))

    assert refused == [("busy", True)]
    assert stage.violations == []


async def test_who_finds_no_free_connection_waits_for_one_and_then_gives_up(rows):
    (stage, db), told = rows, []

    async def reader():
        try:
            async with db.connection() as conn:
                await conn.fetchval("select 1")
                stage.advance(timedelta(seconds=1))
                await stage.step("reads on")
            told.append("read")
        except Unavailable as error:
            told.append(error.code)

    tasks = [stage.start(f"reader-{number:02}", reader) for number in range(40)]
    await stage.run(lambda: all(task.done() for task in tasks))

    assert set(told) == {"read", "busy"}
    assert len(db.pids) == 10
    assert stage.violations == []


def locker(stage: Stage, db: SteppedDatabase, *numbers: int) -> Callable:
    async def play():
        try:
            async with db.transaction() as tx:
                for number in numbers:
                    await lock(tx, number)
                    await stage.step("has it")
        except Unavailable:
            pass

    return play


async def play_seeds(stage: Stage, *lockers: Callable, seeds: int = 10) -> None:
    for seed in range(seeds):
        stage.chance.seed(seed)
        tasks = [stage.start(f"locker-{number}", each) for number, each in enumerate(lockers)]
        await stage.run(lambda: all(task.done() for task in tasks))  # noqa: B023 - of this round


async def test_those_who_wait_for_each_other_in_a_circle_are_seen(rows):
    stage, db = rows

    await play_seeds(stage, locker(stage, db, 1, 2), locker(stage, db, 2, 3), locker(stage, db, 3, 1))

    circles = [violation for violation in stage.violations if violation.startswith("deadlock: ")]
    assert circles
    assert {circle.count(" → ") for circle in circles} == {3}


async def test_those_who_lock_in_one_order_wait_in_no_circle(rows):
    stage, db = rows

    await play_seeds(stage, locker(stage, db, 1, 2), locker(stage, db, 2, 3), locker(stage, db, 1, 3))

    assert any(label.endswith(": waits") for label in stage.seen)
    assert stage.violations == []


async def test_who_may_go_on_but_was_not_chosen_yet_is_in_no_circle(rows):
    """The one before him has ended, and waits for him in his next transaction, on the same connection."""
    stage, db = rows

    async def first():
        for number in (1, 2):
            async with db.transaction() as tx:
                await stage.step("has nothing")
                await lock(tx, number)

    await play_seeds(stage, first, locker(stage, db, 2, 1), seeds=60)

    assert any(label.endswith(": waits") for label in stage.seen)
    assert stage.violations == []


async def test_a_connection_with_an_open_transaction_is_nobodys_afterwards(rows):
    (stage, db), order = rows, []

    async def forgetful():
        async with db._acquire() as raw:
            await raw.execute(queries.BEGIN)
            await raw.fetch("select id from rows where id = 1 for update")

    async def next_one():
        await stage.sleep(1)
        async with db.transaction() as tx:
            await lock(tx, 1)
            order.append("has it")

    tasks = [stage.start(each.__name__, each) for each in (forgetful, next_one)]
    await stage.run(lambda: all(task.done() for task in tasks))

    assert order == ["has it"]
    assert stage.violations == []
