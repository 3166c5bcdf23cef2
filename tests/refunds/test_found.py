"""What the provider says of refunds: made elsewhere, late, out of order, or come back."""

import asyncio

from tests.factories import place
from tests.payments.conftest import change

from kassa import checkout, orders, payments, refunds
from kassa.refunds.states import State, after

S = orders.State


async def test_a_refund_made_in_the_dashboard_is_found_and_counted(till):
    order = await till.sold()

    await till.dashboard_refund(order, 800)
    await till.settle()

    assert await till.states(order) == [("found", 800, "succeeded")]
    assert (await till.order(order)).refunded_minor == 800
    assert (await till.journal(order))[-1] == "refund.found"
    assert (await till.books())["refunds"] == 800


async def test_all_of_it_made_in_the_dashboard_ends_the_order(till):
    order = await till.sold()

    await till.dashboard_refund(order, order.total_minor)
    await till.settle()

    assert (await till.order(order)).state is S.REFUNDED
    assert (await till.journal(order))[-2:] == ["refund.found", "order.refunded_in_full"]


async def test_a_refund_told_ten_times_at_once_is_written_down_once(till):
    order = await till.sold()
    till.deaf = True
    made = await till.dashboard_refund(order, 800)

    await asyncio.gather(*(refunds.sync(till.db, till.gateway, made.id, clock=till.clock) for _ in range(10)))

    assert await till.states(order) == [("found", 800, "succeeded")]
    assert (await till.journal(order)).count("refund.found") == 1
    assert (await till.books())["refunds"] == 800


async def test_a_refund_of_a_payment_that_is_not_ours_is_nobodys(till):
    intent = await till.stripe.paid()
    made = await till.stripe.stripe.v1.refunds.create_async({"payment_intent": intent.id})

    assert not await refunds.sync(till.db, till.gateway, made.id, clock=till.clock)

    async with till.db.connection() as conn:
        assert await conn.fetchval("select count(*) from refunds") == 0


async def test_a_refund_on_its_way_counts_and_is_in_the_books(till):
    order = await till.sold(card="pm_card_pendingRefund")

    refund = await till.give_back(order)
    await refunds.submit(till.db, till.gateway, refund.id, clock=till.clock)

    assert await till.states(order) == [("requested", order.total_minor, "pending")]
    assert (await till.order(order)).state is S.PAID
    assert (await till.books())["refunds"] == order.total_minor

    await till.pass_time()

    assert await till.states(order) == [("requested", order.total_minor, "succeeded")]
    assert (await till.order(order)).state is S.REFUNDED
    assert (await till.books())["refunds"] == order.total_minor


async def test_the_clock_asks_about_a_refund_whose_webhooks_are_lost(till):
    order = await till.sold(card="pm_card_pendingRefund")
    refund = await till.give_back(order)
    await refunds.submit(till.db, till.gateway, refund.id, clock=till.clock)
    till.deaf = True
    await till.pass_time(hours=2)
    assert await till.states(order) == [("requested", order.total_minor, "pending")]

    await refunds.look_after(till.db, till.gateway, clock=till.clock)

    assert await till.states(order) == [("requested", order.total_minor, "succeeded")]


async def test_a_refund_that_comes_back_reverses_the_books_and_is_a_case(till):
    order = await till.sold(card="pm_card_refundFail")
    before = {k: v for k, v in (await till.books()).items() if k not in ("provider", "fees")}

    refund = await till.give_back(order)
    await refunds.submit(till.db, till.gateway, refund.id, clock=till.clock)
    assert (await till.books())["refunds"] == order.total_minor
    await till.pass_time()

    assert await till.states(order) == [("requested", order.total_minor, "failed")]
    assert (await till.order(order)).refunded_minor == 0
    assert {
        k: v for k, v in (await till.books()).items() if k not in ("refunds", "provider", "fees")
    } == before
    assert (await till.books())["refunds"] == 0
    assert await till.cases() == [("refund_failed", f"refund:{refund.id}")]
    async with till.db.connection() as conn:
        known = await conn.fetchval("select known from cases")
    assert (known["amount_minor"], known["was"]) == (order.total_minor, "succeeded")
    assert known["error"]


async def test_what_came_back_can_be_given_back_another_time(till):
    order = await till.sold(card="pm_card_refundFail")
    await till.give_back(order)
    await till.pass_time()

    await till.give_back(order, 100)

    assert (await till.order(order)).refunded_minor == 100


def test_no_news_puts_a_refund_back_on_its_way():
    for told in State:
        assert after(State.FAILED, told, submitted=True) is State.FAILED
        assert after(State.CANCELED, told, submitted=True) is State.CANCELED
    assert after(State.SUCCEEDED, State.PENDING, submitted=True) is State.SUCCEEDED
    assert after(State.SUCCEEDED, State.FAILED, submitted=True) is State.FAILED
    assert after(State.FAILED, State.SUCCEEDED, submitted=False) is State.SUCCEEDED
    for told in (State.PENDING, State.SUCCEEDED, State.FAILED, State.CANCELED):
        assert after(State.REQUESTED, told, submitted=False) is told
        assert after(State.PENDING, told, submitted=True) is told


