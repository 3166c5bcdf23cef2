"""SQL of `customers`, and of `sessions` as far as a customer is signed in there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kassa.kernel.db import Conn, Tx


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody with an account. `stripe_ref` is their Customer at Stripe, `cart_id` their bag on every device."""

    id: UUID
    email: str
    name: str
    verified_at: datetime | None
    stripe_ref: str | None
    cart_id: UUID | None
    has_password: bool


async def customer(conn: Conn, customer_id: UUID) -> Customer | None:
    """The customer, unless there is none or the account was deleted."""
    row = await conn.fetchrow(
        """
        select id, email, name, verified_at, stripe_ref, cart_id, password_hash is not null as has_password
        from customers where id = $1 and deleted_at is null
        """,
        customer_id,
    )
    return Customer(*row.values()) if row is not None else None


async def set_stripe_ref(tx: Tx, customer_id: UUID, ref: str) -> None:
    """Note who the customer is at Stripe; the first answer stays."""
    await tx.execute(
        "update customers set stripe_ref = $2 where id = $1 and stripe_ref is null", customer_id, ref
    )


async def claim_cart(tx: Tx, customer_id: UUID, cart_id: UUID) -> UUID | None:
    """Make a cart the customer's, unless they have one; the one that is theirs now. Locks the customer."""
    found: UUID | None = await tx.fetchval(
        "update customers set cart_id = coalesce(cart_id, $2) where id = $1 returning cart_id",
        customer_id,
        cart_id,
    )
    return found


async def sign_in(
    tx: Tx, old_hash: bytes, new_hash: bytes, csrf: str, customer_id: UUID, *, device: str, now: datetime,
    expires_at: datetime,
) -> bool:  # fmt: skip
    """Give a living session of this customer, or of nobody, a new token and this customer; whether there was one."""
    return bool(
        await tx.execute(
            """
            update sessions set token_hash = $2, csrf = $3, customer_id = $4, device = $5, seen_at = $6,
                signed_in_at = $6, expires_at = $7, staff_id = null, challenge = null, challenge_until = null
            where token_hash = $1 and expires_at > $6 and coalesce(customer_id, $4) = $4
            """,
            old_hash,
            new_hash,
            csrf,
            customer_id,
            device,
            now,
            expires_at,
        )
    )


async def seen(conn: Conn, token_hash: bytes, *, now: datetime) -> None:
    """Note that the session is in use; not at all if somebody else is writing it just now."""
    await conn.execute(
        """
        update sessions set seen_at = $2 where token_hash in
            (select token_hash from sessions where token_hash = $1 for update skip locked)
        """,
        token_hash,
        now,
    )
