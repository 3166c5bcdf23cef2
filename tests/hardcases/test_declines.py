"""Whoever tries card after card with one client secret."""

import pytest
from tests.factories import place

from kassa import checkout, orders, payments
from kassa.payments.record import TRIES

S = orders.State
CARDS = ("pm_card_visa_chargeDeclined", "pm_card_authenticationRequired")


async def decline(till, payment, card=CARDS[0]):
    if await till.confirm(payment, card) == "requires_action":
        await till.settle()
        await till.challenge(payment, "fail")
    await till.settle()


@pytest.mark.parametrize("card", CARDS)
async def test_ten_declines_end_an_order_and_its_client_secret(till, db, clock, card):
    order = await place(db, clock)
    payment = await till.pay(order)
    for _ in range(TRIES):
        await decline(till, payment, card)

    await checkout.expire_due(db, till.gateway, clock=clock)

    assert (await till.order(order)).state is S.FAILED
    assert (await till.journal(order)).count("order.attempt_failed") == TRIES == 10
    assert await till.confirm(payment) == "payment_intent_unexpected_state"
    assert await till.stock() == (5, 0)
    with pytest.raises(payments.NotPayable):
        await till.pay(order)


async def test_declines_are_counted_over_all_attempts_of_an_order(till, db, clock):
    order = await place(db, clock)
    for n in range(TRIES):
        payment = await till.pay(order, "element")
        await decline(till, payment)
        if n < TRIES - 1:
            await till.pay(order, "hosted")

    await checkout.expire_due(db, till.gateway, clock=clock)

    assert (await till.order(order)).state is S.FAILED


async def test_nine_declines_leave_the_order_to_a_tenth_card(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    for _ in range(TRIES - 1):
        await decline(till, payment)
    await checkout.expire_due(db, till.gateway, clock=clock)

    assert await till.confirm(payment) == "succeeded"
    await till.settle()

    assert (await till.order(order)).state is S.PAID
