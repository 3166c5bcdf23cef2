"""Test cards: every number and every name does what Stripe's table says."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World

from stripe_sandbox import cards

RETURN = "https://shop.test/return"


async def by_number(world: World, number: str, **card):
    """A PaymentMethod from a card number."""
    details = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"} | card
    return await world.stripe.v1.payment_methods.create_async(
        {"type": "card", "card": {name: value for name, value in details.items() if value is not None}}
    )


async def pay(world: World, method: str, **params):
    """What paying with a method ends in: `succeeded`, `requires_action`, or (code, decline code)."""
    try:
        intent = await world.paid(method=method, **params)
    except stripe.CardError as refused:
        return refused.error.code, refused.error.decline_code
    return intent.status


@pytest.mark.parametrize(
    ("number", "name", "outcome"),
    [
        ("4242424242424242", "pm_card_visa", "succeeded"),
        ("4000056655665556", "pm_card_visa_debit", "succeeded"),
        ("5555555555554444", "pm_card_mastercard", "succeeded"),
        ("378282246310005", "pm_card_amex", "succeeded"),
        ("6011111111111117", "pm_card_discover", "succeeded"),
        ("4000000000000002", "pm_card_visa_chargeDeclined", ("card_declined", "generic_decline")),
        (
            "4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds",
            ("card_declined", "insufficient_funds"),
        ),
        ("4000000000009987", "pm_card_visa_chargeDeclinedLostCard", ("card_declined", "lost_card")),
        ("4000000000009979", "pm_card_visa_chargeDeclinedStolenCard", ("card_declined", "stolen_card")),
        (
            "4000000000006975", "pm_card_visa_chargeDeclinedVelocityLimitExceeded",
            ("card_declined", "card_velocity_exceeded"),
        ),
        ("4000000000000069", "pm_card_chargeDeclinedExpiredCard", ("expired_card", None)),
        ("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", ("incorrect_cvc", None)),
        ("4000000000000119", "pm_card_chargeDeclinedProcessingError", ("processing_error", None)),
        ("4000000000000341", "pm_card_chargeCustomerFail", ("card_declined", "generic_decline")),
        ("4000002500003155", "pm_card_authenticationRequiredOnSetup", "requires_action"),
        ("4000002760003184", "pm_card_authenticationRequired", "requires_action"),
        ("4000003800000446", "pm_card_authenticationRequiredSetupForOffSession", "requires_action"),
        (
            "4000008260003178", "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
            "requires_action",
        ),
        ("4000000000003220", "pm_card_threeDSecure2Required", "requires_action"),
        ("4000008400000027", None, "requires_action"),
        ("4000008400001629", "pm_card_threeDSecureRequiredChargeDeclined", "requires_action"),
        (
            "4000008400001280", "pm_card_threeDSecureRequiredProcessingError",
            ("card_declined", "generic_decline"),
        ),
        ("4000000000003055", "pm_card_threeDSecureOptional", "succeeded"),
        ("4000000000003097", "pm_card_threeDSecureOptionalProcessingError", "succeeded"),
        ("4000000032200000", None, "succeeded"),
        ("378282246310005", "pm_card_amex_threeDSecureNotSupported", "succeeded"),
        ("4000000000000259", "pm_card_createDispute", "succeeded"),
        ("4000000000002685", "pm_card_createDisputeProductNotReceived", "succeeded"),
        ("4000000000001976", "pm_card_createDisputeInquiry", "succeeded"),
        ("4000000000005423", "pm_card_createIssuerFraudRecord", "succeeded"),
        ("4000000404000079", "pm_card_createMultipleDisputes", "succeeded"),
        ("4000000000007726", "pm_card_pendingRefund", "succeeded"),
        ("4000000000005126", "pm_card_refundFail", "succeeded"),
        ("4000000000000077", "pm_card_bypassPending", "succeeded"),
        ("4000003720000278", "pm_card_bypassPendingInternational", "succeeded"),
        ("4100000000000019", "pm_card_radarBlock", ("card_declined", "fraudulent")),
        ("4000000000004954", "pm_card_riskLevelHighest", "succeeded"),
        ("4000000000009235", "pm_card_riskLevelElevated", "succeeded"),
        ("4000000000000101", "pm_card_cvcCheckFail", "succeeded"),
        ("4000000000000036", "pm_card_avsZipFail", "succeeded"),
        ("4000000000000028", "pm_card_avsLine1Fail", "succeeded"),
        ("4000000000000010", "pm_card_avsFail", "succeeded"),
        ("4012888888881881", None, ("card_declined", "test_mode_live_card")),
    ],
)  # fmt: skip
async def test_a_card_does_the_same_by_number_and_by_name(world: World, number, name, outcome):
    cvc = "1234" if number.startswith("37") else "123"
    method = await by_number(world, number, cvc=cvc)

    assert method.card.last4 == number[-4:]
    assert await pay(world, method.id) == outcome
    if name:
        assert await pay(world, name) == outcome


@pytest.mark.parametrize(
    "name",
    [
        "ChargeDeclined", "ChargeDeclinedInsufficientFunds", "ChargeDeclinedLostCard",
        "ChargeDeclinedStolenCard", "ChargeDeclinedVelocityLimitExceeded", "ChargeDeclinedExpiredCard",
        "ChargeDeclinedIncorrectCvc", "ChargeDeclinedProcessingError", "ChargeCustomerFail",
    ],
)  # fmt: skip
def test_names_are_known_with_and_without_visa_and_as_tokens(name):
    plain = name[0].lower() + name[1:]

    found = cards.by_name(f"pm_card_{plain}")

    assert found is not None
    assert cards.by_name(f"pm_card_visa_{plain}") is found
    assert cards.by_name(f"tok_{plain}") is found
    assert cards.by_name(f"tok_visa_{plain}") is found


async def test_a_token_makes_a_card(world: World):
    method = await world.stripe.v1.payment_methods.create_async(
        {"type": "card", "card": {"token": "tok_visa"}}
    )

    assert (method.card.brand, method.card.last4) == ("visa", "4242")
    assert await pay(world, method.id) == "succeeded"


async def test_every_country_has_a_card(world: World):
    method = await world.stripe.v1.payment_methods.retrieve_async("pm_card_at")

    assert (method.card.country, method.card.last4) == ("AT", "0008")


@pytest.mark.parametrize(
    ("card", "code", "param"),
    [
        ({"number": "4242424242424241"}, "incorrect_number", "number"),
        ({"exp_month": 13}, "invalid_expiry_month", "exp_month"),
        ({"exp_year": 2020}, "invalid_expiry_year", "exp_year"),
        ({"cvc": "12"}, "invalid_cvc", "cvc"),
        ({"number": "378282246310005", "cvc": "12345"}, "invalid_cvc", "cvc"),
    ],
)
async def test_a_card_that_cannot_be_is_refused_when_it_is_entered(world: World, card, code, param):
    with pytest.raises(stripe.CardError) as refused:
        await by_number(world, **({"number": "4242424242424242"} | card))

    assert (refused.value.http_status, refused.value.code, refused.value.param) == (402, code, param)
    methods = await world.stripe.v1.payment_methods.list_async({"type": "card"})
    assert methods.data == []


async def test_a_wrong_cvc_is_only_wrong_if_one_was_sent(world: World):
    with_cvc = await by_number(world, "4000000000000127")
    without = await by_number(world, "4000000000000127", cvc=None)

    assert await pay(world, with_cvc.id) == ("incorrect_cvc", None)
    assert await pay(world, without.id) == "succeeded"
    assert (with_cvc.card.checks.cvc_check, without.card.checks.cvc_check) == ("pass", None)


@pytest.mark.parametrize(
    ("number", "checks"),
    [
        ("4242424242424242", ("pass", "pass", "pass")),
        ("4000000000000101", ("fail", "pass", "pass")),
        ("4000000000000036", ("pass", "pass", "fail")),
        ("4000000000000028", ("pass", "fail", "pass")),
        ("4000000000000010", ("pass", "fail", "fail")),
    ],
)
async def test_checks_of_code_and_address_are_shown(world: World, number, checks):
    method = await world.stripe.v1.payment_methods.create_async(
        {
            "type": "card",
            "card": {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"},
            "billing_details": {"address": {"line1": "Ringstraße 1", "postal_code": "1010"}},
        }
    )
    assert _checks(method.card.checks) == checks

    intent = await world.paid(method=method.id, expand=["latest_charge"])

    assert _checks(intent.latest_charge.payment_method_details.card.checks) == checks


def _checks(shown):
    return shown.cvc_check, shown.address_line1_check, shown.address_postal_code_check


@pytest.mark.parametrize(
    ("name", "level"),
    [("visa", "normal"), ("riskLevelElevated", "elevated"), ("riskLevelHighest", "highest")],
)
async def test_a_charge_tells_its_risk(world: World, name, level):
    intent = await world.paid(method=f"pm_card_{name}", expand=["latest_charge"])

    outcome = intent.latest_charge.outcome
    assert (outcome.type, outcome.network_status) == ("authorized", "approved_by_network")
    assert outcome.risk_level == level


async def test_radar_blocks_before_the_network_is_asked(world: World):
    with pytest.raises(stripe.CardError) as refused:
        await world.paid(method="pm_card_radarBlock")

    charge = await world.stripe.v1.charges.retrieve_async(refused.value.error.charge)
    assert (charge.outcome.type, charge.outcome.network_status) == ("blocked", "not_sent_to_network")
    assert charge.outcome.risk_level == "highest"


@pytest.mark.parametrize(
    ("name", "advice", "param"),
    [
        ("chargeDeclinedInsufficientFunds", "try_again_later", None),
        ("chargeDeclinedLostCard", "do_not_try_again", None),
        ("chargeDeclinedExpiredCard", "confirm_card_data", "exp_month"),
        ("chargeDeclinedIncorrectCvc", "confirm_card_data", "cvc"),
        ("chargeDeclinedProcessingError", "try_again_later", None),
    ],
)
async def test_a_decline_advises_what_to_do(world: World, name, advice, param):
    with pytest.raises(stripe.CardError) as refused:
        await world.paid(method=f"pm_card_{name}")

    error = refused.value.error
    assert error.param == param
    assert (error.advice_code, error.payment_intent.last_payment_error.advice_code) == (advice, advice)
    charge = await world.stripe.v1.charges.retrieve_async(error.charge)
    assert (charge.outcome.advice_code, charge.outcome.type) == (advice, "issuer_declined")


@pytest.mark.parametrize(
    ("method", "result"),
    [
        ("pm_card_visa", "attempt_acknowledged"),
        ("pm_card_mastercard", "attempt_acknowledged"),
        ("pm_card_threeDSecureOptionalProcessingError", "processing_error"),
        ("pm_card_amex", None),
    ],
)
async def test_asking_for_3d_secure_where_there_is_none_says_so(world: World, method, result):
    intent = await world.paid(
        method=method,
        payment_method_options={"card": {"request_three_d_secure": "any"}},
        expand=["latest_charge"],
    )

    secured = intent.latest_charge.payment_method_details.card.three_d_secure
    assert (secured.result if secured else None) == result


async def test_a_broken_3d_secure_that_is_required_ends_the_payment(world: World):
    with pytest.raises(stripe.CardError) as refused:
        await world.paid(method="pm_card_threeDSecureRequiredProcessingError")

    charge = await world.stripe.v1.charges.retrieve_async(refused.value.error.charge)
    assert charge.payment_method_details.card.three_d_secure.result == "processing_error"


async def test_a_card_that_was_set_up_by_a_payment_pays_off_session_later(world: World):
    customer = await world.stripe.v1.customers.create_async()
    saved = {"customer": customer.id, "setup_future_usage": "off_session"}
    first = await world.paid(method="pm_card_authenticationRequiredOnSetup", **saved)
    await world.control("POST", f"/payment_intents/{first.id}/authenticate", {"outcome": "succeed"})

    assert await pay(world, first.payment_method, customer=customer.id, off_session=True) == "succeeded"
    assert await pay(world, first.payment_method, customer=customer.id) == "requires_action"


@pytest.mark.parametrize(
    ("name", "attaches"), [("chargeCustomerFail", True), ("chargeDeclined", False), ("radarBlock", False)]
)
async def test_cards_that_decline_cannot_be_attached_but_one(world: World, name, attaches):
    customer = await world.stripe.v1.customers.create_async()
    attach = world.stripe.v1.payment_methods.attach_async
    if attaches:
        method = await attach(f"pm_card_{name}", {"customer": customer.id})
        assert method.customer == customer.id
        return

    with pytest.raises(stripe.CardError):
        await attach(f"pm_card_{name}", {"customer": customer.id})

    methods = await world.stripe.v1.customers.payment_methods.list_async(customer.id)
    assert methods.data == []


async def test_funds_that_bypass_pending_are_available_at_once(world: World):
    await world.paid(method="pm_card_bypassPending", amount=5000, capture_method="automatic")

    balance = await world.stripe.v1.balance.retrieve_async()

    assert balance.available[0].amount == 5000 - 175


@pytest.mark.parametrize(
    ("name", "asked", "disputes"),
    [
        ("createDispute", "automatic", 1),
        ("createDispute", "any", 0),
        ("createDisputeProductNotReceived", "any", 1),
        ("createMultipleDisputes", "automatic", 2),
        ("visa", "automatic", 0),
    ],
)
async def test_some_cards_are_disputed_and_3d_secure_protects_from_fraud(world: World, name, asked, disputes):
    await world.paid(
        method=f"pm_card_{name}", payment_method_options={"card": {"request_three_d_secure": asked}}
    )

    await world.pass_time(60)

    assert (await world.types()).count("charge.dispute.created") == disputes


async def test_an_issuer_may_warn_of_fraud(world: World):
    await world.paid(method="pm_card_createIssuerFraudRecord")

    await world.pass_time(60)

    assert "radar.early_fraud_warning.created" in await world.types()
