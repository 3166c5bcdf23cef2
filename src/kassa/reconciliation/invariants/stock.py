"""What must hold of stock, holds and movements."""

from kassa.kernel.db import Tx


async def on_hand(tx: Tx) -> list[str]:
    """On hand is the sum of the movements."""
    rows = await tx.fetch(
        """
        select format('%s: %s on hand, but its movements sum to %s', coalesce(sku, variant_id::text),
            coalesce(on_hand, 0), coalesce(moved, 0))
        from stock full join (select variant_id, sum(delta) as moved from movements group by variant_id) as m
            using (variant_id) left join variants on variants.id = variant_id
        where coalesce(on_hand, 0) <> coalesce(moved, 0)
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def reserved(tx: Tx) -> list[str]:
    """Reserved is the sum of the lines of live holds."""
    rows = await tx.fetch(
        """
        select format('%s: %s reserved, but its live holds keep %s', coalesce(sku, variant_id::text),
            coalesce(reserved, 0), coalesce(kept, 0))
        from stock full join (
            select variant_id, sum(quantity) as kept from hold_lines join holds on holds.id = hold_id
            where state in ('held', 'paying') group by variant_id
        ) as live using (variant_id) left join variants on variants.id = variant_id
        where coalesce(reserved, 0) <> coalesce(kept, 0)
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def bounds(tx: Tx) -> list[str]:
    """No more is promised than is there."""
    rows = await tx.fetch(
        """
        select format('%s: %s on hand and %s reserved', coalesce(sku, variant_id::text), on_hand, reserved)
        from stock left join variants on variants.id = variant_id
        where reserved < 0 or on_hand < reserved
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def hold_states(tx: Tx) -> list[str]:
    """A hold is where its order is: pending keeps, dead gives back, paid has taken."""
    rows = await tx.fetch(
        """
        select format('order K-%s is %s, but its stock is %s', number, orders.state,
            coalesce(holds.state, 'not held at all'))
        from orders left join holds on holds.id = orders.id
        where holds.state is null or not case
            when orders.state = 'pending' then holds.state in ('held', 'paying')
            when orders.state in ('canceled', 'failed') then holds.state = 'released'
            else holds.state = 'committed' end
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def hold_lines(tx: Tx) -> list[str]:
    """An order's hold keeps what the order says, no more and no less."""
    rows = await tx.fetch(
        """
        with wanted as (
            select order_id, variant_id, sum(quantity) as quantity from order_lines group by order_id, variant_id
        ), kept as (
            select hold_id as order_id, variant_id, quantity from hold_lines join orders on orders.id = hold_id
        )
        select format('order K-%s is for %s of %s, but its hold is for %s', number, coalesce(wanted.quantity, 0),
            coalesce(sku, variant_id::text), coalesce(kept.quantity, 0))
        from wanted full join kept using (order_id, variant_id)
            join orders on orders.id = order_id left join variants on variants.id = variant_id
        where wanted.quantity is distinct from kept.quantity
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def hold_owners(tx: Tx) -> list[str]:
    """A live or taken hold belongs to an order, or to somebody at the provider's page."""
    rows = await tx.fetch(
        """
        select format('hold %s is %s, but belongs to nobody', holds.id, holds.state)
        from holds left join orders on orders.id = holds.id left join buy_nows on buy_nows.id = holds.id
        where holds.state <> 'released' and orders.id is null
            and (buy_nows.id is null or buy_nows.state <> 'open' or holds.state = 'committed')
        order by holds.id limit 101
        """
    )
    return [row[0] for row in rows]


async def sales(tx: Tx) -> list[str]:
    """What was taken left the shelf, once."""
    rows = await tx.fetch(
        """
        with taken as (
            select hold_id as order_id, variant_id, quantity from hold_lines join holds on holds.id = hold_id
            where state = 'committed'
        ), sold as (
            select order_id, variant_id, -sum(delta) as quantity from movements where kind = 'sale'
            group by order_id, variant_id
        )
        select format('order %s took %s of %s, but %s left the shelf', coalesce('K-' || number, order_id::text),
            coalesce(taken.quantity, 0), coalesce(sku, variant_id::text), coalesce(sold.quantity, 0))
        from taken full join sold using (order_id, variant_id)
            left join orders on orders.id = order_id left join variants on variants.id = variant_id
        where taken.quantity is distinct from sold.quantity
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def returns(tx: Tx) -> list[str]:
    """What came back on the shelf is what refunds restocked."""
    rows = await tx.fetch(
        """
        with restocked as (
            select refunds.order_id, variant_id, sum(refund_lines.quantity) as quantity
            from refund_lines join refunds on refunds.id = refund_id join order_lines on order_lines.id = line_id
            where restocked_at is not null group by refunds.order_id, variant_id
        ), returned as (
            select order_id, variant_id, sum(delta) as quantity from movements where kind = 'return'
            group by order_id, variant_id
        )
        select format('order %s: %s of %s were restocked, but %s came back on the shelf',
            coalesce('K-' || number, order_id::text), coalesce(restocked.quantity, 0),
            coalesce(sku, variant_id::text), coalesce(returned.quantity, 0))
        from restocked full join returned using (order_id, variant_id)
            left join orders on orders.id = order_id left join variants on variants.id = variant_id
        where restocked.quantity is distinct from returned.quantity
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def buy_nows(tx: Tx) -> list[str]:
    """Who bought without a cart has an order if they paid, a hold while they may, and nothing afterwards."""
    rows = await tx.fetch(
        """
        select format('buy-now %s is %s; its order: %s, its stock: %s', buy_nows.id, buy_nows.state,
            coalesce(orders.state, 'none'), coalesce(holds.state, 'none'))
        from buy_nows left join orders on orders.id = buy_nows.id left join holds on holds.id = buy_nows.id
        where not coalesce(case buy_nows.state
            when 'open' then orders.id is null and holds.state in ('held', 'paying')
            when 'complete' then orders.id = buy_nows.order_id
            else orders.id is null and buy_nows.order_id is null and holds.state = 'released' end, false)
        order by buy_nows.id limit 101
        """
    )
    return [row[0] for row in rows]
