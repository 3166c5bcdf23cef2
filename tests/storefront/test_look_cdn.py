"""The shop behind a shared cache that keeps whatever it may for as long as it may: nobody sees another's page."""

import itertools

import httpx
import pytest
from tests.storefront.conftest import Browser

PAGES = ("/", "/books", "/products/emma-pb", "/cart", "/nowhere", "/assets/shop.css")


class SharedCache(httpx.AsyncBaseTransport):
    """As docs/guide/cdn.md asks for: it obeys `Vary`, or it lets requests with a cookie of ours pass (RFC 9111)."""

    def __init__(self, shop: httpx.AsyncBaseTransport, *, varies: bool) -> None:
        self.shop, self.varies = shop, varies
        self.kept: dict[tuple[str, ...], httpx.Response] = {}
        self.hits = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        cookie = request.headers.get("cookie", "")
        key = (str(request.url), request.headers.get("accept-encoding", ""), cookie if self.varies else "")
        passes = request.method != "GET" or (not self.varies and "kassa_" in cookie)
        if not passes and key in self.kept:
            self.hits += 1
            found = self.kept[key]
            return httpx.Response(found.status_code, headers=found.headers, content=found.content)
        answer = await self.shop.handle_async_request(request)
        await answer.aread()
        control = answer.headers.get("cache-control", "")
        if not passes and "public" in control and ("s-maxage" in control or "max-age=31536000" in control):
            self.kept[key] = answer
        return httpx.Response(
            answer.status_code, headers=answer.headers.multi_items(), content=answer.content
        )


@pytest.fixture(params=[True, False], ids=["obeys Vary", "passes our cookies"])
async def people(app, request):
    """Two browsers behind the cache, and the cache."""
    cache = SharedCache(httpx.ASGITransport(app), varies=request.param)
    plain = {"Accept-Encoding": "identity"}
    async with (
        httpx.AsyncClient(transport=cache, base_url="http://shop.test", headers=plain) as first,
        httpx.AsyncClient(transport=cache, base_url="http://shop.test", headers=plain) as second,
    ):
        yield Browser(first), Browser(second), cache


async def test_everybody_sees_the_page_the_shop_would_have_made_for_them(app, people):
    """Two people look around and fill their bags, in turn; each answer is held against one straight from the shop."""
    ada, bob, cache = people
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as straight:
        for turn, (who, page) in enumerate(itertools.product((ada, bob, ada), PAGES)):
            if turn in (3, 9):
                assert (await who.add(quantity=1)).status_code == 303
            own = {"Cookie": "; ".join(f"{name}={value}" for name, value in who.client.cookies.items())}
            seen = await who.client.get(page)
            fresh = await straight.get(page, headers={**own, "Accept-Encoding": "identity"})

            assert seen.status_code == fresh.status_code
            assert bare(seen.text) == bare(fresh.text), page
            assert "set-cookie" not in seen.headers

    assert cache.hits >= 1
    assert not [kept for kept in cache.kept.values() if "set-cookie" in kept.headers]


async def test_a_form_on_a_kept_page_fills_the_bag_of_who_sends_it(people):
    ada, bob, _ = people
    same_origin = {"Sec-Fetch-Site": "same-origin"}

    for who, quantity in ((ada, 1), (bob, 2)):
        await who.client.get("/products/emma-pb")
        fields = {"csrf_token": "", "sku": "EMMA-PB", "quantity": str(quantity)}
        assert (await who.client.post("/cart/lines", data=fields, headers=same_origin)).status_code == 303

    assert [(await who.client.get("/cart/count")).json()["count"] for who in (ada, bob)] == [1, 2]


def bare(page: str) -> str:
    """The page without the one name that is drawn for each."""
    return "\n".join(line for line in page.splitlines() if "buy_now_id" not in line)
