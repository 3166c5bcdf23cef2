"""From cart to paid order, and every way in which it goes otherwise."""

import asyncio

import pytest
from tests.factories import after_the_hold, make_variant, place
from tests.money import Till

from kassa import cart, checkout, inventory, orders, payments
from kassa.kernel.ids import new_id
from kassa.stripe import Unreachable

S = orders.State


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


async def test_a_card_that_works_pays_the_order_once(till, db, clock):
    order = await place(db, clock, quantity=2)
    assert await till.stock() == (5, 2)
    payment = await till.pay(order)

    assert await till.confirm(payment) == "succeeded"
    await till.settle()

    assert (await till.order(order)).state is S.PAID
    assert await till.stock() == (3, 0)
    assert await till.charged() == [order.total_minor]
    assert [p.state for p in await till.payments(order)] == ["succeeded"]
    assert (await till.journal(order)).count("order.payment_succeeded") == 1


async def test_only_the_return_page_arrives_because_the_webhook_is_lost(till, db, clock):
    till.deaf = True
    order = await place(db, clock)
    payment = await till.pay(order)
    await till.confirm(payment)
    await till.settle()
    assert (await till.order(order)).state is S.PENDING

    await checkout.sync_payment(db, till.gateway, payment.id, clock=clock, actor="customer")

    assert (await till.order(order)).state is S.PAID
    assert await till.stock() == (4, 0)


async def test_neither_webhook_nor_browser_arrives_and_the_poller_finds_the_money(till, db, clock):
    till.deaf = True
    order = await place(db, clock)
    await till.confirm(await till.pay(order))

    clock.advance(seconds=31)
    assert await checkout.look_after_payments(db, till.gateway, clock=clock) == 1

    assert (await till.order(order)).state is S.PAID


@pytest.mark.parametrize(
    "card",
    [
        "pm_card_visa_chargeDeclined",
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        "pm_card_chargeDeclinedExpiredCard",
    ],
)
async def test_a_declined_card_leaves_the_order_open_for_another(till, db, clock, card):
    order = await place(db, clock)
    payment = await till.pay(order)
    assert await till.confirm(payment, card) in ("card_declined", "expired_card")
    await till.settle()
    assert (await till.order(order)).state is S.PENDING
    assert (await till.payments(order))[0].last_error["message"]
    assert await till.stock() == (5, 1)

    again = await till.pay(order)
    assert again.id == payment.id
    assert await till.confirm(again) == "succeeded"
    await till.settle()

    assert (await till.order(order)).state is S.PAID
    assert await till.charged() == [order.total_minor]


