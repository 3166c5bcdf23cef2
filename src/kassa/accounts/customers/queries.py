"""SQL of `customers` and `customer_tokens`, and of `sessions` as far as a customer is signed in there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import UniqueViolationError

from kassa.accounts.errors import EmailTaken
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
    """Make a cart, if it is still there, the customer's, unless they have one; the one that is theirs now. Locks the
    customer.
    """
    found: UUID | None = await tx.fetchval(
        """
        update customers set cart_id = coalesce(cart_id, (select id from carts where id = $2))
        where id = $1 returning cart_id
        """,
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


@dataclass(frozen=True, slots=True)
class Credentials:
    """A customer with what a password is compared with."""

    customer: Customer
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class Token:
    """What a mail carried, without the secret. `customer_id` is None where there was no account yet; `known`: now
    there is one with this address.
    """

    kind: str
    email: str
    customer_id: UUID | None
    expires_at: datetime
    used_at: datetime | None
    known: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session in which a customer is signed in, as they are shown it."""

    id: UUID
    device: str
    signed_in_at: datetime
    seen_at: datetime
    current: bool


async def by_email(conn: Conn, email: str) -> Credentials | None:
    """The customer with this address (in lower case)."""
    row = await conn.fetchrow(
        """
        select password_hash, id, email, name, verified_at, stripe_ref, cart_id,
            password_hash is not null as has_password
        from customers where email = $1 and deleted_at is null
        """,
        email,
    )
    if row is None:
        return None
    password_hash, *values = row.values()
    return Credentials(Customer(*values), password_hash)


async def add(
    tx: Tx, customer_id: UUID, email: str, name: str, *, password_hash: str | None, now: datetime
) -> bool:
    """Write an account whose address is proved; False if the address has one already."""
    return bool(
        await tx.execute(
            """
            insert into customers (id, email, name, password_hash, verified_at, created_at)
            values ($1, $2, $3, $4, $5, $5)
            on conflict (email) where deleted_at is null do nothing
            """,
            customer_id,
            email,
            name,
            password_hash,
            now,
        )
    )


async def set_password(tx: Tx, customer_id: UUID, password_hash: str | None) -> None:
    """Store a password, or that there is none."""
    await tx.execute("update customers set password_hash = $2 where id = $1", customer_id, password_hash)


async def rehash(tx: Tx, customer_id: UUID, old: str, new: str) -> None:
    """Store the same password with other parameters, unless it was changed meanwhile."""
    await tx.execute(
        "update customers set password_hash = $3 where id = $1 and password_hash = $2", customer_id, old, new
    )


async def set_name(tx: Tx, customer_id: UUID, name: str) -> None:
    """Store what somebody is called."""
    await tx.execute("update customers set name = $2 where id = $1", customer_id, name)


async def set_email(tx: Tx, customer_id: UUID, email: str, *, now: datetime) -> None:
    """Store a new address that is proved.

    Raises:
        EmailTaken: another account has it; the transaction is lost.
    """
    try:
        await tx.execute(
            "update customers set email = $2, verified_at = $3 where id = $1", customer_id, email, now
        )
    except UniqueViolationError:
        raise EmailTaken("Another account has this address.") from None


