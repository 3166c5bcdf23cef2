"""`kassa prove`, as it is typed: a line an invariant, or one JSON document; 0, 1 or 2."""

import asyncio
import json
import os
import subprocess
import sys

import asyncpg
import pytest
from tests.prove.many import fill

from kassa.reconciliation.invariants import INVARIANTS

ORDERS = 3_000


async def kassa(*words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """Run the command."""
    command = [sys.executable, "-m", "kassa", "prove", *words]
    given = {**os.environ, "STRIPE_SECRET_KEY": "", **env}
    return await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, env=given, timeout=120
    )


@pytest.fixture
async def hand(dsn: str):
    """Somebody at the database of a shop with three thousand orders."""
    connection = await asyncpg.connect(dsn)
    await fill(connection, ORDERS)
    yield connection
    await connection.close()


async def test_what_holds_is_a_line_each_and_exit_status_0(hand, dsn: str, tmp_path):
    done = await kassa(DATABASE_URL=dsn, KASSA_DATA_DIR=str(tmp_path))

    assert done.returncode == 0
    *lines, last = done.stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["ok", invariant.name] for invariant in INVARIANTS]
    assert "3,000 orders" in done.stdout
    assert last == f"All {len(INVARIANTS)} invariants hold."
    assert "The provider's books were not read" in done.stderr


async def test_what_is_broken_is_named_with_exit_status_1(hand, dsn: str, tmp_path):
    await hand.execute("update orders set refunded_minor = 1 where number = 10013")

    said = await kassa(DATABASE_URL=dsn, KASSA_DATA_DIR=str(tmp_path))
    document = await kassa("--json", DATABASE_URL=dsn, KASSA_DATA_DIR=str(tmp_path))

    violation = "order K-10013 says that 1 EUR were given back, its refunds come to 0"
    assert (said.returncode, document.returncode) == (1, 1)
    assert "BROKEN  order_refunded" in said.stdout
    assert violation in said.stdout
    assert said.stdout.splitlines()[-1] == f"1 of {len(INVARIANTS)} invariants are broken."
    proof = json.loads(document.stdout)
    broken = [(check["name"], check["violations"]) for check in proof["checks"] if check["violations"]]
    assert (proof["ok"], broken) == (False, [("order_refunded", [violation])])
    assert {check["name"]: check["counted"] for check in proof["checks"]}["order_refunded"] == ORDERS


async def test_what_could_not_run_is_one_line_and_exit_status_2(dsn: str, tmp_path):
    nowhere = {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_API_BASE": "http://127.0.0.1:9"}
    for env in ({"DATABASE_URL": "postgresql://127.0.0.1:9/x"}, {"DATABASE_URL": dsn, **nowhere}):
        done = await kassa(KASSA_DATA_DIR=str(tmp_path), **env)

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines()[-1].startswith("kassa: ")


async def test_nothing_is_changed(hand, dsn: str, tmp_path):
    counted = "select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables"
    await hand.execute("select pg_stat_force_next_flush()")
    before = await hand.fetchval(counted)

    await kassa(DATABASE_URL=dsn, KASSA_DATA_DIR=str(tmp_path))

    await hand.execute("select pg_stat_clear_snapshot()")
    assert await hand.fetchval(counted) == before
