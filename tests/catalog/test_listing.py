"""The product list: every product once, in every order, and only what is for sale."""

import pytest
from tests.catalog.test_import import load

from kassa import catalog
from kassa.kernel.errors import Invalid


@pytest.fixture
async def shelf(db, clock):
    await load(db, clock, catalog.demo_csv())
    return db


async def page(db, **more):
    async with db.connection() as conn:
        return await catalog.list_products(conn, currency="EUR", **more)


@pytest.mark.parametrize("sort", ["title", "-title", "newest", "price", "-price"])
async def test_paging_meets_every_product_once_in_order(shelf, sort):
    seen, after = [], None
    for _ in range(20):
        found = await page(shelf, sort=sort, limit=40, after=after)
        seen += found.items
        after = found.next
        if after is None:
            break

    assert len({card.id for card in seen}) == len(seen) == found.total
    if "price" in sort:
        prices = [card.from_minor for card in seen]
        assert prices == sorted(prices, reverse=sort == "-price")


async def test_facets_count_what_was_found_and_narrow_it(shelf):
    everything = await page(shelf)
    languages = dict(next(f.values for f in everything.facets if f.name == "language"))

    french = await page(shelf, facets={"language": ["French"]}, limit=100)

    assert french.total == languages["French"] == len(french.items)
    assert {card.attributes["language"] for card in french.items} == {"French"}


async def test_words_are_looked_for_in_titles_and_authors_as_they_are_written(shelf):
    assert {card.attributes["author"] for card in (await page(shelf, q="austen")).items} == {"Jane Austen"}
    assert (await page(shelf, q="100%")).total == 0
    assert (await page(shelf, q="_")).total == 0


async def test_a_shelf_shows_its_own(shelf):
    async with shelf.connection() as conn:
        shelves = await catalog.collections(conn)
    assert (await page(shelf, collection=shelves[0].slug)).total == shelves[0].count
    assert (await page(shelf, collection="no-such")).total == 0


@pytest.mark.parametrize(
    ("more", "code"), [({"after": "xx"}, "invalid_cursor"), ({"sort": "luck"}, "invalid_sort")]
)
async def test_a_cursor_or_order_of_somebody_elses_is_refused(db, more, code):
    with pytest.raises(Invalid) as refused:
        await page(db, **more)

    assert refused.value.code == code
