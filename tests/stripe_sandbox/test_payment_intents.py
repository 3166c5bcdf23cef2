"""PaymentIntents through the official SDK: the state machine, cards, challenges."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World


async def test_a_new_intent_waits_for_a_payment_method(world: World):
    intent = await world.stripe.v1.payment_intents.create_async({"amount": 1299, "currency": "EUR"})

    assert (intent.status, intent.amount, intent.currency) == ("requires_payment_method", 1299, "eur")
    assert intent.capture_method == "automatic_async"
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert intent.latest_charge is None
    assert await world.types() == ["payment_intent.created"]


async def test_an_intent_with_a_method_waits_for_confirmation(world: World):
    intent = await world.stripe.v1.payment_intents.create_async(
        {"amount": 1299, "currency": "eur", "payment_method": "pm_card_visa"}
    )

    assert intent.status == "requires_confirmation"
    assert intent.payment_method.startswith("pm_1")


async def test_a_good_card_pays(world: World):
    intent = await world.paid(2000, metadata={"order": "7"}, expand=["latest_charge"])

    charge = intent.latest_charge
    assert (intent.status, intent.amount_received) == ("succeeded", 2000)
    assert (charge.status, charge.captured, charge.paid) == ("succeeded", True, True)
    assert charge.metadata["order"] == "7"
    assert charge.payment_method_details.card.last4 == "4242"
    assert await world.types() == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


async def test_the_fee_is_known_only_after_charge_updated(world: World):
    intent = await world.paid(2000, expand=["latest_charge"])
    assert intent.latest_charge.balance_transaction is None

    await world.pass_time(2)

    charge = await world.stripe.v1.charges.retrieve_async(
        intent.latest_charge.id, {"expand": ["balance_transaction"]}
    )
    assert (charge.balance_transaction.fee, charge.balance_transaction.net) == (88, 1912)
    event = world.received[-1]
    assert event["type"] == "charge.updated"
    assert event["data"]["previous_attributes"] == {"balance_transaction": None}
    assert event["request"] == {"id": None, "idempotency_key": None}


async def test_automatic_capture_knows_its_fee_at_once(world: World):
    intent = await world.paid(2000, capture_method="automatic", expand=["latest_charge"])

    assert intent.latest_charge.balance_transaction.startswith("txn_")


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
        ("pm_card_radarBlock", "card_declined", "fraudulent"),
    ],
)
async def test_a_decline_is_a_402_that_changes_the_intent(world: World, method, code, decline_code):
    with pytest.raises(stripe.CardError) as refused:
        await world.paid(method=method)

    error = refused.value.error
    assert (refused.value.http_status, error.code, error.decline_code) == (402, code, decline_code)
    intent = await world.stripe.v1.payment_intents.retrieve_async(
        error.payment_intent.id, {"expand": ["latest_charge"]}
    )
    assert intent.status == "requires_payment_method"
    assert intent.payment_method is None
    assert intent.last_payment_error.code == code
    assert (intent.latest_charge.status, intent.latest_charge.failure_code) == ("failed", code)
    assert await world.types() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


async def test_after_a_decline_another_card_pays_the_same_intent(world: World):
    with pytest.raises(stripe.CardError) as refused:
        await world.paid(method="pm_card_visa_chargeDeclined")

    intent = await world.stripe.v1.payment_intents.confirm_async(
        refused.value.error.payment_intent.id,
        {"payment_method": "pm_card_visa", "return_url": "https://shop.test/return"},
    )

    assert (intent.status, intent.last_payment_error) == ("succeeded", None)
    charges = await world.stripe.v1.charges.list_async({"payment_intent": intent.id})
    assert [charge.status for charge in charges.data] == ["succeeded", "failed"]


async def test_a_challenge_passed_pays(world: World):
    intent = await world.paid(method="pm_card_authenticationRequired")
    assert intent.status == "requires_action"
    assert intent.next_action.type == "redirect_to_url"
    assert intent.next_action.redirect_to_url.return_url == "https://shop.test/return"

    status, answer = await world.control(
        "POST", f"/payment_intents/{intent.id}/authenticate", {"outcome": "succeed"}
    )

    assert (status, answer["status"], answer["next_action"]) == (200, "succeeded", None)
    charge = await world.stripe.v1.charges.retrieve_async(answer["latest_charge"])
    assert charge.payment_method_details.card.three_d_secure.result == "authenticated"
    assert await world.types() == [
        "payment_intent.created", "payment_intent.requires_action", "charge.succeeded",
        "payment_intent.succeeded",
    ]  # fmt: skip


async def test_a_challenge_failed_leaves_the_intent_open_for_another_try(world: World):
    intent = await world.paid(method="pm_card_threeDSecure2Required")

    await world.control("POST", f"/payment_intents/{intent.id}/authenticate", {"outcome": "fail"})

    failed = await world.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert (failed.status, failed.latest_charge) == ("requires_payment_method", None)
    assert failed.last_payment_error.code == "payment_intent_authentication_failure"
    assert failed.last_payment_error.type == "invalid_request_error"
    assert (await world.types())[-1] == "payment_intent.payment_failed"


async def test_a_challenge_passed_can_still_be_declined(world: World):
    intent = await world.paid(method="pm_card_authenticationRequiredChargeDeclinedInsufficientFunds")

    status, answer = await world.control(
        "POST", f"/payment_intents/{intent.id}/authenticate", {"outcome": "succeed"}
    )

    assert (status, answer["error"]["decline_code"]) == (402, "insufficient_funds")
    again = await world.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert again.status == "requires_payment_method"


async def test_there_is_nothing_to_authenticate_twice(world: World):
    intent = await world.paid()

    status, answer = await world.control(
        "POST", f"/payment_intents/{intent.id}/authenticate", {"outcome": "succeed"}
    )

    assert (status, answer["error"]["code"]) == (400, "payment_intent_unexpected_state")


async def test_manual_confirmation_asks_the_server_again_after_the_challenge(world: World):
    intent = await world.paid(method="pm_card_authenticationRequired", confirmation_method="manual")
    _, answer = await world.control(
        "POST", f"/payment_intents/{intent.id}/authenticate", {"outcome": "succeed"}
    )
    assert answer["status"] == "requires_confirmation"

    intent = await world.stripe.v1.payment_intents.confirm_async(intent.id)

    assert intent.status == "succeeded"


async def test_stripe_js_gets_an_opaque_action(world: World):
    intent = await world.paid(method="pm_card_authenticationRequired", use_stripe_sdk=True)

    assert intent.next_action.type == "use_stripe_sdk"
    assert intent.next_action.use_stripe_sdk["stripe_js"].startswith("http://sandbox.test/_pages/3ds/pi_")


async def test_without_the_customer_a_challenge_is_a_decline(world: World):
    with pytest.raises(stripe.CardError) as refused:
        await world.paid(method="pm_card_authenticationRequired", off_session=True)

    assert refused.value.code == "authentication_required"
    assert refused.value.error.payment_intent.status == "requires_payment_method"


async def test_a_card_that_was_set_up_pays_off_session(world: World):
    intent = await world.paid(method="pm_card_authenticationRequiredSetupForOffSession", off_session=True)

    assert intent.status == "succeeded"


async def test_a_frictionless_card_is_secured_without_a_challenge(world: World):
    method = await world.stripe.v1.payment_methods.create_async(
        {
            "type": "card",
            "card": {"number": "4000000032200000", "exp_month": 1, "exp_year": 2040, "cvc": "123"},
        }
    )

    intent = await world.paid(method=method.id, expand=["latest_charge"])

    assert (
        intent.latest_charge.payment_method_details.card.three_d_secure.authentication_flow == "frictionless"
    )


async def test_an_optional_challenge_happens_only_on_request(world: World):
    assert (await world.paid(method="pm_card_threeDSecureOptional")).status == "succeeded"

    asked = {"card": {"request_three_d_secure": "any"}}
    intent = await world.paid(method="pm_card_threeDSecureOptional", payment_method_options=asked)

    assert intent.status == "requires_action"
