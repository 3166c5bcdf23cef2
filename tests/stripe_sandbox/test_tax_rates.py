"""Tax rates made by hand."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World


async def rate(world: World, **params):
    """German VAT on books."""
    usual = {"display_name": "VAT", "percentage": 7, "inclusive": True}
    return await world.stripe.v1.tax_rates.create_async(usual | params)


async def test_a_tax_rate_keeps_everything_it_is_told(world: World):
    told = {"country": "DE", "description": "Books", "jurisdiction": "DE", "state": "BE", "tax_type": "vat",
            "percentage": 9.975, "inclusive": False, "metadata": {"a": "1"}}  # fmt: skip

    made = (await rate(world, **told)).to_dict()

    assert {name: made[name] for name in told} == told
    assert made["active"] is True
    assert await world.types() == ["tax_rate.created"]


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"percentage": -1}, "percentage"),
        ({"percentage": 100.1}, "percentage"),
        ({"percentage": 1.23456}, "percentage"),
        ({"display_name": "x" * 51}, "display_name"),
        ({"country": "QQ"}, "country"),
        ({"inclusive": None}, "inclusive"),
    ],
)
async def test_a_tax_rate_that_makes_no_sense_is_refused(world: World, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await rate(world, **params)

    assert (refused.value.http_status, refused.value.param) == (400, param)
    assert (await world.stripe.v1.tax_rates.list_async()).data == []


async def test_a_tax_rate_can_be_retired_and_renamed(world: World):
    made = await rate(world)

    changed = await world.stripe.v1.tax_rates.update_async(
        made.id, {"active": False, "display_name": "MwSt", "tax_type": "vat"}
    )

    assert (changed.active, changed.display_name, changed.percentage) == (False, "MwSt", 7)
    assert (await world.types())[-1] == "tax_rate.updated"
    assert world.received[-1]["data"]["previous_attributes"] == {
        "active": True, "display_name": "VAT", "tax_type": None,
    }  # fmt: skip


async def test_what_a_tax_rate_takes_cannot_be_changed(world: World):
    made = await rate(world)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.tax_rates.update_async(made.id, {"percentage": 19})

    assert refused.value.code == "parameter_unknown"
    assert (await world.stripe.v1.tax_rates.retrieve_async(made.id)).percentage == 7


async def test_tax_rates_are_found_by_their_fields(world: World):
    rates = world.stripe.v1.tax_rates
    inside, on_top = await rate(world), await rate(world, inclusive=False, active=False)

    assert [one.id for one in (await rates.list_async({"inclusive": True})).data] == [inside.id]
    assert [one.id for one in (await rates.list_async({"active": False})).data] == [on_top.id]


async def test_a_retired_tax_rate_is_not_given(world: World):
    made = await rate(world, active=False)
    data = {"currency": "eur", "unit_amount": 900, "product_data": {"name": "Emma"}}

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(line_items=[{"price_data": data, "quantity": 1, "tax_rates": [made.id]}])

    assert refused.value.param == "line_items[0][tax_rates][0]"
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []
