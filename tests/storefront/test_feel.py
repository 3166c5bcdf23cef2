"""What makes the shop light on its feet: little to load, squeezed, fetched ahead, and nothing inline."""

import json
import re
from pathlib import Path

import pytest

from kassa import storefront
from kassa.storefront import assets

STATIC = Path(storefront.__file__).parent / "static"
#: CSS and JavaScript of the whole shop, every page's together, squeezed.
BUDGET = 60_000
SERVED = ["shop.css", "shop.js", *(f"elements/{path.name}" for path in sorted(STATIC.glob("elements/*.js")))]


async def test_style_and_scripts_of_the_whole_shop_are_below_sixty_kilobytes_together(browser):
    sizes = {}
    for name in SERVED:
        answer = await browser.client.get(assets.address(name), headers={"Accept-Encoding": "gzip"})
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers.get("content-encoding") == "gzip" or len(answer.content) < 1_000
        sizes[name] = int(answer.headers["content-length"])

    assert len(sizes) > 5
    assert sum(sizes.values()) < BUDGET, sizes


async def test_every_file_of_style_and_script_is_served_so_that_the_budget_counts_it(browser):
    kept = {path.read_text() for folder in ("css", "shop") for path in STATIC.glob(f"{folder}/*")}
    joined = "".join([(await browser.get(assets.address(name))).text for name in ("shop.css", "shop.js")])

    assert all(text in joined for text in kept)
    others = {
        path.relative_to(STATIC).as_posix() for path in STATIC.glob("**/*") if path.suffix in {".css", ".js"}
    }
    assert {name for name in others if not name.startswith(("css/", "shop/"))} <= set(SERVED)


@pytest.mark.parametrize("address", ["/", "/books", "/products/emma-pb", "/cart"])
async def test_pages_are_squeezed_for_those_who_take_it_and_only_for_them(browser, address):
    squeezed = await browser.client.get(address, headers={"Accept-Encoding": "gzip"})
    plain = await browser.client.get(address, headers={"Accept-Encoding": "identity"})

    assert squeezed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert "Accept-Encoding" in squeezed.headers["vary"]
    assert "Accept-Encoding" in plain.headers["vary"]


async def test_browsers_are_told_what_may_be_fetched_ahead_and_nothing_that_does_something(browser):
    page = await browser.get("/books")
    rules = await browser.get(json.loads(page.headers["speculation-rules"]))

    assert rules.headers["content-type"] == "application/speculationrules+json"
    (rule,) = rules.json()["prefetch"]
    assert rule["eagerness"] == "moderate"
    quiet = ["/", "/books", "/collections/*", "/products/*"]
    assert rule["where"]["and"][0]["href_matches"] == [*quiet, *(f"/:language{path}" for path in quiet)]


async def test_what_was_fetched_ahead_is_thrown_away_when_the_bag_changes(browser):
    assert "prefetchCache" in (await browser.add()).headers["clear-site-data"]


async def test_the_policy_lets_no_script_and_no_style_in_but_files_of_the_shop(browser):
    for address in ("/", "/books", "/products/emma-pb", "/cart", "/no-such-page"):
        answer = await browser.get(address)
        policy = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))

        assert policy["script-src"] == policy["style-src"] == "'self'"
        script = r"<script(?![^>]*(\ssrc=|\stype=.application/(ld\+)?json))"
        assert not re.search(rf"<style|\sstyle=|\son[a-z]+=|{script}", answer.text)
