"""A past is the same for the same seed, and has everything in it."""

from datetime import UTC, datetime, timedelta

import pytest

from kassa.demo import KINDS, wishes
from kassa.kernel.address import validate

BEGAN = datetime(2025, 11, 21, tzinfo=UTC)
ENDED = BEGAN + timedelta(days=365)
SKUS = [f"SKU-{number}" for number in range(30)]


def plan(seed=1, orders=40, skus=SKUS):
    return wishes(seed, orders, skus, began=BEGAN, ended=ENDED)


def test_the_same_seed_is_the_same_story_and_another_seed_another():
    assert plan() == plan()
    assert plan(skus=list(reversed(SKUS))) == plan()
    assert plan(seed=2) != plan()


def test_ten_orders_are_of_ten_kinds():
    asked = {"paid", "part_shipped", "refunded", "disputed", "failed", "expired"}

    assert len({wish.kind for wish in plan(orders=10)}) == 10
    assert asked <= {wish.kind for wish in plan(orders=10)} <= set(KINDS)


def test_orders_come_in_their_order_within_the_time_there_is():
    times = [wish.at for wish in plan(orders=300)]

    assert times == sorted(times)
    assert BEGAN <= times[0] < times[-1] <= ENDED


@pytest.mark.parametrize("skus", [SKUS[:1], SKUS[:2], SKUS])
def test_every_wish_can_be_ordered(skus):
    for wish in plan(orders=100, skus=skus):
        assert wish.email.endswith("@example.com")
        assert validate(wish.address) == wish.address
        assert len({sku for sku, _ in wish.lines}) == len(wish.lines) >= 1
