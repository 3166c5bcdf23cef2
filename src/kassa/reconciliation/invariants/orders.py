"""What must hold of an order's amounts."""

from kassa.kernel.db import Tx


async def totals(tx: Tx) -> list[str]:
    """An order's total is its lines, less discount, plus shipping and tax."""
    rows = await tx.fetch(
        """
        with lines as (
            select order_id, sum(unit_minor * quantity) as gross, sum(discount_minor) as discount,
                sum(tax_minor) as tax, sum(rounding_minor) as rounding,
                bool_and(total_minor = unit_minor * quantity - discount_minor + rounding_minor) as add_up
            from order_lines group by order_id
        )
        select format('order K-%s: its total of %s %s is not what its lines come to', number, total_minor, currency)
        from orders left join lines on order_id = orders.id
        where gross is null or not add_up
            or subtotal_minor <> gross or discount_minor <> discount or orders.rounding_minor <> rounding
            or tax_minor < tax
            or tax_minor <> (
                select coalesce(sum((line->>'tax')::bigint), 0) from jsonb_array_elements(tax_lines) as line)
            or total_minor < 0
            or total_minor <> subtotal_minor - discount_minor + orders.rounding_minor + shipping_minor
                + case when tax_included then 0 else tax_minor end
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def refunded(tx: Tx) -> list[str]:
    """What an order says it was given back is what its refunds come to."""
    rows = await tx.fetch(
        """
        with given as (
            select order_id, sum(amount_minor) as amount from refunds
            where kind <> 'surplus' and state in ('requested', 'pending', 'succeeded') group by order_id
        )
        select format('order K-%s says that %s %s were given back, its refunds come to %s', number, refunded_minor,
            currency, coalesce(amount, 0))
        from orders left join given on order_id = orders.id
        where refunded_minor <> coalesce(amount, 0)
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def paid_for(tx: Tx) -> list[str]:
    """An order is paid if and only if its payments in its currency come to its total."""
    rows = await tx.fetch(
        """
        with received as (
            select order_id, currency, sum(received_minor) as amount from payments
            where state = 'succeeded' and not surplus group by order_id, currency
        )
        select format('order K-%s is %s and costs %s %s, of which %s came', number, state, total_minor,
            orders.currency, coalesce(amount, 0))
        from orders left join received on order_id = orders.id and received.currency = orders.currency
        where case when state in ('paid', 'fulfilling', 'fulfilled', 'refunded')
            then coalesce(amount, 0) < total_minor else coalesce(amount, 0) > 0 end
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def refunded_in_full(tx: Tx) -> list[str]:
    """An order is refunded when nothing of its money was kept."""
    rows = await tx.fetch(
        """
        with given as (
            select order_id, sum(amount_minor) filter (where state = 'succeeded') as amount,
                bool_or(state in ('failed', 'canceled')) as bounced
            from refunds where kind <> 'surplus' group by order_id
        )
        select format('order K-%s is %s, but %s of its %s %s went back', number, orders.state, coalesce(amount, 0),
            total_minor, currency)
        from orders left join given on order_id = orders.id
        where orders.state = 'refunded' and coalesce(amount, 0) < total_minor and not coalesce(bounced, false)
            or orders.state in ('paid', 'fulfilling', 'fulfilled') and amount >= total_minor
        order by number limit 101
        """
    )
    return [row[0] for row in rows]
