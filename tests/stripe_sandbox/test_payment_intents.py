"""PaymentIntents through the official SDK: the state machine, cards, challenges, capture, cancel."""

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


async def test_a_hold_is_taken_in_part_and_the_rest_released(world: World):
    held = await world.paid(2000, capture_method="manual")
    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 2000, 0)

    taken = await world.stripe.v1.payment_intents.capture_async(
        held.id, {"amount_to_capture": 1500, "expand": ["latest_charge"]}
    )

    assert (taken.status, taken.amount_capturable, taken.amount_received) == ("succeeded", 0, 1500)
    assert (taken.latest_charge.captured, taken.latest_charge.amount_captured) == (True, 1500)
    await world.pass_time(2)
    assert await world.types() == [
        "payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated",
        "charge.captured", "payment_intent.succeeded", "charge.updated",
    ]  # fmt: skip


async def test_more_than_was_held_cannot_be_captured(world: World):
    held = await world.paid(2000, capture_method="manual")

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 2001})

    assert refused.value.code == "amount_too_large"
    assert (await world.stripe.v1.payment_intents.retrieve_async(held.id)).status == "requires_capture"


async def test_a_canceled_hold_is_released(world: World):
    held = await world.paid(2000, capture_method="manual")

    canceled = await world.stripe.v1.payment_intents.cancel_async(
        held.id, {"cancellation_reason": "requested_by_customer", "expand": ["latest_charge"]}
    )

    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "requested_by_customer")
    assert canceled.canceled_at is not None
    assert canceled.latest_charge.refunded is True
    assert (await world.types())[-2:] == ["payment_intent.canceled", "charge.refunded"]


async def test_a_hold_ends_after_seven_days(world: World):
    held = await world.paid(2000, capture_method="manual")

    await world.pass_time(7 * 86400 + 1)

    assert (await world.stripe.v1.payment_intents.retrieve_async(held.id)).status == "canceled"


@pytest.mark.parametrize("call", ["confirm", "cancel", "capture"])
async def test_a_paid_intent_is_final(world: World, call):
    intent = await world.paid()
    before = len(await world.types())

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await getattr(world.stripe.v1.payment_intents, f"{call}_async")(intent.id)

    assert refused.value.code == "payment_intent_unexpected_state"
    assert refused.value.json_body["error"]["payment_intent"]["status"] == "succeeded"
    assert len(await world.types()) == before


async def test_a_paid_intents_amount_is_final_but_not_its_metadata(world: World):
    intent = await world.paid()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payment_intents.update_async(intent.id, {"amount": 1})
    changed = await world.stripe.v1.payment_intents.update_async(intent.id, {"metadata": {"a": "1"}})

    assert refused.value.code == "payment_intent_unexpected_state"
    assert (changed.amount, changed.metadata["a"]) == (2000, "1")


async def test_an_open_intent_can_be_changed(world: World):
    intent = await world.stripe.v1.payment_intents.create_async({"amount": 1299, "currency": "eur"})

    changed = await world.stripe.v1.payment_intents.update_async(
        intent.id,
        {
            "amount": 1500,
            "receipt_email": "a@b.test",
            "shipping": {"name": "A", "address": {"line1": "1 Street"}},
        },
    )

    assert (changed.amount, changed.receipt_email, changed.shipping.address.line1) == (
        1500,
        "a@b.test",
        "1 Street",
    )


async def test_confirming_without_a_method_is_refused(world: World):
    intent = await world.stripe.v1.payment_intents.create_async({"amount": 1299, "currency": "eur"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payment_intents.confirm_async(intent.id, {"return_url": "https://shop.test"})

    assert refused.value.code == "payment_intent_unexpected_state"


async def test_a_server_must_say_where_a_redirect_returns_to(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.paid(return_url="")
    assert refused.value.param == "return_url"
    assert await world.types() == []

    intent = await world.stripe.v1.payment_intents.create_async(
        {
            "amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )  # fmt: skip
    assert intent.status == "succeeded"


async def test_payment_method_types_is_no_longer_a_parameter(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.paid(payment_method_types=["card"])

    assert refused.value.code == "payment_method_types_no_longer_supported"


async def test_allowed_types_exclude_the_other_ways_to_choose(world: World):
    create = world.stripe.v1.payment_intents.create_async
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await create(
            {
                "amount": 2000, "currency": "usd", "allowed_payment_method_types": ["card"],
                "automatic_payment_methods": {"enabled": True},
            }
        )  # fmt: skip
    assert refused.value.code == "parameters_exclusive"

    intent = await create(
        {"amount": 2000, "currency": "usd", "allowed_payment_method_types": ["card", "klarna"]}
    )
    assert (intent.payment_method_types, intent.automatic_payment_methods) == (["card"], None)


@pytest.mark.parametrize(
    ("name", "value"),
    [("confirmation_token", "ctoken_1"), ("application_fee_amount", 10), ("on_behalf_of", "acct_1")],
)
async def test_what_the_sandbox_would_ignore_it_refuses(world: World, name, value):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.paid(**{name: value})

    assert (refused.value.param, await world.types()) == (name, [])


async def test_a_method_used_without_a_customer_is_used_up(world: World):
    method = await world.stripe.v1.payment_methods.create_async(
        {"type": "card", "card": {"token": "tok_visa"}}
    )
    await world.paid(method=method.id)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.paid(method=method.id)

    assert "previously used" in str(refused.value.user_message)


async def test_a_method_kept_for_the_future_is_attached_before_success_is_told(world: World):
    customer = await world.stripe.v1.customers.create_async({"email": "a@b.test"})

    intent = await world.paid(customer=customer.id, setup_future_usage="off_session")

    saved = await world.stripe.v1.customers.payment_methods.list_async(customer.id)
    assert [method.id for method in saved.data] == [intent.payment_method]
    assert (await world.types())[-2:] == ["payment_method.attached", "payment_intent.succeeded"]
    again = await world.paid(customer=customer.id, method=intent.payment_method, off_session=True)
    assert again.status == "succeeded"


async def test_another_customers_method_is_refused(world: World):
    mine = await world.stripe.v1.customers.create_async({})
    theirs = await world.stripe.v1.customers.create_async({})
    method = await world.stripe.v1.payment_methods.attach_async("pm_card_visa", {"customer": theirs.id})

    for customer in ({"customer": mine.id}, {}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await world.paid(method=method.id, **customer)
        assert refused.value.http_status == 400


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (49, "usd", "amount_too_small"), (50, "usd", None), (49, "jpy", "amount_too_small"),
        (50, "jpy", None),
        (29, "gbp", "amount_too_small"), (99_999_999, "eur", None), (100_000_000, "eur", "amount_too_large"),
        (0, "eur", "parameter_invalid_integer"), (-5, "eur", "parameter_invalid_integer"),
    ],
)  # fmt: skip
async def test_amounts_have_limits_per_currency(world: World, amount, currency, code):
    create = world.stripe.v1.payment_intents.create_async({"amount": amount, "currency": currency})
    if code is None:
        assert (await create).amount == amount
        return
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await create

    assert (refused.value.code, refused.value.param) == (code, "amount")
    assert await world.types() == []


async def test_an_unknown_intent_is_404_with_its_param(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payment_intents.retrieve_async("pi_nothing")

    assert (refused.value.http_status, refused.value.code, refused.value.param) == (
        404,
        "resource_missing",
        "intent",
    )
