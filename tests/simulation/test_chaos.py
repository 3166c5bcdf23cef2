"""`kassa chaos`: a few seeds of it, and what it promises of itself."""

import asyncio
import json
import logging
import re
from collections import Counter
from importlib import import_module

import pytest

from kassa.chaos import run, watch
from kassa.chaos.luck import CALM, NETWORK, WEBHOOK, Rates
from kassa.chaos.run import Plan, Result
from kassa.chaos.world import World
from kassa.cli.chaos import as_document, as_lines, play_in

SEEDS = (1, 2, 3, 4, 5)
#: A run in CI is short, so more goes wrong in it.
RATES = Rates(network=0.1, webhook=0.3, kill=0.0015, database=0.0003, jump=0.001)


async def test_whatever_happens_orders_money_and_stock_agree(fresh):
    """Five seeds, over which each kind of misfortune really happens."""
    results = [await play_in(await fresh(), Plan(seed, 12, pace=3.0, rates=RATES)) for seed in SEEDS]

    for result in results:
        assert result.ok, "\n".join([f"seed {result.plan.seed}", *result.violations])
    met = sum((Counter(result.faults) for result in results), Counter())
    wanted = {f"network: {kind}" for kind in NETWORK} | {f"webhook: {kind}" for kind in WEBHOOK}
    assert wanted | {"database: restart", "clock: jump"} <= set(met)
    assert sum(sum(result.kills.values()) for result in results) >= 10
    assert len({place for result in results for place in result.kills}) >= 5
    assert len({result.trace for result in results}) == len(SEEDS)


@pytest.mark.parametrize(("orders", "uses"), [(1, 4), (60, 4), (1_000, 10)])
def test_many_reach_for_few_uses_of_a_discount(orders, uses):
    assert Plan(1, orders).uses == uses


async def test_the_same_seed_is_the_same_run(fresh):
    plan = Plan(7, 6, pace=2.0)

    first, second = await play_in(await fresh(), plan), await play_in(await fresh(), plan)

    assert (first.trace, first.steps, first.faults, first.kills, first.deliveries, first.violations) == (
        second.trace, second.steps, second.faults, second.kills, second.deliveries, second.violations
    )  # fmt: skip


async def test_on_a_good_day_nothing_goes_wrong(fresh):
    result = await play_in(await fresh(), Plan(1, 6, rates=CALM, pace=2.0))

    assert result.ok, result.violations
    assert (dict(result.faults), dict(result.kills)) == ({}, {})


async def test_a_run_in_which_an_answer_never_comes_ends_and_says_so(fresh, monkeypatch):
    monkeypatch.setattr(watch, "SECONDS", 0.5)
    command = import_module("kassa.cli.chaos")
    real = command._Sandbox.exchange

    async def exchange(self, method, path, headers, body):
        if method == "POST" and path == "/v1/payment_intents":
            await asyncio.get_running_loop().create_future()
        return await real(self, method, path, headers, body)

    monkeypatch.setattr(command._Sandbox, "exchange", exchange)

    result = await play_in(await fresh(), Plan(1, 6, rates=CALM, pace=2.0))

    told = r"stuck: after stripe (POST|does) /v1/payment_intents nothing came back"
    assert re.match(told, result.violations[0])


async def test_a_shop_that_does_not_open_ends_and_says_so(fresh, monkeypatch):
    monkeypatch.setattr(run, "_HANGS", 0.5)

    async def open_(self, processes):
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(World, "open", open_)

    result = await play_in(await fresh(), Plan(1, 6))

    assert [violation.partition(":")[0] for violation in result.violations] == ["stuck"]


def result_of(*violations: str) -> Result:
    return Result(
        Plan(4, 60),
        list(violations),
        {"network: slow": 3},
        {"jobs.queue.claim": 2},
        305,
        1990,
        "05",
        {"surplus_refunds": 4},
    )


def test_the_document_is_what_the_contract_says():
    document = json.loads(as_document(result_of("something broke")))

    assert {"ok", "seed", "orders", "faults", "kills", "figures", "violations"} <= set(document)
    assert (document["ok"], document["seed"], document["orders"]) == (False, 4, 60)
    assert (document["faults"], document["kills"]) == ({"network: slow": 3}, 2)
    assert document["figures"] == {"surplus_refunds": 4}
    assert document["violations"] == ["something broke"]


@pytest.mark.parametrize("violations", [(), ("something broke",)])
def test_the_last_line_names_the_seed(violations):
    last = as_lines(result_of(*violations)).splitlines()[-1]

    assert last.startswith("seed 4, 60 orders")
    assert ("everything holds" in last) == (not violations)


@pytest.mark.parametrize(("violations", "status"), [((), 0), (("something broke",), 1)])
def test_the_exit_status_says_whether_everything_holds(violations, status, monkeypatch, capsys):
    async def play_in(dsn: str, plan: Plan) -> Result:
        await asyncio.sleep(0)
        return result_of(*violations)

    command = import_module("kassa.cli.chaos")
    monkeypatch.setattr(command, "play_in", play_in)
    monkeypatch.setattr(logging, "disable", lambda level: None)

    assert command.run(4, 60, as_json=True) == status
    assert json.loads(capsys.readouterr().out)["seed"] == 4
