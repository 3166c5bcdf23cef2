"""Customers and the cards that can, and cannot, be theirs."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World


async def test_a_customer_can_be_changed_and_deleted(world: World):
    customers = world.stripe.v1.customers
    customer = await customers.create_async(
        {"email": "a@b.test", "name": "A", "address": {"line1": "1 Street", "country": "US"}}
    )
    await world.stripe.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})

    changed = await customers.update_async(customer.id, {"name": "B", "email": ""})
    gone = await customers.delete_async(customer.id)

    assert (changed.name, changed.email, changed.address.country) == ("B", None, "US")
    assert gone.deleted is True
    assert (await customers.retrieve_async(customer.id)).deleted is True
    assert (await customers.list_async()).data == []
    types = await world.types()
    assert types == [
        "customer.created", "payment_method.attached", "customer.updated", "customer.deleted",
        "payment_method.detached",
    ]  # fmt: skip
    assert world.received[2]["data"]["previous_attributes"] == {"name": "A", "email": "a@b.test"}


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ({"number": "4242424242424241"}, "incorrect_number"),
        ({"exp_month": 13}, "invalid_expiry_month"),
        ({"exp_year": 2020}, "invalid_expiry_year"),
        ({"cvc": "12"}, "invalid_cvc"),
    ],
)
async def test_a_card_that_cannot_be_right_is_a_card_error(world: World, card, code):
    right = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}

    with pytest.raises(stripe.CardError) as refused:
        await world.stripe.v1.payment_methods.create_async({"type": "card", "card": right | card})

    assert refused.value.code == code


async def test_a_wrong_cvc_matters_only_if_one_is_given(world: World):
    card = {"number": "4000000000000127", "exp_month": 12, "exp_year": 2040}
    without = await world.stripe.v1.payment_methods.create_async({"type": "card", "card": card})
    given = await world.stripe.v1.payment_methods.create_async(
        {"type": "card", "card": card | {"cvc": "123"}}
    )

    assert (await world.paid(method=without.id)).status == "succeeded"
    with pytest.raises(stripe.CardError):
        await world.paid(method=given.id)


async def test_cards_that_decline_cannot_be_attached_but_one(world: World):
    customer = await world.stripe.v1.customers.create_async({})
    attach = world.stripe.v1.payment_methods.attach_async

    with pytest.raises(stripe.CardError):
        await attach("pm_card_visa_chargeDeclined", {"customer": customer.id})
    kept = await attach("pm_card_chargeCustomerFail", {"customer": customer.id})

    assert kept.customer == customer.id
    assert len((await world.stripe.v1.customers.payment_methods.list_async(customer.id)).data) == 1


async def test_a_detached_method_is_gone_for_good(world: World):
    customer = await world.stripe.v1.customers.create_async({})
    method = await world.stripe.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    await world.stripe.v1.payment_methods.detach_async(method.id)

    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.payment_methods.attach_async(method.id, {"customer": customer.id})
    with pytest.raises(stripe.InvalidRequestError):
        await world.paid(method=method.id)
