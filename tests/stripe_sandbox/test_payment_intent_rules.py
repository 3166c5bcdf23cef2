"""PaymentIntents: holds and their capture, what is final, what is refused."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World


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
        {"amount": 2000, "currency": "usd", "allowed_payment_method_types": ["card", "klarna", "ideal"]}
    )
    assert (intent.payment_method_types, intent.automatic_payment_methods) == (["card", "klarna"], None)


@pytest.mark.parametrize(
    ("name", "value"),
    [("application_fee_amount", 10), ("on_behalf_of", "acct_1")],
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
