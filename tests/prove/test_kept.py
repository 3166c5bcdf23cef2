"""A worker proves by itself, and the gauges show what it found."""

from datetime import timedelta

import asyncpg
import httpx
import pytest
from litestar import Litestar
from tests.factories import make_variant, place
from tests.money import Till

from kassa import api, web
from kassa.config import Settings
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.mail import StoreMailer
from kassa.reconciliation import Prover
from kassa.reconciliation.invariants import INVARIANTS, kept
from kassa.reconciliation.proving import EVERY, prove_and_keep
from kassa.shop import Shop


@pytest.fixture
def till(db: Database, clock: FrozenClock) -> Till:
    """A shop with its Stripe."""
    return Till(db, clock)


async def gauges(till: Till) -> dict[str, float]:
    """What Prometheus reads, by name and labels."""
    shop = Shop(Settings(secret_key="s" * 40), till.db, till.gateway, StoreMailer(), till.clock)
    app: Litestar = web.build(api.route_handlers)
    app.state.shop = shop
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    assert answer.text.endswith("\n")
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


async def proofs(db: Database) -> int:
    """How many were kept."""
    async with db.connection() as conn:
        return int(await conn.fetchval("select count(*) from proofs"))


async def test_before_the_first_proof_the_gauges_tell_what_waits(till: Till):
    shown = await gauges(till)

    assert "kassa_proof_ok" not in shown
    assert (shown["kassa_jobs_waiting"], shown["kassa_cases_open"], shown["kassa_webhooks_silent"]) == (
        0,
        0,
        0,
    )


async def test_the_gauges_show_the_last_proof(till: Till, dsn: str, clock: FrozenClock):
    await make_variant(till.db, clock)
    await place(till.db, clock)
    await prove_and_keep(till.db, till.gateway, clock=clock)
    clock.advance(seconds=90)
    shown = await gauges(till)
    assert (shown["kassa_proof_ok"], shown["kassa_proof_with_provider"]) == (1, 1)
    assert shown["kassa_proof_age_seconds"] == 90
    assert shown["kassa_holds_live"] == 1
    assert shown['kassa_proof_counted{invariant="holds_follow_orders"}'] == 1
    assert {name for name in shown if "violations" in name} >= {
        f'kassa_proof_violations{{invariant="{invariant.name}"}}' for invariant in INVARIANTS
    }

    hand = await asyncpg.connect(dsn)
    till.broken_by_hand = True
    await hand.execute("update stock set on_hand = on_hand + 1")
    await hand.close()
    await prove_and_keep(till.db, till.gateway, clock=clock)

    shown = await gauges(till)
    assert shown["kassa_proof_ok"] == 0
    assert shown['kassa_proof_violations{invariant="stock_on_hand"}'] == 1
    assert shown['kassa_proof_violations{invariant="stock_reserved"}'] == 0


async def test_without_an_answer_of_the_provider_the_rest_is_proved(till: Till, clock: FrozenClock):
    await till.stripe.control("POST", "/faults", {"match": {}, "fault": "status", "status": 500, "count": 50})

    await prove_and_keep(till.db, till.gateway, clock=clock)

    shown = await gauges(till)
    assert (shown["kassa_proof_ok"], shown["kassa_proof_with_provider"]) == (1, 0)


async def test_a_worker_proves_every_six_hours(till: Till, clock: FrozenClock):
    first, second = (Prover(till.db, till.gateway, clock) for _ in range(2))
    for prover in (first, second, first):
        await prover.step()
    assert await proofs(till.db) == 1

    clock.advance(seconds=(EVERY - timedelta(minutes=1)).total_seconds())
    await first.step()
    assert await proofs(till.db) == 1

    clock.advance(minutes=2)
    for prover in (first, second):
        await prover.step()
    assert await proofs(till.db) == 2


async def test_old_proofs_are_forgotten(till: Till, clock: FrozenClock):
    await prove_and_keep(till.db, None, clock=clock)
    clock.advance(seconds=(kept.KEPT + timedelta(hours=1)).total_seconds())

    await prove_and_keep(till.db, None, clock=clock)

    assert await proofs(till.db) == 1
