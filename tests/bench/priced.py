"""What prices cost: a checkout with discounts, taxes, shipping rules and a gift card against the plain one.

`python -m tests.bench.priced`, a part of `make bench`. One web process; the same five lines are ordered in turns, with
everything off and with everything on, so the ratio is of one run on one machine.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
from tests.e2e.conftest import free_port, start

from kassa import gift_cards
from kassa.embedded import Cluster
from kassa.kernel.db import Database
from kassa.kernel.ids import new_id
from kassa.pricing import Rounding, discounts, taxes, zones
from kassa.pricing.discounts import DiscountInput, Kind
from kassa.pricing.taxes import OwnRate
from kassa.pricing.zones import Band, Way

ADDRESS = {"name": "Ada", "line1": "Torstr. 1", "city": "Berlin", "postal_code": "10119", "country": "DE"}
CLIENTS = 4
ROUNDS = 4
OFFERS = 12
#: Orders with a gift card in each round: one client may name thirty codes before it has to wait.
CARDS = 7
RATES = ("AT", "BE", "DE", "DK", "ES", "FI", "FR", "IT", "NL", "SE")
SECRET = "s" * 40


class Rules:
    """What is turned on and off: a code and automatic offers, own rates and another rounding, bands of shipping."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.rates = [new_id() for _ in RATES]
        self.zones: dict[str, tuple[Way, ...]] = {}

    async def on(self) -> None:
        """Everything at once."""
        now = datetime.now(UTC)
        async with self.db.transaction() as tx:
            await discounts.put(tx, "BENCH", DiscountInput(kind=Kind.PERCENT, value=700), now=now)
            for n in range(OFFERS):
                given = DiscountInput(kind=Kind.PERCENT, value=100 + n, automatic=True, title=f"Offer {n}")
                await discounts.put(tx, f"OFFER-{n}", given, now=now)
            known = await taxes.settings(tx)
            await taxes.save(tx, replace(known, rounding=Rounding.SUM_BY_NET_KEEP_GROSS), now=now)
            for id_, country in zip(self.rates, RATES, strict=True):
                rate = OwnRate(id_, country, "", "books", 750, "", None, None)
                await taxes.write_rate(tx, rate, now=now)
            for zone in await zones.zones(tx):
                self.zones[zone.code] = zone.ways
                await zones.change_zone(tx, zone.code, lambda one: replace(one, ways=(*one.ways, *WAYS)))

    async def off(self) -> None:
        """As it was."""
        now = datetime.now(UTC)
        async with self.db.transaction() as tx:
            for code in ["BENCH", *(f"OFFER-{n}" for n in range(OFFERS))]:
                await discounts.end(tx, code, now=now)
            await taxes.save(tx, replace(await taxes.settings(tx), rounding=Rounding.LINE), now=now)
            for id_ in self.rates:
                await taxes.remove(tx, id_)
            for code, ways in self.zones.items():
                await zones.change_zone(tx, code, lambda one, ways=ways: replace(one, ways=ways))


WAYS = (
    Way(
        code="parcel", label="Parcel", by="weight", min_days=1, max_days=2, free_from={"EUR": 100_000},
        bands=tuple(Band(prices={"EUR": 300 + n * 100}, grams=n * 1_000) for n in range(1, 9)),
    ),
    Way(
        code="van", label="Van", by="price", min_days=1, max_days=1,
        bands=tuple(Band(prices={"EUR": 900 - n * 100}, goods={"EUR": n * 2_000}) for n in range(1, 7)),
    ),
)  # fmt: skip


async def card(db: Database) -> str:
    """A gift card that never runs dry."""
    async with db.transaction() as tx:
        made = await gift_cards.issue(
            tx, new_id(), amount=10**9, currency="EUR", email="ada@example.org", reason="bench", actor="bench",
            now=datetime.now(UTC),
        )  # fmt: skip
        await gift_cards.seal(tx, made, SECRET)
    return gift_cards.code_of(SECRET, UUID(str(made.id)))


async def block(base: str, wish: dict[str, Any], seconds: float, most: int = 1_000_000) -> list[float]:
    """Seconds of each order placed by a few clients at once, at most so many orders."""
    times: list[float] = []
    end, left = time.monotonic() + seconds, iter(range(most))

    async def client(http: aiohttp.ClientSession) -> None:
        while time.monotonic() < end and next(left, None) is not None:
            began = time.monotonic()
            headers = {"Idempotency-Key": uuid4().hex}
            async with http.post(f"{base}/api/v1/orders", json=wish, headers=headers) as answer:
                assert answer.status == 201, await answer.text()
                await answer.read()
            times.append(time.monotonic() - began)

    async with aiohttp.ClientSession(trust_env=False) as http:
        await asyncio.gather(*(client(http) for _ in range(CLIENTS)))
    return times


async def compare(base: str, dsn: str, seconds: float) -> list[tuple[str, list[float]]]:
    """The times of the plain checkout, of one with rules, and of one with rules and a gift card, in turns."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("update stock set on_hand = 10000000")
    rows = await connection.fetch("select sku from variants order by sku limit 5")
    await connection.close()
    db = await Database.connect(dsn, max_size=2)
    try:
        rules, code = Rules(db), await card(db)
        plain = {
            "lines": [{"sku": row["sku"], "quantity": 2} for row in rows],
            "email": "ada@example.org", "shipping_address": ADDRESS,
        }  # fmt: skip
        priced = {**plain, "discount_code": "BENCH"}
        times: list[list[float]] = [[], [], []]
        await block(base, plain, 1)
        for _ in range(ROUNDS):
            times[0] += await block(base, plain, seconds / ROUNDS)
            await rules.on()
            times[1] += await block(base, priced, seconds / ROUNDS)
            times[2] += await block(base, {**priced, "gift_cards": [code]}, seconds / ROUNDS, CARDS)
            await rules.off()
    finally:
        await db.close()
    names = ("plain", "discounts, taxes, shipping rules", "the same, and a gift card")
    return list(zip(names, times, strict=True))


def prices(seconds: float) -> None:
    """Start a shop and print the table."""
    with tempfile.TemporaryDirectory(prefix="kassa-prices-") as folder:
        data = Path(folder)
        data.chmod(0o711)
        port, sandbox = free_port(), free_port()
        process = start(data, port, sandbox, "--workers", "1")
        cluster = Cluster(data)
        try:
            found = asyncio.run(compare(f"http://127.0.0.1:{port}", cluster.start(), seconds))
        finally:
            cluster.stop()
            process.terminate()
            process.wait(60)
            if process.stdout:
                process.stdout.close()
    sys.stdout.write(f"\n  placing an order of 5 lines, {CLIENTS} clients     p50 ms   p95 ms   ratio\n")
    base = statistics.median(found[0][1])
    for name, times in found:
        half, most = statistics.median(times), sorted(times)[int(len(times) * 0.95)]
        sys.stdout.write(f"  {name:<44} {half * 1000:>8.1f} {most * 1000:>8.1f} {half / base:>7.2f}\n")


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=8)
    prices(options.parse_args().seconds)
