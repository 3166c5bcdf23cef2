"""Buying without a cart: an order comes into being by the confirmed payment alone, or not at all."""

from types import SimpleNamespace
from typing import Any

import pytest
from tests.factories import after_the_hold, make_variant, place
from tests.money import Till
from tests.stripe_sandbox import at_the_page

from kassa import checkout, inventory, orders, reconciliation
from kassa.kernel.ids import new_id, same_token
from kassa.stripe import Rejected, Unreachable

S = orders.State
HOLD_SECONDS = 900
PARIS = {
    "name": "Marie Curie",
    "address": {"line1": "1 rue Pierre", "city": "Paris", "postal_code": "75005", "country": "FR"},
}


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


async def buy(till: Till, **more: Any) -> checkout.BuyNow:
    """One copy, on its way to Stripe's page."""
    wish = {"id": new_id(), "sku": "EMMA-PB", "quantity": 1, "currency": "EUR"} | more
    found, _ = await checkout.buy_now(
        till.db, till.gateway, checkout.BuyNowWish(**wish), clock=till.clock, hold_seconds=HOLD_SECONDS
    )
    return found


async def pay(till: Till, bought: checkout.BuyNow, card: str = "pm_card_visa", **more: Any) -> int:
    """What the customer does on Stripe's page; the HTTP status of it."""
    path = f"/checkout/sessions/{bought.session_ref}/pay"
    status, _ = await till.stripe.control("POST", path, {"payment_method": card, **more})
    return status


async def send_to_paris(till: Till, bought: checkout.BuyNow) -> int:
    """The customer types an address into Stripe's page; the HTTP status of it."""
    session = SimpleNamespace(id=bought.session_ref, client_secret=None)
    status, _ = await at_the_page.change(till.stripe, session, shipping_details=PARIS)
    return status


async def sync(till: Till, bought: checkout.BuyNow) -> checkout.BuyNow:
    """What the return page does."""
    return await checkout.sync_buy_now(till.db, till.gateway, bought.id, clock=till.clock, actor="customer")


async def now(till: Till, bought: checkout.BuyNow) -> checkout.BuyNow:
    async with till.db.connection() as conn:
        return await checkout.get_buy_now(conn, bought.id)


async def order_of(till: Till, bought: checkout.BuyNow) -> orders.Order:
    async with till.db.connection() as conn:
        return await orders.get(conn, bought.id)


async def count(till: Till, table: str) -> int:
    async with till.db.connection() as conn:
        return int(await conn.fetchval(f"select count(*) from {table}"))


async def test_before_the_money_there_is_nothing_but_a_hold(till):
    bought = await buy(till, quantity=2)

    assert bought.state == "open"
    assert bought.url
    assert bought.url.startswith("http://sandbox.test/c/pay/cs_test_")
    assert await till.stock() == (5, 2)
    assert await count(till, "orders") == 0
    assert await count(till, "payments") == 0


async def test_the_confirmed_payment_makes_the_order(till):
    bought = await buy(till, quantity=2, owner="key:front", locale="de")

    assert await pay(till, bought, email="jenny@example.com") == 200
    await till.settle()

    order = await order_of(till, bought)
    assert (order.id, order.state, order.total_minor) == (bought.id, S.PAID, bought.total_minor)
    assert (order.email, order.owner, order.locale) == ("jenny@example.com", "key:front", "de")
    assert order.shipping_address["name"] == "Jenny Rosen"
    assert order.shipping_address["country"] == "DE"
    assert [(line.sku, line.quantity) for line in order.lines] == [("EMMA-PB", 2)]
    assert await till.stock() == (3, 0)
    (payment,) = await till.payments(order)
    assert (payment.state, payment.session_ref) == ("succeeded", bought.session_ref)
    assert await till.charged() == [order.total_minor]
    after = await now(till, bought)
    assert (after.state, after.order_id) == ("complete", order.id)


async def test_the_order_is_made_once_whatever_is_delivered_how_often(till, clock):
    bought = await buy(till)
    await pay(till, bought)

    for _ in range(3):
        await sync(till, bought)
        await till.settle()
        clock.advance(seconds=40)
        await checkout.look_after_buy_nows(till.db, till.gateway, clock=clock)
        await till.stripe.control("POST", "/webhook-faults", {"fault": "duplicate", "count": 5})

    order = await order_of(till, bought)
    assert await count(till, "orders") == 1
    assert await count(till, "payments") == 1
    assert (await till.journal(order)).count("order.payment_succeeded") == 1
    assert await till.charged() == [order.total_minor]
    assert await till.stock() == (4, 0)


async def test_the_return_page_alone_makes_it(till):
    till.deaf = True
    bought = await buy(till)
    await pay(till, bought)

    assert (await sync(till, bought)).state == "complete"

    assert (await order_of(till, bought)).state is S.PAID


async def test_the_poller_alone_makes_it(till, clock):
    till.deaf = True
    bought = await buy(till)
    await pay(till, bought)

    clock.advance(seconds=31)
    assert await checkout.look_after_buy_nows(till.db, till.gateway, clock=clock) == 1

    assert (await order_of(till, bought)).state is S.PAID
    clock.advance(seconds=3_600)
    assert await checkout.look_after_buy_nows(till.db, till.gateway, clock=clock) == 0


