"""Refunds: money on its way back."""

import asyncio

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


async def test_a_refund_that_fails_after_it_succeeded_says_so_once(world: World):
    intent = await world.paid(2000, "pm_card_refundFail")
    await world.stripe.v1.refunds.create_async({"payment_intent": intent.id, "amount": 700})

    await world.pass_time(10)

    assert [kind for kind in await world.types() if kind.startswith("refund.")] == [
        "refund.created", "refund.failed",
    ]  # fmt: skip
    again = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})
    assert again.amount == 2000


async def test_a_partial_refund_says_only_that_the_amount_changed(world: World):
    intent = await world.paid(2000)
    await world.stripe.v1.refunds.create_async({"payment_intent": intent.id, "amount": 1})

    assert (await world.types())[-1] == "charge.refunded"
    event = world.received[-1]["data"]
    assert event["previous_attributes"] == {"amount_refunded": 0}
    assert (event["object"]["amount_refunded"], event["object"]["refunded"]) == (1, False)


async def test_a_refund_at_once_still_lets_the_charge_say_what_it_cost(world: World):
    intent = await world.paid(2000)

    await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})
    await world.pass_time(10)

    assert (await world.types()).count("charge.updated") == 1


async def test_a_refund_says_where_the_money_goes(world: World):
    intent = await world.paid(2000, expand=["latest_charge"])

    refund = await world.stripe.v1.refunds.create_async(
        {"payment_intent": intent.id, "expand": ["charge", "balance_transaction"]}
    )

    assert (refund.charge.id, refund.payment_method) == (intent.latest_charge.id, intent.payment_method)
    assert (refund.destination_details.type, refund.destination_details.card.type) == ("card", "refund")
    transaction = refund.balance_transaction
    assert (transaction.type, transaction.reporting_category, transaction.amount) == (
        "refund",
        "refund",
        -2000,
    )


async def test_the_good_charge_of_an_intent_is_refunded(world: World):
    intent = await world.stripe.v1.payment_intents.create_async({"amount": 2000, "currency": "usd"})
    confirm = world.stripe.v1.payment_intents.confirm_async
    back = {"return_url": "https://shop.test/return"}
    with pytest.raises(stripe.CardError) as declined:
        await confirm(intent.id, back | {"payment_method": "pm_card_visa_chargeDeclined"})
    await confirm(intent.id, back | {"payment_method": "pm_card_visa"})

    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})

    bad = declined.value.error.charge
    assert refund.charge != bad
    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.refunds.create_async({"charge": bad})


async def test_refunds_are_listed_by_charge_intent_and_time(world: World):
    first = await world.paid(expand=["latest_charge"])
    other = await world.paid()
    refunds = world.stripe.v1.refunds
    mine = await refunds.create_async({"payment_intent": first.id})
    await refunds.create_async({"payment_intent": other.id})

    by_charge = await refunds.list_async({"charge": first.latest_charge.id})
    assert [one.id for one in by_charge.data] == [mine.id]
    assert len((await refunds.list_async({"created": {"gte": mine.created}})).data) == 2
    assert (await refunds.list_async({"created": {"gt": mine.created + 100}})).data == []


async def test_a_refund_carries_metadata_that_can_be_changed(world: World):
    intent = await world.paid()
    refunds = world.stripe.v1.refunds
    refund = await refunds.create_async({"payment_intent": intent.id, "metadata": {"a": "1", "b": "2"}})

    changed = await refunds.update_async(refund.id, {"metadata": {"a": "", "c": "3"}})

    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    assert (await world.types())[-1] == "refund.updated"
    assert world.received[-1]["data"]["previous_attributes"] == {"metadata": {"a": "1", "b": "2"}}


@pytest.mark.parametrize("method", ["pm_usBankAccount_success", "pm_sepaDebit_success_at"])
async def test_a_refund_to_a_bank_account_is_pending_first(world: World, method):
    intent = await world.paid(2000, method, currency="eur" if "sepa" in method else "usd")
    await world.pass_time(10)

    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})
    await world.pass_time(2)

    after = await world.stripe.v1.refunds.retrieve_async(refund.id, {"expand": ["balance_transaction"]})
    assert (refund.status, refund.pending_reason, after.status) == ("pending", "processing", "succeeded")
    assert (after.balance_transaction.type, after.balance_transaction.amount) == ("payment_refund", -2000)
    assert (await world.types())[-1] == "refund.updated"


async def test_a_refund_of_a_debit_waits_for_the_debit(world: World):
    intent = await world.paid(2000, "pm_usBankAccount_success")
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id, "amount": 500})

    await world.pass_time(10)

    after = await world.stripe.v1.refunds.retrieve_async(refund.id)
    assert (refund.status, refund.pending_reason, refund.balance_transaction) == (
        "pending", "charge_pending", None,
    )  # fmt: skip
    assert (after.status, after.balance_transaction is None) == ("succeeded", False)


async def test_a_refund_of_a_debit_that_is_returned_fails(world: World):
    intent = await world.paid(2000, "pm_usBankAccount_insufficientFunds", expand=["latest_charge"])
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})

    await world.pass_time(10)

    after = await world.stripe.v1.refunds.retrieve_async(refund.id)
    charge = await world.stripe.v1.charges.retrieve_async(intent.latest_charge.id)
    assert (after.status, after.failure_reason) == ("failed", "declined")
    assert (charge.status, charge.amount_refunded, charge.refunded) == ("failed", 0, False)
    assert (await world.stripe.v1.balance_transactions.list_async()).data == []


