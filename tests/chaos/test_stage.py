"""The scheduler of the simulation, by itself."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import pytest

from kassa.chaos.database import SteppedDatabase
from kassa.chaos.stage import BEGAN, Killed, Stage, Stuck, current_process
from kassa.kernel.errors import Unavailable


@dataclass
class Process:
    name: str = "shop-1"
    alive: bool = True


async def interleaving(seed: int) -> tuple[str, str]:
    """Two actors of five steps each: in what order they went, and the run's trace."""
    stage, order = Stage(seed), []

    def actor(name: str) -> Callable:
        async def play():
            for _ in range(5):
                await stage.step("says")
                order.append(name)

        return play

    tasks = [stage.start(name, actor(name)) for name in "ab"]
    await stage.run(lambda: all(task.done() for task in tasks))
    return "".join(order), stage.trace


async def test_one_seed_is_one_interleaving():
    assert await interleaving(3) == await interleaving(3)


async def test_other_seeds_are_other_interleavings():
    assert len({(await interleaving(seed))[0] for seed in range(8)}) > 4


async def test_who_was_killed_says_nothing_more():
    stage, process, said = Stage(1), Process(), []

    async def play():
        current_process.set(process)
        try:
            await stage.step("one")
            said.append("one")
            await stage.step("two")
            said.append("two")
        finally:
            said.append("gone")

    task = stage.start("a", play)
    await stage.run(lambda: "one" in said)
    process.alive = False
    stage.fail(lambda one: one.process is process, Killed)
    await stage.run(task.done)

    assert said == ["one", "gone"]
    assert not task.cancelled()


async def test_a_step_of_a_dead_process_is_refused():
    stage, refused = Stage(1), []

    async def play():
        current_process.set(Process(alive=False))
        try:
            await stage.step("one")
        except Killed:
            refused.append(True)

    await stage.run(stage.start("a", play).done)

    assert refused == [True]


async def test_sleeping_takes_simulated_time_only():
    stage = Stage(1)

    async def play():
        await stage.sleep(86_400)

    began = asyncio.get_running_loop().time()
    await stage.run(stage.start("a", play).done)

    assert timedelta(days=1) <= stage.now() - BEGAN < timedelta(days=1, seconds=1)
    assert asyncio.get_running_loop().time() - began < 60


async def test_when_everybody_waits_for_nobody_the_run_is_stuck():
    stage = Stage(1)

    async def play():
        await stage.step("waits", until_end=True)

    task = stage.start("a", play)
    with pytest.raises(Stuck):
        await stage.run(task.done)
    assert stage.violations == ["deadlock: waits"]
    task.cancel()


@pytest.fixture
async def rows(dsn):
    """Two rows to lock, and the stage and the database of one process."""
    raw = await asyncpg.connect(dsn)
    await raw.execute("create table rows (id int primary key); insert into rows values (1), (2)")
    await raw.close()
    stage = Stage(1)
    db = await SteppedDatabase(stage, dsn).open(2)
    yield stage, db
    await db.close()


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


async def test_a_lock_is_given_up_after_three_simulated_seconds(rows):
    (stage, db), refused = rows, []

    async def keeper():
        async with db.transaction() as tx:
            await lock(tx, 1)
            for _ in range(50):
                await stage.step("keeps")
                stage.advance(timedelta(seconds=0.1))

    async def others():
        """Somebody else's transactions end meanwhile, so that who waits looks again."""
        for _ in range(50):
            async with db.transaction() as tx:
                await lock(tx, 2)

    async def waiter():
        await stage.sleep(0.02)
        began = stage.now()
        try:
            async with db.transaction() as tx:
                await lock(tx, 1)
        except Unavailable as error:
            refused.append((error.code, stage.now() - began > timedelta(seconds=3)))

    tasks = [stage.start(each.__name__, each) for each in (keeper, others, waiter)]
    await stage.run(lambda: all(task.done() for task in tasks))

    assert refused == [("busy", True)]


async def test_two_who_wait_for_each_other_are_seen(rows):
    stage, db = rows

    def locker(*numbers: int) -> Callable:
        async def play():
            try:
                async with db.transaction() as tx:
                    for number in numbers:
                        await lock(tx, number)
                        await stage.step("has it")
            except Unavailable:
                pass

        return play

    async def clock():
        await stage.sleep(10)
        stage.transaction_ended()

    for seed in range(10):
        stage.chance.seed(seed)
        tasks = [stage.start("a", locker(1, 2)), stage.start("b", locker(2, 1)), stage.start("c", clock)]
        await stage.run(lambda: all(task.done() for task in tasks))  # noqa: B023 - of this round

    assert any(violation.startswith("deadlock: ") for violation in stage.violations)