async def test_a_failed_challenge_can_be_tried_again(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    assert await till.confirm(payment, "pm_card_authenticationRequired") == "requires_action"
    await till.settle()
    async with db.connection() as conn:
        assert (await inventory.hold(conn, order.id)).state == "paying"

    await till.challenge(payment, "fail")
    await till.settle()
    assert (await till.order(order)).state is S.PENDING
    async with db.connection() as conn:
        assert (await inventory.hold(conn, order.id)).state == "held"

    assert await till.confirm(payment, "pm_card_authenticationRequired") == "requires_action"
    await till.challenge(payment, "succeed")
    await till.settle()
    assert (await till.order(order)).state is S.PAID


async def test_the_hosted_page_pays_the_order(till, db, clock):
    order = await place(db, clock, quantity=2)
    payment = await till.pay(order, "hosted")
    assert payment.url

    assert await till.hosted(payment) == 200
    await till.settle()

    paid = (await till.payments(order))[0]
    assert (await till.order(order)).state is S.PAID
    assert paid.intent_ref.startswith("pi_")
    assert await till.charged() == [order.total_minor]


async def test_changing_the_flow_closes_the_old_object_first(till, db, clock):
    order = await place(db, clock)
    hosted = await till.pay(order, "hosted")
    element = await till.pay(order, "element")

    assert element.id != hosted.id
    assert [p.state for p in await till.payments(order)] == ["canceled", "open"]
    assert await till.hosted(hosted) >= 400
    assert (await till.gateway.session(hosted.session_ref)).status == "expired"


async def test_the_same_flow_again_is_the_same_attempt_ten_times_at_once(till, db, clock):
    order = await place(db, clock)

    found = await asyncio.gather(*(till.pay(order) for _ in range(10)))

    assert len({payment.intent_ref for payment in found}) == 1
    assert len(await till.payments(order)) == 1


async def test_an_order_nobody_pays_expires_after_the_provider_was_closed(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    after_the_hold(clock)

    assert await checkout.expire_due(db, till.gateway, clock=clock) == 1

    assert (await till.order(order)).state is S.CANCELED
    assert await till.stock() == (5, 0)
    assert (await till.gateway.intent(payment.intent_ref)).status == "canceled"


async def test_an_order_whose_card_was_declined_fails_when_it_expires(till, db, clock):
    order = await place(db, clock)
    await till.confirm(await till.pay(order), "pm_card_visa_chargeDeclined")
    await till.settle()
    after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)

    assert (await till.order(order)).state is S.FAILED


async def test_money_that_came_before_expiry_could_close_the_provider_pays_the_order(till, db, clock):
    till.deaf = True
    order = await place(db, clock)
    await till.confirm(await till.pay(order))
    after_the_hold(clock)

    await checkout.expire_due(db, till.gateway, clock=clock)

    assert (await till.order(order)).state is S.PAID
    assert await till.stock() == (4, 0)


async def test_nothing_expires_while_the_provider_is_not_to_be_reached(till, db, clock):
    order = await place(db, clock)
    await till.pay(order)
    after_the_hold(clock)
    await till.stripe.control(
        "POST", "/faults", {"match": {"path": "/v1/*"}, "fault": "lose_request", "count": 50}
    )

    await checkout.expire_due(db, till.gateway, clock=clock)

    assert (await till.order(order)).state is S.PENDING
    assert await till.stock() == (5, 1)


async def test_an_answer_that_was_lost_is_found_by_asking_with_the_same_key(till, db, clock):
    order = await place(db, clock)
    fault = {"match": {"method": "POST", "path": "/v1/payment_intents"}, "fault": "lose_answer", "count": 3}
    await till.stripe.control("POST", "/faults", fault)
    with pytest.raises(Unreachable):
        await till.pay(order)

    payment = await till.pay(order)

    intents = await till.stripe.stripe.v1.payment_intents.list_async({})
    assert [intent.id for intent in intents.data] == [payment.intent_ref]


async def test_a_canceled_order_can_no_longer_be_paid(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    await checkout.cancel(db, till.gateway, order.id, clock=clock, actor="customer")

    assert (await till.order(order)).state is S.CANCELED
    assert await till.stock() == (5, 0)
    assert await till.confirm(payment) == "payment_intent_unexpected_state"
    with pytest.raises(payments.NotPayable):
        await till.pay(order)


async def test_a_paid_order_can_not_be_canceled_and_nothing_changes(till, db, clock):
    order = await place(db, clock)
    await till.confirm(await till.pay(order))
    await till.settle()

    with pytest.raises(orders.InvalidTransition):
        await checkout.cancel(db, till.gateway, order.id, clock=clock, actor="customer")

    assert (await till.order(order)).state is S.PAID
    assert await till.stock() == (4, 0)


async def pay_behind_our_back(till, db, order, payment, *, sold_out):
    """Money for an order that we believe is over: the row says canceled, Stripe does not."""
    async with db.transaction() as tx:
        await tx.execute("update payments set state = 'canceled', sync_at = null where id = $1", payment.id)
        await orders.apply(tx, order.id, orders.Event.CANCELED, now=till.clock.now(), actor="test")
        if sold_out:
            await inventory.adjust(tx, "EMMA-PB", -5, "sold elsewhere", actor="test", now=till.clock.now())
    assert await till.confirm(payment) == "succeeded"
    await till.settle()


async def test_late_money_revives_the_order_while_its_stock_is_there(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    await pay_behind_our_back(till, db, order, payment, sold_out=False)

    assert (await till.order(order)).state is S.PAID
    assert await till.stock() == (4, 0)
    assert await till.refunds(order) == []


async def test_late_money_without_stock_goes_back_by_itself_once(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    await pay_behind_our_back(till, db, order, payment, sold_out=True)
    await till.settle()

    assert (await till.order(order)).state is S.CANCELED
    assert [(r.kind, r.amount_minor, r.state) for r in await till.refunds(order)] == [
        ("surplus", order.total_minor, "succeeded")
    ]
    assert await till.charged() == [0]
    assert (await till.payments(order))[0].surplus


async def test_two_successes_for_one_order_leave_one_charge(till, db, clock):
    order = await place(db, clock)
    first = await till.pay(order)
    async with db.transaction() as tx:
        await tx.execute("update payments set state = 'canceled', sync_at = null where id = $1", first.id)
    second = await till.pay(order)
    assert first.intent_ref != second.intent_ref

    assert [await till.confirm(first), await till.confirm(second)] == ["succeeded", "succeeded"]
    await till.settle()

    assert (await till.order(order)).state is S.PAID
    assert await till.stock() == (4, 0)
    assert sorted(await till.charged()) == [0, order.total_minor]
    assert sorted(p.surplus for p in await till.payments(order)) == [False, True]


async def test_a_paid_cart_keeps_what_was_added_meanwhile(till, db, clock):
    async with db.transaction() as tx:
        basket = await cart.create(tx, "EUR", now=clock.now())
        await cart.add(tx, basket.id, "EMMA-PB", 2, now=clock.now())
    order = await place(db, clock, lines=None, cart_id=basket.id)
    async with db.transaction() as tx:
        await cart.add(tx, basket.id, "EMMA-PB", 1, now=clock.now())

    await till.confirm(await till.pay(order))
    await till.settle()

    async with db.connection() as conn:
        assert await cart.contents(conn, basket.id) == [("EMMA-PB", 1)]


async def basket_of(db, clock, quantity=2):
    async with db.transaction() as tx:
        basket = await cart.create(tx, "EUR", now=clock.now())
        await cart.add(tx, basket.id, "EMMA-PB", quantity, now=clock.now())
    return basket.id


async def test_an_order_that_was_paid_is_the_answer_to_the_wish_that_made_it(till, db, clock):
    wish = {"order_id": new_id(), "lines": None, "cart_id": await basket_of(db, clock)}
    order = await place(db, clock, **wish)
    await till.confirm(await till.pay(order))
    await till.settle()

    again = await place(db, clock, **wish)

    assert (again.id, again.state) == (order.id, "paid")
    assert await till.stock() == (3, 0)


async def test_an_order_is_the_answer_to_its_wish_when_its_price_has_changed_since(till, db, clock):
    wish = {"order_id": new_id(), "lines": None, "cart_id": await basket_of(db, clock)}
    order = await place(db, clock, **wish)
    await make_variant(db, clock, price=1)

    again = await place(db, clock, **wish, total_shown=order.total_minor)

    assert (again.id, again.total_minor) == (order.id, order.total_minor)


async def test_an_empty_cart_of_somebody_else_is_no_way_to_an_order(till, db, clock):
    order = await place(db, clock, lines=None, cart_id=await basket_of(db, clock))
    async with db.transaction() as tx:
        empty = await cart.create(tx, "EUR", now=clock.now())

    with pytest.raises(checkout.NothingToBuy):
        await place(db, clock, order_id=order.id, lines=None, cart_id=empty.id)
