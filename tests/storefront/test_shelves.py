"""The shop window, the list, the page of a book, and what is served beside them."""

import pytest
from tests.factories import make_variant

from kassa.storefront import assets


async def test_a_page_without_a_session_gives_none_out(browser):
    answer = await browser.get("/books")

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "public, max-age=0, must-revalidate, s-maxage=60"


async def test_the_list_is_paged_and_every_book_is_on_one_page(browser, db, clock):
    for number in range(30):
        await make_variant(db, clock, f"BOOK-{number:02}")

    first = (await browser.get("/books")).text
    following = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = (await browser.get(following)).text

    shown = [page.count('<li class="book">') for page in (first, second)]
    assert shown == [24, 7]
    assert 'rel="next"' not in second


async def test_a_book_says_how_many_are_left_and_what_is_sold_out(browser, db, clock):
    await make_variant(db, clock, "SCARCE", on_hand=3)
    await make_variant(db, clock, "GONE", on_hand=0)

    assert "3 left" in (await browser.get("/products/scarce")).text
    gone = (await browser.get("/products/gone")).text
    assert "Sold out" in gone
    assert 'data-testid="add-to-cart"' not in gone


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/products/no-such-book", 404),
        ("/products/No Such Book", 404),
        ("/products/%F0%9F%93%9A", 404),
        ("/collections/none", 404),
        ("/media/covers/none.svg", 404),
        ("/media/covers/title-of-emma.png", 404),
        ("/assets/../config.py", 404),
        ("/nowhere", 404),
        ("/books?after=%F0%9F%93%9A", 400),
        ("/books?sort=colour", 422),
        ("/books?collection=%27%3B--", 404),
        ("/books?q=" + "x" * 400, 422),
        ("/books?q=%25%5C_%F0%9F%93%9A", 200),
        ("/orders/1/pay", 404),
    ],
)
async def test_a_strange_address_gets_a_page_that_says_so(browser, address, status):
    answer = await browser.get(address)

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "Traceback" not in answer.text


async def test_a_file_with_its_own_hash_in_the_address_is_kept_for_ever(browser):
    lasting = await browser.get(assets.address("shop.css"))
    passing = await browser.get("/assets/shop.css?v=0000")

    assert "immutable" in lasting.headers["cache-control"]
    assert passing.headers["cache-control"] == "public, no-cache"
    again = await browser.client.get("/assets/shop.css", headers={"If-None-Match": lasting.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
