"""A sandbox and a shop on two origins, and Chromium in front of them."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import uvicorn
from playwright.async_api import Browser, BrowserContext, FrameLocator, Page, async_playwright
from tests.stripe_sandbox.harness import World

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
GOOD, CHALLENGED, REFUSED, WRONG_CVC, POOR = (
    "4242424242424242", "4000002760003184", "4000000000000002", "4000000000000127", "4000000000009995",
)  # fmt: skip

SHOP_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>
<style nonce="shop">body { max-width: 480px; margin: 24px auto; font-family: sans-serif }</style>
<h1>Pay</h1><form id="form"><div id="card"></div><p id="below"><button>Pay</button></p></form><p id="said"></p>
<script src="SANDBOX/stripe.js"></script><script src="/shop.js"></script></html>"""
SHOP_SCRIPT = """
const asked = new URLSearchParams(location.search);
window.heard = [];
if (asked.has('options')) {
  const options = JSON.parse(asked.get('options'));
  window.stripe = Stripe('pk_test_page', { locale: 'en' });
  window.elements = stripe.elements(options.elements);
  window.card = elements.create('payment', options.element);
  const events = [
    'ready', 'change', 'focus', 'blur', 'escape', 'loaderror', 'loaderstart', 'carddetailschange',
    'savedpaymentmethodremove', 'availablepaymentmethodschange',
  ];
  for (const name of events) {
    card.on(name, (detail) => heard.push({ name, ...detail }));
  }
  card.mount('#card');
  form.onsubmit = async (event) => {
    event.preventDefault();
    said.textContent = '';
    const end = await stripe.confirmPayment({
      elements, redirect: options.redirect,
      confirmParams: { return_url: `${location.origin}/done?order=7` },
    });
    said.textContent = end.error ? end.error.message : end.paymentIntent.status;
  };
}
"""


class Stage:
    """The two servers, the browser, and what every test does with them."""

    def __init__(self, world: World, browser: Browser, sandbox_url: str, shop_url: str) -> None:
        self.world, self.browser = world, browser
        self.sandbox_url, self.shop_url = sandbox_url, shop_url

    async def intent(self, amount: int = 1299, **params: Any) -> Any:
        """A PaymentIntent that waits for a card."""
        return await self.world.stripe.v1.payment_intents.create_async(
            {"amount": amount, "currency": "eur"} | params  # type: ignore[arg-type]
        )

    async def status(self, intent: Any) -> str:
        """An intent's state as the API tells it now."""
        return str((await self.world.stripe.v1.payment_intents.retrieve_async(intent.id)).status)

    async def charges(self, intent: Any) -> list[str]:
        """The states of all charges of an intent, newest first."""
        found = await self.world.stripe.v1.charges.list_async({"payment_intent": intent.id})
        return [charge.status for charge in found.data]

    def shop_address(self, options: str) -> str:
        """The shop's page, told by `options` (JSON) what to make."""
        return f"{self.shop_url}/pay?options={quote(options)}"


async def mount(page: Page, kind: str, options: Any = None, group: str = "elements") -> FrameLocator:
    """Another Element above the card form, ready; what it says is in `window.said[kind]`. Answers its inside."""
    await page.evaluate(
        """async ([kind, options, group]) => {
          const place = document.createElement('div');
          place.id = `place-${kind}`;
          document.body.prepend(place);
          const element = window[group].create(kind, options ?? {});
          window.made = { ...window.made, [kind]: element };
          const heard = [];
          window.said = { ...window.said, [kind]: heard };
          if (element._events.includes('change')) element.on('change', (detail) => heard.push(detail));
          await new Promise((ready, failed) => {
            element.on('ready', ready).on('loaderror', ({ error }) => failed(new Error(error.message)));
            element.mount(place);
          });
        }""",
        [kind, options, group],
    )
    return page.frame_locator(f"#place-{kind} iframe")


async def until(page: Page, truth: str) -> None:
    """Wait for an expression to become true: what Playwright has for that needs `eval`, which the shop forbids."""
    await page.evaluate(
        f"""() => new Promise((end, failed) => {{
          const late = Date.now() + 15000;
          const look = () => {{
            if ({truth}) end();
            else if (Date.now() > late) failed(new Error('It did not come true.'));
            else setTimeout(look, 20);
          }};
          look();
        }})"""
    )


async def fill(form: Page | FrameLocator, number: str, *, expiry: str = "12 / 34", cvc: str = "123") -> None:
    """Type a card."""
    await form.locator("[name=number]").fill(number)
    await form.locator("[name=expiry]").fill(expiry)
    await form.locator("[name=cvc]").fill(cvc)


def card_form(page: Page) -> FrameLocator:
    """The inside of the Payment Element."""
    return page.frame_locator("iframe[name^=__privateStripeFrame][title='Secure payment input frame']")


def challenge(page: Page) -> FrameLocator:
    """The inside of the 3-D Secure dialog."""
    return page.frame_locator("dialog iframe")


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Everything running, and nothing left of it afterwards."""
    sandbox_socket, shop_socket = (
        socket.create_server(("127.0.0.1", 0)),
        socket.create_server(("127.0.0.1", 0)),
    )
    sandbox_url, shop_url = (
        f"http://127.0.0.1:{sock.getsockname()[1]}" for sock in (sandbox_socket, shop_socket)
    )
    world = World(base_url=sandbox_url)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    async with (
        serving(world.app, sandbox_socket),
        serving(shop(sandbox_url), shop_socket),
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield Stage(world, browser, sandbox_url, shop_url)
        await browser.close()


@asynccontextmanager
async def serving(app: Any, sock: socket.socket) -> AsyncIterator[None]:
    """An ASGI application on a socket."""
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[sock]))
    yield
    server.should_exit = True
    await task
    sock.close()


def shop(sandbox_url: str) -> Any:
    """A shop of one page, with a Content-Security-Policy as strict as a shop's can be."""
    policy = (
        f"default-src 'none'; script-src 'self' {sandbox_url}; connect-src {sandbox_url}; "
        f"frame-src {sandbox_url}; style-src 'nonce-shop'; img-src 'self'"
    )

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        script = scope["path"] == "/shop.js"
        body = SHOP_SCRIPT if script else SHOP_PAGE.replace("SANDBOX", sandbox_url)
        kind = b"text/javascript" if script else b"text/html; charset=utf-8"
        headers = [(b"content-type", kind), (b"content-security-policy", policy.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body.encode()})

    return app


async def new_context(stage: Stage, **options: Any) -> BrowserContext:
    """A fresh browser profile, English and 1280 px wide unless told otherwise."""
    chosen: dict[str, Any] = {"locale": "en-US", "viewport": {"width": 1280, "height": 800}} | options
    context = await stage.browser.new_context(**chosen)
    context.set_default_timeout(15_000)
    return context
