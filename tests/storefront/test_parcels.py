"""The customer sees where their parcels are, and what is still to come."""

from tests.fulfilment.parcels import do, line

from kassa import fulfilment


async def bought(browser, till, quantity=3, card="pm_card_visa"):
    await browser.add(quantity=quantity)
    order_id = await browser.order()
    async with till.db.connection() as conn:
        from kassa import orders

        order = await orders.get(conn, order_id)
    assert await till.confirm(await till.pay(order), card) in ("succeeded", "requires_capture")
    await till.settle()
    return order


async def page_of(browser, order):
    return (await browser.get(f"/orders/{order.id}")).text


async def test_a_paid_order_without_parcels_shows_none(browser, till):
    order = await bought(browser, till)

    assert 'data-testid="parcel"' not in await page_of(browser, order)


async def test_a_parcel_is_followed_from_the_orders_page(browser, till, db, clock):
    order = await bought(browser, till)
    await do(
        db, clock, fulfilment.ship, order.id, {line(order, "EMMA-PB"): 2}, carrier="DHL",
        tracking_number="00 34",
    )  # fmt: skip

    page = await page_of(browser, order)

    assert page.count('data-testid="parcel"') == 1
    assert "tracking-id=00%2034" in page
    assert "A parcel was sent with DHL" in page
    assert "Still to be packed: 1 × " in page


async def test_an_unpacked_parcel_is_the_shops_own_affair(browser, till, db, clock):
    order = await bought(browser, till)
    parcel = await do(db, clock, fulfilment.pick, order.id, carrier="DHL", tracking_number="1")
    page = await page_of(browser, order)
    assert "Being packed." in page
    assert "Follow the parcel" not in page  # it has not left yet

    await do(db, clock, fulfilment.cancel, parcel.id)

    page = await page_of(browser, order)
    assert 'data-testid="parcel"' not in page
    assert "unpacked" not in page


async def test_when_the_last_parcel_has_arrived_the_order_says_so(browser, till, db, clock):
    order = await bought(browser, till)
    parcel = await do(db, clock, fulfilment.ship, order.id)
    await do(db, clock, fulfilment.deliver, parcel.id)

    page = await page_of(browser, order)

    assert 'data-testid="order-state">Delivered<' in page
    assert "Everything has arrived" in page
    assert 'data-testid="more-to-come"' not in page


async def test_an_order_whose_money_is_promised_asks_for_no_more(browser, till):
    till.gateway.capture = "manual"
    order = await bought(browser, till)

    page = await page_of(browser, order)

    assert "Your bank has promised the money." in page
    assert 'data-testid="order-state">Promised by your bank<' in page
    assert f'href="/orders/{order.id}/pay"' not in page
    for step in ("pay", "return"):
        assert (await browser.get(f"/orders/{order.id}/{step}")).url.path == f"/orders/{order.id}"


async def test_a_customer_whose_order_is_promised_has_an_empty_bag_and_can_order_again(browser, till):
    till.gateway.capture = "manual"
    first = await bought(browser, till, quantity=1)
    assert "Title of EMMA-PB" not in (await browser.get("/cart")).text

    second = await bought(browser, till, quantity=2)

    assert second.id != first.id
    for order in (first, second):
        assert (await till.order(order)).state == "pending"
        assert [one.state for one in await till.payments(order)] == ["authorized"]
    assert await till.stock() == (5, 3)
