"""What comes back from customers: parcels, and opinions."""

from kassa.kernel.db import Tx


async def returns(tx: Tx) -> list[str]:
    """No more of a line comes back than was sent, and what has come is paid back."""
    rows = await tx.fetch(
        """
        with sent as (
            select line_id, sum(fulfilment_lines.quantity) as quantity
            from fulfilment_lines join fulfilments on fulfilments.id = fulfilment_id
            where state in ('shipped', 'delivered') group by line_id
        ), back as (
            select line_id, sum(return_lines.quantity) as quantity
            from return_lines join returns on returns.id = return_id
            where state <> 'refused' group by line_id
        ), wrong as (
            select number, format('%s of %s come back, of %s that were sent', back.quantity, sku,
                coalesce(sent.quantity, 0)) as what
            from back join order_lines on order_lines.id = line_id join orders on orders.id = order_lines.order_id
                left join sent on sent.line_id = back.line_id
            where back.quantity > coalesce(sent.quantity, 0)
            union all
            select number, format('return %s was received, but its refund is %s', returns.id,
                case when refund_id is null then 'none' else 'another order''s' end)
            from returns join orders on orders.id = returns.order_id left join refunds on refunds.id = refund_id
            where returns.state = 'received' and refunds.order_id is distinct from returns.order_id
        )
        select format('order K-%s: %s', number, what) from wrong order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def ratings(tx: Tx) -> list[str]:
    """A product's rating counts its published reviews, and each of them is of an order that was paid."""
    rows = await tx.fetch(
        """
        with published as (
            select product_id, array[count(*) filter (where stars = 1), count(*) filter (where stars = 2),
                count(*) filter (where stars = 3), count(*) filter (where stars = 4),
                count(*) filter (where stars = 5)]::int[] as counts
            from reviews where state = 'published' group by product_id
        ), said as (
            select product_id, array[ones, twos, threes, fours, fives] as counts from ratings
        ), wrong as (
            select format('%s counts %s by stars, but has %s', slug, coalesce(said.counts, '{0,0,0,0,0}'),
                coalesce(published.counts, '{0,0,0,0,0}')) as what
            from said full join published using (product_id) join products on products.id = product_id
            where coalesce(said.counts, '{0,0,0,0,0}') <> coalesce(published.counts, '{0,0,0,0,0}')
            union all
            select format('review %s is of order K-%s, which was never paid', reviews.id, number)
            from reviews join orders on orders.id = order_id where paid_at is null
        )
        select what from wrong order by what limit 101
        """
    )
    return [row[0] for row in rows]
