"""What must hold of payments."""

from kassa.kernel.db import Tx


async def facts(tx: Tx) -> list[str]:
    """A success has money, a moment and the provider's object or a gift card; what did not succeed has no money."""
    rows = await tx.fetch(
        """
        select format('payment %s of order K-%s is %s with %s %s received', payments.id, number, payments.state,
            received_minor, payments.currency)
        from payments join orders on orders.id = order_id
        where case when payments.state = 'succeeded'
            then received_minor <= 0 or succeeded_at is null or (intent_ref is null) = (gift_card_id is null)
            else received_minor <> 0 end
        order by payments.id limit 101
        """
    )
    return [row[0] for row in rows]


async def one_payable(tx: Tx) -> list[str]:
    """At most one attempt of an order can be paid."""
    rows = await tx.fetch(
        """
        select format('order K-%s has %s attempts that can be paid', number, attempts)
        from (
            select order_id, count(*) as attempts from payments
            where state in ('open', 'processing', 'requires_action', 'authorized') group by order_id
        ) as payable join orders on orders.id = order_id
        where attempts > 1
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def none_payable_without_stock(tx: Tx) -> list[str]:
    """No attempt can be paid whose stock is not kept any more, unless it is being closed."""
    rows = await tx.fetch(
        """
        select format('payment %s of order K-%s can still be paid, but its stock is %s', payments.id, number,
            holds.state)
        from payments join orders on orders.id = order_id join holds on holds.id = order_id
            left join jobs on jobs.key = 'close:' || payments.id and jobs.state <> 'dead'
        where payments.state in ('open', 'processing', 'requires_action', 'authorized')
            and holds.state not in ('held', 'paying') and jobs.id is null
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def references(tx: Tx) -> list[str]:
    """An object of the provider's belongs to one payment."""
    rows = await tx.fetch(
        """
        select format('%s is the object of %s payments', reference, count(*))
        from (
            select intent_ref as reference from payments where intent_ref is not null
            union all select session_ref from payments where session_ref is not null
        ) as named
        group by reference having count(*) > 1
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def surplus(tx: Tx) -> list[str]:
    """Money that its order had no use for goes back, once, to the last cent."""
    rows = await tx.fetch(
        """
        with due as (
            select payments.id, number, payments.currency,
                case when surplus then received_minor when gift_card_id is not null then 0
                    else greatest(received_minor - total_minor + gift_minor, 0) end as amount
            from payments join orders on orders.id = order_id where payments.state = 'succeeded'
        ), sent as (
            select payment_id, bool_or(state in ('failed', 'canceled')) as bounced,
                coalesce(sum(amount_minor) filter (where state not in ('failed', 'canceled')), 0) as amount
            from refunds where kind = 'surplus' group by payment_id
        )
        select format('payment %s of order K-%s: %s %s too much came, %s are going back', due.id, number, due.amount,
            currency, coalesce(sent.amount, 0))
        from due left join sent on payment_id = due.id
            left join jobs on jobs.key = 'surplus:' || due.id and jobs.state <> 'dead'
        where coalesce(sent.amount, 0) > due.amount
            or coalesce(sent.amount, 0) < due.amount and jobs.id is null and not coalesce(bounced, false)
        order by number limit 101
        """
    )
    return [row[0] for row in rows]
