"""All SQL of `buy_nows`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kassa.checkout.errors import BuyNowNotFound
from kassa.kernel.db import Conn, Row, Tx
from kassa.kernel.ids import hash_token


@dataclass(frozen=True, slots=True)
class BuyNow:
    """A product on its way through Stripe's page without a cart: `state` is open, complete or expired.

    Its id is that of the hold, and of the order once it is paid. `terms` is what was agreed: the quote, and where
    it holds.
    """

    id: UUID
    token_hash: bytes
    state: str
    variant_id: UUID
    quantity: int
    email: str | None
    locale: str
    owner: str
    currency: str
    terms: Mapping[str, Any]
    total_minor: int
    session_ref: str | None
    url: str | None
    order_id: UUID | None
    created_at: datetime
    ended_at: datetime | None

    @property
    def proof(self) -> str:
        """What the browser knows in which this was begun, and nobody who was shown the address of its page."""
        return proof_of(self.token_hash)

    @property
    def line(self) -> Mapping[str, Any]:
        """What is bought, as it was agreed: sku, title, slug, quantity, amounts in minor units."""
        line: Mapping[str, Any] = self.terms["quote"]["lines"][0]
        return line


def proof_of(token_hash: bytes) -> str:
    """The proof of a purchase whose token has this hash; nobody finds the token by it."""
    return hash_token(f"proof {token_hash.hex()}").hex()


async def insert(tx: Tx, fresh: BuyNow, *, sync_at: datetime) -> bool:
    """Write down what is about to be sold; False if there is one of this id."""
    return bool(
        await tx.execute(
            """
            insert into buy_nows (id, token_hash, variant_id, quantity, email, locale, owner, currency, quote,
                total_minor, sync_at, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (id) do nothing
            """,
            fresh.id, fresh.token_hash, fresh.variant_id, fresh.quantity, fresh.email, fresh.locale, fresh.owner,
            fresh.currency, fresh.terms, fresh.total_minor, sync_at, fresh.created_at,
        )
    )  # fmt: skip


async def get(conn: Conn, buy_now_id: UUID) -> BuyNow:
    """The purchase.

    Raises:
        BuyNowNotFound: there is none.
    """
    row = await conn.fetchrow(
        """
        select id, token_hash, state, variant_id, quantity, email, locale, owner, currency, quote, total_minor,
            session_ref, url, order_id, created_at, ended_at
        from buy_nows where id = $1
        """,
        buy_now_id,
    )
    return _buy_now(row)


async def lock(tx: Tx, buy_now_id: UUID) -> BuyNow:
    """The purchase, locked until `tx` ends: its mutex as long as it has no order.

    Raises:
        BuyNowNotFound: there is none.
    """
    row = await tx.fetchrow(
        """
        select id, token_hash, state, variant_id, quantity, email, locale, owner, currency, quote, total_minor,
            session_ref, url, order_id, created_at, ended_at
        from buy_nows where id = $1 for update
        """,
        buy_now_id,
    )
    return _buy_now(row)


async def is_open(conn: Conn, buy_now_id: UUID) -> bool:
    """Whether there is a purchase of this id that is neither paid nor over."""
    return bool(await conn.fetchval("select true from buy_nows where id = $1 and state = 'open'", buy_now_id))


async def write(
    tx: Tx, buy_now_id: UUID, *, session_ref: str | None, url: str | None, sync_at: datetime | None
) -> None:
    """Write down what the provider showed of one that goes on; without `url` its page is done, and the bank decides."""
    await tx.execute(
        """
        update buy_nows set session_ref = coalesce($2, session_ref), url = $3, sync_at = $4
        where id = $1
        """,
        buy_now_id,
        session_ref,
        url,
        sync_at,
    )


async def end(
    tx: Tx, buy_now_id: UUID, *, state: str, session_ref: str | None, order_id: UUID | None, now: datetime
) -> None:
    """It is paid (`complete`, with its order) or over (`expired`)."""
    await tx.execute(
        """
        update buy_nows set state = $2, session_ref = coalesce($3, session_ref), order_id = $4, ended_at = $5,
            sync_at = null
        where id = $1
        """,
        buy_now_id,
        state,
        session_ref,
        order_id,
        now,
    )


async def due_for_sync(tx: Tx, *, now: datetime, lease: datetime, limit: int) -> list[UUID]:
    """Open ones that nobody has told us about for a while; each is left alone until `lease`."""
    rows = await tx.fetch(
        """
        with due as (
            select id, sync_at from buy_nows where state = 'open' and sync_at <= $1
            order by sync_at, id limit $3 for update skip locked
        ), taken as (
            update buy_nows set sync_at = $2 from due where buy_nows.id = due.id returning buy_nows.id, due.sync_at
        )
        select id from taken order by sync_at, id
        """,
        now,
        lease,
        limit,
    )
    return [row["id"] for row in rows]


def _buy_now(row: Row | None) -> BuyNow:
    if row is None:
        raise BuyNowNotFound("There is no such purchase.")
    return BuyNow(*row.values())
