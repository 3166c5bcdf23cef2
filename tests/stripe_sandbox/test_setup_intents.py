"""SetupIntents through the official SDK: the state machine, challenges, refusals, mandates, attempts."""

from typing import Any

import pytest
import stripe
from tests.stripe_sandbox.harness import World

RETURN = "https://shop.test/return"


async def a_customer(world: World) -> str:
    """A customer's id."""
    found: str = (await world.stripe.v1.customers.create_async({"email": "jenny@example.com"})).id
    return found


async def set_up(world: World, method: str = "pm_card_visa", **params: Any) -> Any:
    """A SetupIntent, created and confirmed in one call."""
    return await world.stripe.v1.setup_intents.create_async(
        {"payment_method": method, "confirm": True, "return_url": RETURN} | params
    )


async def authenticate(world: World, intent: Any, outcome: str = "succeed") -> tuple[int, Any]:
    """The customer passes or fails the challenge."""
    return await world.control("POST", f"/setup_intents/{intent.id}/authenticate", {"outcome": outcome})


async def canceled(world: World) -> Any:
    """A SetupIntent that was canceled."""
    intent = await world.stripe.v1.setup_intents.create_async({"payment_method": "pm_card_visa"})
    return await world.stripe.v1.setup_intents.cancel_async(intent.id)


async def latest_attempt(world: World, intent: Any) -> Any:
    """The newest attempt of an intent."""
    found = await world.stripe.v1.setup_attempts.list_async({"setup_intent": intent.id})
    return found.data[0]


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


async def test_payment_method_types_are_no_longer_supported(world: World):
    intent = await world.stripe.v1.setup_intents.create_async()
    sent: Any = {"payment_method_types": ["card"]}

    with pytest.raises(stripe.InvalidRequestError) as creating:
        await world.stripe.v1.setup_intents.create_async(sent)
    with pytest.raises(stripe.InvalidRequestError) as updating:
        await world.stripe.v1.setup_intents.update_async(intent.id, sent)

    assert creating.value.code == updating.value.code == "payment_method_types_no_longer_supported"


