"""The parts on their own: web, worker, sandbox, and the small commands."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from kassa import accounts, catalog, inventory
from kassa.cli.place import Refused, find, with_database
from kassa.config import Settings
from kassa.kernel.clock import SystemClock
from kassa.kernel.db import Database, Tx
from kassa.kernel.errors import KassaError

Result = TypeVar("Result")


def serve_web(data_dir: Path | None, host: str, port: int, workers: int) -> None:
    """Serve until told to stop."""
    from kassa.cli.serving import listen, serve_on

    place = find(data_dir)
    _need_stripe(place.settings)
    with listen(host, port) as sock, with_database(place, migrated=False) as settings:
        if workers == 1:
            serve_on(settings, sock)
        else:
            from kassa.cli.up import serve_many

            serve_many(settings, sock, workers)


def work(data_dir: Path | None) -> None:
    """Work until told to stop."""
    from kassa.app import run_worker
    from kassa.cli.logs import to_stderr

    place = find(data_dir)
    _need_stripe(place.settings)
    to_stderr()

    async def run(settings: Settings) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        await run_worker(settings, stop)

    with with_database(place, migrated=False) as settings:
        _fast(run(settings))


def _fast(work: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where there is one: the worker is mostly waiting for sockets."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)


def migrate_database(data_dir: Path | None) -> list[str]:
    """Bring the database to this version; the names of what was applied."""
    from kassa.migrations import migrate

    with with_database(find(data_dir), migrated=False) as settings:
        return asyncio.run(migrate(settings.database_url))


def run_sandbox(port: int, data_dir: Path | None) -> None:
    """Run the sandbox in this process' place until it is told to stop."""
    place = find(data_dir)
    command = [sys.executable, "-m", "stripe_sandbox", "--port", str(port), "--data-dir", str(place.data_dir)]
    if os.name == "posix":
        os.execv(sys.executable, command)  # noqa: S606 - the same interpreter, our own package
    raise SystemExit(subprocess.call(command))


def openapi_json() -> str:
    """The API's description; needs no database."""
    from kassa.api import openapi_document

    return msgspec.json.format(msgspec.json.encode(openapi_document())).decode()


def create_key(data_dir: Path | None, name: str, scope: str) -> str:
    """A new API key, in plain."""
    return _write(data_dir, lambda tx, _: accounts.create_api_key(tx, name, scope, now=SystemClock().now()))


def create_staff(data_dir: Path | None, email: str, role: str) -> str:
    """A new staff account; the address at which its password is set, once."""

    async def create(tx: Tx, settings: Settings) -> str:
        token = await accounts.create_staff(tx, email, role, now=SystemClock().now())
        return f"{settings.base_url}/admin/set-password/{token}"

    return _write(data_dir, create)


def import_catalog(data_dir: Path | None, file: Path) -> catalog.ImportReport:
    """Put every product of a file in, or none; each fault is a line of its own."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refused(f"{file}: is not UTF-8 text") from None
    return _write(data_dir, lambda tx, settings: load(tx, settings, text, name=str(file)))


async def load(
    tx: Tx, settings: Settings, text: str, *, name: str, now: datetime | None = None
) -> catalog.ImportReport:
    """Import a CSV with stock by inventory's own verb; `name` is the file's, for its faults."""
    at = now or SystemClock().now()

    async def set_on_hand(tx: Tx, variant_id: UUID, quantity: int) -> None:
        await inventory.set_on_hand(tx, variant_id, quantity, actor="import", now=at)

    try:
        return await catalog.import_csv(
            tx, text, currency=settings.currencies[0], set_on_hand=set_on_hand, now=at
        )
    except catalog.ImportFailed as error:
        faults = [
            f"{name}: line {line}, {column or 'row'}: {message}" for line, column, message in error.faults
        ]
        raise Refused("\n".join([*faults, "nothing was imported"])) from None


async def furnish(tx: Tx, settings: Settings, *, now: datetime | None = None) -> None:
    """Fill an empty shop with the demo bookshop, in every language; its gift cards come first, so books are newest."""
    if not await catalog.is_empty(tx):
        return
    await load(tx, settings, catalog.demo_gift_cards_csv(), name="the demo gift cards", now=now)
    await load(tx, settings, catalog.demo_csv(), name="the demo catalogue", now=now)
    for language, file in catalog.demo_translations().items():
        await catalog.index(tx, await catalog.load_translations(tx, language, file))


def export_catalog(data_dir: Path | None) -> str:
    """The whole catalogue as CSV."""
    return _write(data_dir, lambda tx, settings: catalog.export_csv(tx, currency=settings.currencies[0]))


def _write(data_dir: Path | None, verb: Callable[[Tx, Settings], Awaitable[Result]]) -> Result:
    """Run a verb in a transaction of its own."""

    async def run(settings: Settings) -> Result:
        db = await Database.connect(settings.database_url, max_size=1)
        try:
            async with db.transaction() as tx:
                return await verb(tx, settings)
        finally:
            await db.close()

    with with_database(find(data_dir)) as settings:
        try:
            return asyncio.run(run(settings))
        except KassaError as error:
            faults = "".join(
                f"; {fault['path']} {fault['message']}" for fault in error.extra.get("errors", ())
            )
            raise Refused(error.detail + faults) from None


def _need_stripe(settings: Settings) -> None:
    if not settings.stripe_secret_key:
        raise Refused("STRIPE_SECRET_KEY is not set; `kassa up` starts a sandbox instead")
