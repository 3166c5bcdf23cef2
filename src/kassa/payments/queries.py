"""All SQL of `payments`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kassa.kernel.db import Conn, Row, Tx
from kassa.payments.errors import PaymentNotFound

#: In these, money could still come of it: there is at most one such attempt per order.
PAYABLE: Final = frozenset({"open", "processing", "requires_action", "authorized"})


@dataclass(frozen=True, slots=True)
class Payment:
    """One attempt. `last_error` is {code, decline_code, message}; amounts in the currency's minor unit.

    `capture` is `automatic` or `manual`; `capture_before` is when an authorisation lapses; `told_by` is the actor
    who brought the news of the success; `fee_minor` is what the provider kept, once it said so; `customer_ref` is
    the provider's name of the customer whose saved cards may pay it. What a gift card pays has the flow `gift_card`,
    the provider `kassa` and the card's id, and is `reserved` until its order is paid, or dies.
    """

    id: UUID
    order_id: UUID
    provider: str
    flow: str
    state: str
    amount_minor: int
    currency: str
    intent_ref: str | None
    session_ref: str | None
    charge_ref: str | None
    received_minor: int
    client_secret: str | None
    url: str | None
    last_error: Mapping[str, Any] | None
    surplus: bool
    created_at: datetime
    updated_at: datetime
    succeeded_at: datetime | None
    capture: str
    capture_before: datetime | None
    told_by: str | None
    fee_minor: int | None
    balance_ref: str | None
    customer_ref: str | None = None
    gift_card_id: UUID | None = None

    @property
    def provider_ref(self) -> str | None:
        """The provider's object: the PaymentIntent as soon as there is one, else the Checkout Session."""
        return self.intent_ref or self.session_ref

    @property
    def payable(self) -> bool:
        """Whether money could still come of this attempt."""
        return self.state in PAYABLE


async def insert(
    tx: Tx, payment_id: UUID, *, order_id: UUID, flow: str, amount_minor: int, currency: str, capture: str,
    now: datetime, sync_at: datetime | None, state: str = "open", customer_ref: str | None = None,
) -> Payment:  # fmt: skip
    """Write down what is about to be asked of the provider; the payment as it stands then."""
    row = await tx.fetchrow(
        """
        insert into payments (id, order_id, flow, state, amount_minor, currency, sync_at, created_at, updated_at,
            capture, customer_ref)
        values ($1, $2, $3, $9, $4, $5, $6, $7, $7, $8, $10)
        returning id, order_id, provider, flow, state, amount_minor, currency, intent_ref, session_ref, charge_ref,
            received_minor, client_secret, url, last_error, surplus, created_at, updated_at, succeeded_at, capture,
            capture_before, told_by, fee_minor, balance_ref, customer_ref, gift_card_id
        """,
        payment_id, order_id, flow, amount_minor, currency, sync_at, now, capture, state, customer_ref,
    )  # fmt: skip
    return _payment(row)


async def insert_part(
    tx: Tx,
    payment_id: UUID,
    *,
    order_id: UUID,
    gift_card_id: UUID,
    amount_minor: int,
    currency: str,
    now: datetime,
) -> Payment:
    """Write down what a gift card is to pay of an order."""
    row = await tx.fetchrow(
        """
        insert into payments (id, order_id, provider, flow, state, amount_minor, currency, created_at, updated_at,
            gift_card_id)
        values ($1, $2, 'kassa', 'gift_card', 'reserved', $3, $4, $5, $5, $6)
        returning id, order_id, provider, flow, state, amount_minor, currency, intent_ref, session_ref, charge_ref,
            received_minor, client_secret, url, last_error, surplus, created_at, updated_at, succeeded_at, capture,
            capture_before, told_by, fee_minor, balance_ref, customer_ref, gift_card_id
        """,
        payment_id, order_id, amount_minor, currency, now, gift_card_id,
    )  # fmt: skip
    return _payment(row)


async def parts(conn: Conn, order_id: UUID) -> list[Payment]:
    """What gift cards pay of an order, oldest first."""
    rows = await conn.fetch(
        """
        select id, order_id, provider, flow, state, amount_minor, currency, intent_ref, session_ref, charge_ref,
            received_minor, client_secret, url, last_error, surplus, created_at, updated_at, succeeded_at, capture,
            capture_before, told_by, fee_minor, balance_ref, customer_ref, gift_card_id
        from payments where order_id = $1 and gift_card_id is not null order by created_at, id
        """,
        order_id,
    )
    return [_payment(row) for row in rows]


async def move_part(tx: Tx, payment_id: UUID, *, frm: str, to: str, now: datetime) -> bool:
    """What a gift card pays is reserved, spent or given up; False if it was not in the state `frm`."""
    return bool(
        await tx.execute(
            """
            update payments set state = $3::text, updated_at = $4::timestamptz,
                received_minor = case when $3::text = 'succeeded' then amount_minor else 0 end,
                succeeded_at = case when $3::text = 'succeeded' then $4::timestamptz end,
                told_by = case when $3::text = 'succeeded' then 'kassa' end
            where id = $1 and state = $2 and gift_card_id is not null
            """,
            payment_id,
            frm,
            to,
            now,
        )
    )


async def drop_part(tx: Tx, payment_id: UUID) -> bool:
    """A gift card was taken off an order that waits: it never paid anything, so nothing is kept of it here."""
    return bool(
        await tx.execute(
            "delete from payments where id = $1 and state = 'reserved' and gift_card_id is not null",
            payment_id,
        )
    )


