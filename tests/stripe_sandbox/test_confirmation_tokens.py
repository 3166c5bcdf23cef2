"""ConfirmationTokens through the official SDK: made by servers and pages, good for one confirmation."""

from typing import Any
from urllib.parse import urlencode

import pytest
import stripe
from tests.stripe_sandbox.harness import World, check_answer
from tests.stripe_sandbox.setups import a_customer

RETURN = "https://shop.test/return"
CARD = {
    "type": "card",
    "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"},
    "billing_details": {"name": "Jenny Rosen", "email": "jenny@example.com"},
}
SHIPPING = {
    "name": "Jenny Rosen",
    "address": {"line1": "1 Main St", "city": "Berlin", "country": "DE", "postal_code": "10115"},
}


async def token(world: World, **params: Any) -> Any:
    """A token made with the test helper, for a good card if nothing else is said."""
    if "payment_method" not in params:
        params = {"payment_method_data": CARD} | params
    return await world.stripe.v1.test_helpers.confirmation_tokens.create_async(
        {"return_url": RETURN} | params
    )


async def retrieve(world: World, id: str) -> Any:
    """A token as it is now."""
    return await world.stripe.v1.confirmation_tokens.retrieve_async(id)


async def pay(world: World, made: Any, **params: Any) -> Any:
    """A PaymentIntent, created and confirmed with a token."""
    return await world.stripe.v1.payment_intents.create_async(
        {"amount": 2000, "currency": "usd", "confirm": True, "confirmation_token": made.id} | params
    )


async def test_a_token_previews_the_payment_method(world: World):
    made = await token(world, setup_future_usage="off_session", shipping=SHIPPING)

    preview = made.payment_method_preview
    assert made.id.startswith("ctoken_")
    assert made.expires_at == made.created + 43200
    assert (preview.type, preview.card.last4, preview.card.brand) == ("card", "4242", "visa")
    assert (preview.card.exp_month, preview.card.exp_year) == (12, 2040)
    assert (preview.billing_details.name, preview.customer) == ("Jenny Rosen", None)
    assert (made.return_url, made.setup_future_usage) == (RETURN, "off_session")
    assert (made.shipping.name, made.shipping.address.city) == ("Jenny Rosen", "Berlin")
    assert (made.payment_intent, made.setup_intent, made.use_stripe_sdk) == (None, None, True)


async def test_a_token_can_hold_a_test_method(world: World):
    made = await token(world, payment_method="pm_card_mastercard")

    assert made.payment_method_preview.card.brand == "mastercard"


async def test_a_token_of_a_saved_method_names_its_customer(world: World):
    customer = await a_customer(world)
    saved = await world.stripe.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer})

    made = await token(world, payment_method=saved.id)

    assert made.payment_method_preview.customer == customer


async def test_a_token_of_a_bank_account_previews_it(world: World):
    made = await token(
        world, payment_method_data={"type": "sepa_debit", "sepa_debit": {"iban": "AT611904300234573201"}}
    )

    preview = made.payment_method_preview
    assert (preview.type, preview.sepa_debit.country, preview.sepa_debit.last4) == (
        "sepa_debit",
        "AT",
        "3201",
    )
    assert made.payment_method_options is None


async def test_a_page_makes_a_token_with_its_publishable_key(world: World):
    path = "/v1/confirmation_tokens"
    sent = {
        "payment_method_data[type]": "card", "payment_method_data[card][number]": "4242424242424242",
        "payment_method_data[card][exp_month]": 1, "payment_method_data[card][exp_year]": 40,
        "payment_method_data[card][cvc]": "123", "return_url": RETURN,
        "mandate_data[customer_acceptance][type]": "online",
        "mandate_data[customer_acceptance][online][user_agent]": "Browser",
    }  # fmt: skip

    status, _, body = await world.raw("POST", path, urlencode(sent), authorization="Bearer pk_test_page")

    check_answer("POST", path, status, body, restricted=True)
    assert (status, body["payment_method_preview"]["card"]["last4"]) == (200, "4242")
    assert body["mandate_data"]["customer_acceptance"]["online"]["user_agent"] == "Browser"


async def test_a_publishable_key_does_not_read_tokens(world: World):
    made = await token(world)

    with pytest.raises(stripe.AuthenticationError):
        await world.page.v1.confirmation_tokens.retrieve_async(made.id)


async def test_a_token_is_made_of_one_payment_method(world: World):
    with pytest.raises(stripe.InvalidRequestError) as neither:
        await world.stripe.v1.test_helpers.confirmation_tokens.create_async({"return_url": RETURN})
    with pytest.raises(stripe.InvalidRequestError) as both:
        await token(world, payment_method="pm_card_visa", payment_method_data=CARD)

    assert (neither.value.code, neither.value.param) == ("parameter_missing", "payment_method_data")
    assert both.value.code == "parameters_exclusive"


async def test_a_card_that_cannot_be_right_makes_no_token(world: World):
    wrong = CARD | {"card": {"number": "4242424242424241", "exp_month": 12, "exp_year": 2040}}

    with pytest.raises(stripe.CardError) as refused:
        await token(world, payment_method_data=wrong)

    assert refused.value.code == "incorrect_number"


