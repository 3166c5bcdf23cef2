"""What must hold between the provider's books and ours, for objects of theirs that were read before."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from kassa.kernel.db import Tx


@dataclass(frozen=True, slots=True)
class Seen:
    """An object as the provider showed it. `amount` is what was received, or given back, in minor units.

    `intent` is the PaymentIntent it is, or belongs to; `mark` the id of the row of ours that it bears, if any.
    """

    id: str
    status: str
    amount: int
    currency: str
    intent: str
    mark: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What the two books disagree about: which invariant is broken, by which object, in a sentence.

    `page`: the object is a page of the provider's.
    """

    name: str
    reference: str
    text: str
    page: bool = False


async def intents(tx: Tx, seen: Sequence[Seen], *, asked_at: datetime) -> list[Difference]:
    """Each success of theirs is one of ours, of the same amount; and none of theirs can be paid without its stock.

    Theirs were read from `asked_at` on: a success of ours that is younger may not have been there yet. What a decline
    or a failed debit leaves behind a page can only be paid while that is open, which `pages` is about.
    """
    rows = await tx.fetch(
        """
        with told as (
            select told.*, coalesce(by_id.id, by_mark.id) as payment_id,
                coalesce(by_id.order_id, by_mark.order_id, bought.id) as owner_id, by_id.state, by_id.received_minor,
                by_id.currency as ours_in, by_id.succeeded_at, bought.state as bought_state
            from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::uuid[])
                as told (id, status, amount, currency, mark)
                left join payments as by_id on by_id.provider = 'stripe' and by_id.intent_ref = told.id
                left join payments as by_mark on by_mark.id = told.mark
                left join buy_nows as bought on bought.id = told.mark
            where by_id.id is not null or told.mark is not null
        )
        select case when status = 'succeeded' or told.state = 'succeeded' then 'provider_payments'
                else 'provider_payable' end, told.id,
            format('%s is %s with %s %s, but payment %s here is %s with %s %s, and its stock is %s', told.id, status,
                amount, told.currency, coalesce(payment_id::text, '(none)'), coalesce(told.state, 'not known by it'),
                coalesce(received_minor, 0), coalesce(ours_in, told.currency), coalesce(holds.state, 'nowhere'))
        from told left join holds on holds.id = owner_id
            left join cases on cases.kind = 'unknown_payment' and cases.cause = told.id
            left join jobs on jobs.key = 'close:' || payment_id and jobs.state <> 'dead'
        where cases.id is null and case
            when status = 'succeeded' then
                (told.state, received_minor, ours_in) is distinct from ('succeeded', amount, told.currency)
            when told.state = 'succeeded' then succeeded_at < $6
            when status = 'canceled' then false
            when status = 'requires_payment_method' and (told.state = 'failed' or bought_state = 'expired') then false
            else coalesce(holds.state, 'gone') not in ('held', 'paying') and jobs.id is null end
        limit 101
        """,
        [one.id for one in seen], [one.status for one in seen], [one.amount for one in seen],
        [one.currency for one in seen], [one.mark for one in seen], asked_at,
    )  # fmt: skip
    return [Difference(*row.values()) for row in rows]


async def pages(tx: Tx, seen: Sequence[Seen]) -> list[Difference]:
    """No page of theirs is open without its stock: nobody pays for what may be somebody else's."""
    rows = await tx.fetch(
        """
        with told as (
            select told.*, payments.id as payment_id, coalesce(payments.order_id, bought.id) as owner_id
            from unnest($1::text[], $2::uuid[]) as told (id, mark)
                left join payments on payments.id = told.mark
                left join buy_nows as bought on bought.id = told.mark
            where told.mark is not null
        )
        select 'provider_payable', told.id,
            format('%s can be paid, and its stock is %s', told.id, coalesce(holds.state, 'nowhere')), true
        from told left join holds on holds.id = owner_id
            left join jobs on jobs.key = 'close:' || payment_id and jobs.state <> 'dead'
        where coalesce(holds.state, 'gone') not in ('held', 'paying') and jobs.id is null
        limit 101
        """,
        [one.id for one in seen],
        [one.mark for one in seen],
    )
    return [Difference(*row.values()) for row in rows]


async def refunds(tx: Tx, seen: Sequence[Seen]) -> list[Difference]:
    """Each refund of theirs of our money is one of ours, of the same amount, and came as far."""
    rows = await tx.fetch(
        """
        select 'provider_refunds', told.id,
            format('%s is %s with %s %s, but refund %s here is %s with %s %s', told.id, status, amount, told.currency,
                coalesce(ours.id::text, '(none)'), coalesce(ours.state, 'not known'), coalesce(ours.amount_minor, 0),
                coalesce(ours.currency, told.currency))
        from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::uuid[])
                as told (id, status, amount, currency, intent, mark)
            left join payments on payments.provider = 'stripe' and payments.intent_ref = told.intent
            left join refunds as ours on ours.provider_ref = told.id
            left join refunds as asked on asked.id = told.mark and asked.state = 'requested'
        where (payments.id is not null or ours.id is not null) and asked.id is null
            and ((ours.amount_minor, ours.currency) is distinct from (amount, told.currency)
                or (status in ('failed', 'canceled')) <> (ours.state in ('failed', 'canceled'))
                or ours.state = 'succeeded' and status <> 'succeeded')
        limit 101
        """,
        [one.id for one in seen], [one.status for one in seen], [one.amount for one in seen],
        [one.currency for one in seen], [one.intent for one in seen], [one.mark for one in seen],
    )  # fmt: skip
    return [Difference(*row.values()) for row in rows]


async def successes(tx: Tx, *, before: datetime) -> AsyncIterator[str]:
    """The provider's names of the payments that succeeded before then."""
    async for row in tx.stream(
        "select intent_ref from payments where state = 'succeeded' and succeeded_at < $1 and intent_ref is not null",
        before,
    ):
        yield row[0]


async def sent_back(tx: Tx, *, before: datetime) -> AsyncIterator[str]:
    """The provider's names of the refunds that were asked for before then."""
    async for row in tx.stream(
        "select provider_ref from refunds where provider_ref is not null and updated_at < $1", before
    ):
        yield row[0]


async def visit_by_index(tx: Tx) -> None:
    """From here on a few rows of large tables are looked up at a time, which whole-table plans are wrong for."""
    await tx.execute("select set_config('enable_nestloop', 'on', true)")
