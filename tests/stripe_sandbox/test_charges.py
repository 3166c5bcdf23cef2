"""Charges: what an attempt leaves behind, and the old way to make one without a PaymentIntent."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World


async def charged(world: World, **params):
    """A charge without a PaymentIntent."""
    return await world.stripe.v1.charges.create_async(
        {"amount": 2000, "currency": "usd", "source": "tok_visa"} | params
    )


async def test_a_charge_carries_what_the_intent_says(world: World):
    address = {"line1": "Ringstraße 1", "city": "Wien", "country": "AT"}
    method = await world.stripe.v1.payment_methods.create_async(
        {
            "type": "card",
            "card": {"token": "tok_visa"},
            "billing_details": {"name": "Ada", "address": address},
        }
    )

    intent = await world.paid(
        method=method.id,
        description="Two books",
        receipt_email="ada@example.org",
        shipping={"name": "Ada", "address": address},
        statement_descriptor_suffix="BOOKS",
        metadata={"order": "7"},
        expand=["latest_charge"],
    )

    charge = intent.latest_charge
    assert (charge.description, charge.receipt_email) == ("Two books", "ada@example.org")
    assert (charge.shipping.address.city, charge.billing_details.name) == ("Wien", "Ada")
    assert charge.statement_descriptor_suffix == "BOOKS"
    assert charge.calculated_statement_descriptor.endswith("BOOKS")
    assert charge.metadata["order"] == "7"
    assert (charge.outcome.type, charge.outcome.risk_level) == ("authorized", "normal")
    assert charge.receipt_url.startswith("http://sandbox.test/_pages/receipts/ch_")


async def test_later_metadata_of_the_intent_stays_off_the_charge(world: World):
    intent = await world.paid(metadata={"order": "7"})

    await world.stripe.v1.payment_intents.update_async(intent.id, {"metadata": {"order": "8"}})

    charge = await world.stripe.v1.charges.retrieve_async(intent.latest_charge)
    assert charge.metadata["order"] == "7"


async def test_an_update_tells_what_it_changed(world: World):
    intent = await world.paid()

    await world.stripe.v1.charges.update_async(intent.latest_charge, {"metadata": {"picked": "yes"}})

    await world.types()
    event = next(event for event in world.received if event["type"] == "charge.updated")
    assert event["data"]["previous_attributes"] == {"metadata": {"picked": None}}


async def test_a_token_is_charged_without_an_intent(world: World):
    charge = await charged(world, description="By hand", metadata={"order": "7"})

    assert (charge.status, charge.captured, charge.payment_intent) == ("succeeded", True, None)
    assert charge.balance_transaction.startswith("txn_")
    assert (charge.description, charge.metadata["order"]) == ("By hand", "7")
    assert await world.types() == ["charge.succeeded"]


async def test_a_held_charge_is_captured_in_part(world: World):
    charge = await charged(world, capture=False)
    assert (charge.captured, charge.balance_transaction) == (False, None)

    charge = await world.stripe.v1.charges.capture_async(charge.id, {"amount": 1500})

    assert (charge.captured, charge.amount_captured) == (True, 1500)
    assert await world.types() == ["charge.succeeded", "charge.captured"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.charges.capture_async(charge.id)
    assert refused.value.code == "charge_already_captured"


async def test_a_held_charge_ends_after_seven_days(world: World):
    charge = await charged(world, capture=False)

    await world.pass_time(7 * 86400 + 1)

    assert await world.types() == ["charge.succeeded", "charge.expired"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.charges.capture_async(charge.id)
    assert refused.value.code == "charge_expired_for_capture"


@pytest.mark.parametrize(
    ("source", "decline_code"),
    [("tok_chargeDeclined", "generic_decline"), ("tok_authenticationRequired", "authentication_required")],
)
async def test_a_declined_token_leaves_a_failed_charge(world: World, source, decline_code):
    with pytest.raises(stripe.CardError) as refused:
        await charged(world, source=source)

    assert (refused.value.code, refused.value.error.decline_code) == ("card_declined", decline_code)
    charge = await world.stripe.v1.charges.retrieve_async(refused.value.error.charge)
    assert (charge.status, charge.paid) == ("failed", False)
    assert await world.types() == ["charge.failed"]


@pytest.mark.parametrize(
    ("params", "param"),
    [({"source": "tok_nobody"}, "source"), ({"amount": 1}, "amount"), ({"on_behalf_of": "acct_1"}, "on_behalf_of")],
)  # fmt: skip
async def test_what_cannot_be_charged_is_refused(world: World, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await charged(world, **params)

    assert refused.value.param == param
    assert await world.types() == []


async def test_an_intents_hold_is_captured_through_its_charge(world: World):
    intent = await world.paid(capture_method="manual")

    charge = await world.stripe.v1.charges.capture_async(intent.latest_charge, {"amount": 1200})

    assert (charge.captured, charge.amount_captured) == (True, 1200)
    intent = await world.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert (intent.status, intent.amount_received, intent.amount_capturable) == ("succeeded", 1200, 0)
