"""All SQL of `idempotency_keys`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from kassa.kernel.db import Tx

#: How long a first answer is kept.
KEPT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Stored:
    """A key that was used: `status` is None while its first request has no answer yet."""

    fingerprint: bytes
    status: int | None
    headers: Mapping[str, str] | None
    body: bytes | None
    locked_until: datetime | None
    created_at: datetime


async def insert(
    tx: Tx, scope: str, key: str, fingerprint: bytes, *, now: datetime, locked_until: datetime
) -> bool:
    """Claim a key that nobody used; False if somebody did."""
    return bool(
        await tx.execute(
            """
            insert into idempotency_keys (scope, key, fingerprint, locked_until, created_at)
            values ($1, $2, $3, $4, $5) on conflict do nothing
            """,
            scope,
            key,
            fingerprint,
            locked_until,
            now,
        )
    )


async def lock(tx: Tx, scope: str, key: str) -> Stored | None:
    """The key as it stands, locked until `tx` ends; None if it has just been given up."""
    row = await tx.fetchrow(
        """
        select fingerprint, status, headers, body, locked_until, created_at
        from idempotency_keys where scope = $1 and key = $2 for update
        """,
        scope,
        key,
    )
    return Stored(*row.values()) if row else None


async def claim_again(
    tx: Tx, scope: str, key: str, fingerprint: bytes, *, now: datetime, locked_until: datetime
) -> None:
    """Claim a key whose first request died, or whose answer is too old."""
    await tx.execute(
        """
        update idempotency_keys set fingerprint = $3, status = null, headers = null, body = null,
            locked_until = $4, created_at = $5
        where scope = $1 and key = $2
        """,
        scope,
        key,
        fingerprint,
        locked_until,
        now,
    )


async def answer(
    tx: Tx, scope: str, key: str, *, lease: datetime, status: int, headers: Mapping[str, str], body: bytes
) -> bool:
    """Keep the answer; False if the claim is no longer ours."""
    return bool(
        await tx.execute(
            """
            update idempotency_keys set status = $4, headers = $5, body = $6, locked_until = null
            where scope = $1 and key = $2 and locked_until = $3 and status is null
            """,
            scope,
            key,
            lease,
            status,
            headers,
            body,
        )
    )


async def give_up(tx: Tx, scope: str, key: str, *, lease: datetime) -> None:
    """Nothing came of it: the key may be used again."""
    await tx.execute(
        """
        delete from idempotency_keys
        where scope = $1 and key = $2 and locked_until = $3 and status is null
        """,
        scope,
        key,
        lease,
    )


async def sweep(tx: Tx, *, now: datetime) -> int:
    """Forget answers older than a day; how many."""
    return await tx.execute("delete from idempotency_keys where created_at < $1", now - KEPT)
