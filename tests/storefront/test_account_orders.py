"""What a customer has ordered: all of it, nobody else's, and once more with one press."""

from typing import Any
from uuid import UUID

import pytest
from tests.factories import make_variant, place
from tests.storefront.members import ADA, join

from kassa import orders, payments
from kassa.shop import Shop


@pytest.fixture
def shop(app) -> Shop:
    made: Shop = app.state.shop
    return made


async def attempt(db: Any, order_id: UUID) -> Any:
    async with db.connection() as conn:
        return (await payments.of_order(conn, order_id))[-1]


async def bought(browser: Any, till: Any, sku: str = "EMMA-PB", **typed: object) -> UUID:
    """An order of this browser that is paid; its id."""
    await browser.add(sku)
    order_id: UUID = await browser.order(**typed)
    await browser.get(f"/orders/{order_id}/pay")
    await till.confirm(await attempt(till.db, order_id))
    await browser.get(f"/orders/{order_id}/return")
    await till.settle()
    return order_id


async def retire(db: Any, sku: str) -> None:
    """Take a product off the shelves."""
    async with db.transaction() as tx:
        await tx.execute("update variants set active = false where sku = $1", sku)


async def test_whoever_is_not_signed_in_is_led_to_the_login(browser):
    assert (await browser.get("/account/orders")).url.path == "/login"


async def test_an_account_without_orders_says_so(browser, shop):
    await join(browser, shop)

    assert "Nothing yet." in (await browser.get("/account/orders")).text


async def test_a_guests_order_is_in_the_account_once_the_address_is_proved(browser, stranger, shop, till):
    order_id = await bought(stranger, till)
    await join(browser, shop)

    page = (await browser.get("/account/orders")).text

    assert f'href="/orders/{order_id}"' in page
    assert ">Paid<" in page
    assert (await browser.get(f"/orders/{order_id}")).status_code == 200


async def test_a_guests_order_is_nobodys_before_that(browser, stranger, shop, till):
    """Somebody who only types the address sees nothing; the link goes to who reads its mail."""
    order_id = await bought(stranger, till)
    await browser.post("/register", email=ADA)

    assert (await browser.get("/account/orders")).url.path == "/login"
    assert (await browser.get(f"/orders/{order_id}")).status_code == 404
    async with shop.db.connection() as conn:
        assert (await orders.get(conn, order_id)).customer_id is None


async def test_somebody_elses_orders_are_not_there(browser, stranger, shop, till):
    order_id = await bought(stranger, till, email="eve@example.org")
    await join(browser, shop)

    assert str(order_id) not in (await browser.get("/account/orders")).text
    assert (await browser.get(f"/orders/{order_id}")).status_code == 404
    assert (await browser.post(f"/orders/{order_id}/again")).status_code == 404


async def test_orders_come_ten_a_page_newest_first(browser, shop, db, clock, till):
    await make_variant(db, clock, "MANY", on_hand=50)
    numbers = []
    for _ in range(12):
        numbers.append(f"K-{(await place(db, clock, 'MANY')).number}")
        clock.advance(seconds=1)
    await join(browser, shop)

    first = (await browser.get("/account/orders")).text
    following = first.split("?after=")[1].split('"')[0]
    second = (await browser.get(f"/account/orders?after={following}")).text

    assert [one for one in reversed(numbers) if f">{one}</a>" in first] == numbers[:1:-1]
    assert [one for one in numbers if f">{one}</a>" in second] == numbers[:2]
    assert "Older orders" not in second
    assert (await browser.get("/account/orders?after=nonsense")).status_code == 400


async def test_an_order_is_ordered_again_with_one_press(browser, shop, till):
    await join(browser, shop)
    order_id = await bought(browser, till)

    answer = await browser.post(f"/orders/{order_id}/again")

    assert answer.headers["location"] == "/cart"
    assert "Title of EMMA-PB" in (await browser.get("/cart")).text


async def test_what_is_not_for_sale_any_more_is_said_by_name(browser, shop, db, clock, till):
    await make_variant(db, clock, "OTHER")
    await join(browser, shop)
    await browser.add("OTHER")
    order_id = await bought(browser, till)
    await retire(db, "EMMA-PB")

    answer = await browser.post(f"/orders/{order_id}/again")
    page = (await browser.get(answer.headers["location"])).text

    assert "<li>Title of EMMA-PB</li>" in page
    assert "<li>Title of OTHER</li>" not in page
    assert "Title of OTHER" in (await browser.get("/cart")).text
