"""When the time to pay runs out: gently said, and the same order once more with one press."""

import asyncio
from uuid import UUID

import pytest
from tests import factories
from tests.storefront.conftest import ADDRESS, hidden

from kassa import checkout, inventory, orders, payments
from kassa.kernel.ids import new_id

NUMBER = "FR61954506077"


@pytest.fixture
async def expired(browser, db, till, clock) -> UUID:
    """An order over two books that nobody paid in time."""
    await browser.add(quantity=2)
    order_id = await browser.order(note="Ring twice")
    await browser.get(f"/orders/{order_id}/pay")
    factories.after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)
    return order_id


async def every(db):
    """Every order there is, oldest first."""
    async with db.connection() as conn:
        found = reversed((await orders.list_orders(conn)).items)
        return [await orders.get(conn, one.id) for one in found]


async def press(browser, order_id, **changed):
    """Press the page's one button."""
    page = (await browser.get(f"/orders/{order_id}/pay")).text
    shown = {"order_id": hidden(page, "order_id"), "total_shown": hidden(page, "total_shown")}
    return await browser.post(f"/orders/{order_id}/retry", **{**shown, **changed})


async def test_the_page_says_that_the_books_went_back_and_nothing_was_charged(browser, till, expired):
    page = (await browser.get(f"/orders/{expired}/pay")).text

    assert 'data-trouble="expired"' in page
    assert "went back on the shelf" in page
    assert "Nothing was charged" in page
    assert await till.stock() == (5, 0)
    assert str((await browser.get(f"/orders/{expired}/return")).url).endswith("/pay")


async def test_one_press_orders_the_same_again(browser, db, till, expired):
    answer = await press(browser, expired)

    old, new = await every(db)
    assert answer.headers["location"] == f"/orders/{new.id}/pay"
    assert (old.state, new.state) == ("canceled", "pending")
    assert new.shipping_address == old.shipping_address
    assert (new.email, new.note, new.total_minor) == (old.email, old.note, old.total_minor)
    assert [(line.sku, line.quantity) for line in new.lines] == [("EMMA-PB", 2)]
    assert await till.stock() == (5, 2)


async def test_what_a_business_orders_again_is_taxed_as_before(browser, db, till, clock):
    await browser.add()
    where = {"country": "FR", "postal_code": "75001", "city": "Paris"}
    page = (await browser.post("/checkout", **ADDRESS | where, vat_id=NUMBER, intent="update")).text
    order_id = await browser.order(**where, vat_id=NUMBER, total_shown=hidden(page, "total_shown"))
    factories.after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)

    answer = await press(browser, order_id)

    old, new = await every(db)
    assert answer.headers["location"] == f"/orders/{new.id}/pay"
    assert (old.vat_id, old.reverse_charge) == (NUMBER, True)
    assert (new.vat_id, new.reverse_charge, new.total_minor) == (NUMBER, True, old.total_minor)


async def test_what_was_ordered_again_and_paid_leaves_the_bag(browser, db, till, expired):
    await press(browser, expired)
    _, new = await every(db)
    await browser.get(f"/orders/{new.id}/pay")
    async with db.connection() as conn:
        [attempt] = await payments.of_order(conn, new.id)
    await till.confirm(attempt)

    assert "Thank you." in (await browser.get(f"/orders/{new.id}/return")).text
    assert "Your bag is empty." in (await browser.get("/cart")).text


async def test_a_double_press_is_one_order(browser, db, till, expired):
    page = (await browser.get(f"/orders/{expired}/pay")).text
    form = {"order_id": hidden(page, "order_id"), "total_shown": hidden(page, "total_shown")}

    answers = await asyncio.gather(*(browser.post(f"/orders/{expired}/retry", **form) for _ in range(5)))

    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(await every(db)) == 2
    assert await till.stock() == (5, 2)


async def test_two_tabs_are_one_order(browser, db, till, expired):
    answers = await asyncio.gather(*(press(browser, expired) for _ in range(2)))

    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(await every(db)) == 2
    assert await till.stock() == (5, 2)


async def test_a_bag_that_is_gone_keeps_nobody_from_ordering_again(browser, db, till, expired):
    async with db.transaction() as tx:
        await tx.execute("update sessions set cart_id = null")

    first = await press(browser, expired)

    assert first.status_code == 303
    assert len(await every(db)) == 2


async def test_books_that_somebody_else_bought_are_named_and_nothing_is_ordered(
    browser, stranger, db, till, expired
):
    await stranger.add(quantity=4)
    await stranger.order()

    answer = await press(browser, expired)

    assert answer.status_code == 409
    assert 'data-trouble="gone"' in answer.text
    assert "1 left, you asked for 2" in answer.text
    assert len(await every(db)) == 2
    assert await till.stock() == (5, 4)


async def test_a_total_that_has_changed_is_shown_before_it_is_ordered(browser, db, till, expired, clock):
    await factories.make_variant(db, clock, price=1500)

    answer = await press(browser, expired)

    assert answer.status_code == 409
    assert 'data-trouble="dearer"' in answer.text
    assert len(await every(db)) == 1
    again = await browser.post(
        f"/orders/{expired}/retry",
        order_id=hidden(answer.text, "order_id"),
        total_shown=hidden(answer.text, "total_shown"),
    )
    assert again.status_code == 303
    assert (await every(db))[-1].total_minor == 3390


async def test_time_that_ran_out_a_moment_ago_is_over_before_any_sweeper_comes(browser, db, till, clock):
    await browser.add()
    order_id = await browser.order()
    await browser.get(f"/orders/{order_id}/pay")
    factories.after_the_hold(clock)

    assert 'data-trouble="expired"' in (await browser.get(f"/orders/{order_id}/pay")).text
    assert (await press(browser, order_id)).status_code == 303

    assert [order.state for order in await every(db)] == ["canceled", "pending"]
    assert await till.stock() == (5, 1)


async def test_money_that_came_at_the_last_moment_is_not_asked_for_again(browser, db, till, clock):
    await browser.add()
    order_id = await browser.order()
    await browser.get(f"/orders/{order_id}/pay")
    async with db.connection() as conn:
        [attempt] = await payments.of_order(conn, order_id)
    await till.confirm(attempt)
    factories.after_the_hold(clock)

    answer = await browser.post(f"/orders/{order_id}/retry", order_id=new_id(), total_shown=1689)

    assert answer.headers["location"] == f"/orders/{order_id}/pay"
    assert [order.state for order in await every(db)] == ["paid"]
    assert str((await browser.get(f"/orders/{order_id}/pay")).url).endswith(f"/orders/{order_id}")
    assert await till.charged() == [1689]


async def test_an_order_that_was_canceled_has_not_run_out(browser, db):
    await browser.add()
    order_id = await browser.order()
    await browser.post(f"/orders/{order_id}/cancel")

    page = await browser.get(f"/orders/{order_id}/pay")

    assert str(page.url).endswith(f"/orders/{order_id}")
    async with db.connection() as conn:
        assert (await inventory.hold(conn, order_id)).state == "released"


async def test_somebody_elses_order_is_not_ordered_again(stranger, db, expired):
    await stranger.add()

    assert (await stranger.post(f"/orders/{expired}/retry", order_id=new_id())).status_code == 404
    assert len(await every(db)) == 1
