"""The scheduler of the simulation, by itself."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from kassa.chaos import watch
from kassa.chaos.stage import BEGAN, Killed, Stage, Stuck, Wait, current_process


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


async def test_who_waits_for_one_who_sleeps_is_seen_and_gives_up():
    stage, gave_up = Stage(1), []

    async def waiter():
        wait = Wait(lambda: False, stage.now() + timedelta(seconds=3), lambda: "the sleeper")
        await stage.step("waits", wait)
        gave_up.append(stage.now() - BEGAN >= timedelta(seconds=3))

    async def sleeper():
        await stage.sleep(60)

    tasks = [stage.start("a", waiter), stage.start("b", sleeper)]
    await stage.run(lambda: all(task.done() for task in tasks))

    assert gave_up == [True]
    assert stage.violations == ["standstill: waits for the sleeper"]


async def test_a_run_in_which_nobody_ever_goes_on_is_stuck():
    stage = Stage(1)

    async def play():
        await asyncio.get_running_loop().create_future()

    task = stage.start("a", play)
    with pytest.raises(Stuck):
        await stage.run(task.done)
    task.cancel()


async def test_a_run_without_an_end_is_stuck():
    stage = Stage(1)
    stage.limit = 50

    async def play():
        while True:
            await stage.step("again")

    with pytest.raises(Stuck, match="no end"):
        await stage.run(stage.start("a", play).done)
    await stage.end()


async def test_a_call_that_is_never_answered_is_stuck(monkeypatch):
    monkeypatch.setattr(watch, "SECONDS", 0.05)
    stage = Stage(1)

    async def play():
        await stage.step("calls")
        await stage.fly(asyncio.Event().wait())

    task = stage.start("a", play)
    with pytest.raises(Stuck, match="after calls nothing came back"):
        await stage.run(task.done)
    task.cancel()


async def test_when_the_run_is_over_everybody_leaves():
    stage, left = Stage(1), []

    async def play(name: str, rest: Callable):
        try:
            while True:
                await rest()
        finally:
            left.append(name)

    tasks = [
        stage.start("a", lambda: play("a", lambda: stage.step("again"))),
        stage.start("b", lambda: play("b", lambda: stage.sleep(60))),
    ]
    await stage.run(lambda: stage.steps > 20)
    await stage.end()

    assert sorted(left) == ["a", "b"]
    assert all(task.done() for task in tasks)


async def test_those_who_wake_at_once_go_out_one_after_the_other():
    stage, out, most = Stage(1), [], []

    async def work():
        out.append(1)
        most.append(len(out))
        await asyncio.sleep(0)
        out.pop()

    async def play():
        await asyncio.gather(*(timed() for _ in range(10)))

    async def timed():
        try:
            async with asyncio.timeout(5):
                await stage.sleep(60)
        except TimeoutError:
            await stage.fly(work())

    async def clock():
        await stage.sleep(10)

    tasks = [stage.start("a", play), stage.start("b", clock)]
    await stage.run(lambda: all(task.done() for task in tasks))

    assert most == [1] * 10


async def test_timers_of_one_moment_go_off_as_they_were_made():
    stage, order = Stage(1), []

    async def play():
        loop = asyncio.get_running_loop()
        at = loop.time() + 5
        timers = [loop.call_at(at, order.append, number) for number in range(300)]
        for timer in timers[::2]:
            timer.cancel()
        await stage.sleep(10)

    await stage.run(stage.start("a", play).done)

    assert order == list(range(1, 300, 2))
