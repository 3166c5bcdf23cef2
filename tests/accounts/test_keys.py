"""An API key is shown once and opens what its scope says."""

import pytest

from kassa import accounts
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.kernel.errors import Invalid


async def test_a_key_is_recognised_and_not_stored(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        token = await accounts.create_api_key(tx, "warehouse", "admin", now=clock.now())

        key = await accounts.key_for(tx, token)
        stored = await tx.fetchval("select api_keys::text from api_keys")
    assert key is not None
    assert (key.name, key.scope) == ("warehouse", "admin")
    assert token.startswith("kassa_sk_")
    assert token not in stored


async def test_a_revoked_key_is_no_key(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        token = await accounts.create_api_key(tx, "warehouse", "storefront", now=clock.now())
        await tx.execute("update api_keys set revoked_at = $1", clock.now())

        assert await accounts.key_for(tx, token) is None


async def test_nonsense_is_no_key(db: Database) -> None:
    async with db.connection() as conn:
        for token in ("", "kassa_sk_", "kassa_sk_" + "x" * 10_000, "sk_live_other", "kassa_sk_é", "\x00"):
            assert await accounts.key_for(conn, token) is None


@pytest.mark.parametrize(
    ("name", "scope"), [("", "admin"), ("x" * 101, "admin"), ("a\x00b", "admin"), ("fine", "root")]
)
async def test_a_key_needs_a_name_and_a_scope(
    db: Database, clock: FrozenClock, name: str, scope: str
) -> None:
    async with db.transaction() as tx:
        with pytest.raises(Invalid):
            await accounts.create_api_key(tx, name, scope, now=clock.now())

        assert await tx.fetchval("select count(*) from api_keys") == 0