async def test_a_refund_waits_while_the_balance_is_empty(world: World):
    intent = await world.paid(2000, "pm_card_bypassPending")
    await world.pass_time(2)
    await world.stripe.v1.payouts.create_async({"amount": 1912, "currency": "usd"})
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})
    assert (refund.status, refund.pending_reason) == ("pending", "insufficient_funds")

    await world.paid(5000)
    await world.pass_time(3601)

    after = await world.stripe.v1.refunds.retrieve_async(refund.id)
    assert (after.status, after.balance_transaction is None) == ("succeeded", False)
    assert "refund.updated" in await world.types()


async def test_a_refund_that_finds_no_money_for_a_month_fails(world: World):
    intent = await world.paid(2000, "pm_card_bypassPending", expand=["latest_charge"])
    await world.pass_time(2)
    await world.stripe.v1.payouts.create_async({"amount": 1912, "currency": "usd"})
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})

    await world.pass_time(31 * 86400)

    after = await world.stripe.v1.refunds.retrieve_async(refund.id)
    assert (after.status, after.failure_reason) == ("failed", "insufficient_funds")
    assert (await world.stripe.v1.charges.retrieve_async(intent.latest_charge.id)).refunded is False


@pytest.mark.parametrize("verb", ["cancel", "expire"])
async def test_only_a_refund_that_waits_for_its_customer_can_be_called_back(world: World, verb):
    intent = await world.paid(2000, "pm_card_pendingRefund", expand=["latest_charge"])
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})
    call = (
        world.stripe.v1.refunds.cancel_async
        if verb == "cancel"
        else world.stripe.v1.test_helpers.refunds.expire_async
    )
    with pytest.raises(stripe.InvalidRequestError):
        await call(refund.id)

    status, asked = await world.control("POST", f"/refunds/{refund.id}", {"status": "requires_action"})
    ended = await call(refund.id)

    assert (status, asked["next_action"]["type"]) == (200, "display_details")
    assert (asked["status"], ended.status) == (
        "requires_action", "canceled" if verb == "cancel" else "failed",
    )  # fmt: skip
    charge = await world.stripe.v1.charges.retrieve_async(intent.latest_charge.id)
    assert (charge.amount_refunded, charge.refunded) == (0, False)


async def test_a_customer_who_never_says_where_the_money_shall_go_gets_none(world: World):
    intent = await world.paid(2000, "pm_card_pendingRefund")
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})
    await world.control("POST", f"/refunds/{refund.id}", {"status": "requires_action"})

    await world.pass_time(45 * 86400 + 1)

    assert (await world.stripe.v1.refunds.retrieve_async(refund.id)).status == "failed"


async def test_an_operator_can_let_a_refund_fail_for_a_reason(world: World):
    intent = await world.paid(2000)
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})
    order = {"status": "failed", "failure_reason": "lost_or_stolen_card"}

    status, body = await world.control("POST", f"/refunds/{refund.id}", order)
    again, _ = await world.control("POST", f"/refunds/{refund.id}", order)
    nonsense, _ = await world.control("POST", f"/refunds/{refund.id}", order | {"failure_reason": "mood"})

    assert (status, body["status"], body["failure_reason"]) == (200, "failed", "lost_or_stolen_card")
    assert (again, nonsense) == (400, 400)


@pytest.mark.parametrize("name", ["refund_application_fee", "reverse_transfer"])
async def test_what_a_refund_cannot_do_here_is_refused_by_name(world: World, name):
    intent = await world.paid()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.refunds.create_async({"payment_intent": intent.id, name: True})

    assert refused.value.param == name
    assert (await world.stripe.v1.refunds.list_async()).data == []


async def amazon_paid(world: World):
    """A payment with Amazon Pay, to which the customer agreed."""
    intent = await world.stripe.v1.payment_intents.create_async(
        {
            "amount": 2000, "currency": "usd", "confirm": True, "return_url": "https://shop.test/return",
            "payment_method_data": {"type": "amazon_pay"},
        }
    )  # fmt: skip
    await world.control("POST", f"/payment_intents/{intent.id}/authenticate", {"outcome": "succeed"})
    return intent


async def test_amazon_pay_gives_money_back_later(world: World):
    intent = await amazon_paid(world)

    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})
    await world.pass_time(2)

    after = await world.stripe.v1.refunds.retrieve_async(refund.id)
    assert (refund.status, refund.destination_details.type) == ("pending", "amazon_pay")
    assert (after.status, (await world.types())[-1]) == ("succeeded", "refund.updated")


async def test_amazon_pay_gives_nothing_back_after_ninety_days(world: World):
    intent = await amazon_paid(world)
    await world.pass_time(91 * 86400)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})

    assert (refused.value.http_status, refused.value.code) == (400, "charge_not_refundable")
    assert (await world.stripe.v1.refunds.list_async()).data == []


async def test_the_number_by_which_a_bank_finds_a_refund_comes_days_later(world: World):
    intent = await world.paid(2000)
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})

    await world.pass_time(4 * 86400)

    after = await world.stripe.v1.refunds.retrieve_async(refund.id)
    assert refund.destination_details.card.reference_status == "pending"
    assert after.destination_details.card.reference_status == "available"
    assert len(after.destination_details.card.reference) == 23
    assert (await world.types())[-1] == "refund.updated"


async def test_refunds_at_the_same_moment_never_exceed_what_was_taken(world: World):
    intent = await world.paid(2000)
    create = world.stripe.v1.refunds.create_async

    outcomes = await asyncio.gather(
        *(create({"payment_intent": intent.id, "amount": 800}) for _ in range(5)), return_exceptions=True
    )

    assert sum(isinstance(one, stripe.InvalidRequestError) for one in outcomes) == 3
    listed = await world.stripe.v1.refunds.list_async({"payment_intent": intent.id})
    assert [one.amount for one in listed.data] == [800, 800]
