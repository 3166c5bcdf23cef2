"""Saved cards through the official SDK: kept with a payment or a set-up, and charged again later."""

from typing import Any

import pytest
import stripe
from tests.stripe_sandbox.harness import World
from tests.stripe_sandbox.setups import a_customer, authenticate, set_up

ON_SETUP = "pm_card_authenticationRequiredOnSetup"
ALWAYS = "pm_card_authenticationRequired"
SET_UP_ALREADY = "pm_card_authenticationRequiredSetupForOffSession"
RETURN = "https://shop.test/return"


async def saved(world: World, customer: str, method: str) -> str:
    """The id of a card that a customer saved with a SetupIntent, passing whatever challenge there was."""
    intent = await set_up(world, method, customer=customer)
    if intent.status == "requires_action":
        await authenticate(world, intent)
    intent = await world.stripe.v1.setup_intents.retrieve_async(intent.id)
    assert intent.status == "succeeded"
    found: str = intent.payment_method
    return found


async def attached(world: World, customer: str, method: str) -> str:
    """The id of a card that was attached without a set-up."""
    made = await world.stripe.v1.payment_methods.attach_async(method, {"customer": customer})
    found: str = made.id
    return found


async def charge_later(world: World, customer: str, method: str, **params: Any) -> Any:
    """An off-session payment."""
    return await world.stripe.v1.payment_intents.create_async(
        {
            "amount": 2000, "currency": "usd", "customer": customer, "payment_method": method,
            "off_session": True, "confirm": True,
        } | params  # type: ignore[arg-type]
    )  # fmt: skip


async def end_of_charge(world: World, customer: str, method: str) -> Any:
    """The status of an off-session payment, or the code of its refusal."""
    try:
        return (await charge_later(world, customer, method)).status
    except stripe.CardError as error:
        return error.code


@pytest.mark.parametrize("usage", ["on_session", "off_session"])
async def test_a_payment_that_says_so_attaches_its_method(world: World, usage):
    customer = await a_customer(world)

    intent = await world.paid(customer=customer, setup_future_usage=usage, expand=["payment_method"])

    assert (intent.status, intent.payment_method.customer) == ("succeeded", customer)
    assert await world.types() == [
        "customer.created", "payment_intent.created", "charge.succeeded", "payment_method.attached",
        "payment_intent.succeeded",
    ]  # fmt: skip
    again = await charge_later(world, customer, intent.payment_method.id)
    assert again.status == "succeeded"


async def test_a_payment_that_does_not_say_so_keeps_nothing(world: World):
    customer = await a_customer(world)

    intent = await world.paid(customer=customer, expand=["payment_method"])

    assert intent.payment_method.customer is None
    listed = await world.stripe.v1.customers.payment_methods.list_async(customer)
    assert listed.data == []


async def test_a_method_is_single_use_without_a_customer(world: World):
    first = await world.paid()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.paid(method=first.payment_method)

    assert (refused.value.http_status, refused.value.param) == (400, "payment_method")
    assert "may not be used again" in refused.value.user_message
    listed = await world.stripe.v1.payment_intents.list_async()
    assert [intent.id for intent in listed.data] == [first.id]


async def test_a_used_method_cannot_be_attached_or_set_up(world: World):
    customer = await a_customer(world)
    method = (await world.paid()).payment_method

    with pytest.raises(stripe.InvalidRequestError):
        await attached(world, customer, method)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await set_up(world, method, customer=customer)

    assert refused.value.param == "payment_method"
    assert (await world.stripe.v1.payment_methods.retrieve_async(method)).customer is None


async def test_another_customers_method_is_refused(world: World):
    owner, other = await a_customer(world), await a_customer(world)
    method = await saved(world, owner, "pm_card_visa")

    with pytest.raises(stripe.InvalidRequestError) as by_other:
        await charge_later(world, other, method)
    with pytest.raises(stripe.InvalidRequestError) as by_nobody:
        await world.paid(method=method)
    with pytest.raises(stripe.InvalidRequestError) as to_set_up:
        await set_up(world, method, customer=other)

    errors = (by_other.value, by_nobody.value, to_set_up.value)
    assert {(error.http_status, error.param) for error in errors} == {(400, "payment_method")}
    assert (await world.stripe.v1.payment_intents.list_async()).data == []


async def test_a_detached_method_is_never_used_or_attached_again(world: World):
    customer = await a_customer(world)
    method = await saved(world, customer, "pm_card_visa")

    detached = await world.stripe.v1.payment_methods.detach_async(method)
    with pytest.raises(stripe.InvalidRequestError) as attaching:
        await attached(world, customer, method)
    with pytest.raises(stripe.InvalidRequestError) as paying:
        await charge_later(world, customer, method)
    with pytest.raises(stripe.InvalidRequestError) as twice:
        await world.stripe.v1.payment_methods.detach_async(method)

    assert detached.customer is None
    assert [error.value.http_status for error in (attaching, paying, twice)] == [400, 400, 400]
    event = world.received[-1] if await world.types() else {}
    assert event["type"] == "payment_method.detached"
    assert event["data"]["previous_attributes"] == {"customer": customer}


