"""A customer goes to their bank: the shop hears of it, answers in time, and the books say what it cost."""

import asyncio
from dataclasses import replace

import pytest

from kassa import disputes, reconciliation
from kassa.disputes import State
from kassa.disputes.service import heard
from kassa.disputes.states import after, of_provider

FEE = 1500


async def test_a_dispute_is_written_down_and_in_the_books_and_stock_stays(till):
    order = await till.sold()
    before, stock = await till.books(), await till.stock()

    dispute = await till.contest(order, reason="product_not_received")

    assert (dispute.state, dispute.reason, dispute.amount_minor, dispute.currency) == (
        "needs_response", "product_not_received", order.total_minor, "EUR",
    )  # fmt: skip
    assert dispute.due_by > till.clock.now()
    books = await till.books()
    assert books["disputes"] == order.total_minor
    assert before["provider"] - books["provider"] >= order.total_minor
    assert sum(books.values()) == 0
    assert (await till.order(order)).state == order.state
    assert await till.stock() == stock
    assert "dispute.opened" in await till.journal(order)
    assert await till.cases() == [("dispute_opened", "open")]


async def test_what_is_won_comes_back_to_the_books_and_closes_the_case(till):
    order = await till.sold()
    dispute = await till.contest(order)

    after_ = await till.decide(dispute, "won")

    assert (after_.state, after_.withdrawn_minor) == ("won", 0)
    assert after_.closed_at is not None
    assert "disputes" not in await till.books()
    assert (await till.journal(order))[-1] == "dispute.won"
    assert await till.cases() == [("dispute_opened", "resolved")]


async def test_what_is_lost_stays_lost(till):
    order = await till.sold()
    dispute = await till.contest(order)

    after_ = await till.decide(dispute, "lost")

    assert (after_.state, after_.withdrawn_minor) == ("lost", order.total_minor)
    assert (await till.books())["disputes"] == order.total_minor
    assert await till.cases() == [("dispute_opened", "resolved")]


async def test_an_inquiry_moves_no_money(till):
    order = await till.sold()
    before = await till.books()

    dispute = await till.contest(order, inquiry=True)

    assert (dispute.state, dispute.withdrawn_minor) == ("warning_needs_response", 0)
    assert "disputes" not in await till.books()
    assert (await till.decide(dispute, "lost")).state == "warning_closed"
    assert (await till.books()).get("disputes", 0) == before.get("disputes", 0)


async def test_an_inquiry_that_was_answered_badly_becomes_a_dispute_that_can_be_answered(till):
    order = await till.sold()
    dispute = await till.contest(order, inquiry=True)
    await till.stage(dispute, uncategorized_text="escalate_inquiry_evidence")
    await till.submit(dispute)

    till.clock.advance(seconds=5)
    await till.settle()

    now = await till.now(dispute)
    assert (now.state, now.submitted_at) == ("needs_response", None)
    assert (await till.books())["disputes"] == order.total_minor
    await till.stage(dispute, uncategorized_text="winning_evidence")


async def test_a_dispute_told_ten_times_at_once_is_one(till):
    order = await till.sold()
    till.deaf = True
    made = await till.contest(order, told=False)

    await asyncio.gather(
        *(disputes.sync(till.db, till.gateway, made["id"], clock=till.clock) for _ in range(10))
    )

    async with till.db.connection() as conn:
        assert len(await disputes.of_order(conn, order.id)) == 1
    assert (await till.books())["disputes"] == order.total_minor
    assert (await till.journal(order)).count("dispute.opened") == 1


async def test_a_dispute_of_somebody_elses_payment_is_not_ours(till):
    intent = await till.stripe.paid()
    _, made = await till.stripe.control("POST", "/disputes", {"charge": intent.latest_charge})

    assert await disputes.sync(till.db, till.gateway, made["id"], clock=till.clock) is None

    async with till.db.connection() as conn:
        assert await conn.fetchval("select count(*) from disputes") == 0


async def test_the_clock_asks_about_a_dispute_whose_webhooks_are_lost(till):
    order = await till.sold()
    dispute = await till.contest(order)
    till.deaf = True
    await till.decide(dispute, "won")
    assert (await till.now(dispute)).state == "needs_response"

    till.clock.advance(hours=7)
    await disputes.look_after(till.db, till.gateway, clock=till.clock)

    assert (await till.now(dispute)).state == "won"


@pytest.mark.parametrize("told", list(State))
def test_what_is_said_late_changes_nothing(told):
    assert after(State.WARNING_NEEDS_RESPONSE, told) is told
    assert after(told, told) is told
    if told not in disputes.CLOSED:
        for closed in disputes.CLOSED - {State.WARNING_CLOSED}:
            assert after(closed, told) is closed
        assert after(State.UNDER_REVIEW, told) is State.UNDER_REVIEW


def test_a_stage_that_nobody_knows_yet_is_under_review():
    assert of_provider("appeal_under_review") is State.UNDER_REVIEW