async def test_a_refund_of_an_object_made_twice_is_not_one_of_the_payment_whose_marks_it_carries(till):
    order = await till.sold()
    (payment,) = await till.payments(order)
    till.deaf = True
    marks = {"kassa_order": str(order.id), "kassa_payment": str(payment.id)}
    second = await till.stripe.paid(metadata=marks)
    made = await till.stripe.stripe.v1.refunds.create_async({"payment_intent": second.id, "amount": 100})

    assert not await refunds.sync(till.db, till.gateway, made.id, clock=till.clock)

    assert await till.states(order) == []
    assert (await till.order(order)).refunded_minor == 0


async def test_a_second_refund_with_the_mark_of_one_of_ours_is_money_of_its_own(till):
    order = await till.sold()
    refund = await till.give_back(order, amount=500)
    await till.settle()
    (ours,) = await till.refunds(order)
    wish = {
        "payment_intent": await till.intent(order), "amount": 300, "metadata": {"kassa_refund": str(refund.id)},
    }  # fmt: skip

    await till.stripe.stripe.v1.refunds.create_async(wish)
    await till.settle()

    assert await till.states(order) == [("requested", 500, "succeeded"), ("found", 300, "succeeded")]
    assert (await till.order(order)).refunded_minor == 800
    assert (await till.refunds(order))[0].provider_ref == ours.provider_ref
    assert (await till.books())["refunds"] == 800


async def test_a_refund_with_the_mark_of_another_orders_refund_moves_that_one_nowhere(till):
    first, second = await till.sold(), await till.sold()
    till.deaf = True
    refund = await till.give_back(first, amount=500)
    wish = {
        "payment_intent": await till.intent(second), "amount": 300, "metadata": {"kassa_refund": str(refund.id)},
    }  # fmt: skip
    made = await till.stripe.stripe.v1.refunds.create_async(wish)

    assert await refunds.sync(till.db, till.gateway, made.id, clock=till.clock)

    assert await till.states(first) == [("requested", 500, "requested")]
    assert await till.states(second) == [("found", 300, "succeeded")]


async def paid_too_much(till, more):
    """An order whose payment brought `more` than it cost, of which no webhook tells and nobody has worked yet."""
    order = await place(till.db, till.clock)
    payment = await till.pay(order)
    await change(till, payment, amount=order.total_minor + more)
    till.deaf = True
    assert await till.confirm(payment) == "succeeded"
    await checkout.sync_payment(till.db, till.gateway, payment.id, clock=till.clock, actor="customer")
    return await till.order(order)


async def test_surplus_that_was_sent_back_by_hand_is_found_and_no_case(till):
    order = await till.sold()
    till.deaf = True
    second = await till.stripe.stripe.v1.payment_intents.create_async(
        {
            "amount": order.total_minor, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True,
            "return_url": "http://shop.test/", "metadata": {"kassa_order": str(order.id)},
        }
    )  # fmt: skip
    told = await till.gateway.intent(second.id)
    async with till.db.transaction() as tx:
        payment = await payments.insert_collected(
            tx, order.id, told, now=till.clock.now(), actor="stripe:api"
        )
    await refunds.send_back_surplus(till.db, payment.id, clock=till.clock)
    (surplus,) = await till.refunds(order)
    made = await till.stripe.stripe.v1.refunds.create_async({"payment_intent": second.id})

    await till.settle()
    till.deaf = False
    await till.pass_time(hours=2)

    (told,) = await till.refunds(order)
    assert (told.id, told.kind, told.state, told.provider_ref) == (
        surplus.id,
        "surplus",
        "succeeded",
        made.id,
    )
    assert (await till.journal(order))[-2:] == ["refund.found", "refund.succeeded"]
    assert await till.cases() == []
    assert sorted(await till.charged()) == [0, order.total_minor]


async def test_a_refund_that_is_refused_while_the_money_is_there_is_a_case(till):
    order = await till.sold()
    await till.dashboard_refund(order, 500)
    await till.settle()
    refund = await till.give_back(order, 500)
    fault = {"match": {"method": "POST", "path": "/v1/refunds"}, "fault": "status", "status": 400}
    await till.stripe.control("POST", "/faults", fault)

    await till.settle()

    assert await till.states(order) == [("found", 500, "succeeded"), ("requested", 500, "failed")]
    assert await till.cases() == [("refund_failed", f"refund:{refund.id}")]


async def test_what_was_too_much_and_goes_back_by_hand_is_not_the_orders(till):
    order = await paid_too_much(till, 100)
    made = await till.dashboard_refund(order, 100)

    await refunds.sync(till.db, till.gateway, made.id, clock=till.clock)

    assert await till.states(order) == [("surplus", 100, "succeeded")]
    assert (await till.order(order)).refunded_minor == 0
