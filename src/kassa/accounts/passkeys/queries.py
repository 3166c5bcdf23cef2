"""All SQL of `passkeys`, and of the challenge in `sessions`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kassa.kernel.db import Conn, Tx


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it."""

    id: bytes
    name: str
    created_at: datetime
    used_at: datetime | None

    @property
    def ref(self) -> str:
        """The id as it stands in a form."""
        return self.id.hex()


@dataclass(frozen=True, slots=True)
class Key:
    """What an answer is verified with."""

    customer_id: UUID
    public_key: bytes
    sign_count: int


async def of_customer(conn: Conn, customer_id: UUID) -> list[Passkey]:
    """The passkeys of an account, oldest first."""
    rows = await conn.fetch(
        """
        select credential_id, name, created_at, used_at from passkeys where customer_id = $1
        order by created_at, credential_id limit 100
        """,
        customer_id,
    )
    return [Passkey(*row.values()) for row in rows]


async def key(conn: Conn, credential_id: bytes) -> Key | None:
    """The passkey with this id, of an account that is there."""
    row = await conn.fetchrow(
        """
        select customer_id, public_key, sign_count from passkeys join customers on customers.id = customer_id
        where credential_id = $1 and deleted_at is null
        """,
        credential_id,
    )
    return Key(*row.values()) if row is not None else None


async def add(
    tx: Tx, credential_id: bytes, customer_id: UUID, public_key: bytes, sign_count: int, name: str, most: int, *,
    now: datetime,
) -> bool:  # fmt: skip
    """Write a passkey; False if this credential is known already, or the account has `most`."""
    return bool(
        await tx.execute(
            """
            insert into passkeys (credential_id, customer_id, public_key, sign_count, name, created_at)
            select $1, $2, $3, $4, $5, $7
            where (select count(*) from passkeys where customer_id = $2) < $6
            on conflict (credential_id) do nothing
            """,
            credential_id,
            customer_id,
            public_key,
            sign_count,
            name,
            most,
            now,
        )
    )


async def used(tx: Tx, credential_id: bytes, sign_count: int, *, now: datetime) -> bool:
    """Note that a passkey was used; False if its counter has come as far meanwhile. Zero never counts."""
    return bool(
        await tx.execute(
            """
            update passkeys set sign_count = $2, used_at = $3
            where credential_id = $1 and (sign_count < $2 or sign_count = 0 and $2 = 0)
            """,
            credential_id,
            sign_count,
            now,
        )
    )


async def rename(tx: Tx, customer_id: UUID, credential_id: bytes, name: str) -> bool:
    """Call a passkey of this account so; whether there was one."""
    return bool(
        await tx.execute(
            "update passkeys set name = $3 where customer_id = $1 and credential_id = $2",
            customer_id,
            credential_id,
            name,
        )
    )


async def remove(tx: Tx, customer_id: UUID, credential_id: bytes) -> str | None:
    """Delete a passkey of this account; its name, or None if there was none."""
    found: str | None = await tx.fetchval(
        "delete from passkeys where customer_id = $1 and credential_id = $2 returning name",
        customer_id,
        credential_id,
    )
    return found


async def put_challenge(tx: Tx, token_hash: bytes, challenge: bytes, until: datetime) -> None:
    """Keep a challenge in a session; the one before is void."""
    await tx.execute(
        "update sessions set challenge = $2, challenge_until = $3 where token_hash = $1",
        token_hash,
        challenge,
        until,
    )


async def take_challenge(tx: Tx, token_hash: bytes, *, now: datetime) -> bytes | None:
    """The challenge of a session, which is gone with this."""
    found: bytes | None = await tx.fetchval(
        """
        with before as (
            select token_hash, challenge from sessions
            where token_hash = $1 and challenge is not null and challenge_until > $2 for update
        )
        update sessions set challenge = null, challenge_until = null from before
        where sessions.token_hash = before.token_hash returning before.challenge
        """,
        token_hash,
        now,
    )
    return found
