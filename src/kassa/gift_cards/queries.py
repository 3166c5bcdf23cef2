"""All SQL of `gift_cards` and `gift_card_events`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kassa.gift_cards.errors import GiftCardNotFound
from kassa.kernel import cursor
from kassa.kernel.db import Conn, Row, Tx

_PAGE_LIMIT: Final = 100
#: Money that comes back to a card that is about to expire can be spent this long.
GRACE: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class GiftCard:
    """A card, in minor units of its currency. `balance_minor` is what is owed, `reserved_minor` what of it is promised
    to orders that wait; `sealed`: it has its code. Nobody knows the code but its holder; `last4` are its last letters.
    """

    id: UUID
    last4: str
    currency: str
    issued_minor: int
    balance_minor: int
    reserved_minor: int
    email: str
    locale: str
    order_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
    sealed: bool

    @property
    def available_minor(self) -> int:
        """What can be spent."""
        return self.balance_minor - self.reserved_minor

    def expired(self, now: datetime) -> bool:
        """Whether nothing can be bought with it any more."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class SoldCard:
    """A card that an order bought: `kept_minor` of what was issued was not voided, `available_minor` is unspent."""

    id: UUID
    line_id: UUID
    kept_minor: int
    available_minor: int
    issued_minor: int


@dataclass(frozen=True, slots=True)
class CardEvent:
    """Something that happened to a card: issued, voided, reserved, spent, released, given back. Newest comes last."""

    at: datetime
    kind: str
    amount_minor: int
    reason: str
    actor: str
    order_id: UUID | None
    number: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """What a card pays of an order; `state` as that of the payment."""

    payment_id: UUID
    last4: str
    amount_minor: int
    state: str


@dataclass(frozen=True, slots=True)
class CardPage:
    """Some cards, newest first, and the cursor of the next page."""

    items: Sequence[GiftCard]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCard:
    """A card about to be issued; the last three say which unit of which order's line it is."""

    id: UUID
    currency: str
    amount_minor: int
    email: str
    locale: str
    expires_at: datetime | None = None
    order_id: UUID | None = None
    line_id: UUID | None = None
    unit: int | None = None


async def insert(tx: Tx, card: NewCard, event_id: UUID, *, reason: str, actor: str, now: datetime) -> bool:
    """Write a card and that it was issued; False if this unit of this line has its card already."""
    return bool(
        await tx.execute(
            """
            with card as (
                insert into gift_cards (id, currency, issued_minor, balance_minor, email, locale, expires_at, order_id,
                    line_id, unit, created_at)
                values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning id
            )
            insert into gift_card_events (id, gift_card_id, kind, amount_minor, reason, actor, order_id, at)
            select $11, card.id, 'issued', $3, $12, $13, $7, $10 from card
            """,
            card.id, card.currency, card.amount_minor, card.email, card.locale, card.expires_at, card.order_id,
            card.line_id, card.unit, now, event_id, reason, actor,
        )
    )  # fmt: skip


async def seal(tx: Tx, card_id: UUID, *, code_hash: bytes, last4: str) -> bool:
    """Give a card its code, once; False if it has one."""
    return bool(
        await tx.execute(
            "update gift_cards set code_hash = $2, last4 = $3 where id = $1 and code_hash is null",
            card_id,
            code_hash,
            last4,
        )
    )


async def has_code(conn: Conn, card_id: UUID, code_hash: bytes) -> bool:
    """Whether this is the code of a card."""
    return bool(
        await conn.fetchval(
            "select true from gift_cards where id = $1 and code_hash = $2", card_id, code_hash
        )
    )


async def by_code(conn: Conn, code_hash: bytes) -> GiftCard | None:
    """The card of a code; it is looked up by its hash, so how long it takes says nothing about the code."""
    row = await conn.fetchrow(
        """
        select id, last4, currency, issued_minor, balance_minor, reserved_minor, email, locale, order_id, created_at,
            expires_at, code_hash is not null
        from gift_cards where code_hash = $1
        """,
        code_hash,
    )
    return _card(row) if row is not None else None


async def get(conn: Conn, card_id: UUID) -> GiftCard:
    """The card.

    Raises:
        GiftCardNotFound: there is none.
    """
    row = await conn.fetchrow(
        """
        select id, last4, currency, issued_minor, balance_minor, reserved_minor, email, locale, order_id, created_at,
            expires_at, code_hash is not null
        from gift_cards where id = $1
        """,
        card_id,
    )
    if row is None:
        raise GiftCardNotFound("There is no such gift card.")
    return _card(row)


async def lock(tx: Tx, card_ids: Sequence[UUID]) -> dict[UUID, GiftCard]:
    """These cards, locked until `tx` ends, always in the order of their ids: whoever locks two locks them alike."""
    rows = await tx.fetch(
        """
        select id, last4, currency, issued_minor, balance_minor, reserved_minor, email, locale, order_id, created_at,
            expires_at, code_hash is not null
        from gift_cards where id = any($1) order by id for update
        """,
        list(card_ids),
    )
    return {row["id"]: _card(row) for row in rows}


