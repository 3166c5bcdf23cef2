"""My data: all of it to take away; and its end, after which orders, money and stock still agree."""

import io
import json
import zipfile
from typing import Any

import pytest
from tests.storefront.members import ADA, join, link, mails, rows, sign_in
from tests.storefront.test_account_addresses import BERLIN
from tests.storefront.test_account_cards import with_card
from tests.storefront.test_account_orders import bought

from kassa import accounts, jobs, notifications, orders
from kassa.app import build_worker
from kassa.shop import Shop


@pytest.fixture
def shop(app) -> Shop:
    made: Shop = app.state.shop
    return made


async def packed(browser: Any) -> tuple[dict[str, Any], str]:
    """What a customer takes away: for programs, for people."""
    answer = await browser.post("/account/data/download")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert found.testzip() is None
        return json.loads(found.read("data.json")), found.read("index.html").decode()


async def review(browser: Any) -> None:
    """Say what one thinks of the book."""
    answer = await browser.post(
        "/products/emma-pb/reviews", stars=5, name="Ada L.", text="Better than the film."
    )
    assert answer.status_code == 303, answer.text


async def test_everything_that_is_known_can_be_taken_away(browser, shop, till):
    await join(browser, shop, name="Ada <Lovelace>")
    await browser.post("/account/addresses/new", **BERLIN)
    order_id = await bought(browser, till)
    await review(browser)
    await browser.post("/wishlist/books", slug="emma-pb", wish="add")

    data, page = await packed(browser)

    assert data["account"]["email"] == ADA
    assert data["addresses"][0]["line1"] == BERLIN["line1"]
    assert [one["id"] for one in data["orders"]] == [str(order_id)]
    assert data["orders"][0]["lines"][0]["title"] == "Title of EMMA-PB"
    assert data["orders"][0]["happened"][0]["what"] == "Order placed, books set aside"
    assert data["reviews"][0]["text"] == "Better than the film."
    assert data["wish_list"][0]["book"] == "Title of EMMA-PB"
    assert data["signed_in"][0]["here"] is True
    assert "Ada &lt;Lovelace&gt;" in page
    assert data["orders"][0]["number"] in page


async def test_nothing_of_anybody_else_is_in_it(browser, stranger, shop, till):
    await join(stranger, shop, "eve@example.org")
    await stranger.post("/account/addresses/new", **{**BERLIN, "line1": "Elsewhere 1"})
    await bought(stranger, till, email="eve@example.org")
    await join(browser, shop)

    data, page = await packed(browser)

    assert data["orders"] == []
    assert "eve@" not in json.dumps(data) + page
    assert "Elsewhere" not in json.dumps(data) + page


async def test_it_is_packed_ten_times_an_hour(browser, shop):
    await join(browser, shop)
    for _ in range(10):
        await packed(browser)

    assert (await browser.post("/account/data/download")).status_code == 429


@pytest.mark.parametrize("what", ["download", "delete"])
async def test_half_an_hour_after_signing_in_one_shows_again_who_one_is(browser, shop, clock, what):
    await join(browser, shop)
    clock.advance(seconds=1801)

    answer = await browser.post(f"/account/data/{what}", sure="on")

    assert answer.headers["location"].startswith("/login?next=%2Faccount%2Fdata&again=1")
    assert "Sign in again" in (await browser.get("/account/data")).text
    assert (await browser.get("/account")).url.path == "/account"


async def test_nothing_is_deleted_unless_one_is_sure(browser, shop):
    await join(browser, shop)

    answer = await browser.post("/account/data/delete")

    assert answer.status_code == 422
    assert "Nothing has been deleted." in answer.text
    assert await rows(shop, "customers") == 1
    assert (await browser.get("/account")).url.path == "/account"


async def test_a_deleted_account_leaves_orders_and_nothing_else(browser, stranger, shop, till, clock):
    await join(browser, shop)
    await browser.post("/account/addresses/new", **BERLIN)
    order_id = await bought(browser, till)
    await review(browser)
    await sign_in(stranger)
    await browser.post("/wishlist/books", slug="emma-pb", wish="add")

    answer = await browser.post("/account/data/delete", sure="on")
    after = (await browser.get(answer.headers["location"])).text

    assert "Your account is deleted." in after
    for one in (browser, stranger):
        assert (await one.get("/account")).url.path == "/login"
    assert (await sign_in(stranger)).status_code == 401
    for table in ("customer_addresses", "customer_tokens", "passkeys", "wishlists", "reviews"):
        assert await rows(shop, table) == 0, table
    assert (await mails(shop))[-1].subject == "Your account is deleted"
    async with shop.db.connection() as conn:
        order = await orders.get(conn, order_id)
    assert (order.customer_id, order.email, order.state) == (None, ADA, orders.State.PAID)
    key = notifications.order_link(shop.settings, order_id).partition("?")[2]
    assert (await stranger.get(f"/orders/{order_id}?{key}")).status_code == 200
    clock.advance(seconds=3601)
    await jobs.drain(build_worker(shop, proving=False))
    assert await rows(shop, "customers") == 0


async def test_a_published_review_stays_without_its_writers_name(browser, shop, till, db):
    await join(browser, shop)
    await bought(browser, till)
    await review(browser)
    async with db.transaction() as tx:
        await tx.execute("update reviews set state = 'published'")
        await tx.execute("insert into ratings (product_id, fives) select product_id, 1 from reviews")

    await browser.post("/account/data/delete", sure="on")
    page = (await browser.get("/products/emma-pb")).text

    assert "Better than the film." in page
    assert "A reader" in page
    assert "Ada L." not in page


async def test_stripe_forgets_the_customer_and_asks_again_until_it_has_answered(browser, shop, till, clock):
    await join(browser, shop)
    await with_card(shop, till)
    async with shop.db.connection() as conn:
        ref, id_ = (await conn.fetchrow("select stripe_ref, id from customers")).values()
    await browser.post("/account/data/delete", sure="on")
    await jobs.drain(build_worker(shop, proving=False))
    assert len(await shop.gateway.customers.methods(ref)) == 1, "a payment may be under way for another hour"

    lost = {"match": {"path": "/v1/customers*"}, "fault": "lose_answer", "count": 50}
    await till.stripe.control("POST", "/faults", lost)
    clock.advance(seconds=3601)
    await jobs.drain(build_worker(shop, proving=False))
    assert await rows(shop, "customers") == 1, "nobody knows whether Stripe heard"
    await till.stripe.control("DELETE", "/faults")
    clock.advance(seconds=3601)
    await jobs.drain(build_worker(shop, proving=False))

    assert await shop.gateway.customers.methods(ref) == []
    assert await rows(shop, "customers") == 0
    await accounts.forget_customer(shop.db, shop.gateway, id_)


async def test_the_address_can_open_an_account_again(browser, shop):
    await join(browser, shop)
    await browser.post("/account/data/delete", sure="on")

    await browser.post("/register", email=ADA)
    answer = await browser.post(await link(shop), name="", password="correct horse battery")

    assert answer.headers["location"].startswith("/account")
    assert await rows(shop, "customer_addresses") == 0


async def test_links_from_before_open_nothing(browser, stranger, shop):
    await join(browser, shop)
    await stranger.post("/login/link", email=ADA)
    before = await link(shop)

    await browser.post("/account/data/delete", sure="on")

    assert (await stranger.post(before)).status_code == 404
    assert await rows(shop, "sessions") <= 1
