"""Buying at once when answers are lost, banks take their time, and money comes late or wrong."""

from dataclasses import replace

import pytest
from tests.checkout.buying import HOLD_SECONDS, buy, count, now, order_of, pay, sync
from tests.factories import after_the_hold, make_variant, place
from tests.money import Till

from kassa import checkout, inventory, orders, reconciliation
from kassa.checkout.bought import record
from kassa.kernel.ids import new_id, same_token
from kassa.stripe import Rejected, Unreachable

S = orders.State


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


async def test_a_process_that_died_before_it_asked_is_finished_by_the_poller(till, db, clock):
    await till.stripe.control(
        "POST", "/faults", {"match": {"path": "/v1/checkout/sessions"}, "fault": "lose_request", "count": 3}
    )
    with pytest.raises(Unreachable):
        await buy(till)
    clock.advance(seconds=31)

    await checkout.look_after_buy_nows(db, till.gateway, clock=clock)

    async with db.connection() as conn:
        assert await conn.fetchval("select session_ref from buy_nows where state = 'open'")
    after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)
    assert await till.stock() == (5, 0)


async def test_nothing_lapses_while_the_provider_is_not_to_be_reached(till, clock):
    bought = await buy(till)
    after_the_hold(clock)
    await till.stripe.control(
        "POST", "/faults", {"match": {"path": "/v1/*"}, "fault": "lose_request", "count": 50}
    )

    await checkout.expire_due(till.db, till.gateway, clock=clock)

    assert (await now(till, bought)).state == "open"
    assert await till.stock() == (5, 1)


async def test_a_challenge_keeps_the_goods_and_then_pays(till, clock):
    bought = await buy(till)
    clock.advance(seconds=HOLD_SECONDS - 5)
    await pay(till, bought, "pm_card_authenticationRequired")
    await till.settle()

    clock.advance(seconds=60)
    await checkout.expire_due(till.db, till.gateway, clock=clock)
    assert (await now(till, bought)).state == "open"
    session = await till.gateway.session(bought.session_ref)
    await till.stripe.control(
        "POST", f"/payment_intents/{session.intent.id}/authenticate", {"outcome": "succeed"}
    )
    await till.settle()

    assert (await order_of(till, bought)).state is S.PAID


async def test_a_challenge_that_nobody_passes_lets_the_goods_go_in_the_end(till, clock):
    bought = await buy(till)
    await pay(till, bought, "pm_card_authenticationRequired")
    await till.settle()

    clock.advance(seconds=HOLD_SECONDS + 700)
    await checkout.expire_due(till.db, till.gateway, clock=clock)

    assert (await now(till, bought)).state == "expired"
    assert await till.stock() == (5, 0)


async def test_a_bank_that_takes_its_time_keeps_the_goods_until_it_has_decided(till, clock):
    bought = await buy(till)
    await pay(till, bought, "pm_sepaDebit_successDelayed")
    await till.settle()
    assert await count(till, "orders") == 0

    async with till.db.transaction() as tx:
        await inventory.postpone(tx, bought.id, clock.now())
    await checkout.expire_due(till.db, till.gateway, clock=clock)
    assert (await now(till, bought)).state == "open"
    assert await till.stock() == (5, 1)
    clock.advance(seconds=3 * 86_400)
    await till.settle()

    assert (await order_of(till, bought)).state is S.PAID
    assert await till.stock() == (4, 0)


async def test_a_voucher_that_is_not_paid_yet_keeps_the_goods(till, clock):
    bought = await buy(till)
    await pay(till, bought, "pm_sepaDebit_successDelayed")
    session = await till.gateway.session(bought.session_ref)
    waits = replace(session, intent=replace(session.intent, status="requires_action"))

    async with till.db.transaction() as tx:
        after = await record(tx, bought.id, waits, now=clock.now(), actor="clock")

    assert (session.status, after.state) == ("complete", "open")
    assert await till.stock() == (5, 1)


async def test_a_debit_that_fails_in_the_end_lets_the_goods_go(till, clock):
    bought = await buy(till)
    await pay(till, bought, "pm_sepaDebit_failedDelayed")
    await till.settle()

    clock.advance(seconds=3 * 86_400)
    await till.settle()

    assert (await now(till, bought)).state == "expired"
    assert await till.stock() == (5, 0)
    assert await count(till, "orders") == 0
    proof = await reconciliation.prove(till.db, till.gateway, clock=clock)
    assert proof.ok, [check.violations for check in proof.checks if not check.ok]


@pytest.mark.parametrize(("fault", "held"), [("lose_answer", 1), ("lose_request", 1)])
async def test_an_answer_that_is_lost_is_asked_for_again(till, clock, fault, held):
    wish = {"id": new_id()}
    many = {"match": {"path": "/v1/checkout/sessions"}, "fault": fault, "count": 3}
    await till.stripe.control("POST", "/faults", many)
    with pytest.raises(Unreachable):
        await buy(till, **wish)
    assert await till.stock() == (5, held)

    bought = await buy(till, **wish)

    assert bought.url
    assert await till.stock() == (5, held)
    assert await count(till, "buy_nows") == 1
    sessions = await till.stripe.stripe.v1.checkout.sessions.list_async({"limit": 10})
    assert len(sessions.data) == 1


