"""What must hold of sales whose taxes Stripe worked out."""

from kassa.kernel.db import Tx


async def sales(tx: Tx) -> list[str]:
    """A sale that Stripe taxed is its order's, and is told once that is paid: recorded, under way, or a case."""
    rows = await tx.fetch(
        """
        with known as (
            select cause from cases where kind = 'tax_not_recorded'
            union select args->>'cause' from jobs where name = 'open_case' and state <> 'dead'
        )
        select format('order K-%s (%s): its sale of %s %s with %s of tax is %s', number, orders.state,
            sale.total_minor, sale.currency, sale.tax_minor, sale.state)
        from tax_sales as sale join orders on orders.id = order_id
            left join jobs on jobs.key = 'tax:' || order_id
            left join known on cause = 'tax:' || order_id
        where (sale.total_minor, sale.tax_minor, sale.currency)
                is distinct from (orders.total_minor, orders.tax_minor, orders.currency)
            or (sale.state = 'waiting') <> (paid_at is null)
            or (sale.state = 'due' and jobs.id is null)
            or (sale.state = 'recorded' and transaction is null)
            or (sale.state = 'impossible' and cause is null)
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def reversals(tx: Tx) -> list[str]:
    """What went back of a sale that Stripe taxed is told too, once, and is no more than the sale."""
    rows = await tx.fetch(
        """
        with known as (
            select cause from cases where kind = 'tax_not_reversed'
            union select args->>'cause' from jobs where name = 'open_case' and state <> 'dead'
        ), given as (
            select refunds.id, refunds.order_id, amount_minor, refunds.state, kind
            from refunds join tax_sales on tax_sales.order_id = refunds.order_id
        )
        select format('refund %s of order K-%s (%s): its reversal of %s is %s', given.id, number, given.amount_minor,
            coalesce(back.amount_minor, 0), coalesce(back.state, 'missing'))
        from given join orders on orders.id = given.order_id join tax_sales as sale on sale.order_id = orders.id
            left join tax_reversals as back on refund_id = given.id
            left join jobs on jobs.key = 'tax-reversal:' || given.id
            left join known on cause = 'tax-reversal:' || given.id
        where case when back.refund_id is null then given.state = 'succeeded' and kind <> 'surplus'
            else back.amount_minor <> given.amount_minor or given.state in ('requested', 'pending')
                or (back.state = 'due' and jobs.id is null)
                or (back.state = 'recorded' and back.reference is null)
                or (back.state = 'impossible' and cause is null and sale.state <> 'impossible') end
        union all
        select format('order K-%s: %s of its %s were taken back from Stripe Tax', number, sum(back.amount_minor),
            sale.total_minor)
        from tax_sales as sale join tax_reversals as back using (order_id) join orders on orders.id = order_id
        group by number, sale.total_minor having sum(back.amount_minor) > sale.total_minor
        limit 101
        """
    )
    return [row[0] for row in rows]
