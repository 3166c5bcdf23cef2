"""What the shop's people write in the console is text to shoppers, whatever characters it has."""

from dataclasses import replace

import pytest
from tests.catalog.books import put_book
from tests.factories import make_variant, place

from kassa import orders
from kassa.config import Settings
from kassa.notifications import render
from kassa.pricing import zones
from kassa.storefront.travel import way_of

LABEL = "Post <b>100 % green</b>"
SHOWN = "Post &lt;b&gt;100 % green&lt;/b&gt;"


@pytest.fixture
async def named(db, clock):
    """A shop whose only way of sending at home has such a name."""
    async with db.transaction() as tx:
        await zones.change_zone(
            tx, "home", lambda zone: replace(zone, ways=tuple(replace(way, label=LABEL) for way in zone.ways))
        )


async def test_a_page_shows_the_name_of_a_way_as_it_was_written(browser, db, clock, named):
    await put_book(db, clock, "Emma")

    page = await browser.get("/products/emma")

    assert page.status_code == 200
    assert SHOWN in page.text
    assert "<b>100" not in page.text


async def test_a_mail_shows_the_name_of_a_way_as_it_was_written(db, clock, named):
    await make_variant(db, clock)
    order = await place(db, clock)
    async with db.connection() as conn:
        way = await way_of(conn, order, await orders.quote_of(conn, order.id))

    letter = render.placed(order, promised=True, settings=Settings(secret_key="m" * 32), travel=way)

    assert f"{LABEL}: " in letter.text
    assert f"{SHOWN}: " in letter.html
    assert "<b>100" not in letter.html
