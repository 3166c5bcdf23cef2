"""How each cent came about, on the shop's pages."""


async def test_the_checkout_and_the_order_tell_every_step(browser):
    await browser.add(quantity=2)
    page = (await browser.get("/checkout")).text
    assert "How each cent came about" in page
    assert "2 × €12.99" in page
    assert "exactly 1.699626…, rounded up" in page

    order_id = await browser.order()
    assert "exactly 1.699626…, rounded up" in (await browser.get(f"/orders/{order_id}")).text


async def test_it_is_told_in_the_language_of_the_page(browser):
    await browser.add(quantity=2)
    page = (await browser.get("/de/checkout")).text
    assert "1,699626…" in page
    assert "How each cent came about" not in page


async def test_an_order_from_before_quotes_were_kept_is_shown_without(browser, db):
    await browser.add()
    order_id = await browser.order()
    async with db.transaction() as tx:
        await tx.execute("update orders set quote = null")
    answer = await browser.get(f"/orders/{order_id}")
    assert answer.status_code == 200
    assert "How each cent came about" not in answer.text
