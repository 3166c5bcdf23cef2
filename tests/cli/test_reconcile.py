"""`kassa reconcile`, as it is typed: what was looked at, repaired and left; what could not be finished is exit 2."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import make_variant, place
from tests.stripe_sandbox.test_process import free_port, running

from kassa import checkout, orders
from kassa.cli.place import Refused
from kassa.cli.reconcile import since_of
from kassa.kernel.clock import FrozenClock
from kassa.stripe import Gateway, Transport

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


async def kassa(*words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """Run the command."""
    command = [sys.executable, "-m", "kassa", "reconcile", *words]
    given = {**os.environ, **env}
    return await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, env=given, timeout=120
    )


@pytest.mark.parametrize(
    ("typed", "back"),
    [("24h", {"hours": 24}), ("90m", {"minutes": 90}), ("2d", {"days": 2}), ("1w", {"weeks": 1})],
)
def test_a_stretch_of_time_is_counted_back_from_now(typed, back):
    assert since_of(typed, now=NOW) == NOW - timedelta(**back)


def test_a_moment_is_in_utc_if_it_does_not_say():
    assert since_of("2026-11-01T08:30", now=NOW) == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert since_of("2026-11-01T08:30+02:00", now=NOW) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed", ["", "soon", "24", "h", "0h", "-2h", "24h ago", "999999w", "2026-11-03", "1800-01-01", "２h"]
)
def test_what_is_no_stretch_of_time_is_refused(typed):
    with pytest.raises(Refused, match="--since"):
        since_of(typed, now=NOW)


async def test_a_payment_that_nobody_told_of_is_found(db, dsn, tmp_path):
    clock = FrozenClock(datetime.now(UTC))
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    env = {
        "DATABASE_URL": dsn, "KASSA_DATA_DIR": str(tmp_path), "STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_API_BASE": base,
    }  # fmt: skip
    await make_variant(db, clock)
    order = await place(db, clock)
    with running(port, None):
        gateway = Gateway("sk_test_x", api_base=base, transport=Transport(), return_base="http://shop.test")
        payment, _ = await checkout.pay(db, gateway, order.id, "element", clock=clock)
        await gateway._client.v1.payment_intents.confirm_async(
            payment.intent_ref, {"payment_method": "pm_card_visa", "return_url": "http://shop.test"}
        )
        await gateway.close()

        done = await kassa("--since", "24h", **env)

    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout
    assert "payment intents" in said
    assert "Repaired: 1 payments" in said
    assert said.endswith("New cases: 0\n")
    async with db.connection() as conn:
        assert (await orders.get(conn, order.id)).state is orders.State.PAID

    gone = await kassa("--since", "24h", **env)
    assert (gone.returncode, gone.stdout) == (2, "")
    assert "could not be finished, run it again" in gone.stderr
    assert len(gone.stderr.splitlines()) == 1
