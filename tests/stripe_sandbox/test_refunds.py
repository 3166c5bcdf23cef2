"""Refunds and the balance: money on its way back, and what it does to the books."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World


async def test_a_full_refund_leaves_the_intent_as_it_is(world: World):
    intent = await world.paid(2000)

    refund = await world.stripe.v1.refunds.create_async(
        {"payment_intent": intent.id, "reason": "requested_by_customer", "metadata": {"row": "1"}}
    )

    assert (refund.status, refund.amount, refund.metadata["row"]) == ("succeeded", 2000, "1")
    after = await world.stripe.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    assert (after.status, after.amount_received) == ("succeeded", 2000)
    assert (after.latest_charge.refunded, after.latest_charge.amount_refunded) == (True, 2000)
    assert (await world.types())[-2:] == ["refund.created", "charge.refunded"]
    assert world.received[-1]["data"]["previous_attributes"] == {"amount_refunded": 0, "refunded": False}


async def test_refunds_in_parts_never_exceed_what_was_taken(world: World):
    intent = await world.paid(2000, expand=["latest_charge"])
    refund = world.stripe.v1.refunds.create_async
    await refund({"charge": intent.latest_charge.id, "amount": 1500})

    with pytest.raises(stripe.InvalidRequestError) as too_much:
        await refund({"payment_intent": intent.id, "amount": 501})
    await refund({"payment_intent": intent.id, "amount": 500})
    with pytest.raises(stripe.InvalidRequestError) as again:
        await refund({"payment_intent": intent.id})

    assert too_much.value.param == "amount"
    assert again.value.code == "charge_already_refunded"
    listed = await world.stripe.v1.refunds.list_async({"payment_intent": intent.id})
    assert [one.amount for one in listed.data] == [500, 1500]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "parameter_missing"),
        ({"payment_intent": "pi_none"}, "resource_missing"),
        ({"charge": "ch_none"}, "resource_missing"),
        ({"payment_intent": "pi_1", "charge": "ch_1"}, "parameters_exclusive"),
    ],
)
async def test_a_refund_of_nothing_is_refused(world: World, params, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.refunds.create_async(params)

    assert (refused.value.http_status, refused.value.code) == (400, code)


@pytest.mark.parametrize("amount", [0, -1])
async def test_a_refund_has_an_amount(world: World, amount):
    intent = await world.paid()

    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.refunds.create_async({"payment_intent": intent.id, "amount": amount})

    assert (await world.stripe.v1.refunds.list_async()).data == []


async def test_what_was_not_taken_cannot_be_refunded(world: World):
    held = await world.paid(capture_method="manual")
    unpaid = await world.stripe.v1.payment_intents.create_async({"amount": 1000, "currency": "usd"})

    for intent in (held, unpaid):
        with pytest.raises(stripe.InvalidRequestError):
            await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})


async def test_only_what_was_captured_can_be_refunded(world: World):
    held = await world.paid(2000, capture_method="manual")
    await world.stripe.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 1500})

    refund = await world.stripe.v1.refunds.create_async({"payment_intent": held.id})

    assert refund.amount == 1500


async def test_a_pending_refund_succeeds_later(world: World):
    intent = await world.paid(2000, "pm_card_pendingRefund")
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    assert refund.balance_transaction.startswith("txn_")

    await world.pass_time(2)

    after = await world.stripe.v1.refunds.retrieve_async(refund.id)
    assert (after.status, "pending_reason" in after.to_dict()) == ("succeeded", False)
    assert after.balance_transaction == refund.balance_transaction
    update = next(event for event in world.received if event["type"] == "refund.updated")
    assert update["data"]["previous_attributes"]["status"] == "pending"


async def test_a_refund_can_succeed_and_then_fail(world: World):
    intent = await world.paid(2000, "pm_card_refundFail", expand=["latest_charge"])
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})
    assert refund.status == "succeeded"

    await world.pass_time(2)

    after = await world.stripe.v1.refunds.retrieve_async(
        refund.id, {"expand": ["failure_balance_transaction"]}
    )
    assert (after.status, after.failure_reason) == ("failed", "expired_or_canceled_card")
    assert after.failure_balance_transaction.amount == 2000
    charge = await world.stripe.v1.charges.retrieve_async(intent.latest_charge.id)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert "refund.failed" in await world.types()


async def test_a_card_refund_cannot_be_canceled(world: World):
    intent = await world.paid()
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})

    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.refunds.cancel_async(refund.id)


async def test_the_balance_is_the_sum_of_its_transactions(world: World):
    intent = await world.paid(2000)
    await world.stripe.v1.refunds.create_async({"payment_intent": intent.id, "amount": 500})
    await world.paid(1000, "pm_card_bypassPending")
    await world.pass_time(2)

    balance = await world.stripe.v1.balance.retrieve_async()
    listed = await world.stripe.v1.balance_transactions.list_async({"expand": ["data.source"]})

    assert [(one.currency, one.amount) for one in balance.pending] == [("usd", 1912)]
    assert [(one.currency, one.amount) for one in balance.available] == [("usd", 941 - 500)]
    assert sum(one.net for one in listed.data) == 1912 + 941 - 500
    assert {one.type for one in listed.data} == {"charge", "refund"}
    by_charge = await world.stripe.v1.balance_transactions.list_async({"type": "charge"})
    assert len(by_charge.data) == 2


async def test_pending_money_becomes_available_by_the_clock(world: World):
    await world.paid(2000)
    await world.pass_time(2)
    await world.pass_time(2 * 86400)

    balance = await world.stripe.v1.balance.retrieve_async()
    transaction = (await world.stripe.v1.balance_transactions.list_async()).data[0]

    assert (balance.available[0].amount, balance.pending[0].amount) == (1912, 0)
    assert transaction.status == "available"


async def test_a_customer_can_be_changed_and_deleted(world: World):
    customers = world.stripe.v1.customers
    customer = await customers.create_async(
        {"email": "a@b.test", "name": "A", "address": {"line1": "1 Street", "country": "US"}}
    )
    await world.stripe.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})

    changed = await customers.update_async(customer.id, {"name": "B", "email": ""})
    gone = await customers.delete_async(customer.id)

    assert (changed.name, changed.email, changed.address.country) == ("B", None, "US")
    assert gone.deleted is True
    assert (await customers.retrieve_async(customer.id)).deleted is True
    assert (await customers.list_async()).data == []
    types = await world.types()
    assert types == [
        "customer.created", "payment_method.attached", "customer.updated", "customer.deleted",
        "payment_method.detached",
    ]  # fmt: skip
    assert world.received[2]["data"]["previous_attributes"] == {"name": "A", "email": "a@b.test"}


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ({"number": "4242424242424241"}, "incorrect_number"),
        ({"exp_month": 13}, "invalid_expiry_month"),
        ({"exp_year": 2020}, "invalid_expiry_year"),
        ({"cvc": "12"}, "invalid_cvc"),
    ],
)
async def test_a_card_that_cannot_be_right_is_a_card_error(world: World, card, code):
    right = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}

    with pytest.raises(stripe.CardError) as refused:
        await world.stripe.v1.payment_methods.create_async({"type": "card", "card": right | card})

    assert refused.value.code == code


async def test_a_wrong_cvc_matters_only_if_one_is_given(world: World):
    card = {"number": "4000000000000127", "exp_month": 12, "exp_year": 2040}
    without = await world.stripe.v1.payment_methods.create_async({"type": "card", "card": card})
    given = await world.stripe.v1.payment_methods.create_async(
        {"type": "card", "card": card | {"cvc": "123"}}
    )

    assert (await world.paid(method=without.id)).status == "succeeded"
    with pytest.raises(stripe.CardError):
        await world.paid(method=given.id)


async def test_cards_that_decline_cannot_be_attached_but_one(world: World):
    customer = await world.stripe.v1.customers.create_async({})
    attach = world.stripe.v1.payment_methods.attach_async

    with pytest.raises(stripe.CardError):
        await attach("pm_card_visa_chargeDeclined", {"customer": customer.id})
    kept = await attach("pm_card_chargeCustomerFail", {"customer": customer.id})

    assert kept.customer == customer.id
    assert len((await world.stripe.v1.customers.payment_methods.list_async(customer.id)).data) == 1


async def test_a_detached_method_is_gone_for_good(world: World):
    customer = await world.stripe.v1.customers.create_async({})
    method = await world.stripe.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    await world.stripe.v1.payment_methods.detach_async(method.id)

    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.payment_methods.attach_async(method.id, {"customer": customer.id})
    with pytest.raises(stripe.InvalidRequestError):
        await world.paid(method=method.id)
