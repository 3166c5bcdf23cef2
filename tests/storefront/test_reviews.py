"""The form for buyers, and what everybody reads."""

import pytest
from tests.storefront.conftest import SETTINGS
from tests.storefront.members import join
from tests.storefront.test_parcels import bought

from kassa import catalog, notifications, reviews

PAGE = "/products/emma-pb/reviews"
GOOD = {"stars": "4", "name": "Anna K.", "text": "One evening.\n\nIt stayed."}


async def written(db):
    async with db.connection() as conn:
        return await reviews.of_email(conn, "ada@example.org")


async def publish(db):
    async with db.transaction() as tx:
        for one in await reviews.of_email(tx, "ada@example.org"):
            await reviews.decide(tx, one.id, reviews.Verdict.PUBLISHED)


async def test_only_buyers_are_asked_what_they_think(browser, stranger, till):
    assert "Send it" not in (await stranger.get(PAGE)).text
    assert "Reviews come from those who have bought the book here." in (await stranger.get(PAGE)).text
    await bought(browser, till, quantity=1)

    assert "Send it" in (await browser.get(PAGE)).text
    assert "Write a review" in (await browser.get("/products/emma-pb")).text


async def test_a_review_is_read_first_and_then_everybody_can_read_it(browser, stranger, till, db):
    await bought(browser, till, quantity=1)

    answer = await browser.post(PAGE, **GOOD)

    assert answer.headers["location"] == f"{PAGE}?said=yes#write"
    assert "Somebody reads it" in (await browser.get(answer.headers["location"])).text
    assert "One evening." not in (await stranger.get(PAGE)).text
    await publish(db)
    for page in (PAGE, "/products/emma-pb"):
        text = (await stranger.get(page)).text
        assert "One evening." in text
        assert "Anna K." in text
        assert "ada@example.org" not in text
        assert "4.0" in text


async def test_the_products_structured_data_has_the_rating_of_published_reviews_only(
    browser, stranger, till, db
):
    await bought(browser, till, quantity=1)
    await browser.post(PAGE, **GOOD)
    assert "AggregateRating" not in (await stranger.get("/products/emma-pb")).text

    await publish(db)

    page = (await stranger.get("/products/emma-pb")).text
    assert '"AggregateRating"' in page
    assert '"reviewCount":1' in page.replace(" ", "")


async def test_text_is_text(browser, stranger, till, db):
    await bought(browser, till, quantity=1)
    await browser.post(PAGE, **{**GOOD, "text": "<script>alert(1)</script>", "name": '"><b>Eve'})
    await publish(db)

    for page in (PAGE, "/products/emma-pb"):
        text = (await stranger.get(page)).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "<b>Eve" not in text


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"stars": ""}, "Choose from one to five stars."),
        ({"stars": "9"}, "Choose from one to five stars."),
        ({"name": " "}, "Write a name"),
        ({"text": "x" * 4001}, "at most 4000 characters"),
    ],
)
async def test_what_is_missing_stands_beside_its_field_and_nothing_typed_is_lost(
    browser, till, db, changed, says
):
    await bought(browser, till, quantity=1)

    answer = await browser.post(PAGE, **{**GOOD, **changed})

    assert answer.status_code == 422
    assert says in answer.text
    for name, value in GOOD.items():
        if name not in changed and name != "stars":
            assert value in answer.text
    assert await written(db) == []


async def test_who_has_not_bought_it_can_not_write_whatever_he_sends(stranger, browser, till, db):
    await bought(browser, till, quantity=1)

    assert (await stranger.post(PAGE, **GOOD)).status_code == 403
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from reviews") == 0


async def test_the_signed_link_of_the_order_is_enough(browser, stranger, till, db):
    order = await bought(browser, till, quantity=1)
    await stranger.get(notifications.order_link(SETTINGS, order.id).removeprefix("http://shop.test"))

    assert (await stranger.post(PAGE, **GOOD)).status_code == 303
    assert [one.order_id for one in await written(db)] == [order.id]


async def test_a_customers_form_begins_with_a_name_that_gives_little_away(browser, till, db, app):
    order = await bought(browser, till, quantity=1)
    await join(browser, app.state.shop, name="Ada Augusta Lovelace")
    async with db.transaction() as tx:
        await tx.execute("update orders set customer_id = (select id from customers) where id = $1", order.id)

    assert 'value="Ada L."' in (await browser.get(PAGE)).text


async def test_a_book_that_is_not_there_has_no_reviews(browser, till):
    assert (await browser.get("/products/no-such-book/reviews")).status_code == 404


async def test_a_line_on_the_card_leads_to_the_reviews(browser, till, db):
    await bought(browser, till, quantity=1)
    await browser.post(PAGE, **GOOD)
    await publish(db)

    async with db.connection() as conn:
        product = await catalog.product(conn, "emma-pb", "EUR")
        assert (await reviews.rating(conn, product.id)).average == "4.0"
    assert 'href="/products/emma-pb#reviews"' in (await browser.get("/products/emma-pb")).text
