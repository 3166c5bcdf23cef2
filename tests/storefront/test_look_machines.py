"""What programs read of the shop, and pictures that are drawn when somebody asks."""

import asyncio
import io
import threading
import xml.etree.ElementTree as Xml

import pytest
from PIL import Image
from tests.catalog.books import put_book

from kassa.catalog import pictures
from kassa.kernel.errors import Unavailable
from kassa.storefront.press import Press

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(answer) -> list[str]:
    return [node.text for node in Xml.fromstring(answer.content).iter(f"{MAP}loc")]  # noqa: S314 - our own


async def test_the_sitemap_leads_to_every_page_that_is_there(browser, db, clock):
    await put_book(db, clock, "Emma", collections=["Novels"])
    await put_book(db, clock, "Shelves")
    await put_book(db, clock, "Draft", status="draft")

    maps = locations(await browser.get("/sitemap.xml"))
    found = [
        page for each in maps for page in locations(await browser.get(each.removeprefix("http://shop.test")))
    ]

    assert {"http://shop.test/products/emma", "http://shop.test/products/shelves"} <= {*found}
    assert {"http://shop.test/", "http://shop.test/books", "http://shop.test/collections/novels"} <= {*found}
    assert not any("draft" in page for page in found)
    assert len(found) == len({*found})
    for page in found:
        assert (await browser.client.get(page.removeprefix("http://shop.test"))).status_code == 200


@pytest.mark.parametrize(
    "name", ["from-zzz.xml", "from-.xml", "../x.xml", "shelves", "x" * 300 + ".xml", "FROM-A.xml"]
)
async def test_a_sitemap_of_nothing_is_none(browser, name):
    assert (await browser.client.get(f"/sitemaps/{name}")).status_code == 404


async def test_the_feed_tells_of_new_books_in_words_that_are_xml(browser, db, clock):
    clock.advance(hours=1)
    await put_book(
        db, clock, 'A "B" <C> & D', author="E & \x0b F", description="<p>One <b>two</b> &lt;three&gt;</p>"
    )

    answer = await browser.get("/feed.xml")
    entry = Xml.fromstring(answer.content).find(f"{ATOM}entry")  # noqa: S314 - our own

    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert entry.find(f"{ATOM}title").text == 'A "B" <C> & D'
    assert entry.find(f"{ATOM}summary").text == "One two <three>"
    assert entry.find(f"{ATOM}published").text == "2026-11-02T10:00:00Z"
    assert entry.find(f"{ATOM}link").get("href") == "http://shop.test/products/a-b-c-d"


async def test_robots_are_kept_from_endless_lists_and_led_to_the_sitemap(browser):
    text = (await browser.get("/robots.txt")).text

    assert "Sitemap: http://shop.test/sitemap.xml" in text
    assert "Disallow: /*?*sort=" in text
    assert not [line for line in text.splitlines() if line in ("Disallow: /", "Disallow: /products")]


async def test_the_manifest_names_icons_that_are_what_they_are_said_to_be(browser):
    said = (await browser.get("/manifest.webmanifest")).json()

    for icon in said["icons"]:
        answer = await browser.get(icon["src"])
        assert answer.headers["content-type"].startswith(icon["type"])
        assert "immutable" in answer.headers["cache-control"]
        if icon["type"] == "image/png":
            size = Image.open(io.BytesIO(answer.content)).size
            assert f"{size[0]}x{size[1]}" == icon["sizes"]
    assert "maskable" in [icon.get("purpose") for icon in said["icons"]]
    assert (await browser.get("/favicon.ico")).headers["content-type"] == "image/x-icon"


@pytest.mark.parametrize(
    "name",
    [
        "321.avif", "0.avif", "100000.webp", "320.png", "320.AVIF", "volume-321.avif", "cover-320.avif", "-320.avif",
        "../320.avif", "320.avif.avif", "title-page-320", "%0a320.avif", "٣٢٠.avif",
    ],
)  # fmt: skip
async def test_no_size_is_drawn_that_no_page_asks_for(app, browser, db, clock, name):
    await put_book(db, clock, "Emma")

    assert (await browser.client.get(f"/media/covers/emma/{name}")).status_code == 404
    assert "press" not in app.state


async def test_a_picture_of_no_book_is_not_there(browser, db, clock):
    await put_book(db, clock, "Soap", author="")

    for address in ("/media/covers/soap/320.avif", "/media/covers/none/320.avif", "/media/cards/soap.png"):
        assert (await browser.get(address)).status_code == 404


