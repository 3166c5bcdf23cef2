"""Shipping options, addresses and taxes of Checkout Sessions."""

import random

import pytest
import stripe
from tests.stripe_sandbox.at_the_page import DE, US, change, confirm, look, pay
from tests.stripe_sandbox.harness import World, price


def delivery(amount: int, name: str = "Post", currency: str = "usd"):
    fixed = {"amount": amount, "currency": currency}
    return {"shipping_rate_data": {"display_name": name, "type": "fixed_amount", "fixed_amount": fixed}}


def sums_up(session) -> bool:
    details = session["total_details"]
    return session["amount_total"] == (
        session["amount_subtotal"]
        - details["amount_discount"]
        + details["amount_shipping"]
        + details["amount_tax"]
    )


async def test_the_first_shipping_option_is_chosen_at_first(world: World):
    session = await world.session(shipping_options=[delivery(500), delivery(1500, "Express")])

    assert [option.shipping_amount for option in session.shipping_options] == [500, 1500]
    assert (session.amount_total, session.total_details.amount_shipping) == (3500, 500)
    assert session.shipping_cost.shipping_rate == session.shipping_options[0].shipping_rate


async def test_the_customer_chooses_how_it_is_shipped(world: World):
    session = await world.session(shipping_options=[delivery(500), delivery(1500, "Express")])
    express = session.shipping_options[1].shipping_rate

    _, page = await change(world, session, shipping_rate=express)

    assert (page["amount_total"], page["shipping_cost"]["amount_total"]) == (4500, 1500)
    assert [option["selected"] for option in page["shipping_options"]] == [False, True]
    assert page["shipping_options"][1]["shipping_rate"]["display_name"] == "Express"
    _, answer = await pay(world, session.id)
    assert answer["shipping_cost"]["shipping_rate"] == express


async def test_a_stored_shipping_rate_may_be_offered(world: World):
    rate = await world.stripe.v1.shipping_rates.create_async(delivery(700)["shipping_rate_data"])

    session = await world.session(shipping_options=[{"shipping_rate": rate.id}])

    assert (session.shipping_options[0].shipping_rate, session.amount_total) == (rate.id, 3700)


async def test_another_sessions_rate_cannot_be_chosen(world: World):
    rate = await world.stripe.v1.shipping_rates.create_async(delivery(1)["shipping_rate_data"])
    session = await world.session(shipping_options=[delivery(500)])

    status, answer = await change(world, session, shipping_rate=rate.id)

    assert (status, answer["error"]["param"]) == (400, "shipping_rate")
    assert (await look(world, session))["amount_total"] == 3500


async def test_the_shipping_address_goes_to_the_intent(world: World):
    session = await world.session(shipping_address_collection={"allowed_countries": ["US", "DE"]})
    assert "shipping_address" in (await look(world, session))["requires"]

    _, page = await confirm(
        world, session, payment_method="pm_card_visa", shipping_details={"name": "Ada", "address": DE}
    )

    assert page["collected_information"]["shipping_details"]["address"]["city"] == "Berlin"
    intent = await world.stripe.v1.payment_intents.retrieve_async(page["payment_intent"]["id"])
    assert (intent.shipping.name, intent.shipping.address.country) == ("Ada", "DE")
    assert (await world.types())[0] == "payment_intent.created"
    assert world.received[0]["data"]["object"]["shipping"]["address"]["city"] == "Berlin"


async def test_nothing_is_shipped_where_the_shop_does_not_ship(world: World):
    session = await world.session(shipping_address_collection={"allowed_countries": ["US"]})

    status, answer = await change(world, session, shipping_details={"name": "Ada", "address": DE})

    assert (status, answer["error"]["param"]) == (400, "shipping_details[address][country]")
    assert (await look(world, session))["collected_information"] is None


async def test_a_page_cannot_confirm_without_the_address_asked_for(world: World):
    session = await world.session(shipping_address_collection={"allowed_countries": ["US"]})

    status, answer = await confirm(world, session, payment_method="pm_card_visa")

    assert (status, answer["error"]["param"]) == (400, "shipping_address")
    assert (await world.stripe.v1.charges.list_async()).data == []


async def test_who_pays_by_command_tells_an_address(world: World):
    session = await world.session(
        shipping_address_collection={"allowed_countries": ["FR"]}, phone_number_collection={"enabled": True}
    )

    _, answer = await pay(world, session.id)

    assert answer["collected_information"]["shipping_details"]["address"]["country"] == "FR"
    assert answer["customer_details"]["phone"]


@pytest.mark.parametrize(("inclusive", "total", "tax"), [(True, 3000, 479), (False, 3570, 570)])
async def test_tax_rates_of_a_line_are_taken(world: World, inclusive, total, tax):
    rate = await world.stripe.v1.tax_rates.create_async(
        {"display_name": "VAT", "percentage": 19, "inclusive": inclusive}
    )
    lines = [{"price_data": price(1500, "Walden"), "quantity": 2, "tax_rates": [rate.id]}]

    session = await world.session(line_items=lines, expand=["line_items"])

    assert (session.amount_total, session.total_details.amount_tax) == (total, tax)
    assert [(one.amount, one.rate.id) for one in session.line_items.data[0].taxes] == [(tax, rate.id)]


async def test_automatic_tax_waits_for_an_address(world: World):
    session = await world.session(automatic_tax={"enabled": True})
    assert (session.automatic_tax.status, session.amount_total) == ("requires_location_inputs", 3000)
    assert (await look(world, session))["tax_status"] == "requires_billing_address"

    _, page = await change(world, session, customer_details={"address": US})

    assert (page["automatic_tax"]["status"], page["tax_status"]) == ("complete", "ready")
    assert page["total_details"]["amount_tax"] == 188
    assert page["total_details"]["breakdown"]["taxes"][0]["amount"] == 188
    assert sums_up(page)


