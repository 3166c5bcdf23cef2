"""Shipping rates."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World

ESTIMATE = {"minimum": {"unit": "business_day", "value": 2}, "maximum": {"unit": "week", "value": 1}}


async def rate(world: World, **params):
    """A shipping rate of 4.90 EUR."""
    usual = {"display_name": "Post", "fixed_amount": {"amount": 490, "currency": "eur"}}
    return await world.stripe.v1.shipping_rates.create_async(usual | params)


async def test_a_shipping_rate_keeps_everything_it_is_told(world: World):
    told = {"metadata": {"a": "1"}, "tax_behavior": "inclusive", "tax_code": "txcd_92010001"}

    made = await rate(world, delivery_estimate=ESTIMATE, **told)

    assert made.fixed_amount.to_dict() == {"amount": 490, "currency": "eur"}
    assert made.delivery_estimate.to_dict() == ESTIMATE
    assert (made.active, made.type, made.tax_behavior, made.tax_code) == (
        True, "fixed_amount", "inclusive", "txcd_92010001",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"fixed_amount": None}, "fixed_amount"),
        ({"fixed_amount": {"amount": -1, "currency": "eur"}}, "fixed_amount[amount]"),
        ({"fixed_amount": {"amount": 1, "currency": "xxx"}}, "fixed_amount[currency]"),
        (
            {
                "fixed_amount": {
                    "amount": 1,
                    "currency": "eur",
                    "currency_options": {"eur": {"amount": 2}},
                }
            },
            "fixed_amount[currency_options][eur]",
        ),
        ({"display_name": "x" * 101}, "display_name"),
        ({"tax_code": "post"}, "tax_code"),
        (
            {"delivery_estimate": {"minimum": {"unit": "day", "value": 0}}},
            "delivery_estimate[minimum][value]",
        ),
        (
            {
                "delivery_estimate": {
                    "minimum": {"unit": "week", "value": 1},
                    "maximum": {"unit": "day", "value": 2},
                }
            },
            "delivery_estimate",
        ),
    ],
)
async def test_a_shipping_rate_that_makes_no_sense_is_refused(world: World, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await rate(world, **params)

    assert (refused.value.http_status, refused.value.param) == (400, param)
    assert (await world.stripe.v1.shipping_rates.list_async()).data == []


async def test_a_shipping_rate_can_be_retired(world: World):
    rates = world.stripe.v1.shipping_rates
    made, other = await rate(world), await rate(world, display_name="Courier")

    await rates.update_async(made.id, {"active": False, "metadata": {"a": "1"}})

    assert [one.id for one in (await rates.list_async({"active": True})).data] == [other.id]
    assert (await rates.retrieve_async(made.id)).metadata["a"] == "1"


async def test_tax_behaviour_is_set_once(world: World):
    rates = world.stripe.v1.shipping_rates
    made = await rate(world)
    await rates.update_async(made.id, {"tax_behavior": "inclusive"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await rates.update_async(made.id, {"tax_behavior": "exclusive", "active": False})

    assert refused.value.param == "tax_behavior"
    assert (await rates.retrieve_async(made.id)).active is True


async def test_amounts_in_other_currencies_are_shown_when_expanded(world: World):
    rates = world.stripe.v1.shipping_rates
    made = await rate(
        world,
        fixed_amount={"amount": 490, "currency": "eur", "currency_options": {"usd": {"amount": 600}}},
    )

    shown = await rates.update_async(
        made.id,
        {
            "fixed_amount": {"currency_options": {"usd": {"tax_behavior": "inclusive"}}},
            "expand": ["fixed_amount.currency_options"],
        },
    )

    assert "currency_options" not in made.fixed_amount
    options = shown.fixed_amount.currency_options.items()
    assert {name: (one.amount, one.tax_behavior) for name, one in options} == {
        "eur": (490, "unspecified"),
        "usd": (600, "inclusive"),
    }


async def test_a_new_currency_needs_an_amount(world: World):
    made = await rate(world)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.shipping_rates.update_async(
            made.id, {"fixed_amount": {"currency_options": {"usd": {"tax_behavior": "inclusive"}}}}
        )

    assert refused.value.param == "fixed_amount[currency_options][usd][amount]"


async def test_shipping_rates_are_found_by_currency(world: World):
    await rate(world)
    dollars = await rate(world, fixed_amount={"amount": 600, "currency": "usd"})

    found = await world.stripe.v1.shipping_rates.list_async({"currency": "usd"})

    assert [one.id for one in found.data] == [dollars.id]


@pytest.mark.parametrize("reason", ["retired", "another currency"])
async def test_what_cannot_be_paid_cannot_be_offered(world: World, reason):
    currency = "usd" if reason == "retired" else "eur"
    made = await rate(world, fixed_amount={"amount": 490, "currency": currency})
    await world.stripe.v1.shipping_rates.update_async(made.id, {"active": reason != "retired"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(shipping_options=[{"shipping_rate": made.id}])

    assert refused.value.param.startswith("shipping_options[0]")
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []
