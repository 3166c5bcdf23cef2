"""The provider's books against ours: whatever was missed is found, comes in by the usual doors, and twice is once."""

import pytest
from tests.checkout.buying import buy, now, order_of, pay
from tests.factories import place
from tests.reconciliation.shut import shut_shop

from kassa import orders
from kassa.stripe import Unreachable

S = orders.State


@pytest.fixture
async def till(db, clock):
    made = await shut_shop(db, clock)
    yield made
    made.stripe.close()


async def test_an_empty_shop_agrees_with_an_empty_provider(till):
    report = await till.compare()

    assert report.complete
    assert (set(report.tally.counted.values()), report.tally.repaired, report.tally.cases) == ({0}, {}, 0)


async def test_a_payment_that_nobody_told_of_is_found(till):
    order, _ = await till.sold()
    assert (await till.order(order)).state is S.PENDING

    report = await till.compare()

    assert (await till.order(order)).state is S.PAID
    assert report.tally.repaired["payments"] == 1
    (payment,) = await till.payments(order)
    assert (payment.state, payment.told_by) == ("succeeded", "reconciliation")
    assert await till.stock() == (49, 0)


async def test_a_hosted_page_that_was_paid_is_found(till):
    order, _ = await till.sold("hosted")

    await till.compare()

    assert (await till.order(order)).state is S.PAID
    (payment,) = await till.payments(order)
    assert payment.intent_ref is not None


async def test_what_was_bought_at_once_becomes_its_order(till):
    bought = await buy(till)
    await pay(till, bought)

    await till.compare()
    await till.settle()

    assert (await now(till, bought)).state == "complete"
    assert (await order_of(till, bought)).state is S.PAID


async def test_a_page_that_nobody_paid_is_left_alone(till):
    order = await place(till.db, till.clock)
    await till.pay(order)
    await till.pay(await place(till.db, till.clock), "hosted")
    await buy(till)

    report = await till.compare()

    assert "payments" not in report.tally.repaired
    assert (await till.order(order)).state is S.PENDING


async def test_a_refund_of_the_dashboard_is_found(till):
    order, payment = await till.sold()
    reference = await till.give_back(payment, 500)

    await till.compare()

    (refund,) = await till.refunds(order)
    assert (refund.kind, refund.amount_minor, refund.provider_ref) == ("found", 500, reference)
    assert (await till.order(order)).refunded_minor == 500


async def test_a_dispute_is_found_with_what_it_took(till):
    order, payment = await till.sold()
    await till.contest(payment)

    report = await till.compare()
    await till.settle()

    assert report.tally.repaired["disputes"] == 1
    assert (await till.books())["disputes"] == order.total_minor
    assert [kind for kind, _ in await till.cases()] == ["dispute_opened"]


async def test_a_verdict_on_a_dispute_of_long_ago_is_found(till):
    _, payment = await till.sold()
    dispute = await till.contest(payment)
    await till.compare()
    await till.days(2)
    await till.compare()
    await till.stripe.control("POST", f"/disputes/{dispute}/close", {"status": "won"})

    report = await till.compare()
    await till.settle()

    assert report.tally.counted["disputes"] == 0
    assert report.tally.repaired["disputes"] == 1
    assert "disputes" not in {name for name, amount in (await till.books()).items() if amount}


async def test_payouts_are_posted_to_the_bank_and_back_when_they_return(till):
    await till.sold()
    await till.days(3)
    v1 = till.stripe.stripe.v1
    first = await v1.payouts.create_async({"amount": 700, "currency": "eur"})
    second = await v1.payouts.create_async({"amount": 300, "currency": "eur"})

    assert (await till.compare()).tally.repaired["payouts"] == 2
    assert (await till.books())["bank"] == 1000

    await till.stripe.control("POST", f"/payouts/{first.id}/fail", {"failure_code": "account_closed"})
    await v1.payouts.cancel_async(second.id)
    await till.days(1)
    await till.compare()
    assert (await till.books())["bank"] == 0
    assert await till.cases() == [("payout_failed", first.id)]
    assert await till.broken() == []


