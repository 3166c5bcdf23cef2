"""What must hold of discounts and of their uses."""

from kassa.kernel.db import Tx


async def used(tx: Tx) -> list[str]:
    """A discount was used as often as orders use it, and not more often than it may be."""
    rows = await tx.fetch(
        """
        select format('%s: it says %s uses of at most %s, and orders use it %s times', code, used,
            coalesce(usage_limit::text, 'any number'), coalesce(uses, 0))
        from discounts left join (
            select discount_id, count(*) as uses from redemptions where state <> 'released' group by discount_id
        ) as live on discount_id = id
        where used <> coalesce(uses, 0) or used > usage_limit
        order by code limit 101
        """
    )
    return [row[0] for row in rows]


async def follow_orders(tx: Tx) -> list[str]:
    """A use is where its order is: pending reserves, dead gives back, paid has used."""
    rows = await tx.fetch(
        """
        select format('order K-%s is %s, but its use of %s is %s', number, orders.state, code, redemptions.state)
        from redemptions join orders on orders.id = order_id join discounts on discounts.id = discount_id
        where redemptions.state <> case
            when orders.state = 'pending' then 'reserved'
            when orders.state in ('canceled', 'failed') then 'released'
            else 'committed' end
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def agreed(tx: Tx) -> list[str]:
    """An order uses the discounts it was placed with, for what they take, in the name of its customer."""
    rows = await tx.fetch(
        """
        with agreed as (
            select orders.id as order_id, (one ->> 'id')::uuid as discount_id, (one ->> 'amount')::bigint as amount,
                lower(email) as customer
            from orders, jsonb_array_elements(discounts) as one
        )
        select format('order K-%s takes %s by the discount %s, its use of it says %s', number,
            coalesce(agreed.amount::text, 'nothing'), coalesce(code, discount_id::text),
            coalesce(redemptions.amount_minor || ' of ' || redemptions.customer, 'nothing'))
        from agreed full join redemptions using (order_id, discount_id) join orders on orders.id = order_id
            left join discounts on discounts.id = discount_id
        where (agreed.amount, agreed.customer) is distinct from (redemptions.amount_minor, redemptions.customer)
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def on_lines(tx: Tx) -> list[str]:
    """What discounts take off the goods of an order is what its total says, and what its lines say."""
    rows = await tx.fetch(
        """
        with taken as (
            select orders.id as order_id, sum((one ->> 'amount')::bigint) as amount
            from orders, jsonb_array_elements(discounts) as one
            where not coalesce((one ->> 'on_shipping')::boolean, false) group by orders.id
        ), lost as (select order_id, sum(discount_minor) as amount from order_lines group by order_id)
        select format('order K-%s: its discounts take %s off the goods, its lines lose %s, and it says %s', number,
            coalesce(taken.amount, 0), coalesce(lost.amount, 0), discount_minor)
        from orders left join taken on taken.order_id = id left join lost on lost.order_id = id
        where discount_minor <> coalesce(taken.amount, 0) or discount_minor <> coalesce(lost.amount, 0)
        order by number limit 101
        """
    )
    return [row[0] for row in rows]
