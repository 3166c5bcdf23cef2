"""`kassa prove`: what it prints, and how it ends."""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

from kassa.cli.place import Refused, find, with_database, with_provider
from kassa.config import Settings
from kassa.kernel.db import Database
from kassa.kernel.errors import KassaError
from kassa.reconciliation.prove import Check, Progress, Proof, prove
from kassa.stripe import Gateway, Transport

_SECONDS: Final = 5
#: How long what is under way between the provider and the shop is waited for, if the books differ.
_PATIENCE: Final = 10


def run(data_dir: Path | None, *, as_json: bool) -> int:
    """Prove, and print what was found on standard output; the exit status: 0 it holds, 1 something is broken.

    Raises:
        Refused: the proof could not run.
    """
    place = find(data_dir)
    with with_database(place) as settings:
        try:
            proof = asyncio.run(_prove(settings, with_provider(place, settings)))
        except (KassaError, asyncpg.PostgresError, OSError) as error:
            raise Refused(f"the proof could not run: {error}") from None
    sys.stdout.write(as_document(proof) if as_json else as_lines(proof))
    if not proof.with_provider:
        sys.stderr.write(
            "The provider's books were not read: STRIPE_SECRET_KEY is not set, and no sandbox runs.\n"
        )
    return 0 if proof.ok else 1


def as_document(proof: Proof) -> str:
    """The proof as JSON."""
    checks = [
        {
            "name": check.name, "ok": check.ok, "promise": check.promise, "counted": check.counted,
            "of": check.of, "violations": check.violations, "more": check.more,
        }
        for check in proof.checks
    ]  # fmt: skip
    return (
        msgspec.json.format(
            msgspec.json.encode({"ok": proof.ok, "with_provider": proof.with_provider, "checks": checks})
        ).decode()
        + "\n"
    )


def as_lines(proof: Proof) -> str:
    """A line an invariant, under it its violations, and a last one that sums up."""
    wide = max(len(check.name) for check in proof.checks)
    lines = [line for check in proof.checks for line in _lines(check, wide)]
    wrong = sum(not check.ok for check in proof.checks)
    total = f"{len(proof.checks)} invariants"
    lines.append(f"{wrong} of {total} are broken." if wrong else f"All {total} hold.")
    return "\n".join(lines) + "\n"


def _lines(check: Check, wide: int) -> Iterator[str]:
    counted = f"{check.counted:,} {check.of.replace('_', ' ')}"
    yield f"{'ok    ' if check.ok else 'BROKEN'}  {check.name:<{wide}}  {counted:>24}  {check.promise}"
    for violation in check.violations:
        yield f"          {violation}"
    if check.more:
        yield "          … and more"


async def _prove(settings: Settings, provider: Settings | None) -> Proof:
    gateway = _gateway(provider) if provider else None
    db = await Database.connect(settings.database_url, max_size=1)
    try:
        with _showing() as progress:
            return await prove(db, gateway, progress=progress, patience=_PATIENCE)
    finally:
        await db.close()
        if gateway:
            await gateway.close()


def _gateway(settings: Settings) -> Gateway:
    base = settings.stripe_api_base or None
    return Gateway(
        settings.stripe_secret_key, api_base=base, transport=Transport(), return_base=settings.base_url
    )


@contextmanager
def _showing() -> Iterator[Progress]:
    """Progress on standard error: a bar on a terminal; elsewhere a line now and then, so that logs stay short."""
    if not sys.stderr.isatty():
        said = time.monotonic()

        def say(name: str, done: int, of: int) -> None:
            nonlocal said
            if time.monotonic() - said >= _SECONDS:
                said = time.monotonic()
                sys.stderr.write(f"{done} of {of} done, now {name}\n")

        yield say
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*shown, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("counting")
        yield lambda name, done, of: bar.update(task, description=name, completed=done, total=of)
