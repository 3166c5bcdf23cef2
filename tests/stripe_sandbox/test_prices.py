"""Prices, stored and described in place."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World
from tests.stripe_sandbox.selling import emma, price


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"unit_amount_decimal": "ten"}, "unit_amount_decimal"),
        ({"unit_amount_decimal": "0.0000000000001"}, "unit_amount_decimal"),
        ({"unit_amount_decimal": "NaN"}, "unit_amount_decimal"),
        ({}, "unit_amount"),
        ({"unit_amount": -1}, "unit_amount"),
        ({"unit_amount": 100_000_000}, "unit_amount"),
        ({"unit_amount": 1, "unit_amount_decimal": "1"}, "unit_amount"),
        ({"unit_amount": 1, "currency": "xxx"}, "currency"),
        ({"unit_amount": 1, "recurring": {"interval": "day", "interval_count": 0}},
         "recurring[interval_count]"),
        ({"unit_amount": 1, "recurring": {"interval": "day", "usage_type": "metered"}},
         "recurring[usage_type]"),
        ({"unit_amount": 1, "transform_quantity": {"divide_by": 0, "round": "up"}},
         "transform_quantity[divide_by]"),
        ({"unit_amount": 1, "currency_options": {"eur": {"unit_amount": 2}}}, "currency_options[eur]"),
        ({"unit_amount": 1, "currency_options": {"usd": {"tax_behavior": "inclusive"}}},
         "currency_options[usd][unit_amount]"),
        ({"billing_scheme": "tiered", "tiers_mode": "volume"}, "tiers"),
        ({"billing_scheme": "tiered", "tiers_mode": "volume", "tiers": [{"up_to": "inf"}]}, "billing_scheme"),
        ({"product": None, "unit_amount": 1}, "product"),
        ({"product": "prod_nobody", "unit_amount": 1}, "product"),
        ({"product_data": {"name": "Emma"}, "unit_amount": 1}, "product"),
        ({"product": None, "product_data": {"name": "Emma", "tax_code": "x"}, "unit_amount": 1},
         "product_data[tax_code]"),
    ],
)  # fmt: skip
async def test_a_price_that_cannot_be_charged_is_refused(world: World, change, param):
    product = await world.stripe.v1.products.create_async({"name": "Emma"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.prices.create_async({"product": product.id, "currency": "eur"} | change)

    assert (refused.value.http_status, refused.value.param) == (400, param)
    assert (await world.stripe.v1.prices.list_async()).data == []


async def test_a_price_may_be_a_fraction_of_a_cent(world: World):
    made = await price(world, unit_amount=None, unit_amount_decimal="0.050")

    assert (made.unit_amount, str(made.unit_amount_decimal)) == (None, "0.05")


async def test_a_price_may_leave_the_amount_to_the_customer(world: World):
    made = await price(world, unit_amount=None, custom_unit_amount={"enabled": True, "minimum": 500})

    assert made.custom_unit_amount.to_dict() == {"maximum": None, "minimum": 500, "preset": None}
    assert made.unit_amount is None


async def test_a_recurring_price_is_kept_and_found(world: World):
    await price(world)

    made = await price(world, recurring={"interval": "month", "interval_count": 3})

    assert (made.type, made.recurring.interval_count, made.recurring.usage_type) == (
        "recurring",
        3,
        "licensed",
    )
    prices = world.stripe.v1.prices
    by_type = await prices.list_async({"type": "recurring"})
    by_interval = await prices.list_async({"recurring": {"interval": "month"}})
    assert [one.id for one in by_type.data] == [one.id for one in by_interval.data] == [made.id]


async def test_tiers_are_shown_when_expanded(world: World):
    tiers = [{"up_to": 10, "unit_amount": 100}, {"up_to": "inf", "flat_amount_decimal": "50.5"}]
    made = await price(
        world,
        unit_amount=None,
        billing_scheme="tiered",
        tiers_mode="graduated",
        tiers=tiers,
        recurring={"interval": "year"},
    )

    shown = await world.stripe.v1.prices.retrieve_async(made.id, {"expand": ["tiers"]})

    assert "tiers" not in made
    assert [tier.up_to for tier in shown.tiers] == [10, None]
    assert (shown.tiers[0].unit_amount, shown.tiers[1].flat_amount) == (100, None)


async def test_amounts_in_other_currencies_are_shown_when_expanded(world: World):
    made = await price(world, currency_options={"usd": {"unit_amount": 1000}})

    prices = world.stripe.v1.prices
    shown = await prices.update_async(
        made.id, {"currency_options": {"gbp": {"unit_amount": 800}}, "expand": ["currency_options"]}
    )

    assert "currency_options" not in made
    assert {name: option["unit_amount"] for name, option in shown.currency_options.to_dict().items()} == {
        "eur": 900, "usd": 1000, "gbp": 800,
    }  # fmt: skip


async def test_currency_options_can_be_expanded_within_other_objects(world: World):
    product = await emma(world)

    shown = await world.stripe.v1.products.list_async({"expand": ["data.default_price.currency_options"]})

    assert shown.data[0].default_price.currency_options["eur"].unit_amount == 900
    assert shown.data[0].id == product.id


async def test_a_lookup_key_names_one_price(world: World):
    prices = world.stripe.v1.prices
    first = await price(world, lookup_key="emma")

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await price(world, lookup_key="emma")

    assert refused.value.param == "lookup_key"
    assert [one.id for one in (await prices.list_async({"lookup_keys": ["emma"]})).data] == [first.id]


async def test_a_lookup_key_can_move_to_another_price(world: World):
    prices = world.stripe.v1.prices
    first = await price(world, lookup_key="emma")

    second = await price(world, lookup_key="emma", transfer_lookup_key=True)

    assert (await prices.retrieve_async(first.id)).lookup_key is None
    assert [one.id for one in (await prices.list_async({"lookup_keys": ["emma"]})).data] == [second.id]
    assert (await world.types())[-2:] == ["price.updated", "price.created"]
    assert world.received[-2]["data"]["previous_attributes"] == {"lookup_key": "emma"}


async def test_tax_behaviour_is_set_once(world: World):
    prices = world.stripe.v1.prices
    made = await price(world)
    await prices.update_async(made.id, {"tax_behavior": "inclusive"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await prices.update_async(made.id, {"tax_behavior": "exclusive"})

    assert refused.value.param == "tax_behavior"
    assert (await prices.retrieve_async(made.id)).tax_behavior == "inclusive"


async def test_an_amount_cannot_be_changed(world: World):
    made = await price(world)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.prices.update_async(made.id, {"unit_amount": 1})

    assert refused.value.code == "parameter_unknown"
    assert (await world.stripe.v1.prices.retrieve_async(made.id)).unit_amount == 900


async def test_a_changed_price_is_announced_with_what_it_was(world: World):
    made = await price(world)

    await world.stripe.v1.prices.update_async(made.id, {"active": False, "lookup_key": "old"})

    assert (await world.types())[-1] == "price.updated"
    assert world.received[-1]["data"]["previous_attributes"] == {"active": True, "lookup_key": None}


async def test_a_price_shows_its_product_when_asked(world: World):
    made = await price(world)

    found = await world.stripe.v1.prices.retrieve_async(made.id, {"expand": ["product"]})

    assert found.product.name == "Emma"


async def test_prices_are_found_by_currency_whatever_its_case(world: World):
    await price(world)
    dollars = await price(world, currency="usd")

    found = await world.stripe.v1.prices.list_async({"currency": "USD"})

    assert [one.id for one in found.data] == [dollars.id]


async def test_ten_lookup_keys_are_looked_up_at_once(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.prices.list_async({"lookup_keys": [f"key {n}" for n in range(11)]})

    assert refused.value.param == "lookup_keys"


async def test_other_currencies_can_be_taken_back(world: World):
    made = await price(world, currency_options={"usd": {"unit_amount": 1000}})

    shown = await world.stripe.v1.prices.update_async(
        made.id, {"currency_options": "", "expand": ["currency_options"]}
    )

    assert list(shown.currency_options.to_dict()) == ["eur"]


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"tiers": [{"up_to": 10, "unit_amount": 1}]}, "tiers"),
        ({"tiers": [{"up_to": 9}, {"up_to": 5}, {"up_to": "inf"}]}, "tiers"),
        ({"tiers": [{"up_to": "inf"}], "unit_amount": 1}, "unit_amount"),
        (
            {"tiers": [{"up_to": "inf"}], "transform_quantity": {"divide_by": 2, "round": "up"}},
            "transform_quantity",
        ),
    ],
)
async def test_tiers_that_make_no_sense_are_refused(world: World, params, param):
    usual = {"unit_amount": None, "billing_scheme": "tiered", "tiers_mode": "volume"}

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await price(world, **usual | {"recurring": {"interval": "month"}} | params)

    assert refused.value.param == param
    assert (await world.stripe.v1.prices.list_async()).data == []


@pytest.mark.parametrize(
    ("params", "retired", "code"),
    [
        ({"active": False}, False, None),
        ({}, True, "product_inactive"),
        ({"recurring": {"interval": "month"}}, False, None),
        ({"unit_amount": None, "custom_unit_amount": {"enabled": True}}, False, None),
    ],
)
async def test_what_is_not_for_sale_cannot_be_put_into_a_session(world: World, params, retired, code):
    made = await price(world, **params)
    await world.stripe.v1.products.update_async(made.product, {"active": not retired})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(line_items=[{"price": made.id, "quantity": 1}])

    assert (refused.value.param, refused.value.code) == ("line_items[0][price]", code)
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []


async def test_a_price_described_in_place_may_be_of_a_known_product(world: World):
    product = await world.stripe.v1.products.create_async({"name": "Emma"})
    data = {"currency": "eur", "unit_amount": 900, "product": product.id}

    session = await world.session(line_items=[{"price_data": data, "quantity": 1}], expand=["line_items"])

    sold = session.line_items.data[0]
    assert (sold.description, sold.price.product, sold.price.active) == ("Emma", product.id, False)


@pytest.mark.parametrize(
    ("data", "param"),
    [
        ({}, "line_items[0][price_data][product_data]"),
        ({"product": "prod_nobody"}, "line_items[0][price_data][product]"),
        (
            {"product": "prod_nobody", "product_data": {"name": "Emma"}},
            "line_items[0][price_data][product]",
        ),
        (
            {"product_data": {"name": "Emma"}, "recurring": {"interval": "month"}},
            "line_items[0][price_data][recurring]",
        ),
    ],
)
async def test_a_price_described_in_place_needs_one_product(world: World, data, param):
    line = {"price_data": {"currency": "eur", "unit_amount": 900} | data, "quantity": 1}

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(line_items=[line])

    assert refused.value.param == param
    assert (await world.stripe.v1.prices.list_async()).data == []
