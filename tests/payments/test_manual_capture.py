"""Authorise now, collect when the goods are sent: the bank's promise is kept, watched, used or given back."""

import asyncio
from datetime import timedelta

import pytest
from tests.factories import after_the_hold, place
from tests.payments.conftest import cases, hold_of

from kassa import checkout, orders, payments
from kassa.stripe import Declined

S = orders.State


async def promised(till, db, clock, flow="element"):
    """An order whose money the bank has promised."""
    order = await place(db, clock)
    payment = await till.pay(order, flow)
    if flow == "element":
        assert await till.confirm(payment) == "requires_capture"
    else:
        assert await till.hosted(payment) == 200
    await till.settle()
    return order, payment


async def capture(till, order):
    return await checkout.capture_order(till.db, till.gateway, order.id, clock=till.clock, actor="staff")


@pytest.mark.parametrize("flow", ["element", "hosted"])
async def test_a_promise_is_not_yet_a_payment_and_keeps_the_goods(manual, db, clock, flow):
    order, _ = await promised(manual, db, clock, flow)

    attempt = (await manual.payments(order))[0]
    assert (attempt.state, attempt.capture, attempt.received_minor) == ("authorized", "manual", 0)
    assert attempt.capture_before is not None
    assert attempt.capture_before > clock.now() + timedelta(days=6)
    assert (await manual.order(order)).state is S.PENDING
    assert (await hold_of(manual, order)).state == "paying"
    assert await manual.stock() == (5, 1)
    assert "payment.authorized" in await manual.journal(order)
    assert await manual.charged() in ([], [order.total_minor])


@pytest.mark.parametrize("flow", ["element", "hosted"])
async def test_collecting_pays_the_order_once_however_often_it_is_asked_for(manual, db, clock, flow):
    order, _ = await promised(manual, db, clock, flow)

    first = await capture(manual, order)
    again = await capture(manual, order)
    await manual.settle()

    assert first.state is again.state is S.PAID
    paid = (await manual.payments(order))[0]
    assert (paid.state, paid.received_minor, paid.told_by) == ("succeeded", order.total_minor, "staff")
    assert (await manual.journal(order)).count("order.payment_succeeded") == 1
    assert await manual.stock() == (4, 0)
    assert await manual.charged() == [order.total_minor]


async def test_ten_who_collect_at_once_collect_once(manual, db, clock):
    order, _ = await promised(manual, db, clock)

    after = await asyncio.gather(*(capture(manual, order) for _ in range(10)))

    assert {each.state for each in after} == {S.PAID}
    assert (await manual.journal(order)).count("order.payment_succeeded") == 1
    assert await manual.charged() == [order.total_minor]


async def test_whoever_has_the_promise_need_not_pay_again(manual, db, clock):
    order, _ = await promised(manual, db, clock)

    for flow in ("element", "hosted"):
        with pytest.raises(payments.NotPayable):
            await manual.pay(order, flow)

    assert [p.state for p in await manual.payments(order)] == ["authorized"]


async def test_goods_are_kept_for_days_until_the_promise_lapses(manual, db, clock):
    order, _ = await promised(manual, db, clock)

    for _ in range(5 * 4):
        clock.advance(hours=6)
        await checkout.expire_due(db, manual.gateway, clock=clock)
        await checkout.look_after_payments(db, manual.gateway, clock=clock)
    assert (await manual.order(order)).state is S.PENDING
    assert await manual.stock() == (5, 1)
    assert await cases(manual, "authorization_expiring") == []


async def test_a_promise_that_lapses_within_a_day_is_put_before_somebody_once(manual, db, clock):
    order, payment = await promised(manual, db, clock)
    clock.advance(days=6, hours=1)

    for _ in range(3):
        await checkout.look_after_payments(db, manual.gateway, clock=clock)
        await manual.settle()
        clock.advance(hours=6)

    assert await cases(manual, "authorization_expiring") == [str(payment.id)]
    assert (await manual.order(order)).state is S.PENDING