async def of_order(conn: Conn, order_id: UUID) -> list[GiftCard]:
    """The cards that an order bought, in the order of its lines; at most five thousand."""
    rows = await conn.fetch(
        """
        select card.id, last4, currency, issued_minor, balance_minor, reserved_minor, email, locale, card.order_id,
            created_at, expires_at, code_hash is not null
        from gift_cards as card join order_lines on order_lines.id = line_id
        where card.order_id = $1 order by position, unit limit 5000
        """,
        order_id,
    )
    return [_card(row) for row in rows]


async def sold_by(conn: Conn, order_id: UUID) -> list[SoldCard]:
    """What is left of the cards that an order bought, in the order of their ids."""
    rows = await conn.fetch(
        """
        select id, line_id, issued_minor - coalesce((
                select sum(amount_minor) from gift_card_events where gift_card_id = card.id and kind = 'voided'
            ), 0)::bigint, balance_minor - reserved_minor, issued_minor
        from gift_cards as card where order_id = $1 order by id
        """,
        order_id,
    )
    return [SoldCard(*row.values()) for row in rows]


async def promise(tx: Tx, card_id: UUID, amount_minor: int) -> None:
    """So much of a card, which is locked, is promised."""
    await tx.execute(
        "update gift_cards set reserved_minor = reserved_minor + $2 where id = $1", card_id, amount_minor
    )


async def release(tx: Tx, card_id: UUID, amount_minor: int) -> None:
    """So much of what was promised is not."""
    await tx.execute(
        "update gift_cards set reserved_minor = reserved_minor - $2 where id = $1", card_id, amount_minor
    )


async def spend(tx: Tx, card_id: UUID, amount_minor: int) -> None:
    """So much of what was promised is spent."""
    await tx.execute(
        """
        update gift_cards set reserved_minor = reserved_minor - $2, balance_minor = balance_minor - $2 where id = $1
        """,
        card_id,
        amount_minor,
    )


async def give_back(tx: Tx, card_id: UUID, amount_minor: int, *, at_least_until: datetime) -> None:
    """So much is owed again; a card that would expire before then does not."""
    await tx.execute(
        """
        update gift_cards set balance_minor = balance_minor + $2,
            expires_at = case when expires_at < $3 then $3 else expires_at end
        where id = $1
        """,
        card_id,
        amount_minor,
        at_least_until,
    )


async def void(
    tx: Tx, card_id: UUID, amount_minor: int, event_id: UUID, *, reason: str, actor: str, order_id: UUID | None,
    now: datetime,
) -> None:  # fmt: skip
    """So much of a card, which is locked, is owed no more."""
    await tx.execute(
        """
        with card as (
            update gift_cards set balance_minor = balance_minor - $2 where id = $1 returning id
        )
        insert into gift_card_events (id, gift_card_id, kind, amount_minor, reason, actor, order_id, at)
        select $3, card.id, 'voided', $2, $4, $5, $6, $7 from card
        """,
        card_id, amount_minor, event_id, reason, actor, order_id, now,
    )  # fmt: skip


async def history(conn: Conn, card_id: UUID) -> list[CardEvent]:
    """All that happened to a card, oldest first, at most a thousand rows; payments and refunds are others' to write."""
    rows = await conn.fetch(
        """
        select happened.at, happened.kind, happened.amount_minor, reason, actor, order_id, number from (
            select at, kind, amount_minor, reason, actor, order_id from gift_card_events where gift_card_id = $1
            union all
            select coalesce(succeeded_at, created_at),
                case state when 'succeeded' then 'spent' when 'reserved' then 'reserved' else 'released' end,
                amount_minor, '', 'customer', order_id
            from payments where gift_card_id = $1
            union all
            select refunds.updated_at, 'given_back', refunds.amount_minor, reason, actor, refunds.order_id
            from refunds join payments on payments.id = payment_id
            where gift_card_id = $1 and refunds.state = 'succeeded'
        ) as happened left join orders on orders.id = order_id
        order by 1 limit 1000
        """,
        card_id,
    )
    return [CardEvent(*row.values()) for row in rows]


async def parts(conn: Conn, order_id: UUID) -> list[Part]:
    """What cards pay of an order, or paid, oldest first; `payments` writes them."""
    rows = await conn.fetch(
        """
        select payments.id, last4, amount_minor, state from payments join gift_cards on gift_cards.id = gift_card_id
        where payments.order_id = $1 order by payments.created_at, payments.id
        """,
        order_id,
    )
    return [Part(*row.values()) for row in rows]


async def page(conn: Conn, *, last4: str | None, after: str | None, limit: int = 50) -> CardPage:
    """Cards, newest first, at most a hundred a page; of all, or of those whose code ends so.

    Raises:
        Invalid: `after` is no cursor of ours (`invalid_cursor`).
    """
    limit = max(1, min(limit, _PAGE_LIMIT))
    at, last = cursor.read(after)
    rows = await conn.fetch(
        """
        select id, last4, currency, issued_minor, balance_minor, reserved_minor, email, locale, order_id, created_at,
            expires_at, code_hash is not null
        from gift_cards
        where ($1::text is null or last4 = $1) and ($2::timestamptz is null or (created_at, id) < ($2, $3))
        order by created_at desc, id desc limit $4
        """,
        last4,
        at,
        last,
        limit + 1,
    )
    found = [_card(row) for row in rows[:limit]]
    return CardPage(found, cursor.write(found[-1].created_at, found[-1].id) if len(rows) > limit else None)


def _card(row: Row) -> GiftCard:
    return GiftCard(*row.values())