async def get(conn: Conn, payment_id: UUID) -> Payment:
    """The payment.

    Raises:
        PaymentNotFound: there is none.
    """
    row = await conn.fetchrow(
        """
        select id, order_id, provider, flow, state, amount_minor, currency, intent_ref, session_ref, charge_ref,
            received_minor, client_secret, url, last_error, surplus, created_at, updated_at, succeeded_at, capture,
            capture_before, told_by, fee_minor, balance_ref, customer_ref, gift_card_id
        from payments where id = $1
        """,
        payment_id,
    )
    return _payment(row)


async def of_order(conn: Conn, order_id: UUID) -> list[Payment]:
    """The attempts of an order, oldest first, at most a hundred."""
    rows = await conn.fetch(
        """
        select id, order_id, provider, flow, state, amount_minor, currency, intent_ref, session_ref, charge_ref,
            received_minor, client_secret, url, last_error, surplus, created_at, updated_at, succeeded_at, capture,
            capture_before, told_by, fee_minor, balance_ref, customer_ref, gift_card_id
        from payments where order_id = $1 order by created_at, id limit 100
        """,
        order_id,
    )
    return [_payment(row) for row in rows]


async def by_reference(conn: Conn, reference: str, payment_id: UUID | None) -> Payment | None:
    """The payment of a provider object: by its id, or by the payment's own id in its metadata."""
    row = await conn.fetchrow(
        """
        select id, order_id, provider, flow, state, amount_minor, currency, intent_ref, session_ref, charge_ref,
            received_minor, client_secret, url, last_error, surplus, created_at, updated_at, succeeded_at, capture,
            capture_before, told_by, fee_minor, balance_ref, customer_ref, gift_card_id
        from payments
        where (provider = 'stripe' and intent_ref = $1) or (provider = 'stripe' and session_ref = $1) or id = $2
        limit 1
        """,
        reference,
        payment_id,
    )
    return _payment(row) if row is not None else None


async def write(
    tx: Tx, payment: Payment, *, state: str, intent_ref: str | None, session_ref: str | None,
    charge_ref: str | None, received_minor: int, client_secret: str | None, url: str | None,
    last_error: Mapping[str, Any] | None, surplus: bool, now: datetime, sync_at: datetime | None,
    amount_minor: int, currency: str, told_by: str | None, capture_before: datetime | None,
) -> Payment:  # fmt: skip
    """Write down what the provider said (the order is locked by the caller); the payment afterwards."""
    row = await tx.fetchrow(
        """
        update payments set state = $2, intent_ref = coalesce($3, intent_ref),
            session_ref = coalesce($4, session_ref), charge_ref = coalesce($5, charge_ref),
            received_minor = $6, client_secret = coalesce($7, client_secret), url = coalesce($8, url),
            last_error = $9, surplus = surplus or $10, updated_at = $11, sync_at = $12,
            succeeded_at = case when $2 = 'succeeded' then coalesce(succeeded_at, $11) else succeeded_at end,
            amount_minor = $13, currency = $14, told_by = coalesce(told_by, $15),
            capture_before = coalesce($16, capture_before)
        where id = $1
        returning id, order_id, provider, flow, state, amount_minor, currency, intent_ref, session_ref, charge_ref,
            received_minor, client_secret, url, last_error, surplus, created_at, updated_at, succeeded_at, capture,
            capture_before, told_by, fee_minor, balance_ref, customer_ref, gift_card_id
        """,
        payment.id, state, intent_ref, session_ref, charge_ref, received_minor, client_secret, url, last_error,
        surplus, now, sync_at, amount_minor, currency, told_by, capture_before,
    )  # fmt: skip
    return _payment(row)


async def write_fee(tx: Tx, payment_id: UUID, *, fee_minor: int, balance_ref: str) -> bool:
    """Write down what the provider kept, and under which line of its books; False if that was done before."""
    return bool(
        await tx.execute(
            "update payments set fee_minor = $2, balance_ref = $3 where id = $1 and balance_ref is null",
            payment_id,
            fee_minor,
            balance_ref,
        )
    )


async def due_for_sync(tx: Tx, *, now: datetime, lease: datetime, limit: int) -> list[UUID]:
    """Attempts that nobody has told us about for a while; each is left alone until `lease`."""
    rows = await tx.fetch(
        """
        with due as (
            select id, sync_at from payments where sync_at <= $1
            order by sync_at, id limit $3 for update skip locked
        ), taken as (
            update payments set sync_at = $2 from due where payments.id = due.id returning payments.id, due.sync_at
        )
        select id from taken order by sync_at, id
        """,
        now,
        lease,
        limit,
    )
    return [row["id"] for row in rows]


async def unprompted(conn: Conn, *, since: datetime, until: datetime, limit: int) -> list[Payment]:
    """Successes between `since` and `until` that we found by asking, not by an event; oldest first."""
    rows = await conn.fetch(
        """
        select id, order_id, provider, flow, state, amount_minor, currency, intent_ref, session_ref, charge_ref,
            received_minor, client_secret, url, last_error, surplus, created_at, updated_at, succeeded_at, capture,
            capture_before, told_by, fee_minor, balance_ref, customer_ref, gift_card_id
        from payments
        where state = 'succeeded' and told_by not like 'stripe:evt%' and provider = 'stripe'
            and succeeded_at between $1 and $2
        order by succeeded_at limit $3
        """,
        since,
        until,
        limit,
    )
    return [_payment(row) for row in rows]


def _payment(row: Row | None) -> Payment:
    if row is None:
        raise PaymentNotFound("There is no such payment.")
    return Payment(*row.values())
