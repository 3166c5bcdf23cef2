"""All SQL of `staff`, `staff_invites`, `api_keys` and `sessions`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kassa.accounts.customers.queries import Customer
from kassa.kernel.db import Conn, Tx

#: A session remembers this many orders, the newest.
ORDERS_KEPT: Final = 50
#: Nobody reads more messages than this; older ones go.
FLASHES_KEPT: Final = 5
_SWEPT_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works here. `role`: `owner` or `operator`."""

    id: UUID
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """A member of staff with what is needed to let them in."""

    staff: Staff
    password_hash: str | None
    disabled: bool


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A program that may call us. `scope`: `storefront` or `admin`."""

    id: UUID
    name: str
    scope: str


@dataclass(frozen=True, slots=True)
class Session:
    """A browser we know; `staff_id` is set once its user has logged in as staff, `customer` once one signed in.

    `cart_id` is then the customer's, the same on every device. `signed_in_at`: when they last proved who they are.
    """

    staff_id: UUID | None
    staff_email: str | None
    staff_role: str | None
    cart_id: UUID | None
    currency: str | None
    order_ids: Sequence[UUID]
    csrf: str
    flash: Sequence[Mapping[str, Any]]
    created_at: datetime
    expires_at: datetime
    seen_at: datetime | None = None
    signed_in_at: datetime | None = None
    id: UUID | None = None
    country: str | None = None
    customer: Customer | None = None

    @property
    def customer_id(self) -> UUID | None:
        """The id of the customer who is signed in."""
        return self.customer.id if self.customer is not None else None


async def add_staff(
    tx: Tx, staff_id: UUID, email: str, role: str, *, password_hash: str | None, now: datetime
) -> bool:
    """Write an account; False if the e-mail has one already."""
    return bool(
        await tx.execute(
            """
            insert into staff (id, email, role, password_hash, created_at) values ($1, $2, $3, $4, $5)
            on conflict (email) do nothing
            """,
            staff_id,
            email,
            role,
            password_hash,
            now,
        )
    )


async def credentials(conn: Conn, email: str) -> Credentials | None:
    """The account of this e-mail address (in lower case), disabled or not."""
    row = await conn.fetchrow(
        """
        select id, email, role, password_hash, disabled_at is not null as disabled from staff where email = $1
        """,
        email,
    )
    if row is None:
        return None
    return Credentials(Staff(row["id"], row["email"], row["role"]), row["password_hash"], row["disabled"])


async def staff_addresses(conn: Conn) -> list[str]:
    """The e-mail addresses of everybody on the staff who may log in, at most a hundred."""
    rows = await conn.fetch("select email from staff where disabled_at is null order by email limit 100")
    return [row["email"] for row in rows]


async def replace_invite(tx: Tx, staff_id: UUID, token_hash: bytes, *, expires_at: datetime) -> None:
    """Give this account an invite; the ones before are void."""
    await tx.execute("delete from staff_invites where staff_id = $1", staff_id)
    await tx.execute(
        "insert into staff_invites (token_hash, staff_id, expires_at) values ($1, $2, $3)",
        token_hash,
        staff_id,
        expires_at,
    )


async def invited(conn: Conn, token_hash: bytes, *, now: datetime) -> Staff | None:
    """Whom an unused invite that has not run out is for."""
    row = await conn.fetchrow(
        """
        select staff.id, email, role from staff_invites join staff on staff.id = staff_id
        where token_hash = $1 and used_at is null and expires_at > $2 and disabled_at is null
        """,
        token_hash,
        now,
    )
    return Staff(*row.values()) if row is not None else None


async def use_invite(tx: Tx, token_hash: bytes, *, now: datetime) -> Staff | None:
    """Use an invite up; of two that try at the same moment, one gets it."""
    row = await tx.fetchrow(
        """
        update staff_invites set used_at = $2 from staff
        where token_hash = $1 and used_at is null and expires_at > $2 and staff.id = staff_id
          and disabled_at is null
        returning staff.id, email, role
        """,
        token_hash,
        now,
    )
    return Staff(*row.values()) if row is not None else None


async def write_password(tx: Tx, staff_id: UUID, password_hash: str) -> None:
    """Store a new password and end every session that began with an old one."""
    await tx.execute("update staff set password_hash = $2 where id = $1", staff_id, password_hash)
    await tx.execute("delete from sessions where staff_id = $1", staff_id)


async def add_key(tx: Tx, key_id: UUID, name: str, scope: str, key_hash: bytes, *, now: datetime) -> None:
    """Write an API key."""
    await tx.execute(
        "insert into api_keys (id, name, scope, key_hash, created_at) values ($1, $2, $3, $4, $5)",
        key_id,
        name,
        scope,
        key_hash,
        now,
    )


async def key_for(conn: Conn, key_hash: bytes) -> ApiKey | None:
    """The key with this hash, unless it was revoked."""
    row = await conn.fetchrow(
        "select id, name, scope from api_keys where key_hash = $1 and revoked_at is null", key_hash
    )
    return ApiKey(*row.values()) if row is not None else None


async def add_session(
    tx: Tx, token_hash: bytes, csrf: str, *, staff_id: UUID | None, now: datetime, expires_at: datetime
) -> None:
    """Write a session with nothing in it."""
    await tx.execute(
        """
        insert into sessions (token_hash, csrf, staff_id, created_at, expires_at) values ($1, $2, $3, $4, $5)
        """,
        token_hash,
        csrf,
        staff_id,
        now,
        expires_at,
    )


async def session(conn: Conn, token_hash: bytes, *, now: datetime) -> Session | None:
    """The session of a token, unless it has run out or its user was disabled or has left."""
    row = await conn.fetchrow(
        """
        select staff_id, staff.email, role,
            case when customers.id is null then sessions.cart_id else customers.cart_id end as bag,
            currency, order_ids, csrf, flash, sessions.created_at, expires_at, seen_at, signed_in_at,
            sessions.id as session_id, country, customers.id, customers.email as address, name, verified_at, stripe_ref,
            customers.cart_id, customers.password_hash is not null as has_password
        from sessions left join staff on staff.id = staff_id left join customers on customers.id = customer_id
        where token_hash = $1 and expires_at > $2 and disabled_at is null and deleted_at is null
        """,
        token_hash,
        now,
    )
    if row is None:
        return None
    *values, id_, address, name, verified_at, stripe_ref, cart_id, has_password = row.values()
    customer = Customer(id_, address, name, verified_at, stripe_ref, cart_id, has_password) if id_ else None
    return Session(*(*values, customer))


async def move_session(
    tx: Tx, old_hash: bytes, new_hash: bytes, csrf: str, *, staff_id: UUID | None, now: datetime,
    expires_at: datetime,
) -> bool:  # fmt: skip
    """Give a living session a new token, CSRF token, user and end; whether there was one."""
    return bool(
        await tx.execute(
            """
            update sessions set token_hash = $2, csrf = $3, staff_id = $4, expires_at = $6
            where token_hash = $1 and expires_at > $5
            """,
            old_hash,
            new_hash,
            csrf,
            staff_id,
            now,
            expires_at,
        )
    )


async def prolong(conn: Conn, token_hash: bytes, *, expires_at: datetime) -> None:
    """Let a session end later; not at all if somebody else is writing it just now."""
    await conn.execute(
        """
        update sessions set expires_at = $2 where token_hash in
            (select token_hash from sessions where token_hash = $1 for update skip locked)
        """,
        token_hash,
        expires_at,
    )


async def end_session(tx: Tx, token_hash: bytes) -> None:
    """Forget a session."""
    await tx.execute("delete from sessions where token_hash = $1", token_hash)


async def set_cart(tx: Tx, token_hash: bytes, cart_id: UUID | None) -> None:
    """Point a session to a cart, or to none."""
    await tx.execute("update sessions set cart_id = $2 where token_hash = $1", token_hash, cart_id)


async def set_currency(tx: Tx, token_hash: bytes, currency: str) -> None:
    """Note which currency a browser wants prices in."""
    await tx.execute("update sessions set currency = $2 where token_hash = $1", token_hash, currency)


async def set_country(tx: Tx, token_hash: bytes, country: str) -> None:
    """Note where what a browser orders goes."""
    await tx.execute("update sessions set country = $2 where token_hash = $1", token_hash, country)


async def remember_order(tx: Tx, token_hash: bytes, order_id: UUID) -> None:
    """Put an order at the end of a session's list, once; the oldest fall out of a list that is full."""
    await tx.execute(
        """
        update sessions
        set order_ids = (array_append(array_remove(order_ids, $2), $2))
            [greatest(1, cardinality(array_remove(order_ids, $2)) + 2 - $3) :]
        where token_hash = $1
        """,
        token_hash,
        order_id,
        ORDERS_KEPT,
    )


