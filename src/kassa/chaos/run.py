"""One run: a shop opens, everybody plays, misfortune ends, everything settles, and the books are proved."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from kassa import gift_cards
from kassa.chaos import queries
from kassa.chaos.buyers import (
    CARD_SEED,
    CARD_WORTH,
    CARDS,
    CODE,
    HABITS,
    Buyer,
    card_id,
    wishes,
)
from kassa.chaos.luck import Luck, Rates
from kassa.chaos.operators import ACTS, Operator
from kassa.chaos.process import Build, Process
from kassa.chaos.stage import Stage, Stuck
from kassa.chaos.watch import Watch
from kassa.chaos.world import Post, Provider, World
from kassa.kernel import ids
from kassa.kernel.clock import Clock
from kassa.kernel.db import Conn

#: A way to end everything: what must hold after a run, each violation a sentence.
Judge = Callable[[World], Awaitable[Sequence[str]]]

SKUS: Final = tuple(f"CHAOS-{number}" for number in range(1, 9))
_ROUNDS: Final = 1000
#: A run is over when so long, in which authorisations lapse, nothing has happened but what happens each night.
_CALM: Final = timedelta(days=8)
_NIGHTLY: Final = 1
#: A run that takes more steps per order than this has no end.
_STEPS: Final = 5_000
#: Opening the shop and judging it take no steps, and no more seconds than this.
_HANGS: Final = 600.0
_HOUR: Final = 3600.0
#: A worker that finds nothing looks again after a pause that doubles up to so many seconds.
_IDLE: Final = 12.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is played. `processes` is how many processes of the shop there are at once.

    `capture` is the shop's setting; every fourth seed has a shop that collects when it ships. A buyer comes every
    `pace` seconds. `habits`, `cards` and `acts` are what buyers and operators choose from.
    """

    seed: int
    orders: int
    processes: int = 4
    rates: Rates = field(default_factory=Rates)
    capture: str = ""
    pace: float = 6.0
    habits: tuple[str, ...] = HABITS
    cards: tuple[str, ...] = CARDS
    acts: tuple[str, ...] = ACTS
    operators: int = 2

    @property
    def captures(self) -> str:
        """`automatic` or `manual`."""
        return self.capture or ("manual" if self.seed % 4 == 3 else "automatic")

    @property
    def uses(self) -> int:
        """How many orders may use the discount that a third of all buyers know."""
        return max(4, self.orders // 100)


@dataclass(slots=True)
class Result:
    """What a run came to. `trace` is the same for every run of the same plan; `figures` say how much was done."""

    plan: Plan
    violations: list[str]
    faults: Mapping[str, int]
    kills: Mapping[str, int]
    deliveries: int
    steps: int
    trace: str
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.violations


async def play(
    plan: Plan,
    *,
    dsn: str,
    control: Any,
    build: Build,
    provider: Callable[[Clock, Post], Awaitable[Provider]],
    admin_key: str,
    judge: Judge,
) -> Result:
    """Play `plan` in the empty, migrated database `dsn`; `control` is a connection of our own to it."""
    stage, luck = Stage(plan.seed), Luck(plan.seed, plan.rates)
    world = World(stage, luck, dsn, control, build)
    world.provider = await provider(stage, world.receive)
    stage.limit = _STEPS * (plan.orders + 100)
    chance, before = ids.draw_from(luck.draw, lambda: int(stage.now().timestamp() * 1e9)), random.getstate()
    random.seed(plan.seed)  # how long the provider's SDK waits before it tries again
    figures: dict[str, int] = {}
    watch = Watch(lambda: stage.steps, _HANGS)
    try:
        with watch:
            await world.open(plan.processes)
            await _perform(world, plan, admin_key)
            stage.violations += await judge(world)
            figures |= await queries.figures(control)
    except asyncio.CancelledError:
        if not watch.has_barked:
            raise
        await _stuck(world, "the shop does not open, or nobody can judge it")
    finally:
        ids.draw_from(*chance)
        random.setstate(before)
        await world.close()
        await stage.end()
    return Result(
        plan, world.violations, dict(sorted(luck.met.items())), dict(sorted(world.kills.items())),
        world.deliveries, stage.steps, stage.trace, figures,
    )  # fmt: skip


async def _perform(world: World, plan: Plan, admin_key: str) -> None:
    try:
        await _stock_up(world, plan, admin_key)
        world.luck.begin()
        await _trade(world, plan, admin_key)
    except Stuck as error:
        await _stuck(world, str(error))


async def _stuck(world: World, why: str) -> None:
    world.violations.append("; ".join([f"stuck: {why}", *await queries.sessions(world.dsn)]))


async def _trade(world: World, plan: Plan, admin_key: str) -> None:
    stage = world.stage
    buyers = [
        Buyer(world, wish)
        for wish in wishes(plan.seed, plan.orders, SKUS, plan.orders * plan.pace, plan.habits, plan.cards)
    ]
    leaving = {stage.start(f"buyer-{number:05}", buyer.play) for number, buyer in enumerate(buyers)}
    for number in range(plan.operators):
        operator = Operator(world, f"operator-{number}", admin_key, plan.seed, plan.acts)
        stage.start(f"operator-{number}", operator.play)
    for number in range(len(world.processes)):
        stage.start(f"worker-{number}", _worker(world, number))
    stage.start("courier", _courier(world))
    for task in tuple(leaving):
        task.add_done_callback(leaving.discard)
    await stage.run(lambda: not leaving)
    world.open_for_business = False
    world.luck.calm_down()
    settling = stage.start("settles", _settle(world))
    await stage.run(settling.done)


async def _stock_up(world: World, plan: Plan, admin_key: str) -> None:
    """The goods: of some there is plenty, of others almost nothing."""

    async def put() -> None:
        headers = {"authorization": f"Bearer {admin_key}"}
        for number, sku in enumerate(SKUS):
            prices = {"EUR": 900 + 111 * number, "JPY": 1500 + 170 * number, "KWD": 2990 + 1130 * number}
            variant = {"sku": sku, "prices": prices, "on_hand": 3 + 40 * number}
            body = {"title": f"A thing {number}", "variants": [variant]}
            answer = await world.ask("PUT", f"/api/v1/admin/products/thing-{number}", body, headers)
            if answer.status != 201:
                raise RuntimeError(f"the shop cannot be stocked: {answer.code}")
        discount = {"kind": "percent", "value": 20, "usage_limit": plan.uses, "per_customer_limit": 1}
        answer = await world.ask("PUT", f"/api/v1/admin/discounts/{CODE}", discount, headers)
        if answer.status != 201:
            raise RuntimeError(f"the shop has no discount: {answer.code}")
        await _give_cards_away(world)

    await world.stage.run(world.stage.start("stocks up", put).done)


async def _give_cards_away(world: World) -> None:
    """A gift card in each currency, whose code is known to many."""
    async with world.processes[0].db.transaction() as tx:
        for currency, worth in CARD_WORTH.items():
            card = await gift_cards.issue(
                tx, card_id(currency), amount=worth, currency=currency, email="many@example.com", reason="chaos",
                actor="staff:chaos", now=world.stage.now(),
            )  # fmt: skip
            await gift_cards.seal(tx, card, CARD_SEED)


def _worker(world: World, number: int) -> Callable[[], Any]:
    async def work() -> None:
        pause = 1.0
        while world.open_for_business:
            found = await _turn(world.processes[number])
            pause = 1.0 if found else min(_IDLE, pause * 2)
            await world.stage.sleep(world.stage.chance.uniform(0.1, 2) * pause)

    return work


def _courier(world: World) -> Callable[[], Any]:
    async def carry() -> None:
        while world.open_for_business:
            await world.provider.deliver_due()
            await world.stage.sleep(world.stage.chance.uniform(0.1, 5))
            if world.stage.chance.random() < 0.2:
                await world.deliver_held_back()

    return carry


def _settle(world: World) -> Callable[[], Any]:
    """Nothing goes wrong any more; hours and then days pass, with the workers at work, until nothing is left to do."""
    stage = world.stage

    async def is_over(since: datetime) -> bool:
        if stage.now() - since < _CALM:
            return False
        return not await stage.fly(queries.unfinished(Conn(world.control)))

    async def settle() -> None:
        quiet, since = 0, stage.now()
        for number in range(_ROUNDS):
            delivered = await world.provider.deliver_due() + await world.deliver_held_back()
            found = await _turn(world.processes[number % len(world.processes)])
            if delivered or found > _NIGHTLY:
                since = stage.now()
            elif await is_over(since):
                return
            quiet = 0 if delivered or found else quiet + 1
            await stage.sleep(1.0 if not quiet else 2 * _HOUR * quiet)

    return settle


async def _turn(process: Process) -> int:
    try:
        return await process.work()
    except ConnectionError:
        return 0
    except Exception:  # a worker step that fails is logged and tried again: `Worker.run` does the same
        return 0
