"""Who may keep a page: nobody ever gets what was made for somebody else, and nothing is sent twice for nothing."""

import ast
import gzip
import re
from pathlib import Path

import pytest
from tests.catalog.books import put_book

from kassa import storefront
from kassa.storefront import keeping
from kassa.storefront.view import SHARED

PUBLIC = "public, max-age=0, must-revalidate, s-maxage=60"
WINDOWS = ("/", "/books", "/books?q=emma", "/products/emma-pb")
OWN = ("/cart", "/nowhere", "/cart/count")


@pytest.mark.parametrize("address", WINDOWS)
async def test_a_page_for_nobody_in_particular_is_public_and_carries_nothing_of_anybody(browser, address):
    answer = await browser.get(address)

    assert answer.headers["cache-control"] == PUBLIC
    assert "cookie" in answer.headers["vary"].lower()
    assert "set-cookie" not in answer.headers
    assert {*re.findall(r'name="csrf_token" value="([^"]*)"', answer.text)} <= {""}
    assert 'name="buy_now_id"' not in answer.text


@pytest.mark.parametrize("address", WINDOWS)
async def test_two_strangers_get_the_same_page_to_the_byte(browser, stranger, address):
    assert (await browser.get(address)).content == (await stranger.get(address)).content


@pytest.mark.parametrize("address", WINDOWS)
async def test_a_page_of_a_browser_with_a_session_is_private(browser, address):
    await browser.add()

    answer = await browser.get(address)

    assert answer.headers["cache-control"] == SHARED
    assert {*re.findall(r'name="csrf_token" value="([^"]*)"', answer.text)} != {""}


@pytest.mark.parametrize("cookie", ["kassa_session=expired", "kassa_buy_now=x", "kassa_anything=1"])
async def test_any_cookie_of_ours_makes_a_page_private_even_one_that_opens_nothing(browser, cookie):
    for address in WINDOWS:
        answer = await browser.client.get(address, headers={"Cookie": f"other=1; {cookie}"})

        assert answer.headers["cache-control"] == SHARED


async def test_a_cookie_of_somebody_else_does_not(browser):
    answer = await browser.client.get("/books", headers={"Cookie": "_ga=GA1.2; consent=yes"})

    assert answer.headers["cache-control"] == PUBLIC


@pytest.mark.parametrize("address", OWN)
async def test_pages_of_one_person_are_kept_by_nobody(browser, address):
    for _ in range(2):
        answer = await browser.get(address)

        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
        await browser.add()


async def test_every_public_answer_of_the_shop_is_without_cookie_token_and_bag(browser):
    """Walked as a crawler would, with a session and without: what is public gives nothing away."""
    seen, waiting = set(), ["/"]
    for walker in (None, await browser.add()):
        seen.clear()
        waiting = ["/"]
        while waiting:
            address = waiting.pop()
            seen.add(address)
            answer = await browser.client.get(address, follow_redirects=False)
            if "public" in answer.headers.get("cache-control", ""):
                assert "set-cookie" not in answer.headers, address
                assert walker is None or "html" not in answer.headers["content-type"], address
            if "html" in answer.headers.get("content-type", ""):
                links = re.findall(r'(?:href|src)="(/[^"#]*)', answer.text)
                waiting += [one.replace("&amp;", "&") for one in links if one not in seen and len(seen) < 60]

    assert len(seen) > 10


async def test_who_has_the_page_is_told_so_in_a_hundred_bytes(browser):
    first = await browser.get("/books")

    for known in (first.headers["etag"], f'"other", {first.headers["etag"]}', "*"):
        again = await browser.client.get("/books", headers={"If-None-Match": known})

        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["cache-control"] == PUBLIC
        assert "cookie" in again.headers["vary"].lower()


async def test_who_has_the_page_of_before_gets_the_new_one(browser, db, clock):
    first = await browser.get("/books")
    await put_book(db, clock, "Emma")

    again = await browser.client.get("/books", headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 200
    assert again.headers["etag"] != first.headers["etag"]


async def test_the_page_kept_before_the_bag_was_filled_is_not_the_page_after(browser):
    first = await browser.get("/books")
    await browser.add()

    again = await browser.client.get("/books", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.headers["cache-control"]) == (200, SHARED)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "gzip"), ("br;q=1.0, gzip;q=0.8", "gzip"), ("GZIP", "gzip"), ("identity", None),
        ("", None), ("gzip;q=0", None), ("gzip;q=0.000", None), ("br", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("address", ["/books", "/assets/shop.css"])
async def test_an_answer_is_squeezed_for_those_who_take_it(browser, address, accepted, coding):
    answer = await browser.client.get(address, headers={"Accept-Encoding": accepted})

    assert answer.headers.get("content-encoding") == coding
    assert "accept-encoding" in answer.headers["vary"].lower()


@pytest.mark.parametrize("address", ["/books", "/assets/shop.css", "/nowhere", "/media/covers/none.svg"])
async def test_head_is_get_without_the_body(browser, address):
    whole, head = await browser.client.get(address), await browser.client.head(address)

    assert (head.status_code, head.content) == (whole.status_code, b"")
    told = ("cache-control", "etag", "vary", "content-type")
    assert [head.headers.get(name) for name in told] == [whole.headers.get(name) for name in told]


async def test_squeezed_and_plain_are_the_same_page(browser):
    plain = await browser.client.get("/books", headers={"Accept-Encoding": "identity"})
    squeezed = await browser.client.get("/books", headers={"Accept-Encoding": "gzip"})

    assert plain.content == squeezed.content
    assert plain.headers["etag"] == squeezed.headers["etag"]


async def test_two_codings_of_a_file_have_two_strong_etags(browser):
    answers = [
        await browser.client.get("/assets/shop.css", headers={"Accept-Encoding": coding})
        for coding in ("identity", "gzip")
    ]

    assert len({answer.headers["etag"] for answer in answers}) == 2
    assert all(answer.headers["etag"].startswith('"') for answer in answers)


def test_the_same_content_is_squeezed_to_the_same_bytes():
    """No time of day in it, or every process would have its own ETag."""
    assert gzip.compress(b"x" * 5000, 5, mtime=0) == gzip.compress(b"x" * 5000, 5, mtime=0)
    assert keeping.digest(b"x") == keeping.digest(b"x") != keeping.digest(b"y")


def test_a_page_is_kept_by_nobody_unless_it_is_one_of_these():
    """What may be public is named; a new page is private until somebody has thought about it."""
    shared = set()
    for path in Path(storefront.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "render":
                cache = next(
                    (ast.unparse(word.value) for word in node.keywords if word.arg == "cache"), "OWN"
                )
                if "SHARED" in cache or "PUBLIC" in cache:
                    shared.add(ast.literal_eval(node.args[2]))

    assert shared == {"pages/home.html", "pages/books.html", "pages/product.html", "pages/reviews.html"}
