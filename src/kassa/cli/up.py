"""`kassa up`: the whole shop in one command. Starts the parts, looks after them, stops them in order."""

import asyncio
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from kassa import accounts
from kassa.cli.parts import furnish
from kassa.cli.place import SANDBOX_FILE, SANDBOX_KEY, Place, Refused, find, with_database
from kassa.cli.serving import listen
from kassa.cli.supervisor import Part, supervise
from kassa.config import Settings, variable
from kassa.embedded import secret_file
from kassa.kernel.clock import SystemClock
from kassa.kernel.db import Database

DEMO_EMAIL = "demo@kassa.example"
TEST_CARDS = (
    ("4242 4242 4242 4242", "succeeds"),
    ("4000 0027 6000 3184", "asks for 3-D Secure"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has insufficient funds"),
    ("4000 0000 0000 0069", "has expired"),
    ("4000 0000 0000 0127", "has a wrong CVC"),
)
# The first posts of the sandbox fail when the web process is just starting again; the last three are Stripe's.
RETRIES = {"STRIPE_SANDBOX_WEBHOOK_RETRIES": "1,5,30,300,3600,10800"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What was typed."""

    data_dir: Path | None
    host: str
    port: int
    sandbox_port: int
    workers: int
    demo: bool


def run(plan: Plan) -> None:
    """Start everything and stay until SIGINT or SIGTERM.

    Raises:
        Refused: a port is taken, the database is not to be reached, the data directory can't be used.
    """
    if plan.port == plan.sandbox_port:
        raise Refused("--port and --sandbox-port must differ")
    place = find(plan.data_dir)
    own_sandbox = not place.settings.stripe_secret_key
    place = _complete(place, plan)
    with _telling() as tell, listen(plan.host, plan.port) as web:
        sandbox = listen("127.0.0.1", plan.sandbox_port) if own_sandbox else None
        with sandbox or nullcontext():
            tell("Starting PostgreSQL")
            with with_database(place) as settings:
                tell("Looking at the catalogue")
                login = asyncio.run(_furnish(settings, place.data_dir, demo=plan.demo))
                if sandbox is not None:
                    sandbox.close()
                parts = _parts(settings, plan, web, own_sandbox=own_sandbox, data_dir=place.data_dir)
                tell("Opening the shop")
                with _found_by_others(place, own_sandbox=own_sandbox):
                    supervise(
                        parts,
                        place.data_dir / "logs",
                        ready=lambda: _announce(settings, plan, login, own_sandbox),
                    )


def serve_many(settings: Settings, sock: socket.socket, workers: int) -> None:
    """Several web processes on one socket, looked after."""
    parts = [
        Part(f"web-{n}", _web(sock), _environment(settings), keep=(sock.fileno(),))
        for n in range(1, workers + 1)
    ]
    supervise(parts, Path(settings.data_dir) / "logs", ready=lambda: None)


def _complete(place: Place, plan: Plan) -> Place:
    """Settings that nobody set follow from what was typed: addresses, and the sandbox's keys."""
    settings = place.settings
    if settings.base_url == Settings().base_url:
        host = "127.0.0.1" if plan.host in ("0.0.0.0", "::") else plan.host  # noqa: S104 - compared, not bound
        shown = f"[{host}]" if ":" in host else host
        settings = replace(settings, base_url=f"http://{shown}:{plan.port}")
    if not settings.stripe_secret_key:
        base = f"http://127.0.0.1:{plan.sandbox_port}"
        settings = replace(
            settings,
            stripe_secret_key=SANDBOX_KEY,
            stripe_publishable_key="pk_test_kassa",
            stripe_webhook_secret=secret_file(place.data_dir / "webhook.secret", "whsec_"),
            stripe_api_base=base,
            stripe_js_url=f"{base}/stripe.js",
        )
    return Place(settings, place.data_dir)


@contextmanager
def _found_by_others(place: Place, *, own_sandbox: bool) -> Iterator[None]:
    """While the sandbox runs, other commands on this data directory find it."""
    file = place.data_dir / SANDBOX_FILE
    if own_sandbox:
        file.write_text(place.settings.stripe_api_base)
    try:
        yield
    finally:
        if own_sandbox:
            file.unlink(missing_ok=True)


async def _furnish(settings: Settings, data_dir: Path, *, demo: bool) -> tuple[str, str] | None:
    """Demo catalogue and staff for an empty shop in development; the login, if there is one."""
    db = await Database.connect(settings.database_url, max_size=2)
    try:
        async with db.transaction() as tx:
            if demo:
                await furnish(tx, settings)
            if settings.production or not demo:
                return None
            password = secret_file(data_dir / "demo-staff.password")
            await accounts.ensure_demo_staff(tx, DEMO_EMAIL, password, now=SystemClock().now())
            return DEMO_EMAIL, password
    finally:
        await db.close()


def _parts(
    settings: Settings, plan: Plan, web: socket.socket, *, own_sandbox: bool, data_dir: Path
) -> list[Part]:
    env = _environment(settings)
    host = "127.0.0.1" if plan.host in ("0.0.0.0", "::") else plan.host  # noqa: S104 - compared, not bound
    parts = [
        Part(
            f"web-{n}", _web(web), env, keep=(web.fileno(),),
            ready=f"http://{host}:{plan.port}/readyz" if n == 1 else None,
        )
        for n in range(1, plan.workers + 1)
    ]  # fmt: skip
    parts.append(Part("worker", (sys.executable, "-m", "kassa", "worker"), env))
    if own_sandbox:
        hook = {
            "STRIPE_SANDBOX_WEBHOOK_URL": f"http://{host}:{plan.port}/webhooks/stripe",
            "STRIPE_SANDBOX_WEBHOOK_SECRET": settings.stripe_webhook_secret,
            "STRIPE_SANDBOX_BASE_URL": settings.stripe_api_base,
        }
        command = (
            sys.executable, "-m", "stripe_sandbox", "--port", str(plan.sandbox_port), "--data-dir", str(data_dir),
        )  # fmt: skip
        ready = f"{settings.stripe_api_base}/_sandbox/healthz"
        parts.append(Part("sandbox", command, {**RETRIES, **os.environ, **hook}, ready=ready))
    return parts


def _web(sock: socket.socket) -> tuple[str, ...]:
    return (sys.executable, "-m", "kassa.cli.serving", str(sock.fileno()))


def _environment(settings: Settings) -> Mapping[str, str]:
    """The whole of the settings, for a process that shall not look for itself."""
    values = {
        variable(name): ",".join(value) if isinstance(value, tuple) else str(value)
        for name in Settings.__dataclass_fields__
        if (value := getattr(settings, name))
    }
    return {**os.environ, **values}


@contextmanager
def _telling() -> Iterator[Callable[[str], None]]:
    """Progress on a terminal; silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda text: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Setting up") as status:
        yield lambda text: status.update(f"{text} …")


def _announce(settings: Settings, plan: Plan, login: tuple[str, str] | None, own_sandbox: bool) -> None:
    base = settings.base_url
    rows = [("Shop", base), ("Console", f"{base}/admin"), ("API", f"{base}/docs")]
    if own_sandbox:
        rows.append(("Stripe sandbox", f"{settings.stripe_api_base}/_sandbox"))
    if not settings.smtp_url and not settings.production:
        rows.append(("Mailbox", f"{base}/_dev/mail"))
    if login:
        rows.append(("Staff login", f"{login[0]}  {login[1]}"))
    rows.append(("Data", settings.data_dir))
    cards = TEST_CARDS if own_sandbox else ()
    lines = [f"  {name:<15} {value}" for name, value in rows]
    if cards:
        lines += ["", "  Test cards (any future date, any CVC)"]
        lines += [f"  {number:<20} {what}" for number, what in cards]
    sys.stdout.write("\nKassa is ready.\n\n" + "\n".join(lines) + "\n\n  Ctrl-C stops everything.\n\n")
    sys.stdout.flush()
