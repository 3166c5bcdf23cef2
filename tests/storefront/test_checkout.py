"""The checkout: one form, one order."""

import asyncio

import pytest
from tests import factories
from tests.storefront.conftest import ADDRESS, SETTINGS, hidden

from kassa import checkout, notifications, orders
from kassa.kernel.ids import new_id


async def placed(db):
    """Every order there is, oldest first."""
    async with db.connection() as conn:
        return list(reversed((await orders.list_orders(conn)).items))


async def test_an_order_is_placed_and_its_books_are_held(browser, till):
    await browser.add(quantity=2)

    order_id = await browser.order()

    assert await till.stock() == (5, 2)
    assert (await browser.get(f"/orders/{order_id}")).status_code == 200


async def test_the_same_form_sent_five_times_at_once_is_one_order(browser, db, till):
    await browser.add()
    page = (await browser.get("/checkout")).text
    form = {**ADDRESS, "order_id": hidden(page, "order_id"), "total_shown": hidden(page, "total_shown")}

    answers = await asyncio.gather(*(browser.post("/checkout", **form) for _ in range(5)))

    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(await placed(db)) == 1
    assert await till.stock() == (5, 1)


async def test_two_tabs_of_the_same_bag_are_one_order(browser, db, till):
    await browser.add()
    tabs = [(await browser.get("/checkout")).text for _ in range(2)]
    forms = [
        {**ADDRESS, "order_id": hidden(tab, "order_id"), "total_shown": hidden(tab, "total_shown")}
        for tab in tabs
    ]
    assert forms[0] != forms[1]

    answers = await asyncio.gather(*(browser.post("/checkout", **form) for form in forms))

    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(await placed(db)) == 1
    assert await till.stock() == (5, 1)


async def test_a_changed_bag_takes_the_place_of_the_order_that_waited(browser, db, till):
    await browser.add(quantity=5)
    first = await browser.order()
    await browser.get(f"/orders/{first}/pay")
    await browser.post("/cart/lines/change", sku="EMMA-PB", quantity=4)

    second = await browser.order()

    assert [order.state for order in await placed(db)] == ["canceled", "pending"]
    assert second != first
    assert await till.stock() == (5, 4)


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(browser, db, till):
    await browser.add()

    answer = await browser.post("/checkout", **{**ADDRESS, "email": "no address", "city": " "})

    assert answer.status_code == 422
    assert 'id="fault-email"' in answer.text
    assert 'id="fault-city"' in answer.text
    assert "Rosenthaler Str. 12" in answer.text
    assert await placed(db) == []
    assert await till.stock() == (5, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "ZZ"},
        {"country": "de ", "shipping_method": "by-balloon"},
        {"name": "x" * 250},
        {"country": "US", "region": ""},
        {"email": "a@b"},
    ],
)
async def test_a_wrong_field_places_nothing(browser, db, wrong):
    await browser.add()

    answer = await browser.post("/checkout", **{**ADDRESS, **wrong})

    assert answer.status_code in (409, 422)
    assert await placed(db) == []


async def test_a_total_that_is_not_the_one_shown_is_shown_first(browser, db, till):
    await browser.add()

    answer = await browser.post("/checkout", **{**ADDRESS, "order_id": new_id(), "total_shown": 1})

    assert answer.status_code == 409
    assert "The total has changed" in answer.text
    assert hidden(answer.text, "total_shown") == "1689"
    assert await placed(db) == []
    assert await till.stock() == (5, 0)


async def test_update_shows_new_totals_and_complains_about_nothing(browser, db):
    await browser.add()

    answer = await browser.post("/checkout", country="FR", intent="update")

    assert answer.status_code == 200
    assert "€7.90" in answer.text
    assert 'role="alert"' not in answer.text
    assert await placed(db) == []


async def test_somebody_was_faster(browser, stranger, db, till):
    await browser.add(quantity=5)
    page = (await browser.get("/checkout")).text
    await stranger.add(quantity=3)
    await stranger.order()

    form = {"order_id": hidden(page, "order_id"), "total_shown": hidden(page, "total_shown")}
    answer = await browser.post("/checkout", **{**ADDRESS, **form})

    assert answer.status_code == 409
    assert "Only 2 left" in answer.text
    assert len(await placed(db)) == 1
    assert await till.stock() == (5, 3)


async def test_an_order_id_of_somebody_else_opens_nothing(browser, stranger, db):
    await stranger.add()
    theirs = await stranger.order()
    await browser.add()

    answer = await browser.post("/checkout", **{**ADDRESS, "order_id": theirs})

    assert str(theirs) not in answer.headers.get("location", "")
    assert len(await placed(db)) == 1
    assert (await browser.get(f"/orders/{theirs}")).status_code == 404


async def test_the_checkout_of_an_empty_bag_is_the_bag(browser):
    assert str((await browser.get("/checkout")).url).endswith("/cart")
    await browser.add()
    await browser.post("/cart/lines/remove", sku="EMMA-PB")
    assert (await browser.post("/checkout", **ADDRESS)).headers["location"] == "/cart"


async def test_a_customer_cancels_an_order_and_puts_it_into_the_bag_again(browser, till, db):
    await browser.add(quantity=2)
    order_id = await browser.order()
    await browser.get(f"/orders/{order_id}/pay")

    await browser.post(f"/orders/{order_id}/cancel")

    assert [order.state for order in await placed(db)] == ["canceled"]
    assert await till.stock() == (5, 0)
    assert "order-again" in (await browser.get(f"/orders/{order_id}")).text
    await browser.post("/cart/lines/remove", sku="EMMA-PB")
    await browser.post(f"/orders/{order_id}/again")
    assert "<b>2<" in (await browser.get("/cart")).text


async def test_the_token_of_an_order_opens_it_and_no_other_does(browser, stranger, db, clock):
    await browser.add()
    wish = checkout.PlaceOrder(
        order_id=new_id(), email="ada@example.org", currency="EUR", lines=[("EMMA-PB", 1)],
        shipping_address=factories.ADDRESS,
    )  # fmt: skip
    async with db.transaction() as tx:
        order, token = await checkout.place_order(
            tx, wish, now=clock.now(), hold_seconds=900, actor="customer"
        )

    assert (await stranger.get(f"/orders/{order.id}")).status_code == 404
    assert (await stranger.get(f"/orders/{order.id}?token=wrong")).status_code == 404
    assert (await stranger.get(f"/orders/{order.id}?token={token}")).status_code == 200
    assert (await stranger.get(f"/orders/{order.id}/pay")).status_code == 200
    assert (await browser.get(f"/orders/{order.id}")).status_code == 404


async def test_the_link_in_a_mail_opens_its_order_and_no_other(browser, stranger):
    await stranger.add(quantity=2)
    order_id = await stranger.order()
    link = notifications.order_link(SETTINGS, order_id)
    other = notifications.order_link(SETTINGS, new_id()).rpartition("?")[2]

    assert (await browser.get(f"/orders/{order_id}?{other}")).status_code == 404
    assert (await browser.get(link)).status_code == 200


async def test_an_order_that_nobody_paid_in_time_says_so_and_can_be_ordered_again(browser, till, db, clock):
    await browser.add()
    order_id = await browser.order()
    await browser.get(f"/orders/{order_id}/pay")
    factories.after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)

    page = await browser.get(f"/orders/{order_id}/pay")

    assert "Nothing was charged" in page.text
    assert 'data-testid="order-again"' in page.text
    assert await till.stock() == (5, 0)