@pytest.mark.parametrize("deaf", [False, True])
async def test_a_promise_that_lapsed_ends_the_order_and_gives_the_goods_back(manual, db, clock, deaf):
    order, payment = await promised(manual, db, clock)
    manual.deaf = deaf
    clock.advance(days=7, minutes=1)
    await manual.settle()
    for _ in range(4):
        clock.advance(minutes=31)
        await checkout.look_after_payments(db, manual.gateway, clock=clock)
        await checkout.expire_due(db, manual.gateway, clock=clock)

    assert (await manual.payments(order))[0].state == "canceled"
    assert (await manual.order(order)).state is S.CANCELED
    assert await manual.stock() == (5, 0)
    assert (await manual.gateway.intent(payment.intent_ref)).status == "canceled"


async def test_collecting_what_has_lapsed_is_refused_and_says_so(manual, db, clock):
    order, _ = await promised(manual, db, clock)
    manual.deaf = True
    clock.advance(days=8)

    with pytest.raises(payments.NothingToCapture):
        await capture(manual, order)

    assert (await manual.order(order)).state is S.PENDING
    assert await manual.charged() in ([], [0])


async def test_an_order_nobody_has_promised_money_for_is_not_collected(manual, db, clock):
    order = await place(db, clock)
    with pytest.raises(payments.NothingToCapture):
        await capture(manual, order)
    await manual.pay(order)
    with pytest.raises(payments.NothingToCapture):
        await capture(manual, order)

    assert (await manual.order(order)).state is S.PENDING
    assert await manual.charged() == []


async def test_canceling_gives_the_promise_back(manual, db, clock):
    order, payment = await promised(manual, db, clock)

    await checkout.cancel(db, manual.gateway, order.id, clock=clock, actor="customer")
    await manual.settle()

    assert (await manual.order(order)).state is S.CANCELED
    assert (await manual.gateway.intent(payment.intent_ref)).status == "canceled"
    assert await manual.stock() == (5, 0)
    assert [p.state for p in await manual.payments(order)] == ["canceled"]


async def test_canceling_and_collecting_at_once_is_one_or_the_other(manual, db, clock):
    for _ in range(4):
        order, payment = await promised(manual, db, clock)
        await asyncio.gather(
            checkout.cancel(db, manual.gateway, order.id, clock=clock, actor="customer"),
            capture(manual, order),
            return_exceptions=True,
        )
        await manual.settle()
        state = (await manual.order(order)).state
        status = (await manual.gateway.intent(payment.intent_ref)).status
        assert (state, status) in ((S.PAID, "succeeded"), (S.CANCELED, "canceled"))
        if state is S.PAID:
            async with db.transaction() as tx:
                await tx.execute("update stock set on_hand = on_hand + 1")
                await tx.execute(
                    """
                    insert into movements (variant_id, delta, kind, actor, at)
                    select variant_id, 1, 'adjustment', 'test', now() from stock
                    """
                )


async def test_a_bank_that_breaks_its_promise_is_a_decline_and_what_is_true_is_recorded(manual, db, clock):
    order, _ = await promised(manual, db, clock)

    async def refused(_):
        raise Declined({"code": "card_declined", "message": "Your card was declined."})

    manual.gateway.capture_intent = refused
    with pytest.raises(Declined):
        await capture(manual, order)

    assert (await manual.order(order)).state is S.PENDING
    assert (await manual.payments(order))[0].state == "authorized"


async def test_a_promise_for_an_order_that_is_over_is_given_back_by_itself(manual, db, clock):
    order = await place(db, clock)
    payment = await manual.pay(order)
    async with db.transaction() as tx:
        await tx.execute("update payments set state = 'canceled', sync_at = null where id = $1", payment.id)
        await orders.apply(tx, order.id, orders.Event.CANCELED, now=clock.now(), actor="test")

    assert await manual.confirm(payment) == "requires_capture"
    await manual.settle()

    assert (await manual.gateway.intent(payment.intent_ref)).status == "canceled"
    assert (await manual.order(order)).state is S.CANCELED
    assert await manual.stock() == (5, 0)
    assert await manual.refunds(order) == []


async def test_what_was_begun_under_one_setting_ends_under_it(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    till.gateway.capture = "manual"

    assert await till.confirm(payment) == "succeeded"
    await till.settle()

    assert (await till.order(order)).state is S.PAID
    assert payment.capture == "automatic"


async def test_an_automatic_shop_never_waits_for_the_hold_of_a_promise(till, db, clock):
    order = await place(db, clock)
    await till.pay(order)
    after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)

    assert (await till.order(order)).state is S.CANCELED
