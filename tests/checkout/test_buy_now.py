"""Buying without a cart: an order comes into being by the confirmed payment alone, or not at all."""

import pytest
from tests.checkout.buying import buy, count, now, order_of, pay, send_to_paris, sync
from tests.factories import after_the_hold, make_variant
from tests.money import Till

from kassa import checkout, inventory, orders
from kassa.checkout import terms
from kassa.pricing import Rounding, taxes

S = orders.State


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


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


async def test_without_a_country_it_goes_to_the_shops_home(till, clock):
    async with till.db.transaction() as tx:
        await taxes.save(tx, taxes.Settings("AT", Rounding.LINE, "table", ("US",), ""), now=clock.now())

    agreed = terms.kept((await buy(till)).terms)

    assert (agreed.country, agreed.ship_to[0]) == ("AT", "AT")
    assert [tax.place for tax in agreed.quote.tax_lines] == ["AT"]


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


@pytest.mark.parametrize(("country", "shipping"), [("AT", 790), ("GB", 1290)])
async def test_it_is_sold_to_wherever_the_total_is_the_same(till, country, shipping):
    bought = await buy(till, country=country)

    assert bought.total_minor == 1299 + shipping
    ship_to = bought.terms["ship_to"]
    assert ship_to[0] == country
    assert not {"US", "DE", "KP"} & set(ship_to)
    await pay(till, bought)
    await till.settle()
    order = await order_of(till, bought)
    assert (order.state, order.shipping_address["country"]) == (S.PAID, country)


async def test_what_weighs_nothing_is_sold_everywhere_the_price_is_whole(till, db, clock):
    async with db.transaction() as tx:
        await tx.execute("update variants set weight_grams = 0")

    bought = await buy(till)

    assert bought.total_minor == 1299
    assert {"FR", "JP", "CH"} <= set(bought.terms["ship_to"])
    assert "US" not in bought.terms["ship_to"]
    await pay(till, bought)
    await till.settle()
    assert (await order_of(till, bought)).shipping_minor == 0


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
