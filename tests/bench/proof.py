"""Fill a database with orders, prove it, and print what that took: `python -m tests.bench.proof`.

The server's memory is its own; what is measured here is this process, which must not grow with the shop.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
from tests.prove.many import fill

from kassa.embedded import Cluster, prepare
from kassa.kernel.db import Database
from kassa.migrations import migrate
from kassa.reconciliation.prove import prove


async def measure(dsn: str, orders: int) -> bool:
    """Fill, prove, tell; whether everything held."""
    began = time.monotonic()
    connection = await asyncpg.connect(dsn)
    await fill(connection, orders)
    size = await connection.fetchval("select pg_size_pretty(pg_database_size(current_database()))")
    await connection.close()
    print(f"{orders:,} orders, {size}, filled in {time.monotonic() - began:.0f} s")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    db = await Database.connect(dsn, max_size=1)
    began = at = time.monotonic()
    took: list[tuple[float, str]] = []
    names: list[str] = []

    def progress(name: str, done: int, of: int) -> None:
        nonlocal at
        if names:
            took.append((time.monotonic() - at, names[-1]))
        at = time.monotonic()
        names.append(name)
        sys.stderr.write(f"{done}/{of} {name}\n")

    proof = await prove(db, progress=progress)
    seconds = time.monotonic() - began
    took.append((time.monotonic() - at, names[-1]))
    await db.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for spent, name in sorted(took, reverse=True):
        print(f"{spent:7.1f} s  {name}")
    for check in proof.checks:
        for violation in check.violations[:3]:
            print(f"broken: {check.name}: {violation}")
    print(
        f"proved in {seconds:.1f} s; peak RSS {peak / 1024:.0f} MiB, before {before / 1024:.0f} MiB; ok: {proof.ok}"
    )
    return proof.ok


def main() -> None:
    """Do it in a database to throw away, or on the one of `--keep`, which stays for looking into."""
    options = argparse.ArgumentParser()
    options.add_argument("--orders", type=int, default=1_000_000)
    options.add_argument("--keep", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="kassa-prove-") as folder:
        place = given.keep or Path(folder)
        place.chmod(0o711)
        cluster = Cluster(prepare(place), fsync="off", max_wal_size="4GB")
        dsn = cluster.start()
        try:
            asyncio.run(migrate(dsn))
            ok = asyncio.run(measure(dsn, given.orders))
        finally:
            cluster.stop()
    raise SystemExit(0 if ok else 1)


if __name__ == "__main__":
    main()
