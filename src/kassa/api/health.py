"""Whether the process lives, and whether it can serve."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog
from litestar import Response, get

from kassa import migrations
from kassa.api.auth import AnyRequest, shop_of
from kassa.api.doc import documented, reply
from kassa.jobs import queue
from kassa.kernel.db import Database
from kassa.kernel.errors import Unavailable

#: A worker beats every five seconds.
BEAT_LIMIT: Final = timedelta(seconds=30)
_SECONDS: Final = 5

log = structlog.get_logger()


class HealthOut(msgspec.Struct, frozen=True):
    """`ok`."""

    status: str


class NotReady(Unavailable):
    """Something that serving needs is missing; `failed` lists what."""

    code = "not_ready"

    def __init__(self, failed: Sequence[str]) -> None:
        super().__init__(f"Not ready: {', '.join(failed)}.")
        self.extra = {"failed": list(failed)}


@get(
    "/healthz",
    opt=documented(summary="The process lives", tag="Operation", answers={200: HealthOut}),
)
async def healthz(request: AnyRequest) -> Response[bytes]:
    """GET /healthz: asks nobody else."""
    return reply(HealthOut("ok"))


@get(
    "/readyz",
    opt=documented(
        summary="Database, migrations and worker are there", tag="Operation",
        answers={200: HealthOut}, errors=("not_ready",),
    ),
)  # fmt: skip
async def readyz(request: AnyRequest) -> Response[bytes]:
    """GET /readyz: 200, or 503 with what is wrong."""
    shop = shop_of(request)
    try:
        async with asyncio.timeout(_SECONDS):
            failed = await _failed(shop.db, shop.clock.now() - BEAT_LIMIT)
    except Exception:
        log.warning("not ready", exc_info=True)
        failed = ["database"]
    if failed:
        raise NotReady(failed)
    return reply(HealthOut("ok"))


async def _failed(db: Database, oldest_beat: datetime) -> list[str]:
    failed = []
    async with db.connection() as conn:
        try:
            if await migrations.pending(conn):
                failed.append("migrations")
        except migrations.MigrationFault:
            failed.append("migrations")
        if not failed:
            beat = await queue.last_beat(conn)
            if beat is None or beat < oldest_beat:
                failed.append("worker")
    return failed
