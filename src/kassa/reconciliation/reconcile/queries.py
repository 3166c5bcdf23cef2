"""All SQL of `reconciliations`, and what is known here of a page of the provider's objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kassa.kernel.db import Conn, Row, Tx


@dataclass(frozen=True, slots=True)
class Run:
    """One comparison of the two books, of what happened between `since` and `until`; `counts` is its tally."""

    id: UUID
    since: datetime
    until: datetime
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """A PaymentIntent of theirs and the rows of ours that its metadata name."""

    intent_ref: str
    payment_id: UUID | None = None
    order_id: UUID | None = None
    buy_now_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class KnownIntent:
    """What is here of a PaymentIntent: its payment, or the one that it bears the mark of and that waits for its
    object (`bound`: it is the payment's own); the order and the purchase that it is about, if they are here.
    """

    payment_id: UUID | None
    bound: bool
    state: str | None
    received_minor: int
    currency: str | None
    balance_ref: str | None
    fee_minor: int | None
    order_id: UUID | None
    buy_now_id: UUID | None
    buy_now_state: str | None


@dataclass(frozen=True, slots=True)
class KnownRefund:
    """What is here of a refund of theirs; without a `state` only that it is of our money. `exchanged` says which
    ways (`refund`, `refund_failed`) the books have it in the currency settled in."""

    order_id: UUID
    state: str | None
    amount_minor: int | None
    currency: str | None
    exchanged: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class KnownDispute:
    """What is here of a dispute of theirs; without a `state` only that it is about our money.

    `taken_minor` and `given_back_minor` are what the books say of it, fees included, in minor units.
    """

    order_id: UUID
    state: str | None
    taken_minor: int
    given_back_minor: int


async def begin(tx: Tx, run_id: UUID, *, since: datetime, until: datetime, by: str, now: datetime) -> None:
    """Write down that a run begins; one that has begun before stays as it is."""
    await tx.execute(
        """
        insert into reconciliations (id, since, until, started_at, counts) values ($1, $2, $3, $4, $5)
        on conflict (id) do nothing
        """,
        run_id,
        since,
        until,
        now,
        {"by": by},
    )


async def write(
    tx: Tx, run_id: UUID, *, counts: Mapping[str, Any], finished_at: datetime | None = None
) -> None:
    """Write down how far a run has come."""
    await tx.execute(
        "update reconciliations set counts = $2, finished_at = $3 where id = $1", run_id, counts, finished_at
    )


async def get(conn: Conn, run_id: UUID) -> Run | None:
    """The run, if it has begun."""
    row = await conn.fetchrow(
        "select id, since, until, started_at, finished_at, counts from reconciliations where id = $1", run_id
    )
    return Run(*row.values()) if row is not None else None


async def newest(conn: Conn, *, limit: int) -> list[Run]:
    """Runs, the last one first."""
    rows = await conn.fetch(
        """
        select id, since, until, started_at, finished_at, counts from reconciliations
        order by started_at desc, id desc limit $1
        """,
        limit,
    )
    return [Run(*row.values()) for row in rows]


async def reached(conn: Conn) -> datetime | None:
    """Up to when the books have been compared to the end."""
    until: datetime | None = await conn.fetchval(
        "select max(until) from reconciliations where finished_at is not null"
    )
    return until


async def oldest(conn: Conn) -> datetime | None:
    """When the first payment or purchase was begun."""
    at: datetime | None = await conn.fetchval(
        "select least((select min(created_at) from payments), (select min(created_at) from buy_nows))"
    )
    return at


async def known_intents(conn: Conn, marks: Sequence[Mark]) -> dict[str, KnownIntent]:
    """By its name, what is here of each PaymentIntent; those that nothing here knows have nothing in it."""
    rows = await conn.fetch(
        """
        select told.id, payment.id, payment.intent_ref is not null, payment.state, payment.received_minor,
            payment.currency, payment.balance_ref, payment.fee_minor, orders.id, bought.id, bought.state
        from unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[]) as told (id, payment_id, order_id, buy_now_id)
            left join payments as by_mark on by_mark.id = told.payment_id
            left join buy_nows as bought on bought.id = told.buy_now_id
            left join lateral (
                select * from payments where provider = 'stripe' and intent_ref = told.id
                union all
                select * from payments where id = told.payment_id and intent_ref is null
                limit 1
            ) as payment on true
            left join orders on orders.id =
                coalesce(payment.order_id, by_mark.order_id, told.order_id, told.buy_now_id)
        """,
        [mark.intent_ref for mark in marks],
        [mark.payment_id for mark in marks],
        [mark.order_id for mark in marks],
        [mark.buy_now_id for mark in marks],
    )
    return {row[0]: _known_intent(row) for row in rows}


async def known_refunds(
    conn: Conn, refs: Sequence[str], intents: Sequence[str | None], marks: Sequence[UUID | None]
) -> dict[str, KnownRefund]:
    """By its name, what is here of each refund of our money."""
    rows = await conn.fetch(
        """
        select told.id, coalesce(ours.order_id, payments.order_id), ours.state, ours.amount_minor, ours.currency,
            array(select split_part(cause, ':', 1) from ledger_entries
                where kind = 'exchange_in' and cause in ('refund:' || ours.id, 'refund_failed:' || ours.id))
        from unnest($1::text[], $2::text[], $3::uuid[]) as told (id, intent, mark)
            left join payments on payments.provider = 'stripe' and payments.intent_ref = told.intent
            left join refunds as ours on ours.provider_ref = told.id
                or ours.id = told.mark and ours.provider_ref is null
        where payments.id is not null or ours.id is not null
        """,
        list(refs),
        list(intents),
        list(marks),
    )
    return {row[0]: KnownRefund(row[1], row[2], row[3], row[4], row[5]) for row in rows}


async def known_disputes(
    conn: Conn, refs: Sequence[str], intents: Sequence[str | None], charges: Sequence[str | None]
) -> dict[str, KnownDispute]:
    """By its name, what is here of each dispute about our money."""
    rows = await conn.fetch(
        """
        select distinct on (told.id) told.id, coalesce(ours.order_id, payments.order_id), ours.state,
            coalesce(posted.taken, 0)::bigint, coalesce(posted.given_back, 0)::bigint
        from unnest($1::text[], $2::text[], $3::text[]) as told (id, intent, charge)
            left join payments on payments.provider = 'stripe'
                and (payments.intent_ref = told.intent or payments.charge_ref = told.charge)
            left join disputes as ours on ours.provider_ref = told.id
            left join lateral (
                select -sum(amount_minor) filter (where kind = 'dispute') as taken,
                    sum(amount_minor) filter (where kind = 'dispute_won') as given_back
                from ledger_entries join ledger_lines on entry_id = ledger_entries.id
                where ledger_entries.order_id = ours.order_id and split_part(cause, ':', 2) = ours.id::text
                    and kind in ('dispute', 'dispute_won') and account = 'provider'
            ) as posted on true
        where payments.id is not null or ours.id is not null
        """,
        list(refs),
        list(intents),
        list(charges),
    )
    return {row[0]: KnownDispute(row[1], row[2], row[3], row[4]) for row in rows}


async def posted(conn: Conn, kind: str, causes: Sequence[str]) -> set[str]:
    """Those of these causes that the books have an entry of this kind for."""
    rows = await conn.fetch(
        "select cause from ledger_entries where kind = $1 and cause = any($2::text[])", kind, list(causes)
    )
    return {row["cause"] for row in rows}


async def unbooked(
    conn: Conn, *, since: datetime, until: datetime, after: UUID, limit: int
) -> list[tuple[UUID, UUID, str | None, int, str]]:
    """Payments that succeeded here in this time and that the provider has shown no line of its balance for, by id:
    (payment, order, PaymentIntent, received in minor units, currency).
    """
    rows = await conn.fetch(
        """
        select id, order_id, intent_ref, received_minor, currency from payments
        where state = 'succeeded' and provider = 'stripe' and balance_ref is null and succeeded_at >= $1
            and succeeded_at <= $2 and id > $3
        order by id limit $4
        """,
        since,
        until,
        after,
        limit,
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


async def sent_refunds(
    conn: Conn, *, since: datetime, until: datetime, after: UUID, limit: int
) -> list[tuple[UUID, UUID, str, int, str]]:
    """Refunds that moved here in this time and that the provider is said to have, by id: (refund, order, the
    provider's name of it, amount in minor units, currency).
    """
    rows = await conn.fetch(
        """
        select id, order_id, provider_ref, amount_minor, currency from refunds
        where provider_ref is not null and updated_at >= $1 and updated_at <= $2 and id > $3
        order by id limit $4
        """,
        since,
        until,
        after,
        limit,
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def _known_intent(row: Row) -> KnownIntent:
    values = list(row.values())[1:]
    return KnownIntent(values[0], bool(values[1]), values[2], values[3] or 0, *values[4:])
