"""A discount code in the bag and at the till, without JavaScript."""

import pytest
from tests import factories
from tests.pricing.offers import make, used
from tests.storefront.conftest import ADDRESS, hidden

from kassa import checkout, orders
from kassa.kernel.ids import new_id
from kassa.pricing.discounts import RULES, Kind


async def enter(browser, code, **more):
    return await browser.post("/cart/discount", discount_code=code, **more)


async def till_page(browser, **changed):
    page = (await browser.get("/checkout")).text
    shown = {"order_id": hidden(page, "order_id"), "total_shown": hidden(page, "total_shown")}
    return await browser.post("/checkout", **{**ADDRESS, **shown, **changed})


async def placed(db):
    async with db.connection() as conn:
        return await conn.fetchval("select count(*) from orders")


async def test_a_code_in_the_bag_saves_by_line_and_in_all_and_the_rules_are_said(browser, db, clock):
    await make(db, clock, title="Spring <sale>")
    await browser.add(quantity=2)

    answer = await enter(browser, "spring")
    page = (await browser.get(answer.headers["location"])).text

    assert answer.status_code == 303
    assert page.count("Spring &lt;sale&gt;") == 2
    assert '<b class="tag">SPRING</b>' in page
    assert "− €2.60" in page
    assert all(rule in page for rule in RULES)


async def test_a_code_that_can_not_be_used_comes_back_as_it_was_typed_with_why(browser, db, clock):
    await make(db, clock, "OLD", ends_at=clock.now())
    await browser.add()

    for code, why in (
        ("n0pe <b>", "There is no discount with the code"),
        ("old", "OLD ended on"),
        ("", "Please enter"),
    ):
        answer = await enter(browser, code)
        assert answer.status_code == 422
        assert why in answer.text
        assert 'id="fault-discount_code"' in answer.text
        assert "<b>&" not in answer.text
    assert 'value="n0pe &lt;b&gt;"' in (await enter(browser, "n0pe <b>")).text


async def test_a_code_waits_in_the_bag_and_says_what_is_missing(browser, db, clock):
    await make(db, clock, minimum_minor=2_000, currency="EUR")
    await browser.add()
    await enter(browser, "SPRING")

    assert "SPRING counts once there is €7.01 more in your bag." in (await browser.get("/cart")).text
    await browser.add()
    page = (await browser.get("/cart")).text
    assert "more in your bag" not in page
    assert "− €2.60" in page


async def test_a_code_is_taken_out_again(browser, db, clock):
    await make(db, clock)
    await browser.add()
    await enter(browser, "SPRING")

    assert (await browser.post("/cart/discount", drop="no-code")).status_code == 303
    page = (await browser.get("/cart")).text
    assert "SPRING" not in page
    assert 'id="discount_code"' in page


async def test_a_code_at_the_till_keeps_what_was_typed_and_is_paid_for(browser, db, clock):
    await make(db, clock)
    await browser.add()

    shown = await till_page(browser, discount_code="spring", intent="code", name="Grace Hopper")
    assert shown.status_code == 200
    assert "Grace Hopper" in shown.text
    assert hidden(shown.text, "total_shown") == "1559"
    assert await placed(db) == 0

    order_id = await browser.order()
    page = (await browser.get(f"/orders/{order_id}")).text
    assert '<b class="tag">SPRING</b>' in page
    assert "− €1.30" in page
    assert await used(db) == 1


async def test_a_code_that_was_typed_and_not_used_yet_is_used_before_anything_is_ordered(browser, db, clock):
    await make(db, clock)
    await browser.add()

    answer = await till_page(browser, discount_code="spring")

    assert answer.status_code == 200
    assert hidden(answer.text, "total_shown") == "1559"
    assert await placed(db) == 0


async def test_a_wrong_code_at_the_till_is_said_beside_its_field_and_orders_nothing(browser, db, clock):
    await browser.add()

    answer = await till_page(browser, discount_code="nope", intent="code", name="Grace Hopper")

    assert answer.status_code == 422
    assert 'href="#discount_code"' in answer.text
    assert "Grace Hopper" in answer.text
    assert await placed(db) == 0
    taken_out = await till_page(browser, discount_code="", intent="no-code")
    assert (taken_out.status_code, await placed(db)) == (200, 0)


async def test_who_has_used_a_code_is_told_when_the_address_is_known(browser, stranger, db, clock):
    await make(db, clock, per_customer_limit=1)
    for one in (browser, stranger):
        await one.add()
        await enter(one, "SPRING")
    await browser.order()

    answer = await till_page(stranger)

    assert answer.status_code == 409
    assert "as often as one person may" in answer.text
    assert hidden(answer.text, "total_shown") == "1689"
    assert await placed(db) == 1