async def test_a_page_whose_answer_was_lost_for_good_is_closed_with_the_hold(till, clock):
    wish = {"id": new_id()}
    many = {"match": {"path": "/v1/checkout/sessions"}, "fault": "lose_answer", "count": 3}
    await till.stripe.control("POST", "/faults", many)
    with pytest.raises(Unreachable):
        await buy(till, **wish)

    after_the_hold(clock)
    await checkout.expire_due(till.db, till.gateway, clock=clock)

    sessions = await till.stripe.stripe.v1.checkout.sessions.list_async({"limit": 10})
    assert [session.status for session in sessions.data] == ["expired"]
    assert await till.stock() == (5, 0)


async def test_a_refusal_of_the_provider_lets_the_goods_go(till):
    await till.stripe.control(
        "POST", "/faults", {"match": {"path": "/v1/checkout/sessions"}, "fault": "status", "status": 400}
    )

    with pytest.raises(Rejected):
        await buy(till)

    assert await till.stock() == (5, 0)
    async with till.db.connection() as conn:
        assert await conn.fetchval("select state from buy_nows") == "expired"


async def test_the_same_wish_twice_is_one_purchase(till):
    wish = {"id": new_id()}

    first, second = await buy(till, **wish), await buy(till, **wish)

    assert (second.id, second.session_ref) == (first.id, first.session_ref)
    assert await till.stock() == (5, 1)


async def test_its_token_opens_the_order(till):
    bought = await buy(till, token="first")
    await pay(till, bought)
    await till.settle()

    assert same_token("first", (await order_of(till, bought)).token_hash)
    assert (await buy(till, id=bought.id, token="first")).state == "complete"


@pytest.mark.parametrize(
    "change",
    [{"quantity": 2}, {"owner": "key:other"}, {"currency": "USD"}, {"token": "of a mere knower of the id"}],
)
async def test_another_wish_of_the_same_id_is_refused(till, change):
    bought = await buy(till)

    with pytest.raises(checkout.OrderTaken):
        await buy(till, id=bought.id, **change)

    assert await till.stock() == (5, 1)


async def test_an_order_can_not_live_on_the_hold_of_a_purchase(till, db, clock):
    bought = await buy(till)

    with pytest.raises(checkout.OrderTaken):
        await place(db, clock, order_id=bought.id, quantity=4)

    assert await count(till, "orders") == 0
    assert await till.stock() == (5, 1)


async def test_a_purchase_can_not_live_on_the_hold_of_an_order(till, db, clock):
    order = await place(db, clock)

    with pytest.raises(checkout.OrderTaken):
        await buy(till, id=order.id, quantity=4)

    assert await count(till, "buy_nows") == 0
    assert await till.stock() == (5, 1)


async def _give_up_unasked(till: Till, bought: checkout.BuyNow) -> None:
    """What can't happen as long as the provider is asked first: it is over here, and paid there."""
    async with till.db.transaction() as tx:
        await tx.execute("update buy_nows set state = 'expired', ended_at = now() where id = $1", bought.id)
        await inventory.release(tx, bought.id)


async def test_money_that_comes_after_the_end_takes_the_goods_again(till):
    till.deaf = True
    bought = await buy(till)
    await pay(till, bought)
    await _give_up_unasked(till, bought)

    await sync(till, bought)

    assert (await order_of(till, bought)).state is S.PAID
    assert await till.stock() == (4, 0)


async def test_money_that_comes_after_the_goods_are_gone_goes_back(till, db, clock):
    till.deaf = True
    bought = await buy(till, quantity=5)
    await pay(till, bought)
    await _give_up_unasked(till, bought)
    await place(db, clock, quantity=5)

    await sync(till, bought)
    await till.settle()

    assert (await order_of(till, bought)).state is S.CANCELED
    assert await till.charged() == [0]
    assert await till.stock() == (5, 5)


async def test_money_that_is_not_the_amount_agreed_goes_back_and_is_a_case(till, db):
    till.deaf = True
    bought = await buy(till)
    await pay(till, bought)
    async with db.transaction() as tx:
        await tx.execute(
            """
            update buy_nows set quote = jsonb_set(jsonb_set(quote, '{quote,total}', '2000'),
                '{quote,shipping}', to_jsonb((quote #>> '{quote,shipping}')::int + 2000 - total_minor))
            """
        )

    await sync(till, bought)
    await till.settle()

    order = await order_of(till, bought)
    assert (order.state, order.total_minor) == (S.CANCELED, 2000)
    assert await till.charged() == [0]
    assert await till.stock() == (5, 0)
    async with db.connection() as conn:
        assert [case.kind for case in (await reconciliation.page(conn)).items] == ["unfit_payment"]


async def test_an_event_of_a_purchase_that_is_not_here_waits(till, db):
    till.broken_by_hand = True
    bought = await buy(till)
    async with db.transaction() as tx:
        await tx.execute("delete from buy_nows")
    await pay(till, bought)

    await till.settle()

    async with db.connection() as conn:
        states = await conn.fetch("select state from stripe_events where verdict like '%not there%'")
    assert {row["state"] for row in states} == {"received"}
    assert await count(till, "orders") == 0


async def test_manual_capture_is_for_orders_and_what_is_bought_at_once_is_paid_at_once(till):
    till.gateway.capture = "manual"
    bought = await buy(till)
    await pay(till, bought)
    await till.settle()

    assert (await order_of(till, bought)).state is S.PAID
    assert await till.charged() == [bought.total_minor]
