"""What gift cards paid goes back to them, after the provider's part.

The shop behind each test is proved when the test is over.
"""

from datetime import timedelta

from kassa import payments, refunds


async def test_money_goes_back_to_the_bank_first_and_then_to_the_card(till):
    code = await till.card(500)
    order = await till.paid(code)
    by_bank = order.total_minor - 500

    await till.give_back(order, amount=by_bank + 100)

    assert await till.sent_back(order) == [("element", by_bank, "succeeded"), ("gift_card", 100, "succeeded")]
    assert await till.look(code) == (100, 0)
    assert await till.charged() == [0]


async def test_all_of_it_goes_back_in_the_parts_it_came_in(till):
    first, second = await till.card(300), await till.card(400)
    order = await till.paid(first, second)

    await till.give_back(order)

    assert (await till.order(order)).state == "refunded"
    assert (await till.look(first), await till.look(second)) == ((300, 0), (400, 0))


async def test_an_order_that_a_card_paid_alone_goes_back_to_the_card(till):
    code = await till.card(10_000)
    order = await till.paid(code)

    await till.give_back(order)

    assert await till.look(code) == (10_000, 0)
    assert (await till.order(order)).state == "refunded"
    assert (await till.books()).get("provider", 0) == 0


async def test_what_is_left_of_each_payment_is_told_before(till):
    code = await till.card(500)
    order = await till.paid(code)
    await till.give_back(order, amount=100)

    async with till.db.connection() as conn:
        left = await refunds.left_of_payments(conn, await till.order(order))

    assert [(one.payment.flow, one.amount_minor) for one in left] == [
        ("element", order.total_minor - 600), ("gift_card", 500),
    ]  # fmt: skip


async def test_the_same_refund_twice_is_one_refund(till):
    code = await till.card(500)
    order = await till.paid(code)
    id_ = order.id
    for _ in range(2):
        async with till.db.transaction() as tx:
            await refunds.request(
                tx, order.id, reason="came back", actor="staff:ada", now=till.clock.now(), refund_id=id_
            )
    await till.settle()
    till.clock.advance(minutes=10)
    await till.settle()

    assert await till.look(code) == (500, 0)
    assert len(await till.refunds(order)) == 2


async def test_money_that_comes_back_to_a_card_that_has_run_out_can_be_spent(till):
    code = await till.card(500, expires_at=till.clock.now() + timedelta(days=1))
    order = await till.paid(code)
    till.clock.advance(days=30)

    await till.give_back(order)
    again = await till.place(code)

    assert again.gift_minor == 500


async def test_a_second_success_goes_back_to_the_bank_and_the_card_paid_once(till):
    code = await till.card(500)
    order = await till.place(code)
    first = await till.pay(order)
    async with till.db.transaction() as tx:
        await tx.execute("update payments set state = 'canceled', sync_at = null where id = $1", first.id)
    second = await till.pay(order)
    assert [await till.confirm(first), await till.confirm(second)] == ["succeeded", "succeeded"]
    await till.settle()
    till.clock.advance(minutes=10)
    await till.settle()

    assert await till.look(code) == (0, 0)
    assert await till.sent_back(order) == [("element", order.total_minor - 500, "succeeded")]
    assert sum(1 for one in await till.payments(order) if one.flow == "gift_card") == 1


async def test_what_the_bank_paid_too_much_beside_a_card_goes_back(till):
    order = await till.place()
    old = await till.pay(order)
    async with till.db.transaction() as tx:
        await tx.execute("update payments set state = 'canceled', sync_at = null where id = $1", old.id)
    code = await till.card(500)
    order = await till.use(order, code)
    assert await till.confirm(old) == "succeeded"
    await till.settle()
    till.clock.advance(minutes=10)
    await till.settle()

    after = await till.order(order)
    paid = next(
        one for one in await till.payments(order) if one.state == "succeeded" and one.flow == "element"
    )
    assert (after.state, payments.surplus_minor(paid, after)) == ("paid", 500)
    assert await till.sent_back(order) == [("element", 500, "succeeded")]
    assert await till.look(code) == (0, 0)