async def test_the_fee_of_a_payment_is_written_down(till):
    order, _ = await till.sold()
    await till.days(1)

    report = await till.compare()

    (payment,) = await till.payments(order)
    assert payment.fee_minor
    assert report.tally.repaired["fees"] == 1
    assert (await till.books())["fees"] == payment.fee_minor


async def test_events_that_never_arrived_are_in_the_inbox_and_heeded(till):
    order, _ = await till.sold()
    report = await till.compare()
    assert report.tally.repaired["events"] >= 2

    await till.settle()

    async with till.db.connection() as conn:
        rows = await conn.fetch("select type, state, deliveries, order_id from stripe_events")
    told = {row["type"]: row for row in rows}["payment_intent.succeeded"]
    assert (told["state"], told["deliveries"], told["order_id"]) == ("handled", 0, order.id)


async def test_a_shop_that_was_shut_for_two_days_finds_everything(till):
    plain, _ = await till.sold()
    hosted, _ = await till.sold("hosted")
    bought = await buy(till)
    await pay(till, bought)
    given, payment = await till.sold()
    await till.give_back(payment, 400)
    contested, payment = await till.sold()
    await till.contest(payment)
    abandoned = await place(till.db, till.clock)
    await till.pay(abandoned)
    late = await place(till.db, till.clock)
    waiting = await till.pay(late)
    await till.days(1)
    await till.confirm(waiting)
    await till.days(2)
    await till.stripe.stripe.v1.payouts.create_async({"amount": 500, "currency": "eur"})

    report = await till.compare()
    await till.settle()

    assert report.complete
    for order in (plain, hosted, given, contested, late):
        assert (await till.order(order)).state is S.PAID
    assert (await order_of(till, bought)).state is S.PAID
    assert (await till.order(given)).refunded_minor == 400
    assert (await till.books())["bank"] == 500
    assert [kind for kind, _ in await till.cases()] == ["dispute_opened"]
    assert await till.broken() == []


async def test_again_is_nothing_more(till):
    await till.sold()
    await till.sold("hosted")
    bought = await buy(till)
    await pay(till, bought)
    _, payment = await till.sold()
    await till.give_back(payment, 400)
    await till.contest(payment)
    await till.days(2)
    await till.compare()
    await till.settle()
    before = await till.rows()

    report = await till.compare(since=till.clock.now().replace(year=2025))
    await till.settle()

    assert (report.tally.repaired, report.tally.cases) == ({}, 0)
    assert await till.rows() == before


async def test_what_is_not_of_this_shop_is_counted_and_left_alone(till):
    v1 = till.stripe.stripe.v1
    wish = {"amount": 900, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa"}
    more = {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
    other = await v1.payment_intents.create_async({**wish, **more})
    await v1.refunds.create_async({"payment_intent": other.id, "amount": 100})
    await till.days(1)

    report = await till.compare()
    await till.settle()

    assert report.tally.foreign == {
        "payment_intents": 1, "charges": 1, "refunds": 1, "balance_transactions": 2,
    }  # fmt: skip
    assert await till.cases() == []
    assert await till.broken() == []


async def test_the_next_run_begins_where_the_last_complete_one_ended(till):
    await till.sold()
    first = await till.compare()
    await till.days(1)

    second = await till.compare()

    assert (first.until - second.since).total_seconds() == 600
    assert second.until == till.clock.now()


async def test_a_run_that_the_provider_left_is_incomplete_and_the_next_one_does_it_all(till):
    order, payment = await till.sold()
    await till.give_back(payment, 300)
    await till.stripe.control(
        "POST", "/faults",
        {"match": {"method": "GET", "path": "/v1/refunds"}, "fault": "status", "status": 503, "count": 9},
    )  # fmt: skip

    with pytest.raises(Unreachable):
        await till.compare()

    assert (await till.order(order)).state is S.PAID
    async with till.db.connection() as conn:
        (run,) = await conn.fetch("select finished_at, counts from reconciliations")
    assert run["finished_at"] is None
    assert (run["counts"]["stage"], run["counts"]["error"]) == ("refunds", "Stripe could not do it just now.")

    await till.stripe.control("DELETE", "/faults")
    report = await till.compare()

    assert report.since < order.created_at
    assert report.tally.repaired["refunds"] == 1
    assert (await till.order(order)).refunded_minor == 300
