"""What must hold of the books: every entry balances, and each is what its cause says, no more and no less."""

from kassa.kernel.db import Tx


async def balanced(tx: Tx) -> list[str]:
    """Each entry, and so each currency, sums to zero, and has lines."""
    rows = await tx.fetch(
        """
        select format('%s %s: its lines sum to %s %s', kind, cause, coalesce(amount::text, 'nothing at all;'), currency)
        from ledger_entries left join (
            select entry_id, sum(amount_minor) as amount from ledger_lines group by entry_id
        ) as lines on entry_id = id
        where amount is distinct from 0
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def sales(tx: Tx) -> list[str]:
    """Each order that was paid is one sale of exactly its amounts."""
    rows = await tx.fetch(
        """
        with due as (
            select id as order_id, currency, total_minor as receivable, discount_minor as discounts, -tax_minor as tax,
                -shipping_minor as shipping, -coalesce(bought, 0) as gift_cards,
                -(total_minor + discount_minor - tax_minor - shipping_minor - coalesce(bought, 0)) as sales
            from orders left join (
                select order_id, sum(total_minor) as bought from order_lines where voucher group by order_id
            ) as cards on cards.order_id = id
            where paid_at is not null
        ), posted as (
            select order_id, cause, currency,
                coalesce(sum(amount_minor) filter (where account = 'receivable'), 0) as receivable,
                coalesce(sum(amount_minor) filter (where account = 'discounts'), 0) as discounts,
                coalesce(sum(amount_minor) filter (where account = 'tax'), 0) as tax,
                coalesce(sum(amount_minor) filter (where account = 'shipping'), 0) as shipping,
                coalesce(sum(amount_minor) filter (where account = 'gift_cards'), 0) as gift_cards,
                coalesce(sum(amount_minor) filter (where account = 'sales'), 0) as sales
            from ledger_entries left join ledger_lines on entry_id = id where kind = 'sale'
            group by order_id, cause, currency
        )
        select format('order %s: its sale in the books is not what it was',
            coalesce('K-' || number, order_id::text, cause))
        from due full join posted using (order_id) left join orders on orders.id = order_id
        where (due.currency, due.receivable, due.discounts, due.tax, due.shipping, due.gift_cards, due.sales)
            is distinct from (posted.currency, posted.receivable, posted.discounts, posted.tax, posted.shipping,
                posted.gift_cards, posted.sales)
            or cause is distinct from 'order:' || order_id
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def payments(tx: Tx) -> list[str]:
    """Each payment that succeeded is one entry of what it brought."""
    rows = await tx.fetch(
        """
        with due as (
            select 'payment:' || id as cause, order_id, currency, received_minor as amount,
                case when gift_card_id is null then 'provider' else 'gift_cards' end as account
            from payments where state = 'succeeded'
        ), posted as (
            select cause, order_id, currency, sum(amount_minor) filter (where account <> 'receivable') as amount,
                sum(amount_minor) filter (where account = 'receivable') as owed,
                max(account) filter (where account <> 'receivable') as account
            from ledger_entries left join ledger_lines on entry_id = id where kind = 'payment'
            group by cause, order_id, currency
        )
        select format('%s: brought %s, but the books say %s', cause,
            coalesce(due.amount || ' ' || due.currency, 'nothing'),
            coalesce(posted.amount || ' ' || posted.currency, 'nothing'))
        from due full join posted using (cause)
        where (due.order_id, due.currency, due.amount, -due.amount, due.account) is distinct from
            (posted.order_id, posted.currency, posted.amount, posted.owed, posted.account)
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def refunds(tx: Tx) -> list[str]:
    """Each refund that the provider sent is one entry, reversed if it did not arrive."""
    rows = await tx.fetch(
        """
        with due as (
            select 'refund:' || refunds.id as cause, refunds.currency, -refunds.amount_minor as amount,
                case when kind = 'surplus' then 'receivable' else 'refunds' end as account,
                case when gift_card_id is null then 'provider' else 'gift_cards' end as out_of
            from refunds join payments on payments.id = payment_id where refunds.state in ('pending', 'succeeded')
        ), posted as (
            select cause, currency,
                coalesce(sum(amount_minor) filter (where account in ('provider', 'gift_cards')), 0) as amount,
                max(account) filter (where account not in ('provider', 'gift_cards')) as account,
                max(account) filter (where account in ('provider', 'gift_cards')) as out_of
            from ledger_entries left join ledger_lines on entry_id = id where kind in ('refund', 'refund_failed')
            group by cause, currency
        )
        select format('%s: %s went back, but the books say %s', cause,
            coalesce(-due.amount || ' ' || due.currency, 'nothing'),
            coalesce(-posted.amount || ' ' || posted.currency, 'nothing'))
        from due full join posted using (cause)
        where coalesce(due.amount, 0) <> coalesce(posted.amount, 0)
            or due.currency <> posted.currency or due.account <> posted.account or due.out_of <> posted.out_of
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def fees(tx: Tx) -> list[str]:
    """Each fee that is known is in the books."""
    rows = await tx.fetch(
        """
        with due as (
            select 'payment:' || id as cause, -fee_minor as amount from payments where fee_minor <> 0
        ), posted as (
            select cause, sum(amount_minor) filter (where account = 'provider') as amount
            from ledger_entries left join ledger_lines on entry_id = id where kind = 'fee' group by cause
        )
        select format('%s: its fee is %s, but the books say %s', cause, coalesce(-due.amount, 0),
            coalesce(-posted.amount, 0))
        from due full join posted using (cause)
        where due.amount is distinct from posted.amount
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def disputes(tx: Tx) -> list[str]:
    """What each dispute took, fee and all, less what came back, is in the books."""
    rows = await tx.fetch(
        """
        with due as (
            select 'dispute:' || id as cause, -(withdrawn_minor + fee_minor) as amount from disputes
        ), posted as (
            select 'dispute:' || split_part(cause, ':', 2) as cause,
                sum(amount_minor) filter (where account = 'provider') as amount
            from ledger_entries left join ledger_lines on entry_id = id where kind in ('dispute', 'dispute_won')
            group by 1
        )
        select format('%s: took %s, but the books say %s', cause, coalesce(-due.amount, 0), coalesce(-posted.amount, 0))
        from due full join posted using (cause)
        where coalesce(due.amount, 0) <> coalesce(posted.amount, 0)
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def causes(tx: Tx) -> list[str]:
    """Nothing stands in the books without a kind that somebody posts, and every reversal reverses something."""
    rows = await tx.fetch(
        """
        select format('%s %s has no cause', entry.kind, entry.cause)
        from ledger_entries as entry
            left join ledger_entries as first on first.cause = entry.cause
                and first.kind = replace(entry.kind, '_failed', '')
        where entry.kind not in ('sale', 'payment', 'refund', 'refund_failed', 'fee', 'dispute', 'dispute_won',
                'payout', 'payout_failed', 'exchange_out', 'exchange_in', 'provider_fee', 'gift_card_given',
                'gift_card_voided')
            or entry.kind in ('refund_failed', 'payout_failed') and first.id is null
            or entry.kind = 'dispute_won' and split_part(entry.cause, ':', 2) not in (
                select split_part(cause, ':', 2) from ledger_entries where kind = 'dispute')
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]
