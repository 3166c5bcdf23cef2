"""The balance and its transactions: what every movement of money leaves in the books."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World


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


async def rows_about(world: World, source: str):
    """The transactions of one source, oldest first."""
    listed = await world.stripe.v1.balance_transactions.list_async({"source": source})
    return [(one.type, one.reporting_category, one.amount, one.fee, one.net) for one in reversed(listed.data)]


async def test_a_card_charge_is_a_charge_with_a_fee(world: World):
    intent = await world.paid(2000, expand=["latest_charge"])
    await world.pass_time(2)

    assert await rows_about(world, intent.latest_charge.id) == [("charge", "charge", 2000, 88, 1912)]
    [transaction] = (await world.stripe.v1.balance_transactions.list_async()).data
    assert [(one.amount, one.type) for one in transaction.fee_details] == [(88, "stripe_fee")]
    assert (transaction.balance_type, transaction.status) == ("payments", "pending")


async def test_any_other_charge_is_a_payment_with_a_fee_of_its_own(world: World):
    intent = await world.paid(100_000, "pm_usBankAccount_success", expand=["latest_charge"])
    await world.pass_time(10)

    rows = await rows_about(world, intent.latest_charge.id)

    assert rows == [("payment", "charge", 100_000, 500, 99_500)]


async def test_a_refund_costs_its_amount_and_a_failed_one_brings_it_back(world: World):
    intent = await world.paid(2000, "pm_card_refundFail")
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id, "amount": 500})
    await world.pass_time(2)

    assert await rows_about(world, refund.id) == [
        ("refund", "refund", -500, 0, -500),
        ("refund_failure", "refund_failure", 500, 0, 500),
    ]


async def test_only_what_is_captured_is_booked(world: World):
    held = await world.paid(2000, capture_method="manual", expand=["latest_charge"])
    assert await rows_about(world, held.latest_charge.id) == []

    await world.stripe.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 1000})
    await world.pass_time(2)

    assert await rows_about(world, held.latest_charge.id) == [("charge", "charge", 1000, 59, 941)]


async def test_some_cards_pay_into_what_is_available(world: World):
    await world.paid(2000, "pm_card_bypassPending")
    await world.pass_time(2)

    balance = await world.stripe.v1.balance.retrieve_async()

    assert (balance.available[0].amount, balance.pending[0].amount) == (1912, 0)


async def test_every_currency_has_a_balance(world: World):
    await world.paid(2000)
    await world.paid(3000, currency="eur")
    await world.pass_time(2)

    balance = await world.stripe.v1.balance.retrieve_async()

    assert [(one.currency, one.amount) for one in balance.pending] == [("eur", 2883), ("usd", 1912)]
    only = await world.stripe.v1.balance_transactions.list_async({"currency": "eur"})
    assert [one.amount for one in only.data] == [3000]


async def test_transactions_are_found_by_time(world: World):
    await world.paid(2000)
    await world.pass_time(100)
    await world.paid(3000)
    await world.pass_time(2)
    listed = await world.stripe.v1.balance_transactions.list_async()
    newest = listed.data[0].created

    since = await world.stripe.v1.balance_transactions.list_async({"created": {"gte": newest}})

    assert [one.amount for one in since.data] == [3000]


async def test_an_expanded_transaction_knows_what_time_it_is(world: World):
    intent = await world.paid(2000, expand=["latest_charge"])
    await world.pass_time(3 * 86400)
    path = "latest_charge.balance_transaction"

    after = await world.stripe.v1.payment_intents.retrieve_async(intent.id, {"expand": [path]})
    charge = intent.latest_charge.id
    alone = await world.stripe.v1.balance_transactions.retrieve_async(
        after.latest_charge.balance_transaction.id, {"expand": ["source"]}
    )

    assert after.latest_charge.balance_transaction.status == "available"
    assert (alone.status, alone.source.id) == ("available", charge)


async def test_a_transaction_that_is_none_is_a_404(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.balance_transactions.retrieve_async("txn_none")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


async def test_a_hold_without_an_intent_is_given_back_and_never_was_in_the_books(world: World):
    hold = await world.stripe.v1.charges.create_async(
        {"amount": 2000, "currency": "usd", "source": "tok_visa", "capture": False}
    )
    refunds = world.stripe.v1.refunds
    with pytest.raises(stripe.InvalidRequestError):
        await refunds.create_async({"charge": hold.id, "amount": 500})

    refund = await refunds.create_async({"charge": hold.id})

    assert (refund.status, refund.amount, refund.balance_transaction) == ("succeeded", 2000, None)
    assert (await world.stripe.v1.charges.retrieve_async(hold.id)).refunded is True
    assert (await world.types())[-2:] == ["refund.created", "charge.refunded"]
    with pytest.raises(stripe.InvalidRequestError) as again:
        await refunds.create_async({"charge": hold.id})
    assert again.value.code == "charge_already_refunded"
    assert (await world.control("POST", f"/refunds/{refund.id}", {"status": "failed"}))[0] == 400
    assert (await world.stripe.v1.balance_transactions.list_async()).data == []
