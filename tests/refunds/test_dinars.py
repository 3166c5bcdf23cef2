"""Dinars have three decimals of which the last is 0: what goes back is what can be sent."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pricing.test_price_lists import put

from kassa.refunds import InvalidRefund, sharing


async def test_an_amount_that_can_t_be_sent_is_refused_and_nothing_is_written_down(till, db, clock):
    await put(db, clock, "north", {"KWD": 2_530})
    order = await till.sold(("north", 1), currency="KWD")

    for amount in (1, 1_234, order.total_minor - 1):
        with pytest.raises(InvalidRefund) as refused:
            await till.give_back(order, amount)
        assert "multiples of KWD\xa00.010" in refused.value.detail
    assert await till.refunds(order) == []

    await till.give_back(order, 1_230)
    await till.give_back(order)
    await till.settle()

    assert [(amount, state) for _, amount, state in await till.states(order)] == [
        (1_230, "succeeded"), (order.total_minor - 1_230, "succeeded"),
    ]  # fmt: skip
    assert await till.charged() == [0]


@given(st.integers(1, 99), st.integers(1, 10_000), st.sampled_from(["KWD", "JPY", "EUR", "MGA"]), st.data())
def test_units_of_a_line_share_it_in_amounts_that_can_be_sent(quantity, steps, currency, data):
    size = {"KWD": 10, "MGA": 100}.get(currency, 1)
    line = SimpleNamespace(quantity=quantity, total_minor=steps * size, tax_minor=0)
    order = SimpleNamespace(tax_included=True, currency=currency)
    cuts = sorted(data.draw(st.sets(st.integers(1, quantity))) | {quantity})

    parts = [
        sharing._worth(order, line, before, until - before)
        for before, until in zip([0, *cuts], cuts, strict=False)
    ]

    assert sum(parts) == line.total_minor
    assert all(part >= 0 and part % size == 0 for part in parts)
