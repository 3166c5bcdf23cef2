"""All SQL of `alerts`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa.kernel.db import Conn, Tx

_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class Alert:
    """Who wants to know of which edition. `state`: `asked`, `waiting` (the address is proved) or `told`."""

    id: UUID
    variant_id: UUID
    email: str
    state: str
    created_at: datetime
    title: str
    edition: str
    slug: str
    sku: str
    language: str


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition that is offered, and how many of it there are."""

    variant_id: UUID
    available: int


async def edition(conn: Conn, sku: str) -> Edition | None:
    """The edition of this SKU, if it is offered."""
    row = await conn.fetchrow(
        """
        select variants.id, coalesce(on_hand - reserved, 0)
        from variants join products on products.id = product_id left join stock on variant_id = variants.id
        where sku = $1 and active and status = 'active'
        """,
        sku,
    )
    return Edition(*row.values()) if row is not None else None


async def get(conn: Conn, alert_id: UUID) -> Alert | None:
    """The alert, if there is one."""
    row = await conn.fetchrow(
        """
        select alerts.id, variant_id, email, state, alerts.created_at, products.title, variants.title, slug, sku,
            alerts.language
        from alerts join variants on variants.id = variant_id join products on products.id = product_id
        where alerts.id = $1
        """,
        alert_id,
    )
    return Alert(*row.values()) if row is not None else None


async def of_email(conn: Conn, email: str) -> list[Alert]:
    """Every alert of an address, newest first, at most a hundred."""
    rows = await conn.fetch(
        """
        select alerts.id, variant_id, email, state, alerts.created_at, products.title, variants.title, slug, sku,
            alerts.language
        from alerts join variants on variants.id = variant_id join products on products.id = product_id
        where email = lower($1) order by alerts.created_at desc, alerts.id desc limit $2
        """,
        email,
        _LIMIT,
    )
    return [Alert(*row.values()) for row in rows]


async def insert(
    tx: Tx,
    alert_id: UUID,
    variant_id: UUID,
    email: str,
    *,
    proved: bool,
    now: datetime,
    most: int,
    language: str,
) -> bool:
    """Write an alert, unless this edition and address have one or the address has `most` unproved ones; whether
    it was written."""
    return bool(
        await tx.execute(
            """
            insert into alerts (id, variant_id, email, state, created_at, confirmed_at, language)
            select $1, $2, $3, case when $4 then 'waiting' else 'asked' end, $5::timestamptz,
                case when $4 then $5::timestamptz end, $7
            where $4 or (select count(*) from alerts where email = $3 and state = 'asked') < $6
            on conflict (variant_id, email) where state <> 'told' do nothing
            """,
            alert_id, variant_id, email, proved, now, most, language,
        )
    )  # fmt: skip


async def prove(tx: Tx, variant_id: UUID, email: str, *, now: datetime) -> None:
    """The address of an alert that is there already is proved."""
    await tx.execute(
        """
        update alerts set state = 'waiting', confirmed_at = $3
        where variant_id = $1 and email = $2 and state = 'asked'
        """,
        variant_id,
        email,
        now,
    )


async def confirm(tx: Tx, alert_id: UUID, *, now: datetime) -> None:
    """The link of the letter was used: the alert waits."""
    await tx.execute(
        "update alerts set state = 'waiting', confirmed_at = $2 where id = $1 and state = 'asked'",
        alert_id,
        now,
    )


async def due(conn: Conn, *, limit: int) -> list[UUID]:
    """Editions that somebody waits for and that are there, at most `limit`."""
    rows = await conn.fetch(
        """
        select variant_id from stock join variants on variants.id = variant_id
            join products on products.id = product_id
        where on_hand > reserved and active and status = 'active'
            and exists (select from alerts where alerts.variant_id = stock.variant_id and state = 'waiting')
        limit $1
        """,
        limit,
    )
    return [row["variant_id"] for row in rows]


async def tell(
    tx: Tx, variant_id: UUID, *, per_unit: int, since: datetime, now: datetime, most: int
) -> Sequence[UUID]:
    """Mark as told those who waited longest, `per_unit` for each unit that is there, less those told `since` then;
    their ids. Whoever was told meanwhile by another worker is not told again."""
    rows = await tx.fetch(
        """
        update alerts set state = 'told', told_at = $4
        where state = 'waiting' and id in (
            select id from alerts where variant_id = $1 and state = 'waiting' order by confirmed_at, id
            limit least($5, greatest(0,
                $2 * coalesce((select on_hand - reserved from stock where variant_id = $1), 0)
                - (select count(*) from alerts where variant_id = $1 and state = 'told' and told_at > $3)))
        )
        returning id
        """,
        variant_id, per_unit, since, now, most,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def delete_all_of(tx: Tx, email: str) -> int:
    """Forget every alert of an address; how many there were."""
    return await tx.execute("delete from alerts where email = lower($1)", email)


async def sweep(tx: Tx, *, unproved: datetime, told: datetime) -> int:
    """Forget alerts that nobody proved since then, and those that were told before then; how many."""
    return await tx.execute(
        """
        delete from alerts where id in (
            select id from alerts
            where state = 'asked' and created_at < $1 or state = 'told' and told_at < $2 limit 10000
        )
        """,
        unproved,
        told,
    )
