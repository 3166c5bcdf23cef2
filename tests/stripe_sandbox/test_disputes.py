"""Disputes: the customer's bank takes money back, asks first, and decides."""

import pytest
import stripe
from tests.stripe_sandbox.disputing import DAY, DISPUTED, charge_of, disputed, respond, types_about
from tests.stripe_sandbox.harness import World


async def test_a_chargeback_takes_the_money_and_a_fee(world: World):
    dispute = await disputed(world)

    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 2000)
    assert (dispute.is_charge_refundable, dispute.payment_intent is not None) == (False, True)
    [taken] = dispute.balance_transactions
    assert (taken.type, taken.reporting_category, taken.source) == ("adjustment", "dispute", dispute.id)
    assert (taken.amount, taken.fee, taken.net) == (-2000, 1500, -3500)
    assert (await charge_of(world, dispute)).disputed is True
    assert (await types_about(world, dispute)) == ["created", "funds_withdrawn"]


async def test_a_dispute_says_what_the_network_calls_it(world: World):
    dispute = await disputed(world)

    card = dispute.payment_method_details.card
    assert (card.brand, card.case_type, card.network_reason_code) == ("visa", "chargeback", "10.4")
    details = dispute.evidence_details
    assert (details.has_evidence, details.past_due, details.submission_count) == (False, False, 0)
    assert details.submission_method == "not_submitted"
    assert details.due_by > dispute.created
    assert dispute.evidence.uncategorized_text is None


async def test_the_event_of_a_dispute_has_no_request(world: World):
    dispute = await disputed(world)

    await world.box.deliver_due()

    created = next(one for one in world.received if one["type"] == "charge.dispute.created")
    assert created["data"]["object"]["id"] == dispute.id
    assert created["request"] == {"id": None, "idempotency_key": None}


async def test_a_product_that_did_not_come_is_disputed_as_such(world: World):
    dispute = await disputed(world, "pm_card_createDisputeProductNotReceived")

    assert (dispute.reason, dispute.status) == ("product_not_received", "needs_response")


async def test_a_card_can_be_disputed_several_times(world: World):
    intent = await world.paid(2001, "pm_card_createMultipleDisputes")
    await world.pass_time(60)

    listed = (await world.stripe.v1.disputes.list_async({"payment_intent": intent.id})).data

    assert len(listed) > 1
    assert sum(one.amount for one in listed) == 2001


async def test_three_d_secure_protects_from_a_dispute_as_fraud(world: World):
    any_card = {"card": {"request_three_d_secure": "any"}}
    await world.paid(2000, DISPUTED, payment_method_options=any_card)
    other = await world.paid(2000, "pm_card_createDisputeProductNotReceived", payment_method_options=any_card)

    await world.pass_time(60)

    listed = (await world.stripe.v1.disputes.list_async()).data
    assert [one.payment_intent for one in listed] == [other.id]


async def test_disputes_are_found_by_charge_and_intent(world: World):
    dispute = await disputed(world)
    await disputed(world)
    disputes = world.stripe.v1.disputes

    assert [one.id for one in (await disputes.list_async({"charge": dispute.charge})).data] == [dispute.id]
    by_intent = await disputes.list_async({"payment_intent": dispute.payment_intent})
    assert [one.id for one in by_intent.data] == [dispute.id]
    assert len((await disputes.list_async()).data) == 2
    assert (await disputes.retrieve_async(dispute.id, {"expand": ["charge"]})).charge.amount == 2000


async def test_a_refund_of_a_chargeback_is_refused(world: World):
    dispute = await disputed(world)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.refunds.create_async({"charge": dispute.charge})

    assert (refused.value.http_status, refused.value.code) == (400, "charge_disputed")
    assert (await world.stripe.v1.refunds.list_async()).data == []


async def test_closing_a_dispute_loses_it(world: World):
    dispute = await disputed(world)

    closed = await world.stripe.v1.disputes.close_async(dispute.id)

    assert closed.status == "lost"
    assert (await types_about(world, dispute)) == ["created", "funds_withdrawn", "closed"]


async def test_a_dispute_nobody_answers_is_lost_when_its_time_is_over(world: World):
    dispute = await disputed(world)

    await world.pass_time(dispute.evidence_details.due_by - world.now - 10)
    before = await world.stripe.v1.disputes.retrieve_async(dispute.id)
    await world.pass_time(12)
    after = await world.stripe.v1.disputes.retrieve_async(dispute.id)

    assert (before.status, after.status) == ("needs_response", "lost")


@pytest.mark.parametrize("ending", ["won", "lost"])
async def test_a_dispute_that_is_over_takes_nothing_more(world: World, ending):
    dispute = await disputed(world)
    await world.control("POST", f"/disputes/{dispute.id}/close", {"status": ending})

    with pytest.raises(stripe.InvalidRequestError):
        await respond(world, dispute, "winning_evidence")
    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.disputes.close_async(dispute.id)
    status, _ = await world.control("POST", f"/disputes/{dispute.id}/close", {"status": "won"})

    assert status == 400
    assert (await world.stripe.v1.disputes.retrieve_async(dispute.id)).status == ending


async def test_an_inquiry_moves_no_money_and_can_be_refunded(world: World):
    dispute = await disputed(world, "pm_card_createDisputeInquiry")

    refund = await world.stripe.v1.refunds.create_async({"charge": dispute.charge})

    assert (dispute.status, dispute.balance_transactions) == ("warning_needs_response", [])
    assert (dispute.is_charge_refundable, dispute.payment_method_details.card.case_type) == (True, "inquiry")
    assert (refund.status, (await charge_of(world, dispute)).refunded) == ("succeeded", True)
    assert (await world.stripe.v1.disputes.retrieve_async(dispute.id)).is_charge_refundable is False
    assert (await types_about(world, dispute)) == ["created"]


