"""What must hold of refunds and disputes."""

from kassa.kernel.db import Tx


async def within_received(tx: Tx) -> list[str]:
    """No payment is given back more than it brought."""
    rows = await tx.fetch(
        """
        with given as (
            select payment_id, sum(amount_minor) as amount from refunds
            where state in ('requested', 'pending', 'succeeded') group by payment_id
        )
        select format('payment %s of order K-%s brought %s %s, but %s are given back', payments.id, number,
            received_minor, payments.currency, amount)
        from given join payments on payments.id = payment_id join orders on orders.id = order_id
        where amount > received_minor
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def belong(tx: Tx) -> list[str]:
    """A refund is of the order and the currency of its payment."""
    rows = await tx.fetch(
        """
        select format('refund %s is not of the order or the currency of payment %s', refunds.id, payment_id)
        from refunds left join payments on payments.id = payment_id
        where refunds.order_id is distinct from payments.order_id
            or refunds.currency is distinct from payments.currency
        order by refunds.id limit 101
        """
    )
    return [row[0] for row in rows]


async def lines(tx: Tx) -> list[str]:
    """No line is given back more often than it was ordered."""
    rows = await tx.fetch(
        """
        with given as (
            select line_id, sum(refund_lines.quantity) as quantity
            from refund_lines join refunds on refunds.id = refund_id
            where state in ('requested', 'pending', 'succeeded') group by line_id
        )
        select format('order K-%s: %s of %s were ordered, but %s are given back', number, order_lines.quantity, sku,
            given.quantity)
        from given join order_lines on order_lines.id = line_id join orders on orders.id = order_id
        where given.quantity > order_lines.quantity
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def on_their_way(tx: Tx) -> list[str]:
    """A refund that was written down is being asked for; one that did not arrive is a case."""
    rows = await tx.fetch(
        """
        with known as (
            select cause from cases where kind = 'refund_failed'
            union select args->>'cause' from jobs where name = 'open_case' and state <> 'dead'
        )
        select format('refund %s of order K-%s (%s %s) is %s, and nobody is at it', refunds.id, number,
            refunds.amount_minor, refunds.currency, refunds.state)
        from refunds join orders on orders.id = refunds.order_id join payments on payments.id = payment_id
            left join jobs on name = 'submit_refund' and jobs.state <> 'dead' and args->>'refund_id' = refunds.id::text
            left join known on cause = 'refund:' || refunds.id
        where case when refunds.state = 'requested' then jobs.id is null
            when refunds.state in ('failed', 'canceled') then cause is null
            else provider_ref is null and gift_card_id is null end
        order by refunds.id limit 101
        """
    )
    return [row[0] for row in rows]


async def disputes(tx: Tx) -> list[str]:
    """A dispute is of its payment's order and currency, is over when its state says so, and is a case till then."""
    rows = await tx.fetch(
        """
        with known as (
            select cause from cases where kind = 'dispute_opened'
            union select args->>'cause' from jobs where name = 'open_case' and state <> 'dead'
                and args->>'cause' is not null
        )
        select format('dispute %s of order K-%s is %s', provider_ref, number, disputes.state)
        from disputes join orders on orders.id = disputes.order_id join payments on payments.id = payment_id
        where disputes.order_id <> payments.order_id
            or (closed_at is not null) <> (disputes.state in ('warning_closed', 'won', 'lost', 'prevented'))
            or disputes.state in ('needs_response', 'warning_needs_response')
                and 'dispute:' || disputes.id || case disputes.state when 'needs_response' then '' else ':inquiry' end
                    not in (select cause from known)
                and provider_ref not in (select cause from known)
        order by provider_ref limit 101
        """
    )
    return [row[0] for row in rows]
