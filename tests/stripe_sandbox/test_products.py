"""Products, Prices and the small change of other resources."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World


async def test_a_product_lives_with_its_prices(world: World):
    products, prices = world.stripe.v1.products, world.stripe.v1.prices
    product = await products.create_async(
        {
            "name": "Emma",
            "images": ["https://a.test/1.png"],
            "default_price_data": {"currency": "eur", "unit_amount": 900},
        }
    )

    changed = await products.update_async(product.id, {"name": "Emma (1815)", "active": False})
    price = await prices.update_async(product.default_price, {"nickname": "paperback", "active": False})

    assert (changed.name, changed.active, price.nickname) == ("Emma (1815)", False, "paperback")
    assert [one.id for one in (await prices.list_async({"product": product.id, "active": False})).data] == [
        price.id
    ]
    assert (await prices.list_async({"active": True})).data == []
    with pytest.raises(stripe.InvalidRequestError):
        await products.delete_async(product.id)


async def test_a_product_without_prices_can_be_deleted(world: World):
    products = world.stripe.v1.products
    product = await products.create_async({"id": "emma", "name": "Emma"})
    with pytest.raises(stripe.InvalidRequestError):
        await products.create_async({"id": "emma", "name": "Emma"})

    assert (await products.delete_async(product.id)).deleted is True

    assert (await products.list_async()).data == []
    with pytest.raises(stripe.InvalidRequestError) as gone:
        await products.retrieve_async(product.id)
    assert gone.value.http_status == 404


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"unit_amount_decimal": "10.5"}, "unit_amount_decimal"),
        ({"unit_amount_decimal": "ten"}, "unit_amount_decimal"),
        ({}, "unit_amount"),
        ({"unit_amount": 1, "recurring": {"interval": "month"}}, "recurring"),
    ],
)
async def test_a_price_that_cannot_be_charged_is_refused(world: World, change, param):
    product = await world.stripe.v1.products.create_async({"name": "Emma"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.prices.create_async({"product": product.id, "currency": "eur"} | change)

    assert refused.value.param == param
    assert (await world.stripe.v1.prices.list_async()).data == []


async def test_a_charge_can_be_annotated(world: World):
    intent = await world.paid()

    charge = await world.stripe.v1.charges.update_async(
        intent.latest_charge,
        {"description": "Books", "fraud_details": {"user_report": "safe"}, "metadata": {"a": "1"}},
    )

    assert (charge.description, charge.fraud_details.user_report) == ("Books", "safe")
    assert (await world.types())[-1] == "charge.updated"
    assert world.received[-1]["data"]["previous_attributes"]["metadata"] == {}


async def test_events_can_be_walked_in_the_order_they_happened(world: World):
    await world.paid()
    first = (await world.stripe.v1.events.list_async()).data[-1]
    await world.paid()

    page = await world.stripe.v1.events.list_async({"ending_before": first.id, "limit": 2})
    walked = [event.type async for event in page.auto_paging_iter()]

    assert walked == [
        "charge.succeeded", "payment_intent.succeeded",
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
    ]  # fmt: skip


async def test_a_method_can_be_changed_and_is_found_by_its_customer(world: World):
    customer = await world.stripe.v1.customers.create_async({"payment_method": "pm_card_mastercard"})
    method = (
        await world.stripe.v1.payment_methods.list_async({"customer": customer.id, "type": "card"})
    ).data[0]

    changed = await world.stripe.v1.payment_methods.update_async(
        method.id, {"billing_details": {"name": "A"}, "card": {"exp_year": 2041}, "metadata": {"a": "1"}}
    )

    assert (changed.billing_details.name, changed.card.exp_year, changed.card.brand) == (
        "A",
        2041,
        "mastercard",
    )
    again = await world.stripe.v1.customers.payment_methods.retrieve_async(customer.id, method.id)
    assert again.metadata["a"] == "1"


async def test_what_is_described_but_not_modelled_is_an_unknown_url(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.disputes.list_async()

    assert refused.value.http_status == 404