async def test_somebody_else_had_the_last_use_while_the_page_was_read(browser, stranger, db, clock):
    await make(db, clock, usage_limit=1)
    for one in (browser, stranger):
        await one.add()
        await enter(one, "SPRING")
    page = (await stranger.get("/checkout")).text
    await browser.order()

    shown = {"order_id": hidden(page, "order_id"), "total_shown": hidden(page, "total_shown")}
    answer = await stranger.post("/checkout", **{**ADDRESS, **shown})

    assert answer.status_code == 409
    assert "SPRING has been used as often as it may be." in answer.text
    assert await placed(db) == 1
    assert await used(db) == 1


async def test_the_last_use_stays_with_the_order_that_waits_and_goes_to_one_changed_order(browser, db, clock):
    await make(db, clock, usage_limit=1)
    await browser.add()
    await enter(browser, "SPRING")
    first = await browser.order()

    assert "used as often" not in (await browser.get("/cart")).text
    assert await browser.order() == first
    await browser.add()
    second = await browser.order()

    async with db.connection() as conn:
        assert (await orders.get(conn, first)).state == "canceled"
        assert (await orders.get(conn, second)).discount_minor == 260
    assert await used(db) == 1


async def test_a_code_leaves_the_bag_with_what_was_paid(browser, db, clock, till):
    await make(db, clock, usage_limit=1)
    await browser.add()
    await enter(browser, "SPRING")
    order_id = await browser.order()
    async with db.connection() as conn:
        order = await orders.get(conn, order_id)

    await till.confirm(await till.pay(order))
    await till.settle()
    await browser.add()

    assert await till.charged() == [1559]
    assert await used(db) == 1
    assert "SPRING" not in (await browser.get("/cart")).text


async def test_guessing_codes_is_slow_work(browser, db, clock):
    await make(db, clock)
    await browser.add()
    for number in range(30):
        assert "There is no discount" in (await enter(browser, f"GUESS{number}")).text

    assert "too many codes" in (await enter(browser, "GUESS30")).text
    assert "too many codes" in (await enter(browser, "SPRING")).text
    clock.advance(seconds=601)
    assert (await enter(browser, "SPRING")).status_code == 303


async def test_free_shipping_is_named_beside_the_shipping(browser, db, clock):
    await make(db, clock, "SHIP", kind=Kind.FREE_SHIPPING, value=0)
    await browser.add()
    await enter(browser, "SHIP")

    page = (await browser.get("/cart")).text
    assert '<b class="tag">SHIP</b>' in page
    assert "− €3.90" not in page


async def test_without_a_token_no_code_is_used(browser, db, clock):
    await make(db, clock)
    await browser.add()

    answer = await browser.client.post("/cart/discount", data={"discount_code": "SPRING"})

    assert answer.status_code == 403
    assert "SPRING" not in (await browser.get("/cart")).text


@pytest.mark.parametrize("path", ["/cart", "/checkout"])
async def test_an_automatic_discount_is_there_without_anybody_doing_anything(browser, db, clock, path):
    await make(db, clock, "AUTO", automatic=True, title="Every tenth")
    await browser.add()

    page = (await browser.get(path)).text
    assert "Every tenth" in page
    assert "AUTO" not in page


async def test_the_same_again_is_at_the_same_discount_or_says_what_it_costs_now(browser, db, clock, till):
    await make(db, clock, usage_limit=1)
    await browser.add()
    await enter(browser, "SPRING")
    first = await browser.order()
    factories.after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)

    again = await browser.post(f"/orders/{first}/retry", order_id=new_id(), total_shown=1559)
    second = again.headers["location"].split("/")[2]
    assert (again.status_code, await used(db)) == (303, 1)

    factories.after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)
    await factories.place(db, clock, discount_code="SPRING", email="bob@example.org")
    dearer = await browser.post(f"/orders/{second}/retry", order_id=new_id(), total_shown=1559)
    assert dearer.status_code == 409
    assert "€16.89" in dearer.text
    assert await used(db) == 1
    assert (
        await browser.post(f"/orders/{second}/retry", order_id=new_id(), total_shown=1689)
    ).status_code == 303


async def test_a_discount_that_leaves_less_than_can_be_charged_says_so(browser, db, clock):
    await make(db, clock, value=10_000)
    await make(db, clock, "SHIP", kind=Kind.FREE_SHIPPING, value=0, automatic=True)
    await browser.add()
    await enter(browser, "SPRING")

    page = (await browser.get("/cart")).text
    assert "less than can be charged" in page
    assert '<b class="tag">SPRING</b>' in page
    assert 'data-testid="checkout"' not in page