async def test_an_inquiry_can_be_closed(world: World):
    dispute = await disputed(world, "pm_card_createDisputeInquiry")

    closed = await world.stripe.v1.disputes.close_async(dispute.id)

    assert closed.status == "warning_closed"


async def test_an_inquiry_of_which_nothing_comes_closes_after_120_days(world: World):
    dispute = await disputed(world, "pm_card_createDisputeInquiry")

    await world.pass_time(119 * DAY)
    late = await world.stripe.v1.disputes.retrieve_async(dispute.id)
    await world.pass_time(2 * DAY)

    assert late.status == "warning_needs_response"
    assert (await world.stripe.v1.disputes.retrieve_async(dispute.id)).status == "warning_closed"


async def test_a_refund_that_is_under_way_fails_when_the_charge_is_disputed(world: World):
    intent = await world.paid(2000, "pm_card_pendingRefund", expand=["latest_charge"])
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})

    status, dispute = await world.control("POST", "/disputes", {"charge": intent.latest_charge.id})

    after = await world.stripe.v1.refunds.retrieve_async(refund.id)
    assert (status, dispute["amount"]) == (200, 2000)
    assert (after.status, after.failure_reason) == ("failed", "charge_for_pending_refund_disputed")


async def test_only_what_is_left_of_a_charge_is_disputed(world: World):
    intent = await world.paid(2000, expand=["latest_charge"])
    await world.stripe.v1.refunds.create_async({"payment_intent": intent.id, "amount": 500})

    status, dispute = await world.control(
        "POST", "/disputes", {"charge": intent.latest_charge.id, "reason": "duplicate"}
    )
    again, _ = await world.control("POST", "/disputes", {"charge": intent.latest_charge.id})

    assert (status, dispute["amount"], dispute["reason"]) == (200, 1500, "duplicate")
    assert again == 400


async def test_an_operator_can_order_an_inquiry(world: World):
    intent = await world.paid(2000, expand=["latest_charge"])

    status, dispute = await world.control(
        "POST", "/disputes", {"charge": intent.latest_charge.id, "inquiry": True}
    )

    assert (status, dispute["status"]) == (200, "warning_needs_response")


async def test_an_operator_can_let_a_dispute_be_won(world: World):
    dispute = await disputed(world)

    status, body = await world.control("POST", f"/disputes/{dispute.id}/close", {"status": "won"})

    assert (status, body["status"]) == (200, "won")
    assert (await types_about(world, dispute))[-2:] == ["funds_reinstated", "closed"]
    refund = await world.stripe.v1.refunds.create_async({"charge": dispute.charge})
    assert refund.status == "succeeded"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/disputes", {"charge": "ch_none"}, 400),
        ("/disputes", {}, 400),
        ("/disputes", {"charge": "ch_none", "reason": "boredom"}, 400),
        ("/disputes/du_none/close", {"status": "won"}, 404),
        ("/disputes/du_none/close", {"status": "drawn"}, 400),
    ],
)
async def test_an_order_about_disputes_must_make_sense(world: World, path, body, expected):
    status, answer = await world.control("POST", path, body)

    assert (status, answer["error"]["type"]) == (expected, "invalid_request_error")
    assert (await world.stripe.v1.disputes.list_async()).data == []


async def test_a_payment_that_took_nothing_cannot_be_disputed(world: World):
    held = await world.paid(2000, capture_method="manual", expand=["latest_charge"])

    status, _ = await world.control("POST", "/disputes", {"charge": held.latest_charge.id})

    assert status == 400
    assert (await world.stripe.v1.charges.retrieve_async(held.latest_charge.id)).disputed is False


async def test_an_issuer_warns_of_fraud_before_a_dispute(world: World):
    intent = await world.paid(2000, "pm_card_createIssuerFraudRecord", expand=["latest_charge"])
    await world.pass_time(3)
    await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})
    await world.box.deliver_due()

    created = next(one for one in world.received if one["type"] == "radar.early_fraud_warning.created")
    updated = next(one for one in world.received if one["type"] == "radar.early_fraud_warning.updated")
    warning = created["data"]["object"]
    assert (warning["charge"], warning["actionable"]) == (intent.latest_charge.id, True)
    assert updated["data"]["previous_attributes"] == {"actionable": True}
    assert updated["data"]["object"]["actionable"] is False


async def test_the_books_balance_after_a_dispute(world: World):
    lost = await disputed(world)
    won = await disputed(world)
    await respond(world, lost, "losing_evidence")
    await respond(world, won, "winning_evidence")
    await world.pass_time(3 * DAY)

    balance = await world.stripe.v1.balance.retrieve_async()

    assert balance.available[0].amount == 2 * (2000 - 88) - 2000 - 1500
    listed = await world.stripe.v1.balance_transactions.list_async({"source": won.id})
    assert [one.net for one in listed.data] == [3500, -3500]


@pytest.mark.parametrize("method", ["pm_usBankAccount_dispute", "pm_sepaDebit_disputed_at"])
async def test_a_bank_debit_can_be_disputed(world: World, method):
    intent = await world.paid(2000, method, currency="eur" if "sepa" in method else "usd")
    await world.pass_time(20)

    [dispute] = (await world.stripe.v1.disputes.list_async({"payment_intent": intent.id})).data

    assert (dispute.reason, dispute.status) == ("debit_not_authorized", "needs_response")
    assert "payment_method_details" not in dispute.to_dict()
