"""List and product pages at 1,000 and 100,000 products: `python -m tests.bench.lists`, a part of `make bench`.

One web process; the clients and the database are on the same cores. An address is asked once before it is
measured; "each time another" never repeats one, so that what the process keeps of an answer does not count.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
from tests.e2e.conftest import free_port, start
from tests.factories.many import LANGUAGES, SUBJECTS, make_many

from kassa.embedded import Cluster

CLIENTS = 16


def addresses(count: int) -> list[tuple[str, Callable[[int], str]]]:
    """(what it is, the address of the n-th request)."""
    return [
        ("list", lambda n: "/books"),
        ("a shelf, by price", lambda n: "/collections/fiction?sort=price"),
        ("two filters", lambda n: f"/books?subject={SUBJECTS[0]}&language={LANGUAGES[1]}"),
        ("search, each time another", lambda n: f"/books?q={_author(n, count).lower()}"),
        ("a code, each time another", lambda n: f"/books?q=V{n % count + 1}-1"),
        ("filter, each time another", lambda n: f"/books?author={_author(n, count)}&exact={n}"),
        ("product, each time another", lambda n: f"/products/volume-{n % count + 1}"),
        ("API list", lambda n: "/api/v1/products?limit=20"),
        ("suggestions, each time others", lambda n: f"/search/suggestions?q={_begun(n)}"),
    ]


def _author(n: int, count: int) -> str:
    name = str(n % max(10, count // 30)).translate(str.maketrans("0123456789", "abcdefghij"))
    return f"Author+{name.capitalize()}"


def _begun(n: int) -> str:
    return f"{n % 0xFFFF:04x}".translate(str.maketrans("0123456789", "ghijklmnop"))


async def measured(base: str, address: Callable[[int], str], seconds: float) -> tuple[float, float]:
    """(requests per second, p95 in ms)."""
    times: list[float] = []
    numbers = iter(range(1, 10_000_000))

    async with aiohttp.ClientSession(trust_env=False) as http:

        async def get(n: int) -> None:
            async with http.get(base + address(n)) as answer:
                assert answer.status == 200, address(n)
                await answer.read()

        async def client(end: float) -> None:
            while time.monotonic() < end:
                began = time.monotonic()
                await get(next(numbers))
                times.append(time.monotonic() - began)

        await get(next(numbers))
        end = time.monotonic() + seconds
        await asyncio.gather(*(client(end) for _ in range(CLIENTS)))
    return len(times) / seconds, sorted(times)[int(len(times) * 0.95)] * 1000


def lists(counts: list[int], seconds: float) -> None:
    """Print the table."""
    sys.stdout.write(f"\n  one web process, {CLIENTS} clients     ")
    sys.stdout.write("   products   requests/s   p95 ms\n")
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="kassa-lists-") as folder:
            data = Path(folder)
            data.chmod(0o711)
            port = free_port()
            process = start(data, port, free_port(), "--no-demo", "--workers", "1")
            cluster = Cluster(data)
            dsn = cluster.start()
            try:
                asyncio.run(make_many(dsn, count))
                for name, address in addresses(count):
                    rate, p95 = asyncio.run(measured(f"http://127.0.0.1:{port}", address, seconds))
                    sys.stdout.write(f"  {name:<34} {count:>10,} {rate:>12.0f} {p95:>8.1f}\n")
                    sys.stdout.flush()
            finally:
                cluster.stop()
                process.terminate()
                process.wait(60)
                if process.stdout:
                    process.stdout.close()


def main() -> None:
    """Read the options, and print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=int, default=5)
    options.add_argument("--products", type=int, nargs="+", default=[1_000, 100_000])
    given = options.parse_args()
    lists(given.products, given.seconds)


if __name__ == "__main__":
    main()
