"""All SQL of `discounts` and `redemptions`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kassa.kernel import cursor
from kassa.kernel.db import Conn, Row, Tx
from kassa.pricing.discounts.engine import Kind

_PAGE_LIMIT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A discount as its operator made it, and how often it was used (`used`: reserved or committed).

    `value` is basis points, or minor units of `currency` for a fixed one; `targets` are ids of products, variants and
    collections.
    """

    id: UUID
    code: str
    automatic: bool
    kind: Kind
    title: str
    value: int
    currency: str | None
    minimum_minor: int
    targets: frozenset[UUID]
    buy: int
    get: int
    combines: bool
    usage_limit: int | None
    per_customer_limit: int | None
    used: int
    starts_at: datetime | None
    ends_at: datetime | None
    created_at: datetime

    def full(self, used: int, mine: int) -> bool:
        """Whether it may not be used again, after `used` uses, `mine` of them by this customer."""
        return (self.usage_limit is not None and used >= self.usage_limit) or (
            self.per_customer_limit is not None and mine >= self.per_customer_limit
        )


@dataclass(frozen=True, slots=True)
class Considered:
    """A discount that may apply to a cart: `used` by others, and `mine` by its customer, its own order left out."""

    offer: Offer
    used: int
    mine: int


@dataclass(frozen=True, slots=True)
class Redemption:
    """One use by an order: `state` is reserved, committed or released; the amount in the order's minor unit."""

    discount_id: UUID
    order_id: UUID
    number: int
    customer: str
    state: str
    amount_minor: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """What a discount came to in one currency: orders that were paid, what they cost and what they saved."""

    currency: str
    orders: int
    saved_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class OfferPage:
    """Some discounts, newest first, and the cursor of the next page."""

    items: Sequence[Offer]
    next: str | None


async def considered(
    conn: Conn, *, code: str | None, now: datetime, customer: str, order_id: UUID | None, limit: int
) -> list[Considered]:
    """The discount of this code, whether it may be used or not, then the automatic ones of this moment.

    `order_id`: the uses of this order do not count, since it would be the one to use them.
    """
    rows = await conn.fetch(
        """
        select id, code, automatic, kind, title, value, currency, minimum_minor, targets, buy, get, combines,
            usage_limit, per_customer_limit, used, starts_at, ends_at, created_at,
            used - (select count(*) from redemptions where discount_id = id and order_id = $4
                and state <> 'released')::int as by_others,
            case when per_customer_limit is null or $3 = '' then 0 else (select count(*) from redemptions
                where discount_id = id and customer = $3 and state <> 'released'
                and order_id is distinct from $4)::int end as mine
        from discounts
        where (code = $1 and not automatic)
            or (automatic and (starts_at is null or starts_at <= $2) and (ends_at is null or ends_at > $2))
        order by automatic, id limit $5
        """,
        code,
        now,
        customer,
        order_id,
        limit,
    )
    return [Considered(_offer(row), row["by_others"], row["mine"]) for row in rows]


async def get(conn: Conn, code: str) -> Offer | None:
    """The discount of this code, if there is one."""
    row = await conn.fetchrow(
        """
        select id, code, automatic, kind, title, value, currency, minimum_minor, targets, buy, get, combines,
            usage_limit, per_customer_limit, used, starts_at, ends_at, created_at
        from discounts where code = $1
        """,
        code,
    )
    return _offer(row) if row is not None else None


async def page(conn: Conn, *, after: str | None, limit: int) -> OfferPage:
    """Discounts, newest first, at most a hundred a page.

    Raises:
        Invalid: `after` is no cursor of ours (`invalid_cursor`).
    """
    limit = max(1, min(limit, _PAGE_LIMIT))
    at, last = cursor.read(after)
    rows = await conn.fetch(
        """
        select id, code, automatic, kind, title, value, currency, minimum_minor, targets, buy, get, combines,
            usage_limit, per_customer_limit, used, starts_at, ends_at, created_at
        from discounts where $1::timestamptz is null or (created_at, id) < ($1, $2)
        order by created_at desc, id desc limit $3
        """,
        at,
        last,
        limit + 1,
    )
    found = [_offer(row) for row in rows[:limit]]
    more = len(rows) > limit
    return OfferPage(found, cursor.write(found[-1].created_at, found[-1].id) if more else None)


async def insert(tx: Tx, offer: Offer) -> bool:
    """A new discount; False if there is one of this code."""
    return bool(
        await tx.execute(
            """
            insert into discounts (id, code, automatic, kind, title, value, currency, minimum_minor, targets, buy, get,
                combines, usage_limit, per_customer_limit, starts_at, ends_at, created_at, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)
            on conflict (code) do nothing
            """,
            offer.id, offer.code, offer.automatic, offer.kind, offer.title, offer.value, offer.currency,
            offer.minimum_minor, sorted(offer.targets), offer.buy, offer.get, offer.combines, offer.usage_limit,
            offer.per_customer_limit, offer.starts_at, offer.ends_at, offer.created_at,
        )
    )  # fmt: skip