async def test_automatic_tax_follows_the_shipping_address(world: World):
    session = await world.session(
        automatic_tax={"enabled": True}, shipping_address_collection={"allowed_countries": ["US"]}
    )
    assert (await look(world, session))["tax_status"] == "requires_shipping_address"
    oregon = US | {"state": "OR", "postal_code": "97201"}
    await change(world, session, customer_details={"address": US})

    _, page = await change(world, session, shipping_details={"name": "Ada", "address": oregon})

    assert (page["total_details"]["amount_tax"], page["amount_total"]) == (0, 3000)


async def test_a_known_customer_is_taxed_from_the_start(world: World):
    customer = await world.stripe.v1.customers.create_async({"address": US})

    session = await world.session(automatic_tax={"enabled": True}, customer=customer.id)

    assert (session.automatic_tax.status, session.total_details.amount_tax) == ("complete", 188)


async def test_a_customer_on_file_needs_an_address_to_be_taxed(world: World):
    customer = await world.stripe.v1.customers.create_async({"email": "ada@shop.test"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(automatic_tax={"enabled": True}, customer=customer.id)

    assert refused.value.code == "customer_tax_location_invalid"
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []
    session = await world.session(
        automatic_tax={"enabled": True}, customer=customer.id, customer_update={"address": "auto"}
    )
    await pay(world, session.id)
    assert (await world.stripe.v1.customers.retrieve_async(customer.id)).address.country == "US"


async def test_a_customer_on_file_gets_a_tax_id_only_with_a_name(world: World):
    customer = await world.stripe.v1.customers.create_async({"email": "ada@shop.test"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(tax_id_collection={"enabled": True}, customer=customer.id)

    assert refused.value.param == "tax_id_collection"
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []


async def test_shipping_is_taxed_too(world: World):
    customer = await world.stripe.v1.customers.create_async({"address": DE})

    session = await world.session(
        automatic_tax={"enabled": True}, customer=customer.id, shipping_options=[delivery(1000)]
    )

    cost = session.shipping_cost
    assert cost.amount_total == cost.amount_subtotal + cost.amount_tax
    assert cost.amount_tax > 0
    assert session.amount_total == 3000 + 1000 + session.total_details.amount_tax


async def test_a_business_of_the_eu_owes_the_tax_itself(world: World):
    session = await world.session(automatic_tax={"enabled": True}, tax_id_collection={"enabled": True})
    await change(world, session, customer_details={"address": DE})

    _, page = await change(world, session, tax_id={"type": "eu_vat", "value": "DE123456789"})

    assert page["customer_details"]["tax_ids"] == [{"type": "eu_vat", "value": "DE123456789"}]
    assert page["total_details"]["amount_tax"] == 0


async def test_the_amount_the_customer_saw_is_checked_after_the_tax(world: World):
    session = await world.session(automatic_tax={"enabled": True})

    status, answer = await confirm(
        world,
        session,
        payment_method="pm_card_visa",
        expected_amount=3000,
        customer_details={"address": US},
    )

    assert (status, answer["error"]["param"]) == (400, "expected_amount")
    assert (await world.stripe.v1.charges.list_async()).data == []


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"shipping_options": [{"shipping_rate": "shr_none"}]}, "shipping_options[0][shipping_rate]"),
        ({"shipping_options": [delivery(1)] * 6}, "shipping_options"),
        ({"shipping_options": [delivery(100, currency="eur")]}, "shipping_options[0]"),
        ({"shipping_address_collection": {"allowed_countries": ["XX"]}}, None),
        ({"line_items": [{"price_data": price(900, "A"), "quantity": 1, "tax_rates": ["txr_none"]}]},
         "line_items[0][tax_rates][0]"),
    ],
)  # fmt: skip
async def test_shipping_and_tax_that_make_no_sense_are_refused(world: World, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(**params)

    assert refused.value.http_status == 400
    assert param is None or refused.value.param == param
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []


@pytest.mark.parametrize("seed", range(8))
async def test_amounts_add_up_whatever_is_sold(world: World, seed):
    chance = random.Random(seed)
    rates = [
        await world.stripe.v1.tax_rates.create_async(
            {
                "display_name": "VAT",
                "percentage": chance.choice([7, 19, 8.25]),
                "inclusive": chance.random() < 0.5,
            }
        )
        for _ in range(2)
    ]
    coupon = await world.stripe.v1.coupons.create_async({"percent_off": chance.choice([5, 33.3, 50])})
    lines = [
        {
            "price_data": price(chance.randint(100, 9999), f"Book {n}"),
            "quantity": chance.randint(1, 9),
            "tax_rates": [rate.id for rate in rates[: chance.randint(0, 2)]],
        }
        for n in range(chance.randint(1, 6))
    ]

    session = await world.session(
        line_items=lines,
        discounts=[{"coupon": coupon.id}],
        shipping_options=[delivery(chance.randint(0, 2000))],
    )

    items = (await world.stripe.v1.checkout.sessions.line_items.list_async(session.id)).data
    assert session.amount_subtotal == sum(item.amount_subtotal for item in items)
    assert session.total_details.amount_tax == sum(item.amount_tax for item in items)
    assert session.total_details.amount_discount == sum(item.amount_discount for item in items)
    assert (
        session.amount_total == sum(item.amount_total for item in items) + session.shipping_cost.amount_total
    )
