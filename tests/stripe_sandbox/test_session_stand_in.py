"""Who pays a session by command, when nobody sits at its page."""

import pytest
from tests.stripe_sandbox.at_the_page import pay
from tests.stripe_sandbox.harness import World


async def test_what_the_page_asks_for_is_filled_in(world: World):
    label = {"type": "custom", "custom": "A"}
    session = await world.session(
        billing_address_collection="required",
        consent_collection={"terms_of_service": "required"},
        name_collection={"individual": {"enabled": True}},
        custom_fields=[
            {"key": "engraving", "label": label, "type": "text", "text": {"minimum_length": 3}},
            {
                "key": "size",
                "label": label,
                "type": "dropdown",
                "dropdown": {"options": [{"label": "M", "value": "m"}]},
            },
            {"key": "floor", "label": label, "type": "numeric"},
        ],
    )

    status, answer = await pay(world, session.id)

    text, size, floor = answer["custom_fields"]
    assert (status, answer["status"]) == (200, "complete")
    assert (text["text"]["value"], size["dropdown"]["value"], floor["numeric"]["value"]) == ("xxx", "m", "1")
    assert answer["consent"]["terms_of_service"] == "accepted"
    assert answer["customer_details"]["email"]
    assert answer["customer_details"]["individual_name"]
    assert answer["customer_details"]["address"]["country"] == "US"


@pytest.mark.parametrize("email", ["ada@shop.test", "eve@shop.test"])
async def test_the_caller_may_say_who_pays(world: World, email):
    session = await world.session()

    _, answer = await pay(world, session.id, email=email)

    assert answer["customer_details"]["email"] == email


async def test_the_payment_methods_own_address_goes_first(world: World):
    method = await world.stripe.v1.payment_methods.create_async(
        {
            "type": "card", "card": {"token": "tok_visa"},
            "billing_details": {"email": "card@shop.test", "address": {"country": "FR", "line1": "1 rue"}},
        }
    )  # fmt: skip
    session = await world.session(billing_address_collection="required", customer_creation="always")

    _, answer = await pay(world, session.id, method.id)

    customer = await world.stripe.v1.customers.retrieve_async(answer["customer"])
    assert (customer.email, customer.address.country) == ("card@shop.test", "FR")
    assert answer["customer_details"]["address"]["line1"] == "1 rue"


async def test_a_session_that_is_over_is_not_paid_again(world: World):
    session = await world.session()
    await pay(world, session.id)

    status, answer = await pay(world, session.id)

    assert (status, "complete" in answer["error"]["message"]) == (400, True)
    assert len((await world.stripe.v1.charges.list_async()).data) == 1
