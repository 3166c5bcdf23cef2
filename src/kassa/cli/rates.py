"""`kassa rates import`: rates of exchange from the file of a bank."""

import asyncio
from pathlib import Path

from kassa.cli.place import Refused, find, with_database
from kassa.config import Settings
from kassa.kernel.clock import SystemClock
from kassa.kernel.db import Database
from kassa.kernel.errors import KassaError
from kassa.pricing import currencies


def run(data_dir: Path | None, file: Path) -> str:
    """Note every rate of the file, or none; what came of it, in a line.

    Raises:
        Refused: the file can't be read, or is not what the European Central Bank publishes.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refused(f"{file}: is not UTF-8 text; of a zip archive, the file in it is meant") from None
    try:
        said = currencies.read_ecb(text)
        with with_database(find(data_dir)) as settings:
            changed = asyncio.run(_put(settings, said))
    except KassaError as error:
        raise Refused(f"{file}: {error.detail}; nothing was imported") from None
    days = sorted({one.day for one in said})
    when = f"{days[0]}" if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"{len(said)} rates of {when}, {changed} of them new"


async def _put(settings: Settings, said: list[currencies.Rate]) -> int:
    db = await Database.connect(settings.database_url, max_size=1)
    try:
        async with db.transaction() as tx:
            return await currencies.put_rates(tx, said, now=SystemClock().now())
    finally:
        await db.close()
