"""`kassa demo`: a shop with a past, lived through the real verbs against the sandbox."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec
import structlog

import stripe_sandbox
from kassa import accounts, app, web, webhooks
from kassa.chaos.asgi import exchange
from kassa.cli.parts import furnish
from kassa.cli.place import SANDBOX_KEY, Place, Refused, find, with_database, with_provider
from kassa.config import Settings
from kassa.demo import Hands, Past, Progress, queries, wishes
from kassa.embedded import secret_file
from kassa.kernel import ids
from kassa.kernel.clock import Clock, SystemClock
from kassa.kernel.db import Database
from kassa.kernel.errors import KassaError
from kassa.mail import StoreMailer
from kassa.shop import Shop
from kassa.stripe import Gateway, Wired

_YEAR: Final = timedelta(days=365)
#: Whoever came yesterday is decided about by now.
_YESTERDAY: Final = timedelta(days=1)
_STORE: Final = "stripe-sandbox.sqlite3"
_HERE: Final = "http://127.0.0.1:12111"
_GOODS: Final = 500
_SECONDS: Final = 30
_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"


class _Moving:
    """A clock that stands where it was put, and never goes back."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """The moment it was put at, and a little more each time: no two things happen at once."""
        self._at += timedelta(microseconds=1)
        return self._at

    def put(self, at: datetime) -> None:
        """Forward to a moment."""
        self._at = max(self._at, at)


@dataclass(frozen=True, slots=True)
class _Inside:
    """The sandbox in this process, on the file on which `kassa up` runs it."""

    sandbox: Any

    async def ask(self, method: str, path: str, body: str, *, key: str) -> tuple[int, Mapping[str, Any]]:
        """One request."""
        answer = await exchange(self.sandbox, method, path, _headers(path, key), body.encode())
        return answer.status, answer.json or {}

    async def deliver(self) -> int:
        """The webhooks that are due."""
        return int(await self.sandbox.state.sandbox.deliver_due())


@dataclass(frozen=True, slots=True)
class _Outside:
    """The sandbox of a shop that runs: it delivers its webhooks itself."""

    session: aiohttp.ClientSession
    base: str

    async def ask(self, method: str, path: str, body: str, *, key: str) -> tuple[int, Mapping[str, Any]]:
        """One request."""
        headers = _headers(path, key)
        async with self.session.request(
            method, self.base + path, data=body or None, headers=headers
        ) as answer:
            return answer.status, msgspec.json.decode(await answer.read() or b"{}")

    async def deliver(self) -> int:
        """Nothing that we would have to do."""
        return 0


def run(data_dir: Path | None, orders: int, seed: int) -> str:
    """Make so many orders; what there is afterwards, in words.

    Raises:
        Refused: it is no shop to play in.
    """
    place = find(data_dir)
    if place.settings.production or place.settings.stripe_secret_key:
        raise Refused("demo: orders are made up for the sandbox only, not for a real Stripe account")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with with_database(place) as settings:
        running = with_provider(place, settings)
        try:
            return asyncio.run(make(replace(place, settings=settings), running, orders, seed))
        except KassaError as error:
            raise Refused(f"demo: {error.detail}") from None


async def make(place: Place, running: Settings | None, orders: int, seed: int) -> str:
    """Make so many orders in a place whose database is open to us; what there is afterwards, in words.

    `running` are the settings of the sandbox that `kassa up` runs there, if it does.
    """
    db = await Database.connect(place.settings.database_url, max_size=app.POOL)
    now = SystemClock().now()
    try:
        async with db.connection() as conn:
            untouched = not await queries.has_orders(conn)
        # Only a shop in which nothing has happened can have lived through a year.
        spread = running is None and untouched and not (place.data_dir / _STORE).exists()
        began = now - _YEAR if spread else now
        clock = _Moving(began) if spread else None
        with _of_its_time(clock):
            await _furnish(db, place, began)
            async with lived_in(place, running, db, clock) as past:
                async with db.connection() as conn:
                    goods = await queries.goods(conn, past.shop.settings.currencies[0], limit=_GOODS)
                if not goods:
                    raise Refused("demo: there is nothing for sale in this shop")
                plan = wishes(seed, orders, goods, began=began, ended=now - _YESTERDAY if spread else now)
                with _telling() as progress:
                    await past.live(plan, progress)
                    settled = await past.settle()
        async with db.connection() as conn:
            states = await queries.states(conn)
        return _summary(orders, seed, states, spread=spread, settled=settled)
    finally:
        await db.close()


async def _furnish(db: Database, place: Place, now: datetime) -> None:
    """What `kassa up` puts into an empty shop: goods, and somebody to pack them."""
    async with db.transaction() as tx:
        await furnish(tx, place.settings, now=now)
        password = secret_file(place.data_dir / "demo-staff.password")
        await accounts.ensure_demo_staff(tx, "demo@kassa.example", password, now=now)


@asynccontextmanager
async def lived_in(
    place: Place, running: Settings | None, db: Database, clock: _Moving | None
) -> AsyncIterator[Past]:
    """The shop and its provider, ready to be lived in."""
    secret = secret_file(place.data_dir / "webhook.secret", "whsec_")
    base = running.stripe_api_base if running else _HERE
    settings = replace(
        place.settings, stripe_secret_key=SANDBOX_KEY, stripe_publishable_key="pk_test_kassa",
        stripe_webhook_secret=secret, stripe_api_base=base,
    )  # fmt: skip
    used: Clock = clock or SystemClock()
    if running is not None:
        shop = app.build_shop(settings, db, clock=used, mailer=StoreMailer())
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session:
            hands: Hands = _Outside(session, base)
            yield _past(shop, hands, clock)
        await shop.gateway.close()
        return
    edges = web.build([*webhooks.route_handlers])

    async def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
        sent = {"host": "shop.test", "content-type": _JSON, **headers}
        return (await exchange(edges, "POST", "/webhooks/stripe", sent, body)).status

    box = stripe_sandbox.create_app(
        place.data_dir / _STORE, base_url=base, webhook=(f"{settings.base_url}/webhooks/stripe", secret), post=post,
        clock=lambda: used.now().timestamp(), deliver=False,
    )  # fmt: skip

    async def ask(
        method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        answer = await exchange(box, method, path, headers, body)
        return answer.status, answer.headers, answer.body

    gateway = Gateway(
        SANDBOX_KEY, api_base=base, transport=Wired(ask, asyncio.sleep), return_base=settings.base_url,
        capture=settings.capture, name=settings.name, languages=settings.locales,
    )  # fmt: skip
    shop = app.build_shop(settings, db, clock=used, gateway=gateway, mailer=StoreMailer())
    edges.state.shop = shop
    hands = _Inside(box)
    try:
        yield _past(shop, hands, clock)
    finally:
        await box.state.sandbox.close()


def _past(shop: Shop, hands: Hands, clock: _Moving | None) -> Past:
    worker = app.build_worker(shop, proving=False)
    return Past(shop, worker, hands, clock.put if clock else None, SystemClock().now())


@contextmanager
def _of_its_time(clock: _Moving | None) -> Iterator[None]:
    """Ids carry the time at which they are made: that of the past, while it is lived through."""
    if clock is None:
        yield
        return
    before = ids.draw_from(os.urandom, lambda: int(clock.now().timestamp() * 1e9))
    try:
        yield
    finally:
        ids.draw_from(*before)


@contextmanager
def _telling() -> Iterator[Progress]:
    """Progress on a terminal; silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.progress import Progress as Bar

    with Bar(transient=True) as bar:
        task = bar.add_task("Living through the past")
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _headers(path: str, key: str) -> dict[str, str]:
    kind = _FORM if path.startswith("/v1") else _JSON
    return {"host": "127.0.0.1", "content-type": kind, "authorization": f"Bearer {key}"}


def _summary(orders: int, seed: int, states: Mapping[str, int], *, spread: bool, settled: bool) -> str:
    when = "over the past year" if spread else "today: a shop that trades, or has traded, has its own past"
    lines = [f"{orders} orders of seed {seed}, {when}."]
    lines += [f"  {state:<12} {count:>7,}" for state, count in states.items()]
    if not settled:
        lines.append("Some of it is still under way; the worker of `kassa up` sees to it.")
    lines.append("`kassa prove` proves them.")
    return "\n".join(lines)