async def test_what_was_asked_before_the_verdict_and_is_heard_after_it_takes_nothing_again(till):
    order = await till.sold()
    dispute = await till.contest(order)
    (payment,) = await till.payments(order)
    early = await till.gateway.dispute(dispute.provider_ref)
    won = await till.decide(dispute, "won")

    await heard(till.db, payment, early, clock=till.clock)

    assert await till.now(dispute) == won
    assert (won.withdrawn_minor, won.fee_minor) == (0, 0)


def test_an_inquiry_that_was_closed_may_still_become_a_chargeback():
    assert after(State.WARNING_CLOSED, State.NEEDS_RESPONSE) is State.NEEDS_RESPONSE
    assert after(State.WARNING_CLOSED, State.UNDER_REVIEW) is State.UNDER_REVIEW
    assert after(State.WARNING_CLOSED, State.WARNING_UNDER_REVIEW) is State.WARNING_CLOSED


async def test_one_that_was_over_before_we_heard_of_it_leaves_no_case_and_no_job_behind(till):
    order = await till.sold()
    till.deaf = True
    made = await till.contest(order, told=False)
    status, _ = await till.stripe.control("POST", f"/disputes/{made['id']}/close", {"status": "lost"})
    assert status == 200

    found = await disputes.sync(till.db, till.gateway, made["id"], clock=till.clock)
    await till.settle()

    assert found.state is State.LOST
    assert await till.cases() == []
    async with till.db.connection() as conn:
        assert await conn.fetchval("select count(*) from jobs where name = 'resolve_case'") == 0


async def test_an_inquiry_first_heard_of_when_it_was_closed_is_a_case_once_it_is_a_chargeback(till):
    order = await till.sold()
    (payment,) = await till.payments(order)
    till.deaf = True
    made = await till.contest(order, inquiry=True, told=False)
    told = await till.gateway.dispute(made["id"])
    await heard(till.db, payment, replace(told, status="warning_closed"), clock=till.clock)
    await till.settle()
    assert await till.cases() == []

    after_ = await heard(till.db, payment, replace(told, status="needs_response"), clock=till.clock)
    await till.settle()

    assert (after_.state, after_.closed_at) == (State.NEEDS_RESPONSE, None)
    assert await till.cases() == [("dispute_opened", "open")]


def moved(dispute, *nets):
    """The dispute as the provider shows it after so many movements; the fee is 15.00 each time."""
    (first,) = dispute.moved
    lines = [
        replace(
            first, id=f"txn_{n}" if n else first.id, amount=net, fee=-1500 if net > 0 else 1500,
            net=net - (-1500 if net > 0 else 1500),
        )
        for n, net in enumerate(nets)
    ]  # fmt: skip
    return replace(dispute, moved=lines)


async def test_money_that_is_taken_given_back_and_taken_again_is_in_the_books_each_time(till):
    order = await till.sold()
    dispute = await till.contest(order)
    (payment,) = await till.payments(order)
    told = await till.gateway.dispute(dispute.provider_ref)
    total = order.total_minor
    fees = (await till.books())["fees"] - 1500
    ends = []
    for status, nets in (
        ("won", (-total, total)),
        ("under_review", (-total, total, -total)),
        ("lost", (-total, total, -total)),
    ):
        await heard(till.db, payment, replace(moved(told, *nets), status=status), clock=till.clock)
        books, now = await till.books(), await till.now(dispute)
        ends.append((books.get("disputes", 0), books["fees"] - fees, now.withdrawn_minor, now.fee_minor))
        assert await till.violations() == []

    assert ends == [(0, 0, 0, 0), (total, 1500, total, 1500), (total, 1500, total, 1500)]


async def test_who_asked_before_the_money_came_back_does_not_take_it_again(till):
    order = await till.sold()
    dispute = await till.contest(order)
    (payment,) = await till.payments(order)
    early = await till.gateway.dispute(dispute.provider_ref)
    late = moved(early, -order.total_minor, order.total_minor)
    await heard(till.db, payment, late, clock=till.clock)

    await heard(till.db, payment, early, clock=till.clock)

    assert (await till.now(dispute)).withdrawn_minor == 0
    assert "disputes" not in await till.books()


async def test_an_inquiry_whose_case_was_resolved_is_a_new_case_when_it_becomes_a_chargeback(till):
    order = await till.sold()
    dispute = await till.contest(order, inquiry=True)
    await till.stage(dispute, uncategorized_text="escalate_inquiry_evidence")
    async with till.db.transaction() as tx:
        (case,) = (await reconciliation.page(tx)).items
        await reconciliation.resolve(tx, case.id, "Answered.", actor="staff:ada", now=till.clock.now())

    await till.submit(dispute)
    for _ in range(3):
        till.clock.advance(seconds=2)
        await till.settle()

    assert (await till.now(dispute)).state == "needs_response"
    assert await till.cases() == [("dispute_opened", "resolved"), ("dispute_opened", "open")]


async def test_an_inquiry_that_becomes_a_chargeback_leaves_one_case_open(till):
    order = await till.sold()
    dispute = await till.contest(order, inquiry=True)
    await till.stage(dispute, uncategorized_text="escalate_inquiry_evidence")
    await till.submit(dispute)
    for _ in range(3):
        till.clock.advance(seconds=2)
        await till.settle()

    assert await till.cases() == [("dispute_opened", "resolved"), ("dispute_opened", "open")]
