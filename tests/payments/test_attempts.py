"""Several attempts for one order: each is kept, and at most one can be paid."""

import asyncio

import pytest
from tests.factories import after_the_hold, place
from tests.payments.conftest import hold_of

from kassa import checkout, orders, payments
from kassa.stripe import Rejected, Unreachable

S = orders.State


async def test_every_attempt_of_an_order_is_kept_with_what_became_of_it(till, db, clock):
    order = await place(db, clock)
    first = await till.pay(order, "element")
    await till.confirm(first, "pm_card_visa_chargeDeclined")
    await till.settle()
    second = await till.pay(order, "hosted")
    third = await till.pay(order, "element")
    assert await till.confirm(third) == "succeeded"
    await till.settle()

    kept = await till.payments(order)

    assert [p.id for p in kept] == [first.id, second.id, third.id]
    assert [p.state for p in kept] == ["canceled", "canceled", "succeeded"]
    assert kept[0].last_error["code"] == "card_declined"
    assert len({p.provider_ref for p in kept}) == 3
    assert await till.charged() == [order.total_minor]


async def test_the_old_object_is_closed_before_the_new_one_is_made(till, db, clock):
    order = await place(db, clock)
    hosted = await till.pay(order, "hosted")
    seen = []
    create = till.gateway.create_intent

    async def watched(**given):
        seen.append((await till.gateway.session(hosted.session_ref)).status)
        return await create(**given)

    till.gateway.create_intent = watched
    await till.pay(order, "element")

    assert seen == ["expired"]


async def test_while_the_old_object_can_not_be_closed_no_new_one_is_made(till, db, clock):
    order = await place(db, clock)
    hosted = await till.pay(order, "hosted")
    fault = {"match": {"method": "POST", "path": "/v1/checkout/*"}, "fault": "lose_request", "count": 50}
    await till.stripe.control("POST", "/faults", fault)

    with pytest.raises(Unreachable):
        await till.pay(order, "element")

    assert [(p.id, p.state) for p in await till.payments(order)] == [(hosted.id, "open")]
    assert (await till.stripe.stripe.v1.payment_intents.list_async({})).data == []


async def test_a_page_that_was_paid_while_the_customer_changed_his_mind_pays_the_order(till, db, clock):
    till.deaf = True
    order = await place(db, clock)
    hosted = await till.pay(order, "hosted")
    assert await till.hosted(hosted) == 200

    with pytest.raises(payments.NotPayable):
        await till.pay(order, "element")

    assert (await till.order(order)).state is S.PAID
    assert [p.state for p in await till.payments(order)] == ["succeeded"]
    assert await till.charged() == [order.total_minor]


async def test_a_customer_who_changes_his_mind_gets_nothing_and_pays_nothing(till, db, clock):
    order = await place(db, clock)
    await till.confirm(await till.pay(order), "pm_card_visa_chargeDeclined")
    await till.settle()
    second = await till.pay(order, "hosted")
    await checkout.cancel(db, till.gateway, order.id, clock=clock, actor="customer")

    assert (await till.order(order)).state is S.CANCELED
    assert await till.hosted(second) >= 400
    assert {p.state for p in await till.payments(order)} == {"canceled"}
    assert await till.stock() == (5, 0)
    assert await till.charged() == []


async def test_a_challenge_that_was_failed_fails_the_order_only_when_its_time_is_over(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    await till.confirm(payment, "pm_card_authenticationRequired")
    await till.challenge(payment, "fail")
    await till.settle()

    attempt = (await till.payments(order))[0]
    assert (attempt.state, attempt.last_error["code"]) == ("open", "payment_intent_authentication_failure")
    assert (await till.order(order)).state is S.PENDING
    assert (await hold_of(till, order)).state == "held"

    after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)
    assert (await till.order(order)).state is S.FAILED
    assert await till.stock() == (5, 0)


async def test_a_customer_before_his_bank_keeps_the_goods_ten_minutes_and_not_for_ever(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    clock.advance(minutes=14)
    await till.confirm(payment, "pm_card_authenticationRequired")
    await till.settle()

    clock.advance(minutes=2)
    await checkout.expire_due(db, till.gateway, clock=clock)
    assert (await till.order(order)).state is S.PENDING
    assert await till.stock() == (5, 1)

    clock.advance(minutes=9)
    await checkout.expire_due(db, till.gateway, clock=clock)
    assert (await till.order(order)).state is S.CANCELED
    assert (await till.gateway.intent(payment.intent_ref)).status == "canceled"
    assert await till.stock() == (5, 0)


async def test_an_attempt_that_is_over_stays_over_whatever_is_told_late(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    stale = await till.gateway.intent(payment.intent_ref)
    await till.pay(order, "hosted")

    till.gateway.intent = lambda _: _told(stale)
    after = await payments.sync(db, till.gateway, payment.id, clock=clock, actor="clock")

    assert after.state == "canceled"
    assert [p.state for p in await till.payments(order)] == ["canceled", "open"]


async def _told(intent):
    return intent


async def test_a_request_that_stripe_refuses_fails_the_attempt_and_leaves_the_order_open(till, db, clock):
    order = await place(db, clock)
    fault = {
        "match": {"method": "POST", "path": "/v1/payment_intents"}, "fault": "status", "status": 400, "count": 1,
    }  # fmt: skip
    await till.stripe.control("POST", "/faults", fault)
    with pytest.raises(Rejected):
        await till.pay(order)
    assert [p.state for p in await till.payments(order)] == ["failed"]

    again = await till.pay(order)

    assert await till.confirm(again) == "succeeded"
    await till.settle()
    assert (await till.order(order)).state is S.PAID


async def test_ten_tabs_that_each_want_the_other_flow_leave_one_that_can_be_paid(till, db, clock):
    order = await place(db, clock)

    await asyncio.gather(
        *(till.pay(order, flow) for flow in ("element", "hosted") * 3), return_exceptions=True
    )

    attempts = await till.payments(order)
    assert sum(p.payable for p in attempts) <= 1
    payable = [
        i for i in (await till.stripe.stripe.v1.payment_intents.list_async({})).data if i.status != "canceled"
    ]
    sessions = (await till.stripe.stripe.v1.checkout.sessions.list_async({})).data
    open_sessions = [session for session in sessions if session.status == "open"]
    assert len(payable) + len(open_sessions) <= 1
