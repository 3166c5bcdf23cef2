"""The language stands in the address, and is taken off it before anything else looks."""

import httpx
import pytest
from litestar import get
from litestar.response import Response

from kassa import web
from kassa.kernel import speech


@get(["/", "/books", "/admin/orders", "/assets/shop.css"])
async def page(request: web.errors.AnyRequest) -> Response[str]:
    return Response(f"{request.url.path} {speech.language()} {web.prefix()} {speech.is_original()}")


@pytest.fixture
async def client():
    app = web.build([page], languages=["en", "de", "fr"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as made:
        yield made


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/books", "/books en  True"),
        ("/de/books", "/books de /de False"),
        ("/fr/books?q=a", "/books fr /fr False"),
        ("/de/", "/ de /de False"),
        ("/de", "/ de /de False"),
        ("/", "/ en  True"),
        ("/admin/orders", "/admin/orders en  True"),
    ],
)
async def test_a_prefix_is_a_language(client, address, told):
    assert (await client.get(address)).text == told


@pytest.mark.parametrize(
    "address",
    [
        "/xx/books",
        "/en/books",
        "/DE/books",
        "/de/de/books",
        "/de/admin/orders",
        "/de/assets/shop.css",
        "/de//admin/orders",
        "/de///admin//orders",
        "/de/%2Fadmin/orders",
        "/%2Fde//assets/shop.css",
    ],
)
async def test_what_has_no_language_has_no_prefix(client, address):
    assert (await client.get(address)).status_code == 404


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/%2Fbooks", "/books en  True"),
        ("/%2Fde%2F%2Fbooks", "/books de /de False"),
        ("/de//books", "/books de /de False"),
        ("/%2Fadmin/orders", "/admin/orders en  True"),
    ],
)
async def test_more_slashes_are_one(client, address, told):
    assert (await client.get(address)).text == told


async def test_the_console_is_english_where_the_shop_is_not():
    app = web.build([page], languages=["de", "en"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as client:
        assert (await client.get("/books")).text == "/books de  True"
        assert (await client.get("/en/books")).text == "/books en /en False"
        assert (await client.get("/admin/orders")).text == "/admin/orders en  True"


async def test_a_request_leaves_no_language_behind(client):
    await client.get("/de/books")

    assert (speech.language(), web.prefix()) == ("en", "")