async def test_a_picture_is_for_ever_under_its_version_and_asked_again_under_another(browser, db, clock):
    await put_book(db, clock, "Emma")
    version = (await browser.get("/products/emma")).text.partition("640.avif?v=")[2][:12]

    for name in ("320.avif", "volume-320.webp"):
        lasting = await browser.get(f"/media/covers/emma/{name}?v={version}")
        passing = await browser.get(f"/media/covers/emma/{name}?v=other")
        known = {"If-None-Match": lasting.headers["etag"]}
        again = await browser.client.get(f"/media/covers/emma/{name}", headers=known)

        assert lasting.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "immutable" not in passing.headers["cache-control"]
        assert (again.status_code, again.content) == (304, b"")


async def test_everybody_who_asks_for_a_picture_meanwhile_gets_the_same_one():
    press, drawn = Press(), []

    def draw() -> bytes:
        drawn.append(1)
        return b"picture"

    answers = await asyncio.gather(*(press.get("emma", draw) for _ in range(10)))

    assert (answers, len(drawn)) == ([b"picture"] * 10, 1)


async def test_few_are_drawn_at_once_and_too_many_are_sent_away():
    press, go, at_work = Press(at_once=2, waiting=5), threading.Event(), []
    both = threading.Barrier(3)

    def draw() -> bytes:
        at_work.append(1)
        if not go.is_set():
            both.wait(20)
            go.wait()
        return b"picture"

    waiting = [asyncio.create_task(press.get(str(number), draw)) for number in range(5)]
    await asyncio.to_thread(both.wait, 20)
    with pytest.raises(Unavailable):
        await press.get("one more", draw)
    assert len(at_work) == 2
    go.set()

    assert await asyncio.gather(*waiting) == [b"picture"] * 5
    assert await press.get("one more", draw) == b"picture"


async def test_what_was_not_asked_for_longest_is_forgotten_first():
    press, drawn = Press(kept=25), []

    def draw(key: str) -> bytes:
        drawn.append(key)
        return b"0123456789"

    for key in ("a", "b", "a", "c", "a", "b"):
        await press.get(key, lambda key=key: draw(key))

    assert drawn == ["a", "b", "c", "b"]


async def test_a_drawing_that_fails_fails_for_all_who_wait_and_is_tried_anew():
    press = Press()

    def fail() -> bytes:
        raise OSError("no ink")

    for outcome in await asyncio.gather(*(press.get("x", fail) for _ in range(3)), return_exceptions=True):
        assert isinstance(outcome, OSError)
    assert await press.get("x", lambda: b"picture") == b"picture"


async def test_who_goes_away_takes_the_picture_from_nobody():
    press, go = Press(), threading.Event()

    def draw() -> bytes:
        go.wait()
        return b"picture"

    first, second = [asyncio.create_task(press.get("x", draw)) for _ in range(2)]
    await asyncio.sleep(0)
    first.cancel()
    go.set()

    assert await second == b"picture"


async def test_a_missing_page_has_a_search_box_shelves_and_a_cover(browser, db, clock):
    await put_book(db, clock, "Emma", collections=["Novels"])

    page = (await browser.get("/products/none")).text

    assert '<form class="look" action="/books"' in page
    assert '<a href="/collections/novels">Novels</a>' in page
    assert "<svg" in page
    assert "none" not in page.partition("<svg")[2].partition("</svg>")[0].replace('fill="none"', "")


async def test_a_missing_page_knows_the_bag_of_who_asks(browser):
    await browser.add(quantity=2)

    answer = await browser.get("/nowhere")

    assert answer.status_code == 404
    assert ">2<span" in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


async def test_without_a_database_a_missing_page_is_still_a_page(app, browser, db):
    await db.close()

    answer = await browser.get("/nowhere")

    assert answer.status_code == 404
    assert "There is no such page." in answer.text
    assert "/collections/" not in answer.text


async def test_a_page_that_breaks_has_its_id_and_nothing_of_what_broke(browser, db):
    await db.close()

    answer = await browser.client.get("/books", headers={"X-Request-Id": "look-for-this"})

    assert answer.status_code >= 500
    assert "look-for-this" in answer.text or answer.status_code == 503
    assert "Traceback" not in answer.text
    assert "pool" not in answer.text


def test_every_width_that_a_page_names_is_one_that_is_drawn():
    assert pictures.WIDTHS == (160, 320, 480, 640, 960)
