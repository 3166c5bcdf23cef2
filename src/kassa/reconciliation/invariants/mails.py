"""What customers were told by mail: nothing that did not happen, and no reminder without a yes."""

from kassa.kernel.db import Tx


async def true(tx: Tx) -> list[str]:
    """A mail tells of what is in the books: a bank that takes its time, a payment that failed, a refund, a parcel."""
    rows = await tx.fetch(
        """
        with told as (
            select order_id, kind, split_part(kind, ':', 1) as topic,
                case when split_part(kind, ':', 1) in ('refund', 'shipped') then split_part(kind, ':', 2) else '' end
                    as about
            from mails where order_id is not null
        ), was as (
            select order_id, 'placed' as topic, '' as about from order_events
                where type in ('payment.processing', 'payment.authorized')
            union select order_id, 'payment_failed', '' from order_events where type = 'order.attempt_failed'
            union select order_id, 'refund', id::text from refunds where state in ('succeeded', 'failed', 'canceled')
            union select order_id, 'cancellation', '' from refunds
            union select order_id, 'shipped', id::text from fulfilments
        )
        select format('order K-%s has a mail %s of what never was', number, kind)
        from told join orders on orders.id = told.order_id
            left join was on was.order_id = told.order_id and was.topic = told.topic and was.about = told.about
        where told.topic in ('placed', 'payment_failed', 'refund', 'cancellation', 'shipped') and was.order_id is null
        order by number, kind limit 101
        """
    )
    return [row[0] for row in rows]


async def agreed(tx: Tx) -> list[str]:
    """Nobody is reminded of what was left behind who did not agree to it before, or had said no."""
    rows = await tx.fetch(
        """
        select format('order K-%s: its customer is reminded %s', number,
            case when reminders.order_id is null then 'and never agreed to it' else 'after a no' end)
        from mails join orders on orders.id = mails.order_id
            left join reminders on reminders.order_id = orders.id and agreed_at <= mails.created_at
            left join reminder_stops
                on reminder_stops.email = lower(mails.recipient) and stopped_at < mails.created_at
        where kind = 'abandoned' and (reminders.order_id is null or reminder_stops.email is not null)
        order by number limit 101
        """
    )
    return [row[0] for row in rows]
