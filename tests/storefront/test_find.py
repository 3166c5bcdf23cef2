"""The list, the shelves and the search as pages: everything in the address, nothing that needs a script."""

import re

import pytest
from tests.catalog.test_import import load

from kassa import catalog


@pytest.fixture
async def shelf(db, clock, browser):
    """A browser at a shop with the demo catalogue."""
    await load(db, clock, catalog.demo_csv())
    return browser


def shown(page: str) -> list[str]:
    """The titles of the books of a list."""
    return re.findall(r'<h2><a href="/products/[^"]+">([^<]+)</a></h2>', page)


async def test_a_list_is_narrowed_by_its_address(shelf):
    page = (await shelf.get("/books?author=Jane+Austen&author=Homer&format=Paperback&sort=-title")).text

    assert shown(page) == ["The Odyssey", "The Iliad", "Pride and Prejudice", "Persuasion", "Emma"]
    assert re.search(r'value="Jane Austen" checked', page)
    assert '<option value="-title" selected>' in page
    assert 'name="robots" content="noindex, follow"' in page


async def test_every_chosen_filter_has_a_link_that_leaves_it_out(shelf):
    page = (await shelf.get("/books?author=Jane+Austen&author=Homer&format=Paperback")).text
    chips = {
        text: address.replace("&amp;", "&")
        for address, text in re.findall(
            r'class="chip" href="([^"]+)"[^>]*><span[^>]*>Without </span>([^<]+)', page
        )
    }

    assert chips["Homer"] == "/books?author=Jane+Austen&format=Paperback"
    assert chips["Paperback"] == "/books?author=Jane+Austen&author=Homer"
    assert len(shown((await shelf.get(chips["Homer"])).text)) == 3


async def test_a_page_further_on_keeps_what_was_asked(shelf):
    page = (await shelf.get("/books?language=English&sort=price")).text
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    second = (await shelf.get(following)).text

    assert "language=English" in following
    assert not set(shown(page)) & set(shown(second))
    assert "Back to the first page" in second


async def test_a_shelf_says_where_it_stands_and_what_stands_in_it(shelf):
    page = (await shelf.get("/collections/fiction")).text
    inner = (await shelf.get("/collections/novels?q=emma")).text

    assert 'href="/collections/novels">Novels' in page
    assert '<span aria-current="page">Fiction</span>' in page
    assert 'href="/collections/fiction">Fiction</a>' in inner
    assert "Search the whole shop" in inner
    assert "Emma" in shown(inner)


async def test_the_old_address_of_a_shelf_leads_to_the_new_one(shelf):
    answer = await shelf.client.get("/books?collection=novels&q=emma", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/collections/novels?q=emma")


async def test_a_slip_of_the_finger_shows_what_was_meant_and_the_way_back(shelf):
    page = (await shelf.get("/books?q=austne")).text
    exact = (await shelf.get("/books?q=austne&exact=1")).text

    assert "Showing results for <strong>austen</strong>." in page
    assert 'href="/books?q=austne&amp;exact=1"' in page
    assert len(shown(page)) == 3
    assert "Nothing on the shelves fits that." in exact


async def test_nothing_found_shows_ways_on(shelf):
    page = (await shelf.get("/books?subject=Love&author=Homer")).text

    assert "No book has all of this at once." in page
    assert re.search(r'href="/books\?author=Homer"[^>]*>Without Love', page)
    assert "Well-filled shelves" in page


async def test_prices_are_said_in_the_currency_shown(shelf):
    page = (await shelf.get("/books")).text

    assert "€7 to €10" in page
    assert 'name="price" value="700-1000"' in page


async def test_suggestions_are_a_piece_of_a_page(shelf):
    answer = await shelf.get("/search/suggestions?q=aus")

    assert answer.headers["cache-control"] == "private, max-age=60"
    assert "<html" not in answer.text
    assert re.search(r'role="option"[^>]*href="/books\?q=Jane(?:%20|\+)Austen">Jane Austen', answer.text)
    assert 'href="/products/emma"' in answer.text
    assert 'data-count="0"' in (await shelf.get("/search/suggestions?q=zzzzqq")).text
    assert (await shelf.get("/search/suggestions")).status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/books?author=" + "x" * 400, 422),
        ("/books?author=%00", 400),
        ("/books?" + "&".join(f"author=a{n}" for n in range(300)), 200),
        ("/books?price=10-&price=-&price=99999999999999-1&price=x", 200),
        ("/books?availability=maybe", 200),
        ("/books?q=%27%3A*%26%7C%21%28%29%5C&author=%27", 200),
        ("/books?sort=price&after=LQ", 400),
        ("/collections/fiction?sort=colour", 422),
        ("/search/suggestions?q=" + "x" * 400, 422),
    ],
)
async def test_what_nobody_means_gets_an_answer_that_says_so(shelf, address, status):
    answer = await shelf.get(address)

    assert answer.status_code == status
    assert "Traceback" not in answer.text
