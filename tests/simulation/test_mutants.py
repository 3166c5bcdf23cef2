"""The simulation can see: the shop is broken on purpose in each of these ways, and a run of it says so."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.simulation import broken

from kassa.chaos.luck import Rates
from kassa.chaos.run import Plan
from kassa.cli.chaos import play_in

#: Within so many seeds each is caught; docs/guide/chaos.md says which in how many.
SEEDS = 5
STORMY = Rates(network=0.2, webhook=0.2, kill=0.002, database=0, jump=0.002)
LOSING = Rates(network=0.5, webhook=0.2, kill=0.002, database=0, jump=0)
CALM = Rates(0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Mutant:
    """A way to break the shop, and the play in which that matters."""

    name: str
    play: dict[str, Any] = field(default_factory=dict)


PAYING = {"habits": ("plain", "two_tabs", "switches"), "acts": ("count",)}
REFUNDING = {"habits": ("plain",), "cards": ("pm_card_visa",), "orders": 12, "operators": 3, "pace": 12.0}

MUTANTS = (
    Mutant("order_lock", {"habits": ("two_tabs", "pays_then_cancels"), "orders": 20}),
    Mutant("stock_lock", {"habits": ("leaves", "twice"), "orders": 40, "pace": 0.002, "rates": CALM}),
    Mutant("stock_order", {"habits": ("leaves",), "orders": 40, "pace": 0.002, "rates": CALM}),
    Mutant("discount_lock", {"habits": ("leaves", "twice"), "orders": 60, "pace": 0.002, "rates": CALM}),
    Mutant("discount_is_not_given_back", {"habits": ("cancels",), "orders": 12}),
    Mutant("gift_card_lock", {"habits": ("leaves", "twice"), "orders": 60, "pace": 0.002, "rates": CALM}),
    Mutant("gift_card_is_not_given_back", {"habits": ("cancels",), "orders": 12}),
    Mutant("gift_card_pays_and_keeps", PAYING),
    Mutant("payment_key", PAYING | {"rates": STORMY}),
    Mutant("refund_key", REFUNDING | {"acts": ("refund", "refund_line"), "rates": LOSING}),
    Mutant("keys_claimed_late", {"habits": ("twice", "impatient")}),
    Mutant(
        "released_before_closed",
        {"habits": ("pays_then_cancels",), "cards": ("pm_card_authenticationRequired",), "orders": 40,
         "rates": Rates(0.6, 0, 0, 0, 0)},
    ),
    Mutant("expiry_does_not_ask", {"habits": ("late", "pays_then_cancels")}),
    Mutant("events_are_believed", {"habits": ("plain",), "cards": ("pm_sepaDebit_failed_de",), "orders": 20}),
    Mutant("unsigned_events", {"habits": ("plain",), "rates": STORMY}),
    Mutant("success_twice", {"habits": ("plain",), "orders": 8}),
    Mutant("asked_before_written", REFUNDING | {"acts": ("refund",), "rates": STORMY}),
    Mutant("surplus_is_kept", REFUNDING | {"acts": ("stray",), "rates": CALM}),
    Mutant("journal_with_holes", {"habits": ("plain",), "orders": 5}),
    Mutant("sale_is_not_posted", {"habits": ("plain",), "orders": 5}),
    Mutant("restocked_twice", REFUNDING | {"acts": ("refund_line",), "rates": CALM}),
    Mutant("second_flow_open", {"habits": ("switches", "two_tabs"), "orders": 8}),
    Mutant("done_before_it_is_done", {"habits": ("plain",), "rates": Rates(0, 0, 0.01, 0, 0)}),
    Mutant("paid_is_said_early", {"habits": ("plain",), "cards": ("pm_sepaDebit_failed_de",)}),
    Mutant("stock_is_not_given_back", {"habits": ("cancels",), "orders": 5}),
)  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
async def test_a_shop_that_is_broken_so_is_caught(mutant, fresh, monkeypatch):
    getattr(broken, mutant.name)(monkeypatch)

    for seed in range(1, SEEDS + 1):
        plan = Plan(
            seed, **({"orders": 15, "processes": 2, "pace": 1.0, "capture": "automatic"} | mutant.play)
        )
        result = await play_in(await fresh(), plan)
        if not result.ok:
            print(f"{mutant.name}: seed {seed}: {result.violations[0]}")  # noqa: T201 - shown by pytest -rP
            return

    pytest.fail(f"{mutant.name} was not caught within {SEEDS} seeds")
