"""Methods whose bank thinks for days: the goods wait, nobody is told anything that is not known."""

import pytest
from tests.factories import place
from tests.payments.conftest import hold_of

from kassa import checkout, orders, payments

S = orders.State
SLOW, SLOW_FAILURE = "pm_sepaDebit_success_at", "pm_sepaDebit_failed_at"
NEVER = "pm_usBankAccount_processing"


async def debit(till, payment, method):
    path = f"/v1/payment_intents/{payment.intent_ref}/confirm"
    form = (
        f"client_secret={payment.client_secret}&payment_method={method}"
        "&mandate_data[customer_acceptance][type]=offline&return_url=http://shop.test/"
    )
    status, _, body = await till.stripe.raw("POST", path, form, authorization="Bearer sk_test_shop")
    assert status == 200, body
    return body["status"]


async def days_pass(till, days):
    for _ in range(days * 4):
        till.clock.advance(hours=6)
        await checkout.expire_due(till.db, till.gateway, clock=till.clock)
        await checkout.look_after_payments(till.db, till.gateway, clock=till.clock)


async def thinking(till, db, clock):
    order = await place(db, clock, currency="USD")
    payment = await till.pay(order)
    assert await debit(till, payment, NEVER) == "processing"
    await till.settle()
    return order, payment


async def test_goods_wait_for_days_while_the_bank_thinks(till, db, clock):
    order, _ = await thinking(till, db, clock)

    await days_pass(till, 5)

    assert (await till.order(order)).state is S.PENDING
    assert (await till.payments(order))[0].state == "processing"
    assert (await hold_of(till, order)).state == "paying"
    assert await till.stock() == (5, 1)


async def test_while_the_bank_thinks_stripe_is_asked_a_few_times_a_day_and_not_all_the_time(till, db, clock):
    await thinking(till, db, clock)
    asked = 0
    ask = till.gateway.intent

    async def counted(reference):
        nonlocal asked
        asked += 1
        return await ask(reference)

    till.gateway.intent = counted
    for _ in range(24 * 60):
        clock.advance(minutes=1)
        await checkout.expire_due(db, till.gateway, clock=clock)
        await checkout.look_after_payments(db, till.gateway, clock=clock)

    assert asked < 120


async def test_an_order_whose_bank_thinks_is_neither_canceled_nor_paid_another_way(till, db, clock):
    order, _ = await thinking(till, db, clock)

    with pytest.raises(payments.StillProcessing):
        await checkout.cancel(db, till.gateway, order.id, clock=clock, actor="customer")
    with pytest.raises(payments.StillProcessing):
        await till.pay(order, "hosted")

    assert (await till.order(order)).state is S.PENDING
    assert len(await till.payments(order)) == 1
    assert await till.stock() == (5, 1)


@pytest.mark.parametrize("deaf", [False, True])
async def test_the_money_that_comes_at_last_pays_the_order(till, db, clock, deaf):
    till.deaf = deaf
    order = await place(db, clock)
    payment = await till.pay(order)
    assert await debit(till, payment, SLOW) == "processing"
    await till.settle()
    await checkout.look_after_payments(db, till.gateway, clock=clock)

    clock.advance(days=1)
    await checkout.expire_due(db, till.gateway, clock=clock)
    await till.settle()

    assert (await till.order(order)).state is S.PAID
    assert await till.stock() == (4, 0)


async def test_a_bank_that_says_no_after_all_gives_the_customer_a_moment_to_pay_otherwise(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    await debit(till, payment, SLOW_FAILURE)
    await till.settle()
    assert (await hold_of(till, order)).state == "paying"

    clock.advance(hours=1)
    await till.settle()
    hold = await hold_of(till, order)
    attempt = (await till.payments(order))[0]
    assert (hold.state, attempt.state) == ("held", "open")
    assert attempt.last_error
    assert hold.expires_at > clock.now()

    clock.advance(hours=1)
    await checkout.expire_due(db, till.gateway, clock=clock)
    assert (await till.order(order)).state is S.FAILED
    assert await till.stock() == (5, 0)


async def test_a_page_whose_bank_says_no_later_is_a_failed_attempt_and_another_can_be_made(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order, "hosted")
    assert await till.hosted(payment, SLOW_FAILURE) == 200
    await till.settle()
    assert (await till.payments(order))[0].state == "processing"

    clock.advance(minutes=5)
    await till.settle()
    assert (await till.payments(order))[0].state == "failed"

    again = await till.pay(order)
    assert await till.confirm(again) == "succeeded"
    await till.settle()
    assert (await till.order(order)).state is S.PAID
    assert [p.state for p in await till.payments(order)] == ["failed", "succeeded"]
