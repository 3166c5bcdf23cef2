"""SetupIntents: which methods they take, what pages may do with them, bank debits and their mandates."""

from typing import Any

import pytest
import stripe
from tests.stripe_sandbox.harness import World
from tests.stripe_sandbox.setups import RETURN, a_customer, authenticate, latest_attempt, set_up


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


async def test_of_ideal_the_bank_account_behind_it_is_kept(world: World):
    customer = await a_customer(world)
    intent = await world.stripe.v1.setup_intents.create_async(
        {
            "customer": customer,
            "confirm": True,
            "return_url": RETURN,
            "payment_method_data": {
                "type": "ideal", "ideal": {"bank": "ing"}, "billing_details": {"name": "Jenny"},
            },
        }
    )  # fmt: skip

    await authenticate(world, intent)

    attempt = await latest_attempt(world, intent)
    part = attempt.payment_method_details.ideal
    saved = await world.stripe.v1.customers.payment_methods.list_async(customer)
    assert (attempt.status, part.bank, part.verified_name) == ("succeeded", "ing", "Jenny")
    assert [method.id for method in saved.data] == [part.generated_sepa_debit]
    mandate = await world.stripe.v1.mandates.retrieve_async(part.generated_sepa_debit_mandate)
    assert mandate.payment_method == part.generated_sepa_debit
    later = await world.stripe.v1.payment_intents.create_async(
        {
            "amount": 2000, "currency": "eur", "customer": customer, "off_session": True, "confirm": True,
            "payment_method": part.generated_sepa_debit,
        }
    )  # fmt: skip
    assert later.status == "processing"


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