async def test_an_intent_is_created_and_paid_with_a_token(world: World):
    customer = await a_customer(world)
    made = await token(world, setup_future_usage="off_session", shipping=SHIPPING)

    intent = await pay(world, made, customer=customer, expand=["payment_method"])

    assert (intent.status, intent.setup_future_usage) == ("succeeded", "off_session")
    assert intent.shipping.address.city == "Berlin"
    assert intent.payment_method.billing_details.name == "Jenny Rosen"
    assert intent.payment_method.customer == customer
    assert (await retrieve(world, made.id)).payment_intent == intent.id


async def test_an_intent_is_confirmed_with_a_token(world: World):
    intent = await world.stripe.v1.payment_intents.create_async({"amount": 2000, "currency": "usd"})
    made = await token(world)

    paid = await world.stripe.v1.payment_intents.confirm_async(intent.id, {"confirmation_token": made.id})

    assert paid.status == "succeeded"
    assert (await retrieve(world, made.id)).payment_intent == intent.id


async def test_a_page_confirms_with_its_token(world: World):
    intent = await world.stripe.v1.payment_intents.create_async({"amount": 2000, "currency": "usd"})
    made = await token(world)

    paid = await world.page.v1.payment_intents.confirm_async(
        intent.id, {"client_secret": intent.client_secret, "confirmation_token": made.id}
    )

    assert paid.status == "succeeded"


async def test_a_setup_intent_is_confirmed_with_a_token(world: World):
    customer = await a_customer(world)
    first, second = await token(world), await token(world)
    intent = await world.stripe.v1.setup_intents.create_async({"customer": customer})

    confirmed = await world.stripe.v1.setup_intents.confirm_async(intent.id, {"confirmation_token": first.id})
    created = await world.stripe.v1.setup_intents.create_async(
        {"customer": customer, "confirm": True, "confirmation_token": second.id}
    )

    assert (confirmed.status, created.status) == ("succeeded", "succeeded")
    assert (await retrieve(world, first.id)).setup_intent == intent.id
    assert (await retrieve(world, second.id)).setup_intent == created.id


async def test_a_token_is_used_once(world: World):
    made = await token(world)
    first = await pay(world, made)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await pay(world, made)

    assert (refused.value.http_status, refused.value.param) == (400, "confirmation_token")
    listed = await world.stripe.v1.payment_intents.list_async()
    assert [intent.id for intent in listed.data] == [first.id]


async def test_a_token_whose_card_was_declined_is_used_too(world: World):
    made = await token(world, payment_method="pm_card_visa_chargeDeclined")
    with pytest.raises(stripe.CardError) as declined:
        await pay(world, made)

    with pytest.raises(stripe.InvalidRequestError):
        await pay(world, made)

    assert (await retrieve(world, made.id)).payment_intent == declined.value.error.payment_intent.id


async def test_a_confirmation_that_was_wrong_does_not_use_the_token(world: World):
    made = await token(world)
    with pytest.raises(stripe.InvalidRequestError):
        await pay(world, made, currency="xxx")

    intent = await pay(world, made)

    assert intent.status == "succeeded"


async def test_a_token_expires_after_twelve_hours(world: World):
    made = await token(world)
    await world.pass_time(43200)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await pay(world, made)

    assert (refused.value.http_status, refused.value.param) == (400, "confirmation_token")
    assert "expired" in refused.value.user_message
    assert (await world.stripe.v1.payment_intents.list_async()).data == []


@pytest.mark.parametrize("other", [{"payment_method": "pm_card_visa"}, {"payment_method_data": CARD}])
async def test_a_token_and_a_payment_method_exclude_each_other(world: World, other):
    made = await token(world)
    setup = await world.stripe.v1.setup_intents.create_async()

    with pytest.raises(stripe.InvalidRequestError) as paying:
        await pay(world, made, **other)
    with pytest.raises(stripe.InvalidRequestError) as setting_up:
        await world.stripe.v1.setup_intents.confirm_async(setup.id, {"confirmation_token": made.id} | other)

    assert paying.value.code == setting_up.value.code == "parameters_exclusive"


async def test_an_unknown_token_is_404_by_path_and_400_by_parameter(world: World):
    with pytest.raises(stripe.InvalidRequestError) as by_path:
        await retrieve(world, "ctoken_unknown")
    with pytest.raises(stripe.InvalidRequestError) as by_parameter:
        await world.stripe.v1.payment_intents.create_async(
            {"amount": 2000, "currency": "usd", "confirm": True, "confirmation_token": "ctoken_unknown"}
        )

    assert (by_path.value.http_status, by_path.value.param) == (404, "id")
    assert (by_parameter.value.http_status, by_parameter.value.param) == (400, "confirmation_token")
    assert by_path.value.code == by_parameter.value.code == "resource_missing"


async def test_a_token_is_for_confirming_only(world: World):
    made = await token(world)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payment_intents.create_async(
            {"amount": 2000, "currency": "usd", "confirmation_token": made.id}
        )

    assert refused.value.param == "confirmation_token"


async def test_a_challenge_that_a_token_leads_to_is_for_stripe_js(world: World):
    made = await token(world, payment_method="pm_card_authenticationRequired")

    intent = await pay(world, made)

    assert (intent.status, intent.next_action.type) == ("requires_action", "use_stripe_sdk")