async def replace(tx: Tx, offer: Offer, *, now: datetime) -> None:
    """Make a discount, which the caller has locked, exactly as given; its uses stay."""
    await tx.execute(
        """
        update discounts set automatic = $2, kind = $3, title = $4, value = $5, currency = $6, minimum_minor = $7,
            targets = $8, buy = $9, get = $10, combines = $11, usage_limit = $12, per_customer_limit = $13,
            starts_at = $14, ends_at = $15, updated_at = $16
        where id = $1
        """,
        offer.id, offer.automatic, offer.kind, offer.title, offer.value, offer.currency, offer.minimum_minor,
        sorted(offer.targets), offer.buy, offer.get, offer.combines, offer.usage_limit, offer.per_customer_limit,
        offer.starts_at, offer.ends_at, now,
    )  # fmt: skip


async def end(tx: Tx, discount_id: UUID, *, now: datetime) -> None:
    """It applies no more; one that is over stays as it was."""
    await tx.execute(
        """
        update discounts set ends_at = $2, updated_at = $2
        where id = $1 and (ends_at is null or ends_at > $2)
        """,
        discount_id,
        now,
    )


async def automatic_left(conn: Conn, *, now: datetime) -> int:
    """How many automatic discounts are not over."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        "select count(*) from discounts where automatic and (ends_at is null or ends_at > $1)", now
    )


async def lock(tx: Tx, discount_ids: Sequence[UUID]) -> list[Offer]:
    """The discounts, locked in the order of their ids: last in the order of locks."""
    rows = await tx.fetch(
        """
        select id, code, automatic, kind, title, value, currency, minimum_minor, targets, buy, get, combines,
            usage_limit, per_customer_limit, used, starts_at, ends_at, created_at
        from discounts where id = any($1) order by id for update
        """,
        list(discount_ids),
    )
    return [_offer(row) for row in rows]


async def uses_by(conn: Conn, discount_ids: Sequence[UUID], customer: str) -> dict[UUID, int]:
    """How often somebody has used each of these discounts."""
    rows = await conn.fetch(
        """
        select discount_id, count(*) as uses from redemptions
        where discount_id = any($1) and customer = $2 and state <> 'released' group by discount_id
        """,
        list(discount_ids),
        customer,
    )
    return {row["discount_id"]: row["uses"] for row in rows}


async def insert_uses(
    tx: Tx, order_id: UUID, amounts: Mapping[UUID, int], *, customer: str, now: datetime
) -> set[UUID]:
    """Write down that an order uses discounts, and what each takes; those it did not use before."""
    rows = await tx.fetch(
        """
        insert into redemptions (discount_id, order_id, customer, amount_minor, at)
        select discount_id, $1, $2, amount, $3 from unnest($4::uuid[], $5::bigint[]) as used (discount_id, amount)
        on conflict do nothing returning discount_id
        """,
        order_id,
        customer,
        now,
        list(amounts),
        list(amounts.values()),
    )
    return {row["discount_id"] for row in rows}


async def move(tx: Tx, order_id: UUID, *, frm: str, to: str) -> list[UUID]:
    """Change the state of an order's uses that are in `frm`; of which discounts they were."""
    rows = await tx.fetch(
        "update redemptions set state = $3 where order_id = $1 and state = $2 returning discount_id",
        order_id,
        frm,
        to,
    )
    return [row["discount_id"] for row in rows]


async def released(conn: Conn, order_id: UUID) -> list[tuple[UUID, str]]:
    """The discounts whose uses an order has given back, and who used them."""
    rows = await conn.fetch(
        "select discount_id, customer from redemptions where order_id = $1 and state = 'released'", order_id
    )
    return [(row["discount_id"], row["customer"]) for row in rows]


async def count_up(tx: Tx, discount_ids: Sequence[UUID]) -> None:
    """One more use of each; the rows are locked and were looked at."""
    await tx.execute("update discounts set used = used + 1 where id = any($1)", list(discount_ids))


async def count_down(tx: Tx, discount_ids: Sequence[UUID]) -> None:
    """One use less of each; the rows are locked in the order of their ids."""
    await tx.execute(
        """
        with given_back as (select id from discounts where id = any($1) order by id for update)
        update discounts set used = used - 1 from given_back where discounts.id = given_back.id
        """,
        list(discount_ids),
    )


async def redemptions(conn: Conn, discount_id: UUID, *, limit: int) -> list[Redemption]:
    """The latest uses of a discount."""
    rows = await conn.fetch(
        """
        select discount_id, order_id, number, customer, redemptions.state, amount_minor, orders.currency, at
        from redemptions join orders on orders.id = order_id
        where discount_id = $1 order by at desc, order_id desc limit $2
        """,
        discount_id,
        limit,
    )
    return [Redemption(*row.values()) for row in rows]


async def figures(conn: Conn, discount_id: UUID) -> list[Figures]:
    """What a discount came to, by currency: of the orders that were paid."""
    rows = await conn.fetch(
        """
        select orders.currency, count(*), sum(amount_minor)::bigint, sum(total_minor)::bigint
        from redemptions join orders on orders.id = order_id
        where discount_id = $1 and redemptions.state = 'committed' group by orders.currency order by 1
        """,
        discount_id,
    )
    return [Figures(*row.values()) for row in rows]


async def reserved(conn: Conn, discount_id: UUID) -> int:
    """How many orders that wait for money use a discount."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        "select count(*) from redemptions where discount_id = $1 and state = 'reserved'", discount_id
    )


def _offer(row: Row) -> Offer:
    values: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    return Offer(**{**values, "kind": Kind(values["kind"]), "targets": frozenset(values["targets"])})


_COLUMNS: Final = tuple(Offer.__dataclass_fields__)
