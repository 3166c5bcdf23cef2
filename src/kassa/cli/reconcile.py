"""`kassa reconcile`: what it prints, and how it ends."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import asyncpg

from kassa.cli.place import Refused, find, with_database, with_provider
from kassa.config import Settings
from kassa.kernel.clock import SystemClock
from kassa.kernel.db import Database
from kassa.kernel.errors import KassaError
from kassa.reconciliation.reconcile import Report, reconcile
from kassa.stripe import Gateway, Transport

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST: Final = timedelta(days=3650)


def run(data_dir: Path | None, since: str | None) -> str:
    """Compare the books since then (default: since the last complete run); what came of it, in lines.

    Raises:
        Refused: `since` is no stretch of time, there is no provider to ask, or it stopped answering.
    """
    now = SystemClock().now()
    begin = since_of(since, now=now) if since else None
    place = find(data_dir)
    reachable = with_provider(place, place.settings)
    if reachable is None:
        raise Refused("STRIPE_SECRET_KEY is not set, and no sandbox of `kassa up` runs here")
    with with_database(replace(place, settings=reachable)) as settings:
        try:
            report = asyncio.run(_reconcile(settings, begin, now))
        except (KassaError, asyncpg.PostgresError, OSError) as error:
            raise Refused(f"the reconciliation could not be finished, run it again: {error}") from None
    return "\n".join(_lines(report)) + "\n"


def since_of(text: str, *, now: datetime) -> datetime:
    """A moment from `24h`, `90m`, `2d`, `1w`, or a time such as `2026-11-02T09:00Z`; without a zone it is UTC.

    Raises:
        Refused: it is neither, or not in the past.
    """
    found = re.fullmatch(r"([0-9]{1,6})([mhdw])", text.strip())
    if found:
        back = timedelta(**{_UNITS[found[2]]: int(found[1])})
        if timedelta() < back <= _LONGEST:
            return now - back
    else:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError:
            moment = now
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if now - _LONGEST <= moment < now:
            return moment
    raise Refused(f"--since: a stretch of time such as 24h, 90m or 2d, or a time in the past, not {text!r}")


async def _reconcile(settings: Settings, since: datetime | None, until: datetime) -> Report:
    db = await Database.connect(settings.database_url, max_size=5)
    gateway = Gateway(
        settings.stripe_secret_key, api_base=settings.stripe_api_base or None, transport=Transport(),
        return_base=settings.base_url, capture=settings.capture, name=settings.name,
    )  # fmt: skip
    try:
        return await reconcile(db, gateway, since=since, until=until, clock=SystemClock(), by="command")
    finally:
        await gateway.close()
        await db.close()


def _lines(report: Report) -> Iterator[str]:
    yield f"From {_moment(report.since)} to {_moment(report.until)}"
    tally = report.tally
    for name, number in tally.counted.items():
        strange = tally.foreign.get(name, 0)
        yield f"  {name.replace('_', ' '):<22}{number:>9,}" + (
            f"  ({strange:,} not of this shop)" if strange else ""
        )
    mended = ", ".join(f"{number:,} {name}" for name, number in tally.repaired.items())
    yield f"Repaired: {mended or 'nothing, all agreed'}"
    yield f"New cases: {tally.cases:,}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