async def flash(tx: Tx, token_hash: bytes, message: Mapping[str, str]) -> None:
    """Keep a message for the next page; of many, the newest stay."""
    await tx.execute(
        """
        update sessions set flash = (
            select jsonb_agg(entry order by place) from (
                select entry, place from jsonb_array_elements(flash || jsonb_build_array($2::jsonb))
                    with ordinality as kept (entry, place)
                order by place desc limit $3
            ) as newest
        )
        where token_hash = $1
        """,
        token_hash,
        message,
        FLASHES_KEPT,
    )


async def take_flash(tx: Tx, token_hash: bytes) -> Sequence[Mapping[str, Any]]:
    """The messages that waited, which wait no longer."""
    row = await tx.fetchrow(
        """
        with before as (
            select token_hash, flash from sessions where token_hash = $1 and flash <> '[]' for update
        )
        update sessions set flash = '[]' from before where sessions.token_hash = before.token_hash
        returning before.flash
        """,
        token_hash,
    )
    return row["flash"] if row is not None else []


async def sweep(tx: Tx, *, now: datetime) -> int:
    """Delete sessions and invites that have run out, some thousands at a time; how many there were."""
    swept = await tx.execute(
        """
        delete from sessions where token_hash in (
            select token_hash from sessions where expires_at <= $1 order by expires_at limit $2
            for update skip locked
        )
        """,
        now,
        _SWEPT_AT_ONCE,
    )
    return swept + await tx.execute("delete from staff_invites where expires_at <= $1", now)
