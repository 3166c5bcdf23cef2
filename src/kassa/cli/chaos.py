"""`kassa chaos`: a throw-away shop, a sandbox in this process, and what the run came to."""

import asyncio
import logging
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Litestar
from litestar.datastructures import State

import stripe_sandbox
from kassa import accounts, api, app, web, webhooks
from kassa.chaos.asgi import Answer, exchange
from kassa.chaos.judge import judge
from kassa.chaos.process import Parts
from kassa.chaos.run import Plan, Result, play
from kassa.chaos.stage import BEGAN
from kassa.chaos.world import Post, Provider
from kassa.cli.place import Refused
from kassa.config import Settings
from kassa.embedded import Cluster, PostgresFault, prepare
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.mail import StoreMailer
from kassa.migrations import migrate
from kassa.stripe import Gateway, Wired

_SECRET = "whsec_chaos"  # noqa: S105 - signs nothing but the webhooks of a simulation
_BASE = "http://stripe.test"


class _Sandbox:
    """The Stripe sandbox as an object: requests go straight into its application."""

    def __init__(self, application: Any) -> None:
        self._app = application
        self._box = application.state.sandbox

    async def exchange(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request, answered without waiting for anything."""
        return await exchange(self._app, method, path, headers, body)

    async def deliver_due(self) -> int:
        """Post the webhooks that are due."""
        return int(await self._box.deliver_due())


def run(seed: int, orders: int, *, as_json: bool) -> int:
    """Play one seed and print what it came to; the exit status: 0 everything held, 1 something is broken.

    Raises:
        Refused: there is no database to play in.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix="kassa-chaos-"))
    cluster = Cluster(
        prepare(folder), fsync="off", synchronous_commit="off", full_page_writes="off", autovacuum="off"
    )
    try:
        dsn = cluster.start()
        result = asyncio.run(play_in(dsn, Plan(seed, orders)))
    except PostgresFault as error:
        raise Refused(str(error)) from None
    finally:
        cluster.stop()
        shutil.rmtree(cluster.place, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(as_document(result) if as_json else as_lines(result))
    return 0 if result.ok else 1


async def play_in(dsn: str, plan: Plan) -> Result:
    """Play in an empty database, which is migrated first."""
    await migrate(dsn)
    db = await Database.connect(dsn, max_size=1)
    async with db.transaction() as tx:
        key = await accounts.create_api_key(tx, "chaos", "admin", now=BEGAN)
    await db.close()
    control = await asyncpg.connect(dsn)
    try:
        return await play(
            plan, dsn=dsn, control=control, build=partial(_build, _edges(), plan.captures),
            provider=_provider(plan.seed), admin_key=key, judge=judge,
        )  # fmt: skip
    finally:
        await control.close()


def _edges() -> Litestar:
    """The edges that anybody in a run knocks at. They keep nothing: what a process knows is in its shop."""
    return web.build([*api.route_handlers, *webhooks.route_handlers])


def _build(edges: Litestar, capture: str, db: Database, wire: Wired, clock: Clock) -> Parts:
    """A process; it has routes of its own no more than code of its own, since making them takes long."""
    settings = Settings(
        base_url="http://shop.test", secret_key="c" * 32, capture=capture, currencies=("EUR", "JPY", "KWD"),
        stripe_secret_key="sk_test_chaos", stripe_publishable_key="pk_test_chaos",  # noqa: S106 - of a simulation
        stripe_webhook_secret=_SECRET, stripe_api_base=_BASE,
    )  # fmt: skip
    gateway = Gateway(
        settings.stripe_secret_key,
        api_base=_BASE,
        transport=wire,
        return_base=settings.base_url,
        capture=capture,
    )
    shop = app.build_shop(settings, db, clock=clock, gateway=gateway, mailer=StoreMailer())
    edges = copy(edges)
    edges.state = State({"shop": shop})
    return Parts(shop, edges, app.build_worker(shop, proving=False))


def _provider(seed: int) -> Callable[[Clock, Post], Awaitable[Provider]]:
    async def make(clock: Clock, post: Post) -> Provider:
        made = _Sandbox(
            stripe_sandbox.create_app(
                None, base_url=_BASE, webhook=("http://shop.test/webhooks/stripe", _SECRET), post=post,
                clock=lambda: clock.now().timestamp(), deliver=False,
            )
        )  # fmt: skip
        seeded = msgspec.json.encode({"seed": seed})
        answer = await made.exchange("POST", "/_sandbox/reset", {"content-type": "application/json"}, seeded)
        if answer.status >= 300:
            raise Refused(f"the sandbox does not start: {answer.status}")
        return made

    return make


def as_document(result: Result) -> str:
    """A run as JSON."""
    document = {
        "ok": result.ok, "seed": result.plan.seed, "orders": result.plan.orders, "faults": result.faults,
        "kills": sum(result.kills.values()), "killed_at": result.kills, "deliveries": result.deliveries,
        "figures": result.figures, "steps": result.steps, "trace": result.trace, "violations": result.violations,
    }  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(document)).decode() + "\n"


def as_lines(result: Result) -> str:
    """A run for people."""
    lines = [f"{kind:<28} {count:>6}" for kind, count in result.faults.items()]
    lines.append(f"{'processes killed':<28} {sum(result.kills.values()):>6}  at {len(result.kills)} places")
    lines.append(f"{'webhooks delivered':<28} {result.deliveries:>6}")
    lines += [f"{name.replace('_', ' '):<28} {count:>6}" for name, count in result.figures.items()]
    lines += [f"BROKEN  {violation}" for violation in result.violations]
    seed, orders = result.plan.seed, result.plan.orders
    lines.append(
        f"seed {seed}, {orders} orders, {result.steps} steps, trace {result.trace}: "
        + ("everything holds." if result.ok else f"{len(result.violations)} violations.")
    )
    return "\n".join(lines) + "\n"
