"""Money that is not what was asked for: too little, too much, another currency, nobody's, twice, too late."""

import asyncio

import pytest
from tests.factories import make_variant, place
from tests.payments.conftest import cases, change
from tests.webhooks.events import event, hear, kept

from kassa import catalog, inventory, orders, payments
from kassa.kernel.ids import new_id

S = orders.State


async def test_too_little_ships_nothing_and_goes_back_and_somebody_is_told(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    await change(till, payment, amount=order.total_minor - 500)
    assert await till.confirm(payment) == "succeeded"
    await till.settle()

    paid = (await till.payments(order))[0]
    assert (await till.order(order)).state is S.PENDING
    assert await till.stock() == (5, 1)
    assert (paid.state, paid.received_minor, paid.surplus) == ("succeeded", order.total_minor - 500, True)
    assert [(r.kind, r.amount_minor) for r in await till.refunds(order)] == [
        ("surplus", order.total_minor - 500)
    ]
    assert await till.charged() == [0]
    assert await cases(till, "unfit_payment") == [str(payment.id)]
    assert {"payment.unfit", "payment.surplus"} <= set(await till.journal(order))


async def test_after_too_little_the_right_amount_can_still_be_paid(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    await change(till, payment, amount=order.total_minor - 500)
    await till.confirm(payment)
    await till.settle()

    again = await till.pay(order)
    assert await till.confirm(again) == "succeeded"
    await till.settle()

    assert (await till.order(order)).state is S.PAID
    assert sorted(await till.charged()) == [0, order.total_minor]
    assert await till.stock() == (4, 0)


async def test_too_much_pays_the_order_and_the_difference_goes_back(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    await change(till, payment, amount=order.total_minor + 700)
    assert await till.confirm(payment) == "succeeded"
    await till.settle()

    paid = (await till.payments(order))[0]
    assert (await till.order(order)).state is S.PAID
    assert await till.stock() == (4, 0)
    assert (paid.received_minor, paid.surplus) == (order.total_minor + 700, False)
    assert payments.surplus_minor(paid, order) == 700
    assert [(r.kind, r.amount_minor, r.state) for r in await till.refunds(order)] == [
        ("surplus", 700, "succeeded")
    ]
    assert await till.charged() == [order.total_minor]
    assert (await till.order(order)).refunded_minor == 0


async def test_another_currency_ships_nothing_and_goes_back_whole(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    await change(till, payment, currency="jpy")
    assert await till.confirm(payment) == "succeeded"
    await till.settle()

    paid = (await till.payments(order))[0]
    assert (await till.order(order)).state is S.PENDING
    assert await till.stock() == (5, 1)
    assert (paid.currency, paid.received_minor, paid.surplus) == ("JPY", order.total_minor, True)
    assert [(r.amount_minor, r.currency, r.state) for r in await till.refunds(order)] == [
        (order.total_minor, "JPY", "succeeded")
    ]
    assert await till.charged() == [0]
    assert await cases(till, "unfit_payment") == [str(payment.id)]


async def a_twin(till, order, payment, **fields):
    """An object that carries the marks of one of ours, paid."""
    wish = {
        "amount": order.total_minor, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True,
        "return_url": "http://shop.test/", "automatic_payment_methods": {"enabled": True},
        "metadata": {"kassa_order": str(order.id), "kassa_payment": str(payment.id if payment else new_id())},
    } | fields  # fmt: skip
    return await till.stripe.stripe.v1.payment_intents.create_async(wish)


async def test_an_unknown_object_with_our_marks_pays_its_order_and_closes_the_open_attempt(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    twin = await a_twin(till, order, payment)
    await till.settle()

    first, found = await till.payments(order)
    assert (await till.order(order)).state is S.PAID
    assert (found.intent_ref, found.state, found.received_minor) == (twin.id, "succeeded", order.total_minor)
    assert found.told_by.startswith("stripe:evt_")
    assert (first.id, first.state) == (payment.id, "canceled")
    assert await till.confirm(payment) == "payment_intent_unexpected_state"
    assert await till.charged() == [order.total_minor]


async def test_an_unknown_object_whose_payment_was_never_written_is_its_orders_too(till, db, clock):
    order = await place(db, clock)
    await a_twin(till, order, None)
    await till.settle()

    assert (await till.order(order)).state is S.PAID
    assert [p.state for p in await till.payments(order)] == ["succeeded"]


async def test_an_unknown_object_of_a_paid_order_goes_back_whole(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    await till.confirm(payment)
    await till.settle()

    await a_twin(till, order, payment)
    await till.settle()

    assert [p.surplus for p in await till.payments(order)] == [False, True]
    assert sorted(await till.charged()) == [0, order.total_minor]
    assert await till.stock() == (4, 0)


async def test_an_unknown_object_that_took_no_money_changes_nothing(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    await a_twin(till, order, payment, payment_method="pm_card_authenticationRequired")
    await till.settle()

    assert [(p.id, p.state) for p in await till.payments(order)] == [(payment.id, "open")]
    assert (await till.order(order)).state is S.PENDING
    assert "another object of the order's, which took no money" in {
        row["verdict"] for row in await kept(till)
    }


async def test_an_object_with_our_marks_and_no_order_of_ours_becomes_a_case(till, db, clock):
    marks = {"kassa_order": str(new_id()), "kassa_payment": str(new_id())}
    body = event("payment_intent.succeeded", "evt_odd", id="pi_odd", metadata=marks)
    await hear(till, body)
    for _ in range(25):
        clock.advance(hours=2)
        await till.settle()

    assert [row["state"] for row in await kept(till)] == ["dead"]
    assert await cases(till, "unknown_payment") == ["pi_odd"]


async def test_what_was_found_twice_at_once_is_one_payment(till, db, clock):
    order = await place(db, clock)
    till.deaf = True
    twin = await a_twin(till, order, None)
    told = await till.gateway.intent(twin.id)

    async def find():
        async with db.transaction() as tx:
            return await payments.insert_collected(tx, order.id, told, now=clock.now(), actor="clock")

    found = await asyncio.gather(*(find() for _ in range(8)))

    assert len({payment.id for payment in found}) == 1
    assert len(await till.payments(order)) == 1
    assert (await till.journal(order)).count("order.payment_succeeded") == 1
    assert await till.stock() == (4, 0)


async def test_what_took_no_money_is_not_written_down_as_found(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    told = await till.gateway.intent(payment.intent_ref)
    other = await place(db, clock)

    with pytest.raises(ValueError, match="has collected nothing"):
        async with db.transaction() as tx:
            await payments.insert_collected(tx, other.id, told, now=clock.now(), actor="clock")

    assert await till.payments(other) == []


@pytest.mark.parametrize(
    ("currency", "price"), [("JPY", 1300), ("KWD", 4500), ("ISK", 1900), ("MGA", 2_500_000), ("HUF", 450_000)]
)
async def test_every_kind_of_currency_is_charged_recorded_and_sent_back_to_the_unit(
    till, db, clock, currency, price
):
    async def set_on_hand(tx, variant_id, quantity):
        await inventory.set_on_hand(tx, variant_id, quantity, actor="test", now=clock.now())

    variant = catalog.VariantInput(sku="ODD", prices={currency: price}, on_hand=3, weight_grams=300)
    async with db.transaction() as tx:
        given = catalog.ProductInput(title="Odd", kind="Book", variants=[variant])
        await catalog.put_product(tx, "odd", given, set_on_hand=set_on_hand, now=clock.now())
    order = await place(db, clock, "ODD", currency=currency)
    payment = await till.pay(order)
    assert (await till.gateway.intent(payment.intent_ref)).amount == order.total_minor
    async with db.transaction() as tx:
        await tx.execute("update payments set state = 'canceled', sync_at = null where id = $1", payment.id)
    second = await till.pay(order, "hosted")
    assert await till.confirm(payment) == "succeeded"
    assert await till.hosted(second) in (200, 400, 409)
    await till.settle()

    got = await till.payments(order)
    assert (await till.order(order)).state is S.PAID
    assert {p.received_minor for p in got if p.state == "succeeded"} == {order.total_minor}
    useful = sum(p.received_minor for p in got) - sum(r.amount_minor for r in await till.refunds(order))
    assert useful == order.total_minor


async def test_a_total_below_what_can_be_charged_is_refused_before_there_is_an_order(till, db, clock):
    await make_variant(db, clock, "CHEAP", price=20)
    async with db.transaction() as tx:
        await tx.execute("update variants set weight_grams = 0")

    with pytest.raises(Exception, match="below what can be charged") as refused:
        await place(db, clock, "CHEAP")

    assert refused.value.code == "amount_below_minimum"
    assert refused.value.extra == {"minimum": 50, "currency": "EUR"}
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from orders") == 0
        assert await conn.fetchval("select count(*) from holds") == 0
    assert (await till.stripe.stripe.v1.payment_intents.list_async({})).data == []