async def test_allowed_and_excluded_types_choose_what_is_offered(world: World):
    create = world.stripe.v1.setup_intents.create_async

    allowed = await create({"allowed_payment_method_types": ["card", "sepa_debit", "twint"]})
    excluded = await create({"excluded_payment_method_types": ["sepa_debit"]})
    staying = await create({"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}})

    assert allowed.payment_method_types == ["card", "sepa_debit"]
    assert allowed.automatic_payment_methods is None
    assert "sepa_debit" not in excluded.payment_method_types
    assert "paypal" in excluded.payment_method_types
    assert "paypal" not in staying.payment_method_types


async def test_allowed_types_exclude_the_other_ways_of_choosing(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.setup_intents.create_async(
            {"allowed_payment_method_types": ["card"], "automatic_payment_methods": {"enabled": True}}
        )

    assert refused.value.code == "parameters_exclusive"


async def test_a_method_of_a_kind_that_is_not_offered_is_refused(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await set_up(world, "pm_card_visa", allowed_payment_method_types=["sepa_debit"])

    assert refused.value.param == "payment_method"


async def test_a_server_says_where_the_customer_returns_to(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.setup_intents.create_async({"payment_method": "pm_card_visa", "confirm": True})

    assert refused.value.param == "return_url"
    assert "configured to accept payment methods enabled in your Dashboard" in refused.value.user_message
    assert (await world.stripe.v1.setup_intents.list_async()).data == []


async def test_no_return_url_is_needed_when_nothing_redirects(world: World):
    intent = await world.stripe.v1.setup_intents.create_async(
        {
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )

    assert intent.status == "succeeded"


@pytest.mark.parametrize("name", ["return_url", "confirmation_token"])
async def test_what_only_confirms_is_refused_without_confirm(world: World, name):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.setup_intents.create_async({name: RETURN})

    assert refused.value.param == name


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


async def test_metadata_can_change_after_success(world: World):
    intent = await set_up(world, metadata={"a": "1"})

    updated = await world.stripe.v1.setup_intents.update_async(intent.id, {"metadata": {"b": "2"}})

    assert updated.metadata.to_dict() == {"a": "1", "b": "2"}


async def test_lists_are_newest_first_and_filtered(world: World):
    customer = await a_customer(world)
    first = await set_up(world, customer=customer)
    second = await world.stripe.v1.setup_intents.create_async()

    everything = await world.stripe.v1.setup_intents.list_async()
    of_customer = await world.stripe.v1.setup_intents.list_async({"customer": customer})
    of_method = await world.stripe.v1.setup_intents.list_async({"payment_method": first.payment_method})

    assert [intent.id for intent in everything.data] == [second.id, first.id]
    assert [intent.id for intent in of_customer.data] == [first.id]
    assert [intent.id for intent in of_method.data] == [first.id]


async def test_an_unknown_intent_is_404_by_path_and_400_by_parameter(world: World):
    with pytest.raises(stripe.InvalidRequestError) as by_path:
        await world.stripe.v1.setup_intents.retrieve_async("seti_unknown")
    with pytest.raises(stripe.InvalidRequestError) as by_parameter:
        await world.stripe.v1.setup_attempts.list_async({"setup_intent": "seti_unknown"})

    assert (by_path.value.http_status, by_path.value.param) == (404, "intent")
    assert (by_parameter.value.http_status, by_parameter.value.param) == (400, "setup_intent")
    assert by_path.value.code == by_parameter.value.code == "resource_missing"


async def test_attempts_and_their_intent_can_be_expanded(world: World):
    intent = await set_up(world, customer=await a_customer(world), expand=["latest_attempt.payment_method"])

    attempt = intent.latest_attempt
    assert (attempt.status, attempt.setup_intent, attempt.usage) == ("succeeded", intent.id, "off_session")
    assert attempt.payment_method.card.last4 == "4242"
    assert attempt.payment_method_details.card.brand == "visa"


async def test_a_page_needs_the_secret_and_sees_less(world: World):
    intent = await world.stripe.v1.setup_intents.create_async(
        {"customer": await a_customer(world), "metadata": {"order": "7"}}
    )

    seen = await world.page.v1.setup_intents.retrieve_async(
        intent.id, {"client_secret": intent.client_secret}
    )

    assert (seen.id, seen.status) == (intent.id, "requires_payment_method")
    assert not {"customer", "metadata", "latest_attempt"} & set(seen.to_dict())


@pytest.mark.parametrize("secret", [None, "seti_1_secret_guessed"])
async def test_a_page_without_the_right_secret_is_refused(world: World, secret):
    intent = await world.stripe.v1.setup_intents.create_async({"payment_method": "pm_card_visa"})
    sent: Any = {} if secret is None else {"client_secret": secret}

    with pytest.raises(stripe.InvalidRequestError) as reading:
        await world.page.v1.setup_intents.retrieve_async(intent.id, sent)
    with pytest.raises(stripe.InvalidRequestError) as confirming:
        await world.page.v1.setup_intents.confirm_async(intent.id, sent)

    assert reading.value.param == confirming.value.param == "client_secret"
    unchanged = await world.stripe.v1.setup_intents.retrieve_async(intent.id)
    assert unchanged.status == "requires_confirmation"


async def test_stripe_js_gets_an_opaque_action_and_sees_no_more_in_an_error(world: World):
    intent = await world.stripe.v1.setup_intents.create_async({"metadata": {"order": "7"}})
    secret = {"client_secret": intent.client_secret, "use_stripe_sdk": True}

    asked = await world.page.v1.setup_intents.confirm_async(
        intent.id, secret | {"payment_method": "pm_card_authenticationRequired"}
    )
    with pytest.raises(stripe.CardError) as refused:
        await world.page.v1.setup_intents.confirm_async(
            intent.id, secret | {"payment_method": "pm_card_visa_chargeDeclined"}
        )

    assert asked.next_action.type == "use_stripe_sdk"
    assert "metadata" not in refused.value.json_body["error"]["setup_intent"]


async def test_a_publishable_key_does_not_make_or_list_setup_intents(world: World):
    with pytest.raises(stripe.AuthenticationError):
        await world.page.v1.setup_intents.create_async()
    with pytest.raises(stripe.AuthenticationError):
        await world.page.v1.setup_intents.list_async()


async def test_a_page_to_agree_on_sets_up_a_wallet_with_a_mandate(world: World):
    customer = await a_customer(world)
    intent = await world.stripe.v1.setup_intents.create_async(
        {
            "customer": customer,
            "confirm": True,
            "return_url": RETURN,
            "payment_method_data": {"type": "paypal", "billing_details": {"email": "jenny@example.com"}},
        }
    )
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")

    await authenticate(world, intent)

    done = await world.stripe.v1.setup_intents.retrieve_async(
        intent.id, {"expand": ["mandate", "payment_method"]}
    )
    assert (done.status, done.payment_method.customer) == ("succeeded", customer)
    assert (done.mandate.status, done.mandate.payment_method_details.type) == ("active", "paypal")


async def test_a_bank_debit_is_set_up_with_a_mandate(world: World):
    intent = await set_up(
        world,
        "pm_sepaDebit_success_at",
        customer=await a_customer(world),
        mandate_data={
            "customer_acceptance": {
                "type": "online", "online": {"ip_address": "192.0.2.1", "user_agent": "Browser"},
            }
        },
    )  # fmt: skip

    mandate = await world.stripe.v1.mandates.retrieve_async(intent.mandate, {"expand": ["payment_method"]})
    assert (intent.status, mandate.type, mandate.status) == ("succeeded", "multi_use", "active")
    assert mandate.payment_method.id == intent.payment_method
    assert mandate.customer_acceptance.online.ip_address == "192.0.2.1"
    assert mandate.payment_method_details.sepa_debit.reference


async def test_a_card_has_no_mandate(world: World):
    intent = await set_up(world)

    assert intent.mandate is None
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.mandates.retrieve_async("mandate_unknown")
    assert refused.value.http_status == 404


async def test_a_slow_bank_keeps_the_intent_in_processing(world: World):
    intent = await set_up(world, "pm_sepaDebit_successDelayed_at", customer=await a_customer(world))
    assert intent.status == "processing"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.setup_intents.cancel_async(intent.id)
    assert refused.value.code == "setup_intent_unexpected_state"

    await world.pass_time(300)

    done = await world.stripe.v1.setup_intents.retrieve_async(intent.id)
    assert (done.status, (await latest_attempt(world, intent)).status) == ("succeeded", "succeeded")
    assert (await world.types())[-2:] == ["payment_method.attached", "setup_intent.succeeded"]


async def test_a_slow_bank_may_say_no(world: World):
    intent = await set_up(world, "pm_sepaDebit_failedDelayed_at")

    await world.pass_time(300)

    failed = await world.stripe.v1.setup_intents.retrieve_async(intent.id)
    assert (failed.status, failed.payment_method) == ("requires_payment_method", None)
    assert failed.last_setup_error.code == "setup_attempt_failed"
    assert (await world.types())[-1] == "setup_intent.setup_failed"


async def test_a_bank_that_never_answers_leaves_the_intent_in_processing(world: World):
    intent = await set_up(world, "pm_usBankAccount_processing")

    await world.pass_time(30 * 86400)

    assert (await world.stripe.v1.setup_intents.retrieve_async(intent.id)).status == "processing"


@pytest.mark.parametrize(
    "params",
    [
        {"single_use": {"amount": 1000, "currency": "usd"}},
        {"attach_to_self": True},
        {"flow_directions": ["inbound"]},
        {"payment_method_configuration": "pmc_1"},
        {"on_behalf_of": "acct_1"},
        {"payment_method_options": {"us_bank_account": {"verification_method": "microdeposits"}}},
    ],
)
async def test_what_is_not_modelled_is_refused_by_name(world: World, params):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.setup_intents.create_async(params)

    assert refused.value.param.startswith(next(iter(params)))
    assert (await world.stripe.v1.setup_intents.list_async()).data == []
