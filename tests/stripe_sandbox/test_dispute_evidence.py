"""What a merchant says against a dispute, and what the bank makes of it."""

import pytest
import stripe
from tests.stripe_sandbox.disputing import DAY, charge_of, disputed, respond, types_about
from tests.stripe_sandbox.harness import World


async def test_winning_evidence_brings_money_and_fee_back(world: World):
    dispute = await disputed(world)

    sent = await respond(world, dispute, "winning_evidence")
    await world.pass_time(2)

    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    after = await world.stripe.v1.disputes.retrieve_async(dispute.id)
    assert after.status == "won"
    back = after.balance_transactions[1]
    assert (back.reporting_category, back.amount, back.fee, back.net) == (
        "dispute_reversal",
        2000,
        -1500,
        3500,
    )
    types = await types_about(world, dispute)
    assert types == ["created", "funds_withdrawn", "updated", "funds_reinstated", "closed"]


async def test_losing_evidence_loses(world: World):
    dispute = await disputed(world)

    await respond(world, dispute, "losing_evidence")
    await world.pass_time(2)

    after = await world.stripe.v1.disputes.retrieve_async(dispute.id)
    assert (after.status, len(after.balance_transactions)) == ("lost", 1)
    assert (await types_about(world, dispute)) == ["created", "funds_withdrawn", "updated", "closed"]
    assert (await charge_of(world, dispute)).disputed is True


async def test_evidence_can_be_staged_and_submitted_later(world: World):
    dispute = await disputed(world)

    staged = await respond(world, dispute, "winning_evidence", submit=False)
    await world.pass_time(10)
    sent = await world.stripe.v1.disputes.update_async(dispute.id, {"submit": True})

    assert (staged.status, staged.evidence.uncategorized_text) == ("needs_response", "winning_evidence")
    assert (staged.evidence_details.has_evidence, staged.evidence_details.submission_count) == (True, 0)
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)


async def test_an_update_says_what_it_changed(world: World):
    dispute = await disputed(world)

    await respond(world, dispute, "We shipped it.", submit=False)

    await world.box.deliver_due()
    assert world.received[-1]["type"] == "charge.dispute.updated"
    assert world.received[-1]["data"]["previous_attributes"] == {
        "evidence": {"uncategorized_text": None},
        "evidence_details": {"has_evidence": False},
    }


async def test_metadata_alone_submits_nothing(world: World):
    dispute = await disputed(world)
    await respond(world, dispute, "winning_evidence", submit=False)

    after = await world.stripe.v1.disputes.update_async(dispute.id, {"metadata": {"case": "7"}})

    assert (after.metadata["case"], after.status) == ("7", "needs_response")


async def test_evidence_has_an_end(world: World):
    dispute = await disputed(world)
    most = "x" * 75_000
    await world.stripe.v1.disputes.update_async(
        dispute.id, {"evidence": {"uncategorized_text": most, "product_description": most}, "submit": False}
    )

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.disputes.update_async(
            dispute.id, {"evidence": {"customer_name": "A"}, "submit": False}
        )

    assert (refused.value.http_status, refused.value.param) == (400, "evidence")
    after = await world.stripe.v1.disputes.retrieve_async(dispute.id)
    assert after.evidence.customer_name is None


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"evidence": {"receipt": "file_none"}}, "evidence[receipt]"),
        ({"evidence": {"nonsense": "x"}}, "evidence[nonsense]"),
        ({"submit": True}, "evidence"),
    ],
)
async def test_evidence_must_make_sense(world: World, params, param):
    dispute = await disputed(world)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.disputes.update_async(dispute.id, params)

    assert refused.value.param == param
    assert (await world.stripe.v1.disputes.retrieve_async(dispute.id)).status == "needs_response"


async def test_evidence_is_submitted_once(world: World):
    dispute = await disputed(world)
    await respond(world, dispute, "We shipped it.")

    with pytest.raises(stripe.InvalidRequestError):
        await respond(world, dispute, "winning_evidence")

    after = await world.stripe.v1.disputes.retrieve_async(dispute.id)
    assert (after.evidence.uncategorized_text, after.status) == ("We shipped it.", "under_review")


async def test_a_bank_thinks_long_about_evidence_of_its_own_kind_and_then_refuses(world: World):
    dispute = await disputed(world)
    await respond(world, dispute, "We shipped it.")

    await world.pass_time(30 * DAY)
    thinking = await world.stripe.v1.disputes.retrieve_async(dispute.id)
    await world.pass_time(46 * DAY)

    assert thinking.status == "under_review"
    assert (await world.stripe.v1.disputes.retrieve_async(dispute.id)).status == "lost"


async def test_losing_an_inquiry_only_closes_it(world: World):
    dispute = await disputed(world, "pm_card_createDisputeInquiry")

    sent = await respond(world, dispute, "losing_evidence")
    await world.pass_time(2)

    assert sent.status == "warning_under_review"
    assert (await world.stripe.v1.disputes.retrieve_async(dispute.id)).status == "warning_closed"
    assert (await types_about(world, dispute)) == ["created", "updated", "closed"]


async def test_an_inquiry_escalates_to_a_chargeback(world: World):
    dispute = await disputed(world, "pm_card_createDisputeInquiry")

    await respond(world, dispute, "escalate_inquiry_evidence")
    await world.pass_time(2)

    after = await world.stripe.v1.disputes.retrieve_async(dispute.id)
    assert (after.status, after.is_charge_refundable) == ("needs_response", False)
    assert [one.amount for one in after.balance_transactions] == [-2000]
    assert after.payment_method_details.card.case_type == "chargeback"
    assert (await types_about(world, dispute)) == ["created", "updated", "updated", "funds_withdrawn"]
    won = await respond(world, dispute, "winning_evidence")
    await world.pass_time(2)
    assert won.status == "under_review"
    assert (await world.stripe.v1.disputes.retrieve_async(dispute.id)).status == "won"


async def test_an_inquiry_can_be_answered_late(world: World):
    dispute = await disputed(world, "pm_card_createDisputeInquiry")
    await world.pass_time(30 * DAY)

    sent = await respond(world, dispute, "We shipped it.")

    assert (sent.status, sent.evidence_details.past_due) == ("warning_under_review", True)


async def test_a_chargeback_has_nowhere_to_escalate_to(world: World):
    dispute = await disputed(world)

    await respond(world, dispute, "escalate_inquiry_evidence")
    await world.pass_time(10)

    assert (await world.stripe.v1.disputes.retrieve_async(dispute.id)).status == "under_review"
