"""What customers are told of money that goes back, and staff of disputes."""

import pytest
from tests.notifications.orders import make_order, make_refund
from tests.notifications.test_receipt import PAID, SETTINGS, only_mail

from kassa import accounts, notifications
from kassa.disputes import queries as dispute_rows
from kassa.disputes.queries import Dispute
from kassa.disputes.states import State
from kassa.kernel.ids import new_id


async def build(db, clock, refund_id):
    await notifications.build_refund_mail(db, refund_id, clock=clock, settings=SETTINGS)


async def change(db, sql, *args):
    async with db.transaction() as tx:
        await tx.execute(sql, *args)


async def kinds(db):
    async with db.connection() as conn:
        return [mail.kind for mail in reversed((await notifications.mailbox(conn)).items)]


@pytest.mark.parametrize(
    ("kind", "surplus", "received", "words"),
    [
        ("requested", False, 2970, "all that you paid for this order"),
        ("found", False, 2970, "all that you paid for this order"),
        ("surplus", True, 2970, "You paid more than once"),
        ("surplus", False, 5940, "The difference goes back"),
        ("surplus", True, 2000, "was not the amount of this order"),
    ],
)
async def test_the_mail_says_why_money_went_back(db, clock, kind, surplus, received, words):
    made = await make_order(db, clock, events=PAID)
    refund_id = await make_refund(db, made, clock)
    await change(db, "update payments set surplus = $1, received_minor = 5940", surplus)
    await change(db, "update refunds set kind = $1, reason = 'x'", kind)
    await change(db, "update payments set received_minor = $1", received)

    await build(db, clock, refund_id)

    mail = await only_mail(db)
    for body in (mail.text_body, mail.html_body):
        assert words in " ".join(body.split())


async def test_the_reason_that_staff_gave_is_told(db, clock):
    made = await make_order(db, clock, events=PAID)
    refund_id = await make_refund(db, made, clock)
    await change(db, "update refunds set kind = 'requested', reason = 'One <b>copy</b> was damaged.'")

    await build(db, clock, refund_id)

    mail = await only_mail(db)
    assert "One <b>copy</b> was damaged." in mail.text_body
    assert "<b>" not in mail.html_body


async def test_money_that_came_back_is_told_to_whoever_was_promised_it(db, clock):
    made = await make_order(db, clock, events=PAID)
    refund_id = await make_refund(db, made, clock)
    await build(db, clock, refund_id)
    await change(db, "update refunds set state = 'failed'")

    for _ in range(2):
        await build(db, clock, refund_id)

    assert await kinds(db) == [f"refund:{refund_id}", f"refund_failed:{refund_id}"]


async def test_a_refund_that_failed_before_anybody_heard_of_it_is_not_told(db, clock):
    made = await make_order(db, clock, events=PAID)
    refund_id = await make_refund(db, made, clock, state="failed")

    await build(db, clock, refund_id)

    assert await kinds(db) == []


@pytest.fixture
async def dispute(db, clock):
    """One that waits for an answer."""
    made = await make_order(db, clock, events=PAID)
    now = clock.now()
    found = Dispute(
        id=new_id(), payment_id=made.payment_id, order_id=made.order_id, provider_ref="du_1", reason="fraudulent",
        state=State.NEEDS_RESPONSE, amount_minor=2970, currency="EUR", withdrawn_minor=2970, fee_minor=1500,
        due_by=now, evidence={}, submitted_at=None, created_at=now, updated_at=now, closed_at=None,
    )  # fmt: skip
    async with db.transaction() as tx:
        await dispute_rows.insert(tx, found)
    return found


async def tell(db, clock, dispute, state):
    args = {"dispute_id": str(dispute.id), "state": state}
    await notifications.build_dispute_mail(db, args, clock=clock, settings=SETTINGS)


async def test_everybody_on_the_staff_hears_of_a_dispute_once(db, clock, dispute):
    async with db.transaction() as tx:
        for email in ("ada@example.org", "eve@example.org"):
            await accounts.create_staff(tx, email, "operator", now=clock.now())

    for _ in range(2):
        await tell(db, clock, dispute, "needs_response")

    async with db.connection() as conn:
        mails = (await notifications.mailbox(conn)).items
        assert {mail.recipient for mail in mails} == {"ada@example.org", "eve@example.org"}
        assert len(mails) == 2
        letter = await notifications.mail(conn, mails[0].id)
    assert letter.subject.endswith("answer before 02 November 2026, 09:00")
    for body in (letter.text_body, letter.html_body):
        assert f"https://shop.example.org/admin/disputes/{dispute.id}" in body
        assert "fraudulent" in body
        assert "€29.70" in body


async def test_without_staff_the_shop_itself_is_told_and_of_the_end_too(db, clock, dispute):
    await tell(db, clock, dispute, "needs_response")
    await tell(db, clock, dispute, "lost")
    await tell(db, clock, dispute, "under_review")

    assert await kinds(db) == [
        f"dispute:{dispute.id}:{state}:shop@example.org" for state in ("needs_response", "lost")
    ]
