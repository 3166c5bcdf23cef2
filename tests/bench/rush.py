"""Bursts of checkouts, and what each buyer was told after how long: `python -m tests.bench.rush`.

All buyers of a burst come from this process, on the same cores as everything it measures. Afterwards the shop
is proved, with the provider's books.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import asyncpg
from tests.e2e.conftest import free_port, start
from tests.e2e.crowd import Answer, rush
from tests.e2e.shop import Shop

from kassa.embedded import Cluster

SKUS = 100
SCARCE = 20
PAID_SECONDS = 120


def opened(data: Path, workers: int) -> "tuple[subprocess.Popen[str], Shop]":
    """A running shop without a catalogue."""
    port, sandbox = free_port(), free_port()
    process = start(data, port, sandbox, "--no-demo", "--workers", str(workers))
    key = subprocess.run(
        [sys.executable, "-m", "kassa", "keys", "create", "bench", "--scope", "admin", "--data-dir", str(data)],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    return process, Shop(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox}", key, "", data)


def burst(shop: Shop, dsn: str, name: str, skus: list[str], *, pay: bool = False) -> None:
    """One burst, and its line."""
    began = time.monotonic()
    answers = rush(shop, skus, pay=pay)
    asked = time.monotonic() - began
    paid = [answer.body["id"] for answer in answers if answer.paid]
    if paid:
        asyncio.run(until_paid(dsn, paid))
    print(line(name, answers, asked, time.monotonic() - began if paid else None), flush=True)


def line(name: str, answers: list[Answer], asked: float, paid: float | None) -> str:
    """A burst in figures."""
    waits = sorted(answer.seconds for answer in answers)
    told = ", ".join(f"{n} × {status}" for status, n in sorted(Counter(a.status for a in answers).items()))
    p50, p95 = waits[len(waits) // 2], waits[int(len(waits) * 0.95)]
    all_paid = f"{paid:>7.2f}" if paid is not None else "      –"
    return f"{name:<34} {p50:>6.2f} {p95:>6.2f} {waits[-1]:>6.2f} {asked:>6.2f} {all_paid}   {told}"


async def until_paid(dsn: str, ids: list[str]) -> None:
    """Wait until all of these orders are paid."""
    connection = await asyncpg.connect(dsn)
    query = "select count(*) from orders where id = any($1::uuid[]) and paid_at is not null"
    paid = 0
    for _ in range(PAID_SECONDS * 20):
        paid = await connection.fetchval(query, ids)
        if paid == len(ids):
            break
        await asyncio.sleep(0.05)
    await connection.close()
    assert paid == len(ids), f"{len(ids) - paid} orders are not paid"


async def deadlocks(dsn: str) -> int:
    """How many the database has seen."""
    connection = await asyncpg.connect(dsn)
    query = "select deadlocks from pg_stat_database where datname = current_database()"
    found: int = await connection.fetchval(query)
    await connection.close()
    return found


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--workers", type=int, default=1)
    workers = options.parse_args().workers
    print(f"{workers} web process{'es' if workers > 1 else ''}\n")
    print(
        f"{'seconds until the order is answered':<34} {'p50':>5} {'p95':>6} {'max':>6} {'all':>6} {'paid':>7}   told"
    )
    with tempfile.TemporaryDirectory(prefix="kassa-rush-") as folder:
        data = Path(folder)
        data.chmod(0o711)
        process, shop = opened(data, workers)
        cluster = Cluster(data)
        dsn = cluster.start()
        try:
            books = [shop.book(on_hand=100).sku for _ in range(SKUS)]
            for buyers in (50, 500):
                many = [books[n % SKUS] for n in range(buyers)]
                burst(shop, dsn, f"{buyers}, {min(buyers, SKUS)} SKUs", many)
                burst(shop, dsn, f"{buyers}, one SKU, enough of it", [shop.book(on_hand=buyers).sku] * buyers)
                burst(
                    shop, dsn, f"{buyers}, one SKU, {SCARCE} copies", [shop.book(on_hand=SCARCE).sku] * buyers
                )
                burst(shop, dsn, f"{buyers}, {min(buyers, SKUS)} SKUs, and pay", many, pay=True)
                burst(
                    shop,
                    dsn,
                    f"{buyers}, one SKU, and pay",
                    [shop.book(on_hand=buyers).sku] * buyers,
                    pay=True,
                )
            print(f"\ndeadlocks: {asyncio.run(deadlocks(dsn))}")
            shop.prove()
            print("kassa prove: everything holds, with the provider's books.")
        finally:
            cluster.stop()
            process.terminate()
            process.wait(60)
            if process.stdout:
                process.stdout.close()


if __name__ == "__main__":
    main()
