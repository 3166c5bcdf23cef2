"""`kassa demo`: a past that can be proved, in a shop of its own."""

from datetime import timedelta

import pytest

from kassa.cli.demo import lived_in, make, run
from kassa.cli.place import Place, Refused
from kassa.config import Settings
from kassa.demo import queries
from kassa.kernel.clock import SystemClock
from kassa.kernel.db import Database
from kassa.reconciliation.prove import prove

ORDERS = 20


def place(dsn, folder):
    return Place(Settings(secret_key="d" * 32, database_url=dsn, data_dir=str(folder)), folder)


async def test_a_past_is_lived_through_over_a_year_and_holds(dsn, tmp_path):
    here = place(dsn, tmp_path)

    told = await make(here, None, ORDERS, 1)

    assert "20 orders of seed 1, over the past year." in told
    db = await Database.connect(dsn, max_size=4)
    try:
        async with db.connection() as conn:
            states = await queries.states(conn)
            first, last = await conn.fetchrow("select min(created_at), max(created_at) from orders")
            parts = await conn.fetchval("select count(*) from disputes")
        now = SystemClock().now()
        assert states.keys() == {"paid", "fulfilling", "fulfilled", "refunded", "failed", "canceled"}
        assert parts == 3
        assert last <= now
        assert last - first > timedelta(days=200)
        async with lived_in(here, None, db, None) as past:
            proof = await prove(db, past.shop.gateway, clock=SystemClock())
        assert proof.with_provider
        assert not [violation for check in proof.checks for violation in check.violations]
    finally:
        await db.close()


async def test_a_shop_that_has_traded_gets_orders_of_today(dsn, tmp_path):
    here = place(dsn, tmp_path)
    await make(here, None, 1, 1)

    told = await make(here, None, 2, 3)

    assert "2 orders of seed 3, today" in told
    db = await Database.connect(dsn, max_size=2)
    async with db.connection() as conn:
        today = await conn.fetchval(
            "select count(*) from orders where created_at > now() - interval '1 hour'"
        )
    await db.close()
    assert today == 2


def test_nothing_is_made_up_in_a_shop_that_earns_money(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_x")
    with pytest.raises(Refused, match="sandbox only"):
        run(tmp_path, 1, 1)
