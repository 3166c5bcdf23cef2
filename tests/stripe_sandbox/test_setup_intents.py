"""SetupIntents through the official SDK: the state machine, challenges, refusals, attempts."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World
from tests.stripe_sandbox.setups import RETURN, a_customer, authenticate, canceled, latest_attempt, set_up


async def test_a_new_intent_waits_for_a_payment_method(world: World):
    intent = await world.stripe.v1.setup_intents.create_async()

    assert (intent.status, intent.usage, intent.customer) == ("requires_payment_method", "off_session", None)
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert intent.automatic_payment_methods.to_dict() == {"allow_redirects": "always", "enabled": True}
    assert "card" in intent.payment_method_types
    assert (intent.latest_attempt, intent.next_action, intent.last_setup_error) == (None, None, None)
    assert await world.types() == ["setup_intent.created"]


async def test_an_intent_with_a_method_waits_for_confirmation(world: World):
    intent = await world.stripe.v1.setup_intents.create_async({"payment_method": "pm_card_visa"})

    assert intent.status == "requires_confirmation"
    assert intent.payment_method.startswith("pm_")


async def test_a_good_card_is_attached_to_the_customer_and_then_the_intent_succeeds(world: World):
    customer = await a_customer(world)

    intent = await set_up(world, customer=customer, metadata={"order": "7"}, expand=["payment_method"])

    assert (intent.status, intent.payment_method.customer) == ("succeeded", customer)
    assert intent.metadata["order"] == "7"
    assert await world.types() == [
        "customer.created", "setup_intent.created", "payment_method.attached", "setup_intent.succeeded",
    ]  # fmt: skip


async def test_without_a_customer_the_method_belongs_to_nobody_and_can_be_attached_later(world: World):
    intent = await set_up(world)
    customer = await a_customer(world)

    attached = await world.stripe.v1.payment_methods.attach_async(
        intent.payment_method, {"customer": customer}
    )

    assert (intent.status, attached.customer) == ("succeeded", customer)


async def test_a_method_is_given_when_confirming(world: World):
    intent = await world.stripe.v1.setup_intents.create_async()

    confirmed = await world.stripe.v1.setup_intents.confirm_async(
        intent.id,
        {"payment_method": "pm_card_mastercard", "return_url": RETURN, "expand": ["payment_method"]},
    )

    assert (confirmed.status, confirmed.payment_method.card.brand) == ("succeeded", "mastercard")


async def test_a_method_is_described_when_confirming(world: World):
    intent = await world.stripe.v1.setup_intents.create_async({"customer": await a_customer(world)})
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}

    confirmed = await world.page.v1.setup_intents.confirm_async(
        intent.id,
        {
            "client_secret": intent.client_secret,
            "payment_method_data": {"type": "card", "card": card, "billing_details": {"name": "Jenny"}},
        },
    )

    assert confirmed.status == "succeeded"
    method = await world.stripe.v1.payment_methods.retrieve_async(confirmed.payment_method)
    assert (method.card.last4, method.billing_details.name) == ("4242", "Jenny")


async def test_a_method_comes_by_an_update_and_then_waits_for_confirmation(world: World):
    intent = await world.stripe.v1.setup_intents.create_async()

    updated = await world.stripe.v1.setup_intents.update_async(
        intent.id,
        {
            "payment_method": "pm_card_visa",
            "customer": await a_customer(world),
            "description": "Subscription",
        },
    )

    assert (updated.status, updated.description) == ("requires_confirmation", "Subscription")
    assert updated.customer.startswith("cus_")


async def test_a_confirmation_without_a_method_is_refused(world: World):
    intent = await world.stripe.v1.setup_intents.create_async()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.setup_intents.confirm_async(intent.id, {"return_url": RETURN})

    assert refused.value.code == "setup_intent_unexpected_state"
    assert refused.value.error.setup_intent.id == intent.id
    assert refused.value.error.setup_intent.status == "requires_payment_method"


async def test_a_challenge_passed_sets_up(world: World):
    customer = await a_customer(world)
    intent = await set_up(world, "pm_card_authenticationRequiredOnSetup", customer=customer)
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    assert intent.next_action.redirect_to_url.return_url == RETURN
    assert (await latest_attempt(world, intent)).status == "requires_action"

    status, answer = await authenticate(world, intent)

    assert (status, answer["status"], answer["next_action"]) == (200, "succeeded", None)
    attempt = await latest_attempt(world, intent)
    assert attempt.payment_method_details.card.three_d_secure.result == "authenticated"
    assert await world.types() == [
        "customer.created", "setup_intent.created", "setup_intent.requires_action", "payment_method.attached",
        "setup_intent.succeeded",
    ]  # fmt: skip


async def test_a_challenge_failed_leaves_the_intent_open_for_another_try(world: World):
    customer = await a_customer(world)
    intent = await set_up(world, "pm_card_authenticationRequired", customer=customer)

    await authenticate(world, intent, "fail")

    failed = await world.stripe.v1.setup_intents.retrieve_async(intent.id)
    assert (failed.status, failed.payment_method) == ("requires_payment_method", None)
    assert failed.last_setup_error.code == "setup_intent_authentication_failure"
    assert failed.last_setup_error.type == "invalid_request_error"
    attempt = await latest_attempt(world, intent)
    assert (attempt.status, attempt.setup_error.code) == ("failed", "setup_intent_authentication_failure")
    assert (await world.types())[-1] == "setup_intent.setup_failed"
    saved = await world.stripe.v1.customers.payment_methods.list_async(customer)
    assert saved.data == []


async def test_after_a_failed_challenge_another_card_is_set_up(world: World):
    intent = await set_up(world, "pm_card_authenticationRequired")
    await authenticate(world, intent, "fail")

    again = await world.stripe.v1.setup_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa", "return_url": RETURN}
    )

    assert (again.status, again.last_setup_error) == ("succeeded", None)
    attempts = await world.stripe.v1.setup_attempts.list_async({"setup_intent": intent.id})
    assert [attempt.status for attempt in attempts.data] == ["succeeded", "failed"]
    assert again.latest_attempt == attempts.data[0].id


async def test_another_card_while_a_challenge_waits_abandons_that_attempt(world: World):
    intent = await set_up(world, "pm_card_authenticationRequired")

    again = await world.stripe.v1.setup_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa", "return_url": RETURN}
    )

    assert again.status == "succeeded"
    attempts = await world.stripe.v1.setup_attempts.list_async({"setup_intent": intent.id})
    assert [attempt.status for attempt in attempts.data] == ["succeeded", "abandoned"]


async def test_confirmed_too_often_the_intent_is_canceled(world: World):
    intent = await world.stripe.v1.setup_intents.create_async(
        {"payment_method": "pm_card_authenticationRequired"}
    )
    for _ in range(100):
        again = await world.stripe.v1.setup_intents.confirm_async(intent.id, {"return_url": RETURN})
        assert again.status == "requires_action"

    last = await world.stripe.v1.setup_intents.confirm_async(intent.id, {"return_url": RETURN})

    assert last.status == "canceled"


async def test_a_method_that_was_attached_elsewhere_meanwhile_is_refused(world: World):
    customer, other = await a_customer(world), await a_customer(world)
    method = await world.stripe.v1.payment_methods.retrieve_async("pm_card_visa")
    intent = await world.stripe.v1.setup_intents.create_async(
        {"payment_method": method.id, "customer": customer}
    )
    await world.stripe.v1.payment_methods.attach_async(method.id, {"customer": other})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.setup_intents.confirm_async(intent.id, {"return_url": RETURN})

    assert refused.value.param == "payment_method"
    unchanged = await world.stripe.v1.setup_intents.retrieve_async(intent.id)
    assert (unchanged.status, unchanged.latest_attempt) == ("requires_confirmation", None)


async def test_there_is_nothing_to_authenticate_twice(world: World):
    intent = await set_up(world)

    status, answer = await authenticate(world, intent)

    assert (status, answer["error"]["code"]) == (400, "setup_intent_unexpected_state")


@pytest.mark.parametrize(
    ("method", "challenged"),
    [
        ("pm_card_authenticationRequiredOnSetup", True),
        ("pm_card_authenticationRequired", True),
        ("pm_card_authenticationRequiredSetupForOffSession", True),
        ("pm_card_threeDSecure2Required", True),
        ("pm_card_threeDSecureOptional", False),
        ("pm_card_amex_threeDSecureNotSupported", False),
    ],
)
async def test_which_cards_are_challenged_when_they_are_set_up(world: World, method, challenged):
    intent = await set_up(world, method)

    assert intent.status == ("requires_action" if challenged else "succeeded")


async def test_an_optional_challenge_happens_on_request(world: World):
    asked = {"card": {"request_three_d_secure": "any"}}

    intent = await set_up(world, "pm_card_threeDSecureOptional", payment_method_options=asked)

    assert intent.status == "requires_action"
    assert intent.payment_method_options.card.request_three_d_secure == "any"


async def test_a_frictionless_card_is_secured_without_a_challenge(world: World):
    card = {"number": "4000000032200000", "exp_month": 1, "exp_year": 2040, "cvc": "123"}
    method = await world.stripe.v1.payment_methods.create_async({"type": "card", "card": card})

    intent = await set_up(world, method.id)

    attempt = await latest_attempt(world, intent)
    assert attempt.payment_method_details.card.three_d_secure.authentication_flow == "frictionless"


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
        ("pm_card_threeDSecureRequiredProcessingError", "card_declined", "generic_decline"),
    ],
)
async def test_a_refusal_is_a_402_that_changes_the_intent(world: World, method, code, decline_code):
    customer = await a_customer(world)

    with pytest.raises(stripe.CardError) as refused:
        await set_up(world, method, customer=customer)

    error = refused.value.error
    assert (refused.value.http_status, error.code, error.decline_code) == (402, code, decline_code)
    assert error.payment_method.card.brand == "visa"
    intent = await world.stripe.v1.setup_intents.retrieve_async(error.setup_intent.id)
    assert (intent.status, intent.payment_method) == ("requires_payment_method", None)
    assert intent.last_setup_error.code == code
    assert (await latest_attempt(world, intent)).status == "failed"
    assert await world.types() == ["customer.created", "setup_intent.created", "setup_intent.setup_failed"]


async def test_a_card_that_only_declines_charges_can_be_set_up(world: World):
    customer = await a_customer(world)

    intent = await set_up(world, "pm_card_chargeCustomerFail", customer=customer)

    assert intent.status == "succeeded"
    with pytest.raises(stripe.CardError):
        await world.paid(method=intent.payment_method, customer=customer, off_session=True)


async def test_a_card_that_is_poor_after_its_challenge_can_be_set_up(world: World):
    intent = await set_up(world, "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds")

    status, answer = await authenticate(world, intent)

    assert (status, answer["status"]) == (200, "succeeded")


async def test_a_canceled_intent_says_why_and_abandons_its_attempt(world: World):
    intent = await set_up(world, "pm_card_authenticationRequired")

    canceled = await world.stripe.v1.setup_intents.cancel_async(
        intent.id, {"cancellation_reason": "abandoned"}
    )

    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    assert canceled.next_action is None
    assert (await latest_attempt(world, intent)).status == "abandoned"
    assert (await world.types())[-1] == "setup_intent.canceled"


@pytest.mark.parametrize("end", ["succeeded", "canceled"])
@pytest.mark.parametrize(
    ("call", "params"),
    [
        ("confirm_async", {"return_url": RETURN}),
        ("cancel_async", {}),
        ("update_async", {"payment_method": "pm_card_visa"}),
    ],
)
async def test_what_is_over_stays_as_it_is(world: World, end, call, params):
    intent = await set_up(world) if end == "succeeded" else await canceled(world)
    before = await world.types()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await getattr(world.stripe.v1.setup_intents, call)(intent.id, params)

    assert (refused.value.http_status, refused.value.code) == (400, "setup_intent_unexpected_state")
    assert refused.value.error.setup_intent.to_dict() == intent.to_dict()
    assert await world.types() == before


async def test_attempts_and_their_intent_can_be_expanded(world: World):
    intent = await set_up(world, customer=await a_customer(world), expand=["latest_attempt.payment_method"])

    attempt = intent.latest_attempt
    assert (attempt.status, attempt.setup_intent, attempt.usage) == ("succeeded", intent.id, "off_session")
    assert attempt.payment_method.card.last4 == "4242"
    assert attempt.payment_method_details.card.brand == "visa"
