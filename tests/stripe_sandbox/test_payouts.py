"""Payouts: from the balance to the bank, by command and by schedule."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World

DAY = 86400


async def earned(world: World, *amounts: int) -> None:
    """So much was paid with a card whose money is available at once."""
    for amount in amounts or (2000,):
        await world.paid(amount, "pm_card_bypassPending")
    await world.pass_time(2)


async def available(world: World) -> int:
    """What is available in US dollars."""
    return int((await world.stripe.v1.balance.retrieve_async()).available[0].amount)


async def test_a_payout_takes_money_from_the_balance_and_arrives_by_the_clock(world: World):
    await earned(world)
    payouts = world.stripe.v1.payouts

    made = await payouts.create_async(
        {"amount": 1000, "currency": "usd", "metadata": {"a": "1"}, "expand": ["balance_transaction"]}
    )
    await world.pass_time(DAY / 2 + 1)
    on_its_way = await payouts.retrieve_async(made.id)
    await world.pass_time(2 * DAY)
    there = await payouts.retrieve_async(made.id)

    assert (made.status, on_its_way.status, there.status) == ("pending", "in_transit", "paid")
    assert (made.automatic, made.metadata["a"], there.trace_id.status) == (False, "1", "supported")
    assert await available(world) == 912
    transaction = made.balance_transaction
    assert (transaction.type, transaction.reporting_category) == ("payout", "payout")
    assert (transaction.amount, transaction.source) == (-1000, made.id)
    assert [kind for kind in await world.types() if kind.startswith("payout.")] == [
        "payout.created", "payout.updated", "payout.paid",
    ]  # fmt: skip


async def test_more_than_is_available_cannot_be_paid_out(world: World):
    await earned(world)
    await world.paid(100_000)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payouts.create_async({"amount": 1913, "currency": "usd"})

    assert (refused.value.http_status, refused.value.code) == (400, "balance_insufficient")
    assert (await world.stripe.v1.payouts.list_async()).data == []
    assert await available(world) == 1912


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"amount": 0}, "amount"),
        ({"method": "instant"}, "method"),
        ({"destination": "ba_other"}, "destination"),
        ({"source_type": "fpx"}, "source_type"),
        ({"currency": "xxx"}, "currency"),
    ],
)
async def test_a_payout_must_make_sense(world: World, params, param):
    await earned(world)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payouts.create_async({"amount": 100, "currency": "usd"} | params)

    assert refused.value.param == param
    assert await available(world) == 1912


async def test_a_pending_payout_can_be_canceled_and_the_money_is_back(world: World):
    await earned(world)
    made = await world.stripe.v1.payouts.create_async({"amount": 1912, "currency": "usd"})
    assert await available(world) == 0

    canceled = await world.stripe.v1.payouts.cancel_async(
        made.id, {"expand": ["failure_balance_transaction"]}
    )

    assert (canceled.status, canceled.failure_balance_transaction.type) == ("canceled", "payout_cancel")
    assert await available(world) == 1912
    assert (await world.types())[-1] == "payout.canceled"
    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.payouts.cancel_async(made.id)


async def test_a_payout_on_its_way_cannot_be_canceled(world: World):
    await earned(world)
    made = await world.stripe.v1.payouts.create_async({"amount": 100, "currency": "usd"})
    await world.pass_time(DAY / 2 + 1)

    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.payouts.cancel_async(made.id)

    assert (await world.stripe.v1.payouts.retrieve_async(made.id)).status == "in_transit"


async def test_a_bank_can_return_a_payout(world: World):
    await earned(world)
    made = await world.stripe.v1.payouts.create_async({"amount": 1000, "currency": "usd"})

    status, failed = await world.control(
        "POST", f"/payouts/{made.id}/fail", {"failure_code": "account_closed"}
    )
    await world.pass_time(5 * DAY)

    after = await world.stripe.v1.payouts.retrieve_async(made.id)
    assert (status, failed["failure_code"], after.status) == (200, "account_closed", "failed")
    assert after.failure_balance_transaction.startswith("txn_")
    assert await available(world) == 1912
    assert (await world.types())[-1] == "payout.failed"


async def test_a_paid_payout_can_be_reversed_once(world: World):
    await earned(world)
    payouts = world.stripe.v1.payouts
    made = await payouts.create_async({"amount": 1000, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError):
        await payouts.reverse_async(made.id)
    await world.pass_time(3 * DAY)

    back = await payouts.reverse_async(made.id)

    assert (back.amount, back.original_payout) == (-1000, made.id)
    assert (await payouts.retrieve_async(made.id)).reversed_by == back.id
    assert await available(world) == 1912
    with pytest.raises(stripe.InvalidRequestError):
        await payouts.reverse_async(made.id)


async def test_metadata_of_a_payout_can_be_changed(world: World):
    await earned(world)
    made = await world.stripe.v1.payouts.create_async({"amount": 1000, "currency": "usd"})

    changed = await world.stripe.v1.payouts.update_async(made.id, {"metadata": {"batch": "7"}})

    assert changed.metadata["batch"] == "7"
    assert (await world.types())[-1] == "payout.updated"


async def test_payouts_are_found_by_status_and_day_of_arrival(world: World):
    await earned(world)
    payouts = world.stripe.v1.payouts
    first = await payouts.create_async({"amount": 500, "currency": "usd"})
    await world.pass_time(3 * DAY)
    second = await payouts.create_async({"amount": 500, "currency": "usd"})

    assert [one.id for one in (await payouts.list_async({"status": "paid"})).data] == [first.id]
    late = await payouts.list_async({"arrival_date": {"gt": first.arrival_date}})
    assert [one.id for one in late.data] == [second.id]
    exact = await payouts.list_async({"arrival_date": first.arrival_date})
    assert [one.id for one in exact.data] == [first.id]
    assert [one.id for one in (await payouts.list_async()).data] == [second.id, first.id]


async def test_an_automatic_payout_consists_of_its_transactions(world: World):
    await earned(world, 2000, 3000)
    await world.stripe.v1.payouts.create_async({"amount": 100, "currency": "usd"})
    await world.paid(9000)

    status, payout = await world.control("POST", "/payouts", {})

    assert (status, payout["automatic"], payout["reconciliation_status"]) == (200, True, "completed")
    assert payout["amount"] == 1912 + 2883 - 100
    listed = await world.stripe.v1.balance_transactions.list_async({"payout": payout["id"]})
    assert sum(one.net for one in listed.data) == 0
    assert sum(one.net for one in listed.data if one.source != payout["id"]) == payout["amount"]
    assert await available(world) == 0


async def test_every_transaction_is_paid_out_once(world: World):
    await earned(world)
    first = (await world.control("POST", "/payouts", {}))[1]
    empty, answer = await world.control("POST", "/payouts", {})
    await earned(world, 3000)

    second = (await world.control("POST", "/payouts", {}))[1]

    assert (empty, answer["error"]["code"]) == (400, "balance_insufficient")
    assert (first["amount"], second["amount"]) == (1912, 2883)
    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.payouts.cancel_async(second["id"])


async def test_transactions_of_a_payout_that_is_none_are_refused(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.balance_transactions.list_async({"payout": "po_none"})

    assert (refused.value.http_status, refused.value.param) == (400, "payout")
