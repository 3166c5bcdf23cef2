"""The corners of the PaymentIntent's state machine: what each call does in each state."""

from typing import Any

import pytest
import stripe
from tests.stripe_sandbox.harness import World

RETURN = "https://shop.test/return"


async def in_state(world: World, status: str) -> Any:
    """An intent in this state."""
    intents = world.stripe.v1.payment_intents
    if status == "requires_payment_method":
        return await intents.create_async({"amount": 2000, "currency": "usd"})
    if status == "requires_confirmation":
        return await intents.create_async(
            {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa"}
        )
    if status == "canceled":
        return await intents.cancel_async((await in_state(world, "requires_payment_method")).id)
    how: dict[str, Any] = {
        "requires_action": {"method": "pm_card_authenticationRequired"},
        "requires_capture": {"capture_method": "manual"},
        "processing": {"method": "pm_usBankAccount_processing"},
        "succeeded": {},
    }[status]
    return await world.paid(**how)


async def call(world: World, name: str, id: str) -> Any:
    """One of the calls that change an intent."""
    intents = world.stripe.v1.payment_intents
    if name == "confirm":
        return await intents.confirm_async(id, {"payment_method": "pm_card_visa", "return_url": RETURN})
    if name == "update":
        return await intents.update_async(id, {"amount": 3000})
    return await getattr(intents, f"{name}_async")(id)


@pytest.mark.parametrize(
    ("status", "name", "becomes"),
    [
        ("requires_payment_method", "confirm", "succeeded"),
        ("requires_payment_method", "update", "requires_payment_method"),
        ("requires_payment_method", "cancel", "canceled"),
        ("requires_payment_method", "capture", None),
        ("requires_confirmation", "confirm", "succeeded"),
        ("requires_confirmation", "update", "requires_confirmation"),
        ("requires_confirmation", "cancel", "canceled"),
        ("requires_confirmation", "capture", None),
        ("requires_action", "confirm", "succeeded"),
        ("requires_action", "cancel", "canceled"),
        ("requires_action", "capture", None),
        ("requires_capture", "confirm", None),
        ("requires_capture", "update", None),
        ("requires_capture", "cancel", "canceled"),
        ("requires_capture", "capture", "succeeded"),
        ("processing", "confirm", None),
        ("processing", "update", None),
        ("processing", "cancel", None),
        ("processing", "capture", None),
        ("succeeded", "confirm", None),
        ("succeeded", "update", None),
        ("succeeded", "cancel", None),
        ("succeeded", "capture", None),
        ("canceled", "confirm", None),
        ("canceled", "update", None),
        ("canceled", "cancel", None),
        ("canceled", "capture", None),
    ],
)
async def test_every_call_in_every_state(world: World, status, name, becomes):
    intent = await in_state(world, status)
    assert intent.status == status
    if becomes:
        assert (await call(world, name, intent.id)).status == becomes
        return

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await call(world, name, intent.id)

    error = refused.value.error
    assert (refused.value.http_status, error.code) == (400, "payment_intent_unexpected_state")
    assert (error.payment_intent.id, error.payment_intent.status) == (intent.id, status)
    again = await world.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert (again.status, again.amount) == (status, 2000)


async def test_an_update_with_a_method_waits_for_confirmation(world: World):
    intent = await in_state(world, "requires_payment_method")

    intent = await world.stripe.v1.payment_intents.update_async(intent.id, {"payment_method": "pm_card_visa"})

    assert intent.status == "requires_confirmation"


@pytest.mark.parametrize("change", [{"metadata": {"a": "b"}}, {"amount": 2500}])
async def test_any_update_clears_the_last_error(world: World, change):
    with pytest.raises(stripe.CardError) as refused:
        await world.paid(method="pm_card_visa_chargeDeclined")
    intent = refused.value.error.payment_intent
    assert intent.last_payment_error.code == "card_declined"

    updated = await world.stripe.v1.payment_intents.update_async(intent.id, change)

    assert updated.last_payment_error is None


async def test_a_second_attempt_may_need_the_customer_and_forgets_the_first_error(world: World):
    with pytest.raises(stripe.CardError) as refused:
        await world.paid(method="pm_card_visa_chargeDeclined")

    intent = await world.stripe.v1.payment_intents.confirm_async(
        refused.value.error.payment_intent.id,
        {"payment_method": "pm_card_authenticationRequired", "return_url": RETURN},
    )

    assert (intent.status, intent.last_payment_error) == ("requires_action", None)
    assert intent.latest_charge == refused.value.error.charge


@pytest.mark.parametrize("reason", ["duplicate", "fraudulent", "requested_by_customer", "abandoned"])
async def test_a_cancelation_keeps_its_reason(world: World, reason):
    intent = await in_state(world, "requires_confirmation")

    intent = await world.stripe.v1.payment_intents.cancel_async(intent.id, {"cancellation_reason": reason})

    assert (intent.status, intent.cancellation_reason, intent.next_action) == ("canceled", reason, None)
    assert intent.canceled_at is not None
    assert (await world.types())[-1] == "payment_intent.canceled"


async def test_a_hold_that_is_too_old_is_canceled_with_its_charge(world: World):
    intent = await in_state(world, "requires_capture")

    await world.pass_time(7 * 86400 + 1)

    intent = await world.stripe.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    assert (intent.status, intent.cancellation_reason) == ("canceled", "automatic")
    assert intent.latest_charge.captured is False
    assert (await world.types())[-2:] == ["payment_intent.canceled", "charge.expired"]


async def test_a_capture_settles_in_order(world: World):
    intent = await in_state(world, "requires_capture")

    await world.stripe.v1.payment_intents.capture_async(
        intent.id, {"amount_to_capture": 1200, "metadata": {"parcel": "1"}}
    )
    await world.pass_time(2)

    assert await world.types() == [
        "payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated",
        "charge.captured", "payment_intent.succeeded", "charge.updated",
    ]  # fmt: skip


async def test_too_many_confirmations_cancel_the_intent(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stripe_sandbox.objects.confirmation.MAX_CONFIRMATIONS", 2)
    intent = await in_state(world, "requires_payment_method")
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            await world.stripe.v1.payment_intents.confirm_async(
                intent.id, {"payment_method": "pm_card_visa_chargeDeclined", "return_url": RETURN}
            )

    assert (await call(world, "confirm", intent.id)).status == "canceled"

    charges = await world.stripe.v1.charges.list_async({"payment_intent": intent.id})
    assert [charge.status for charge in charges.data] == ["failed", "failed"]


async def test_an_action_may_be_an_error_on_request(world: World):
    with pytest.raises(stripe.CardError) as refused:
        await world.paid(method="pm_card_authenticationRequired", error_on_requires_action=True)

    error = refused.value.error
    assert (error.code, error.decline_code) == ("authentication_required", "authentication_not_handled")
    assert error.payment_intent.status == "requires_payment_method"


async def test_what_belongs_to_a_confirmation_needs_one(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payment_intents.create_async(
            {"amount": 2000, "currency": "usd", "off_session": True}
        )

    assert refused.value.param == "off_session"
    assert await world.types() == []


async def test_the_shops_references_are_kept(world: World):
    intent = await world.paid(payment_details={"order_reference": "O-7", "customer_reference": ""})

    assert (intent.payment_details.order_reference, intent.payment_details.customer_reference) == (
        "O-7",
        None,
    )


async def test_a_tax_calculation_must_exist(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.paid(hooks={"inputs": {"tax": {"calculation": "taxcalc_nobody"}}})

    assert (refused.value.code, refused.value.param) == (
        "resource_missing", "hooks[inputs][tax][calculation]",
    )  # fmt: skip
    assert await world.types() == []


async def test_a_tax_calculation_is_linked(world: World):
    calculation = await world.stripe.v1.tax.calculations.create_async(
        {
            "currency": "usd",
            "customer_details": {
                "address": {"country": "US", "state": "CA", "postal_code": "94110"}, "address_source": "shipping",
            },
            "line_items": [{"amount": 2000, "reference": "L1"}],
        }
    )  # fmt: skip

    intent = await world.paid(hooks={"inputs": {"tax": {"calculation": calculation.id}}})

    assert intent.hooks.inputs.tax.calculation == calculation.id


async def test_a_page_confirms_with_the_secret_and_sees_no_more_than_it_may(world: World):
    intent = await in_state(world, "requires_payment_method")

    shown = await world.page.v1.payment_intents.confirm_async(
        intent.id,
        {
            "client_secret": intent.client_secret, "payment_method": "pm_card_visa", "return_url": RETURN,
            "use_stripe_sdk": True,
        },  # type: ignore[typeddict-unknown-key]
    )  # fmt: skip

    assert shown.status == "succeeded"
    for hidden in ("metadata", "customer", "latest_charge", "amount_received"):
        assert hidden not in shown


@pytest.mark.parametrize("secret", [None, "pi_wrong_secret_wrong"])
async def test_a_page_without_the_secret_confirms_nothing(world: World, secret):
    intent = await in_state(world, "requires_confirmation")

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.page.v1.payment_intents.confirm_async(
            intent.id,
            {"client_secret": secret} if secret else {},  # type: ignore[typeddict-unknown-key]
        )

    assert refused.value.param == "client_secret"
    again = await world.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert again.status == "requires_confirmation"


async def test_a_page_cannot_confirm_what_the_server_confirms_itself(world: World):
    intent = await world.stripe.v1.payment_intents.create_async(
        {
            "amount": 2000, "currency": "usd", "payment_method": "pm_card_visa",
            "confirmation_method": "manual",
        }
    )  # fmt: skip

    with pytest.raises(stripe.InvalidRequestError):
        await world.page.v1.payment_intents.confirm_async(
            intent.id,
            {"client_secret": intent.client_secret},  # type: ignore[typeddict-unknown-key]
        )

    again = await world.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert again.status == "requires_confirmation"


async def test_a_challenge_of_manual_confirmation_is_not_asked_twice(world: World):
    intent = await world.paid(method="pm_card_authenticationRequired", confirmation_method="manual")
    await world.control("POST", f"/payment_intents/{intent.id}/authenticate", {"outcome": "succeed"})

    intent = await world.stripe.v1.payment_intents.confirm_async(intent.id, {"expand": ["latest_charge"]})

    assert intent.status == "succeeded"
    assert intent.latest_charge.payment_method_details.card.three_d_secure.result == "authenticated"


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (49, "usd", "amount_too_small"), (29, "gbp", "amount_too_small"), (49, "jpy", "amount_too_small"),
        (1499, "czk", "amount_too_small"), (17499, "huf", "amount_too_small"),
        (100_000_000, "usd", "amount_too_large"), (1_000_000_000_000, "idr", "amount_too_large"),
        (1_000_000_000, "inr", "amount_too_large"), (10_001, "isk", None), (1_001, "kwd", None),
        (0, "usd", "parameter_invalid_integer"), (-5, "usd", "parameter_invalid_integer"),
    ],
)  # fmt: skip
async def test_amounts_out_of_bounds_are_refused(world: World, amount, currency, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payment_intents.create_async({"amount": amount, "currency": currency})

    assert (refused.value.code, refused.value.param) == (code, "amount")
    assert await world.types() == []


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        (50, "usd"), (30, "gbp"), (50, "jpy"), (99_999_999, "usd"), (100_000_000, "jpy"), (500_000, "ugx"),
        (100_000_000, "idr"), (10_000, "isk"), (1_000, "kwd"),
    ],
)  # fmt: skip
async def test_amounts_within_bounds_are_taken(world: World, amount, currency):
    intent = await world.stripe.v1.payment_intents.create_async({"amount": amount, "currency": currency})

    assert (intent.amount, intent.currency) == (amount, currency)
