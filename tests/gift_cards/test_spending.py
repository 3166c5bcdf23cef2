"""Gift cards pay beside the card: promised when the order is placed, spent when it is paid, given up when it dies.

The shop behind each test is proved when the test is over.
"""

from datetime import timedelta

import pytest
from tests.factories import after_the_hold

from kassa import checkout, gift_cards, payments


async def test_a_card_that_covers_all_pays_at_once_and_nobody_asks_the_provider(till):
    code = await till.card(10_000)

    order = await till.place(code)
    await till.settle()

    assert order.state == "paid"
    assert await till.parts(order) == [("gift_card", "succeeded", order.total_minor)]
    assert await till.look(code) == (10_000 - order.total_minor, 0)
    assert await till.charged() == []


async def test_what_a_card_leaves_is_asked_of_the_bank(till):
    code = await till.card(500)
    order = await till.place(code)

    payment = await till.pay(order)

    assert (order.gift_minor, order.due_minor) == (500, order.total_minor - 500)
    assert payment.amount_minor == order.due_minor
    assert await till.look(code) == (500, 500)
    await till.confirm(payment)
    await till.settle()
    assert (await till.order(order)).state == "paid"
    assert await till.look(code) == (0, 0)
    assert await till.parts(order) == [
        ("element", "succeeded", order.total_minor - 500), ("gift_card", "succeeded", 500),
    ]  # fmt: skip


async def test_a_rest_that_no_bank_can_be_asked_for_is_made_larger(till):
    order = await till.place()
    code = await till.card(order.total_minor - 20)

    order = await till.use(order, code)

    assert order.due_minor == 50
    assert await till.look(code) == (order.total_minor - 20, order.total_minor - 50)


async def test_two_cards_pay_together_and_the_second_pays_what_the_first_had_to_leave(till):
    order = await till.place()
    first, second = await till.card(order.total_minor - 20), await till.card(5_000)

    order = await till.use(order, first, second)

    assert order.state == "paid"
    assert await till.look(second) == (4_950, 0)


async def test_the_same_card_twice_is_the_card_once(till):
    code = await till.card(500)
    order = await till.place(code, gift_cards.shown(code).lower())

    again = await till.use(order, code)

    assert again.gift_minor == 500
    assert await till.look(code) == (500, 500)


async def test_an_order_takes_five_cards(till):
    codes = [await till.card(100) for _ in range(6)]
    order = await till.place(*codes[:5])

    with pytest.raises(gift_cards.TooManyGiftCards):
        await till.use(order, codes[5])

    assert await till.look(codes[5]) == (100, 0)


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ({"amount": 500, "currency": "USD"}, "gift_card_currency"),
        ({"amount": 500, "days": 1}, "gift_card_expired"),
    ],
)
async def test_a_card_that_can_not_pay_says_why_and_nothing_is_placed(till, card, code):
    days = card.pop("days", None)
    until = till.clock.now() + timedelta(days=days) if days else None
    typed = await till.card(**card, expires_at=until)
    till.clock.advance(days=2)

    with pytest.raises(gift_cards.CardRefused) as refused:
        await till.place(typed)

    assert refused.value.code == code
    assert await till.look(typed) == (500, 0)
    assert await till.stock("EMMA-PB") == (50, 0)


async def test_a_code_that_nobody_has_is_refused_and_nothing_is_placed(till):
    with pytest.raises(gift_cards.CardRefused) as refused:
        await till.place("0000 0000 0000 0000")

    assert refused.value.code == "gift_card_not_found"


async def test_an_empty_card_is_refused(till):
    code = await till.card(500)
    await till.place(code)

    with pytest.raises(gift_cards.CardRefused) as refused:
        await till.place(code)

    assert refused.value.code == "gift_card_empty"
    assert await till.stock("EMMA-PB") == (50, 1)


async def test_an_order_that_is_given_up_gives_the_card_its_money_back(till):
    code = await till.card(500)
    order = await till.place(code)
    await till.pay(order)

    await checkout.cancel(till.db, till.gateway, order.id, clock=till.clock, actor="customer")

    assert await till.look(code) == (500, 0)
    assert ("gift_card", "canceled", 500) in await till.parts(order)


async def test_an_order_that_runs_out_gives_the_card_its_money_back(till):
    code = await till.card(500)
    await till.place(code)
    after_the_hold(till.clock)

    await checkout.expire_due(till.db, till.gateway, clock=till.clock)

    assert await till.look(code) == (500, 0)


async def test_a_card_used_while_the_bank_is_asked_closes_that_attempt_first(till):
    order = await till.place()
    before = await till.pay(order)
    code = await till.card(500)

    order = await till.use(order, code)
    after = await till.pay(order)

    assert (after.id != before.id, after.amount_minor) == (True, order.total_minor - 500)
    assert ("element", "canceled", order.total_minor) in await till.parts(order)


async def test_a_card_that_is_taken_off_has_its_money_again_and_the_bank_is_asked_for_all(till):
    code = await till.card(500)
    order = await till.place(code)
    part = next(one for one in await till.payments(order) if one.flow == "gift_card")
    for _ in range(2):
        await checkout.take_off_gift_card(till.db, till.gateway, order.id, part.id, clock=till.clock)

    assert await till.look(code) == (500, 0)
    assert (await till.pay(order)).amount_minor == order.total_minor


async def test_nothing_is_taken_of_a_card_for_an_order_that_is_paid(till):
    order = await till.paid()
    code = await till.card(500)

    with pytest.raises(payments.NotPayable):
        await till.use(order, code)

    assert await till.look(code) == (500, 0)


async def test_a_switch_of_flow_keeps_what_the_card_pays(till):
    code = await till.card(500)
    order = await till.place(code)
    await till.pay(order)

    hosted = await till.pay(order, "hosted")

    assert hosted.amount_minor == order.total_minor - 500
    assert await till.hosted(hosted) == 200
    await till.settle()
    assert (await till.order(order)).state == "paid"
    assert await till.look(code) == (0, 0)


async def test_late_money_revives_the_order_with_what_the_card_was_to_pay(till):
    code = await till.card(500)
    order = await till.place(code)
    await till.late(order)

    assert (await till.order(order)).state == "paid"
    assert await till.look(code) == (0, 0)


async def test_late_money_goes_back_whole_where_the_card_was_spent_elsewhere(till):
    code = await till.card(500)
    order = await till.place(code)

    await till.late(order, meanwhile=lambda: till.place(code, lines=[("WALDEN-HB", 1)]))

    assert (await till.order(order)).state in ("canceled", "failed")
    assert await till.look(code) == (500, 500)
    assert await till.sent_back(order) == [("element", order.total_minor - 500, "succeeded")]


async def test_a_card_can_not_buy_a_card(till):
    code = await till.card(10_000)

    with pytest.raises(gift_cards.CardRefused) as refused:
        await till.place(code, lines=[("GIFT-25", 1)])

    assert refused.value.code == "gift_card_no_use"
    assert await till.look(code) == (10_000, 0)