async def test_abandoned_it_leaves_nothing_but_a_released_hold(till, clock):
    bought = await buy(till)

    after_the_hold(clock)
    await checkout.expire_due(till.db, till.gateway, clock=clock)
    await till.settle()

    assert (await now(till, bought)).state == "expired"
    assert await till.stock() == (5, 0)
    assert await count(till, "orders") == 0
    assert await count(till, "payments") == 0
    assert await pay(till, bought) == 400
    async with till.db.connection() as conn:
        assert (await inventory.hold(conn, bought.id)).state == "released"


async def test_money_that_came_just_before_the_end_of_the_hold_counts(till, clock):
    till.deaf = True
    bought = await buy(till)
    await pay(till, bought)

    after_the_hold(clock)
    await checkout.expire_due(till.db, till.gateway, clock=clock)

    assert (await order_of(till, bought)).state is S.PAID
    assert await till.stock() == (4, 0)


async def test_given_up_by_the_customer_it_can_not_be_paid_any_more(till, clock):
    bought = await buy(till)

    after = await checkout.give_up(till.db, till.gateway, bought.id, clock=clock, actor="customer")

    assert after.state == "expired"
    assert await till.stock() == (5, 0)
    assert await pay(till, bought) == 400
    again = await checkout.give_up(till.db, till.gateway, bought.id, clock=clock, actor="customer")
    assert again == after


async def test_what_is_sold_out_is_refused_and_nothing_is_written(till):
    with pytest.raises(inventory.InsufficientStock) as refused:
        await buy(till, quantity=6)

    assert refused.value.extra["items"] == [{"sku": "EMMA-PB", "requested": 6, "available": 5}]
    assert await count(till, "buy_nows") == 0
    assert await till.stock() == (5, 0)


@pytest.mark.parametrize(("change", "error"), [
    ({"sku": "NOPE"}, checkout.UnknownSku),
    ({"currency": "JPY"}, checkout.UnknownSku),
    ({"country": "US"}, checkout.NotOffered),
    ({"country": "KP"}, checkout.NotOffered),
])  # fmt: skip
async def test_what_can_not_be_sold_so_is_refused(till, change, error):
    with pytest.raises(error):
        await buy(till, **change)

    assert await count(till, "buy_nows") == 0


async def test_a_price_that_changes_in_between_is_not_the_customers_matter(till, db, clock):
    bought = await buy(till)
    async with db.transaction() as tx:
        await tx.execute("update prices set amount_minor = amount_minor * 3")
        await tx.execute("update variants set weight_grams = 50000")

    await pay(till, bought)
    await till.settle()

    order = await order_of(till, bought)
    assert (order.state, order.total_minor) == (S.PAID, bought.total_minor)
    assert await till.charged() == [bought.total_minor]


async def test_a_product_that_is_withdrawn_in_between_is_sold_as_it_was_agreed(till, db):
    bought = await buy(till, country="AT")
    async with db.transaction() as tx:
        await tx.execute("update products set status = 'archived'")
        await tx.execute("update variants set active = false")

    assert await send_to_paris(till, bought) == 200
    await pay(till, bought)
    await till.settle()

    assert (await order_of(till, bought)).state is S.PAID


async def test_the_tax_is_that_of_where_it_goes_and_the_total_stays(till):
    bought = await buy(till, country="AT")

    assert await send_to_paris(till, bought) == 200
    await pay(till, bought)
    await till.settle()

    order = await order_of(till, bought)
    assert order.shipping_address == {
        "name": "Marie Curie", "line1": "1 rue Pierre", "city": "Paris", "postal_code": "75005", "country": "FR",
    }  # fmt: skip
    assert [line["label"] for line in order.tax_lines] == ["VAT 5.5 % (FR)"]
    assert order.total_minor == bought.total_minor
    assert order.shipping_minor == 790


async def test_the_page_takes_no_address_where_the_total_would_be_another(till):
    bought = await buy(till)

    assert await send_to_paris(till, bought) == 400

    assert (await sync(till, bought)).state == "open"


async def test_a_declined_card_leaves_it_open_for_another(till):
    bought = await buy(till)

    assert await pay(till, bought, "pm_card_visa_chargeDeclined") == 402
    await till.settle()
    assert (await now(till, bought)).state == "open"
    assert await till.stock() == (5, 1)
    assert await pay(till, bought) == 200
    await till.settle()

    assert (await order_of(till, bought)).state is S.PAID
    assert await till.charged() == [bought.total_minor]


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


async def test_a_debit_that_fails_in_the_end_lets_the_goods_go(till, clock):
    bought = await buy(till)
    await pay(till, bought, "pm_sepaDebit_failedDelayed")
    await till.settle()

    clock.advance(seconds=3 * 86_400)
    await till.settle()

    assert (await now(till, bought)).state == "expired"
    assert await till.stock() == (5, 0)
    assert await count(till, "orders") == 0


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


async def test_the_newest_token_opens_the_order(till, clock):
    wish = checkout.BuyNowWish(id=new_id(), sku="EMMA-PB", quantity=1, currency="EUR")
    for _ in range(2):
        bought, token = await checkout.buy_now(
            till.db, till.gateway, wish, clock=clock, hold_seconds=HOLD_SECONDS
        )
    await pay(till, bought)
    await till.settle()

    assert same_token(token, (await order_of(till, bought)).token_hash)
    paid, none = await checkout.buy_now(till.db, till.gateway, wish, clock=clock, hold_seconds=HOLD_SECONDS)
    assert (paid.state, none) == ("complete", "")


@pytest.mark.parametrize("change", [{"quantity": 2}, {"owner": "key:other"}, {"currency": "USD"}])
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