@pytest.mark.parametrize(
    ("method", "before", "after"),
    [
        ("pm_card_visa", "succeeded", "succeeded"),
        (ON_SETUP, "authentication_required", "succeeded"),
        (ALWAYS, "authentication_required", "authentication_required"),
        (SET_UP_ALREADY, "succeeded", "succeeded"),
    ],
)
async def test_which_cards_are_charged_off_session_before_and_after_a_set_up(
    world: World, method, before, after
):
    customer = await a_customer(world)

    only_attached = await attached(world, customer, method)
    set_up_before = await saved(world, customer, method)

    assert await end_of_charge(world, customer, only_attached) == before
    assert await end_of_charge(world, customer, set_up_before) == after


@pytest.mark.parametrize("method", [ON_SETUP, ALWAYS, SET_UP_ALREADY])
async def test_a_card_that_was_set_up_is_still_challenged_on_session(world: World, method):
    customer = await a_customer(world)
    card = await saved(world, customer, method)

    intent = await world.paid(method=card, customer=customer)

    assert intent.status == "requires_action"


async def test_a_payment_that_was_challenged_sets_up_its_card_for_later(world: World):
    customer = await a_customer(world)
    intent = await world.paid(method=ON_SETUP, customer=customer, setup_future_usage="off_session")
    _, paid = await world.control(
        "POST", f"/payment_intents/{intent.id}/authenticate", {"outcome": "succeed"}
    )

    later = await charge_later(world, customer, paid["payment_method"])

    assert (paid["status"], later.status) == ("succeeded", "succeeded")


async def test_a_card_saved_for_on_session_use_is_not_set_up_for_off_session(world: World):
    customer = await a_customer(world)
    intent = await set_up(world, ON_SETUP, customer=customer, usage="on_session")
    await authenticate(world, intent)

    with pytest.raises(stripe.CardError) as refused:
        await charge_later(world, customer, intent.payment_method)

    assert refused.value.code == "authentication_required"


async def test_a_bank_that_wants_the_customer_is_a_402_with_all_that_brings_them_back(world: World):
    customer = await a_customer(world)
    card = await saved(world, customer, ALWAYS)

    with pytest.raises(stripe.CardError) as refused:
        await charge_later(world, customer, card)

    error = refused.value.error
    assert (refused.value.http_status, error.code) == (402, "authentication_required")
    assert error.decline_code == "authentication_required"
    assert error.payment_method.id == card
    assert error.payment_intent.client_secret
    intent = await world.stripe.v1.payment_intents.retrieve_async(error.payment_intent.id)
    assert (intent.status, intent.payment_method) == ("requires_payment_method", None)
    assert intent.last_payment_error.payment_method.id == card
    assert (await world.types())[-3:] == [
        "payment_intent.created", "charge.failed", "payment_intent.payment_failed",
    ]  # fmt: skip


async def test_the_customer_comes_back_with_the_secret_and_pays(world: World):
    customer = await a_customer(world)
    card = await saved(world, customer, ALWAYS)
    with pytest.raises(stripe.CardError) as refused:
        await charge_later(world, customer, card)
    failed = refused.value.error.payment_intent

    asked = await world.page.v1.payment_intents.confirm_async(
        failed.id, {"client_secret": failed.client_secret, "payment_method": card, "use_stripe_sdk": True}
    )
    status, paid = await world.control(
        "POST", f"/payment_intents/{failed.id}/authenticate", {"outcome": "succeed"}
    )

    assert (asked.status, asked.next_action.type) == ("requires_action", "use_stripe_sdk")
    assert (status, paid["status"], paid["customer"]) == (200, "succeeded", customer)


async def test_a_saved_card_that_is_refused_stays_saved(world: World):
    customer = await a_customer(world)
    card = await saved(world, customer, "pm_card_chargeCustomerFail")

    with pytest.raises(stripe.CardError) as refused:
        await charge_later(world, customer, card)

    assert refused.value.code == "card_declined"
    kept = await world.stripe.v1.payment_methods.retrieve_async(card)
    assert kept.customer == customer


@pytest.mark.parametrize("method", ["pm_card_visa_chargeDeclined", "pm_card_chargeDeclinedExpiredCard"])
async def test_a_card_that_declines_cannot_be_attached(world: World, method):
    customer = await a_customer(world)

    with pytest.raises(stripe.CardError) as refused:
        await attached(world, customer, method)

    assert refused.value.http_status == 402
    listed = await world.stripe.v1.customers.payment_methods.list_async(customer)
    assert listed.data == []


async def test_a_saved_bank_account_is_charged_later(world: World):
    customer = await a_customer(world)
    account = await saved(world, customer, "pm_usBankAccount_success")

    intent = await charge_later(world, customer, account)
    await world.pass_time(60)

    paid = await world.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert (intent.status, paid.status) == ("processing", "succeeded")


async def test_a_saved_wallet_is_charged_later_without_asking_again(world: World):
    customer = await a_customer(world)
    intent = await world.stripe.v1.setup_intents.create_async(
        {
            "customer": customer,
            "confirm": True,
            "return_url": RETURN,
            "payment_method_data": {"type": "amazon_pay", "amazon_pay": {}},
        }
    )
    await authenticate(world, intent)

    later = await charge_later(world, customer, intent.payment_method)

    assert later.status == "succeeded"