async def add_token(
    tx: Tx, token_hash: bytes, kind: str, email: str, *, customer_id: UUID | None, now: datetime,
    expires_at: datetime,
) -> None:  # fmt: skip
    """Write down what a mail carries."""
    await tx.execute(
        """
        insert into customer_tokens (token_hash, kind, customer_id, email, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        token_hash,
        kind,
        customer_id,
        email,
        now,
        expires_at,
    )


async def token(conn: Conn, token_hash: bytes, kind: str) -> Token | None:
    """What a link of this kind is for, good or not."""
    row = await conn.fetchrow(
        """
        select kind, email, customer_id, expires_at, used_at, exists (
            select 1 from customers where customers.email = customer_tokens.email and deleted_at is null
        ) as known
        from customer_tokens where token_hash = $1 and kind = $2
        """,
        token_hash,
        kind,
    )
    return Token(*row.values()) if row is not None else None


async def use_token(tx: Tx, token_hash: bytes, kind: str, *, now: datetime) -> Token | None:
    """Use a link up; of two that try at the same moment, one gets it."""
    row = await tx.fetchrow(
        """
        update customer_tokens set used_at = $3
        where token_hash = $1 and kind = $2 and used_at is null and expires_at > $3
        returning kind, email, customer_id, expires_at, used_at
        """,
        token_hash,
        kind,
        now,
    )
    return Token(*row.values()) if row is not None else None


async def void_tokens(tx: Tx, customer_id: UUID, *, now: datetime) -> None:
    """No link that was sent to this customer, or to their address before it had an account, is good any more."""
    await tx.execute(
        """
        update customer_tokens set used_at = $2
        where used_at is null
          and (customer_id = $1 or email = (select email from customers where id = $1))
        """,
        customer_id,
        now,
    )


async def signed_in(conn: Conn, customer_id: UUID, token_hash: bytes, *, now: datetime) -> list[SignedIn]:
    """Where a customer is signed in, last seen first, the one with this token before all; at most fifty."""
    rows = await conn.fetch(
        """
        select id, device, signed_in_at, seen_at, token_hash = $2 as current from sessions
        where customer_id = $1 and expires_at > $3 and signed_in_at is not null
        order by token_hash = $2 desc, seen_at desc, id limit 50
        """,
        customer_id,
        token_hash,
        now,
    )
    return [SignedIn(*row.values()) for row in rows]


async def end_session(tx: Tx, customer_id: UUID, session_id: UUID) -> bool:
    """Forget a session of this customer; whether there was one."""
    return bool(
        await tx.execute("delete from sessions where customer_id = $1 and id = $2", customer_id, session_id)
    )


async def end_sessions(tx: Tx, customer_id: UUID, *, but: bytes | None) -> int:
    """Forget all sessions of this customer, but the one with this token; how many there were."""
    return await tx.execute(
        "delete from sessions where customer_id = $1 and token_hash is distinct from $2", customer_id, but
    )


async def empty(tx: Tx, customer_id: UUID, email: str, *, now: datetime) -> bool:
    """Take everything out of an account but its id and Stripe's; False if it had ended before."""
    ended = await tx.execute(
        """
        update customers set email = '', name = '', password_hash = null, verified_at = null, cart_id = null,
            deleted_at = $2
        where id = $1 and deleted_at is null
        """,
        customer_id,
        now,
    )
    await tx.execute("delete from passkeys where customer_id = $1", customer_id)
    await tx.execute("delete from customer_addresses where customer_id = $1", customer_id)
    await tx.execute("delete from customer_tokens where customer_id = $1 or email = $2", customer_id, email)
    return bool(ended)


async def left(conn: Conn, customer_id: UUID) -> tuple[bool, str | None]:
    """Whether there is the empty row of somebody who left, and who they are at Stripe."""
    row = await conn.fetchrow(
        "select stripe_ref from customers where id = $1 and deleted_at is not null", customer_id
    )
    return row is not None, row["stripe_ref"] if row is not None else None


async def strike_out(tx: Tx, customer_id: UUID, ref: str | None) -> None:
    """Delete the row of somebody who left, if this is still all that Stripe knows of them."""
    await tx.execute(
        """
        delete from customers where id = $1 and deleted_at is not null and stripe_ref is not distinct from $2
        """,
        customer_id,
        ref,
    )


async def sweep(tx: Tx, before: datetime, at_once: int) -> int:
    """Delete tokens that ran out before a time; how many there were."""
    return await tx.execute(
        """
        delete from customer_tokens where token_hash in
            (select token_hash from customer_tokens where expires_at <= $1 order by expires_at limit $2)
        """,
        before,
        at_once,
    )
