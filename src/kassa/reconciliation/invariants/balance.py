"""What must hold between the lines of the provider's balance and our account `provider`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kassa.kernel.db import Tx


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line as the provider showed it: `net` in minor units, what made it, and the object that it is about."""

    id: str
    type: str
    object: str
    source: str
    intent: str
    net: int
    currency: str


async def theirs(tx: Tx, seen: Sequence[SeenLine], *, asked_at: datetime) -> Counter[str]:
    """By currency, the sum of those lines whose cause was in our books by `asked_at`.

    Money of another shop on the same account is no cause of ours. A refund is counted, here and in `ours`, once it is
    known in what currency the provider settles it: with its payment's line, or with its own exchange.
    """
    rows = await tx.fetch(
        """
        with told as (
            select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[])
                as told (id, type, object, source, intent, net, currency)
        ), caused as (
            select told.net, told.currency, 'payment' as kind, 'payment:' || payments.id as cause
            from told join payments on payments.provider = 'stripe' and payments.intent_ref = told.intent
                and payments.balance_ref = told.id
            where object = 'charge' and not exists (
                select from ledger_entries where kind = 'fee' and cause = 'payment:' || payments.id and at > $8)
            union all
            select net, told.currency, case when net > 0 then 'refund_failed' else 'refund' end, 'refund:' || refunds.id
            from told join refunds on refunds.provider_ref = told.source join payments on payments.id = payment_id
            where object = 'refund' and told.currency = refunds.currency and payments.balance_ref is not null
                and not exists (
                    select from ledger_entries where kind = 'fee' and cause = 'payment:' || payments.id and at > $8)
            union all
            select net, told.currency, 'exchange_in',
                case when net > 0 then 'refund_failed:' else 'refund:' end || refunds.id
            from told join refunds on refunds.provider_ref = told.source
            where object = 'refund' and told.currency <> refunds.currency
            union all
            select net, told.currency, case when net > 0 then 'dispute_won' else 'dispute' end,
                'dispute:' || disputes.id || ':' || told.id
            from told join disputes on disputes.provider_ref = told.source
            where object = 'dispute'
            union all
            select net, currency, case when type = 'payout' then 'payout' else 'payout_failed' end, 'payout:' || source
            from told where object = 'payout'
            union all
            select net, currency, 'provider_fee', 'balance:' || id
            from told where object not in ('charge', 'refund', 'dispute', 'payout')
        )
        select caused.currency, sum(net)::bigint from caused
            join ledger_entries as entry on entry.kind = caused.kind and entry.cause = caused.cause and entry.at <= $8
        group by caused.currency
        """,
        [line.id for line in seen], [line.type for line in seen], [line.object for line in seen],
        [line.source for line in seen], [line.intent for line in seen], [line.net for line in seen],
        [line.currency for line in seen], asked_at,
    )  # fmt: skip
    return Counter({row[0]: row[1] for row in rows})


async def ours(tx: Tx, *, asked_at: datetime) -> Counter[str]:
    """By currency, what our account `provider` held by `asked_at`, of what the provider had booked by then."""
    rows = await tx.fetch(
        """
        with late as (
            select id from payments
            where balance_ref is null or 'payment:' || id in (
                select cause from ledger_entries where kind = 'fee' and at > $1)
        ), unsettled as (
            select posted.kind, 'refund:' || refunds.id as cause
            from refunds cross join (values ('refund'), ('refund_failed')) as posted (kind)
            where (payment_id in (select id from late) or 'payment:' || payment_id in (
                    select cause from ledger_entries where kind = 'exchange_out'))
                and not exists (
                    select from ledger_entries as exchange
                    where exchange.kind = 'exchange_in' and cause = posted.kind || ':' || refunds.id and at <= $1)
        )
        select entry.currency, sum(amount_minor)::bigint
        from ledger_lines as line join ledger_entries as entry on entry.id = line.entry_id
            left join late on entry.kind in ('payment', 'fee', 'exchange_out', 'exchange_in')
                and entry.cause = 'payment:' || late.id
            left join unsettled on entry.kind = unsettled.kind and entry.cause = unsettled.cause
        where line.account = 'provider' and entry.at <= $1 and late.id is null and unsettled.cause is null
        group by entry.currency
        """,
        asked_at,
    )
    return Counter({row[0]: row[1] for row in rows})
