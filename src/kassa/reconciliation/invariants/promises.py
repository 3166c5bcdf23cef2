"""What was promised to customers, to callers and to the operator: mails, keys, events, cases, parcels."""

from kassa.kernel.db import Tx


async def receipts(tx: Tx) -> list[str]:
    """Each order that was paid has one receipt, or is about to; no other order has one."""
    rows = await tx.fetch(
        """
        with built as (
            select order_id, count(*) as mails from mails where kind = 'receipt' group by order_id
        )
        select format('order %s has %s receipts', coalesce('K-' || number, order_id::text), coalesce(mails, 0))
        from orders full join built on order_id = orders.id
            left join jobs on key = 'receipt:' || orders.id and jobs.state <> 'dead'
        where case when paid_at is null then mails is not null
            else coalesce(mails, 0) > 1 or mails is null and jobs.id is null end
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def mails(tx: Tx) -> list[str]:
    """At most one mail of a kind per order."""
    rows = await tx.fetch(
        """
        select format('order %s has %s mails of the kind %s', coalesce('K-' || max(number), order_id::text), count(*),
            kind)
        from mails left join orders on orders.id = order_id where order_id is not null
        group by order_id, kind having count(*) > 1
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def events(tx: Tx) -> list[str]:
    """Each of the provider's events is handled, ignored by name, waiting for its turn, or a case."""
    rows = await tx.fetch(
        """
        select format('event %s (%s) is %s, %s', id, type, state, coalesce(verdict, 'with no verdict'))
        from stripe_events
        where case when state in ('handled', 'ignored') then verdict is null or handled_at is null
            when state = 'dead'
                then id not in (select cause from cases) and object_id not in (select cause from cases)
            else state <> 'received' end
        order by id limit 101
        """
    )
    return [row[0] for row in rows]


async def keys(tx: Tx) -> list[str]:
    """Each idempotency key made one thing, which is there; and no two keys made the same order."""
    rows = await tx.fetch(
        """
        with made as (
            select scope, key, convert_from(body, 'UTF8')::jsonb->>'id' as id from idempotency_keys
            where status = 201 and body is not null and scope like '% POST /api/v1/orders'
        )
        select format('key %s (%s) made order %s, %s', key, scope, made.id,
            case when orders.id is null then 'which is not there' else 'as another key did' end)
        from made left join orders on orders.id::text = made.id
        where orders.id is null or made.id in (select id from made group by id having count(*) > 1)
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def cases(tx: Tx) -> list[str]:
    """A case is opened once per cause, and one that is resolved says by whom and how."""
    rows = await tx.fetch(
        """
        select format('case %s %s is %s', kind, cause,
            case when times > 1 then 'opened ' || times || ' times' else state || ' by nobody' end)
        from (select *, count(*) over (partition by kind, cause) as times from cases) as opened
        where times > 1 or (state = 'resolved') <> (resolved_at is not null and resolved_by is not null)
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def parcels(tx: Tx) -> list[str]:
    """No more of a line is sent than was ordered."""
    rows = await tx.fetch(
        """
        with sent as (
            select line_id, sum(fulfilment_lines.quantity) as quantity
            from fulfilment_lines join fulfilments on fulfilments.id = fulfilment_id
            where state <> 'canceled' group by line_id
        )
        select format('order K-%s: %s of %s were ordered, but %s are in parcels', number, order_lines.quantity, sku,
            sent.quantity)
        from sent join order_lines on order_lines.id = line_id join orders on orders.id = order_id
        where sent.quantity > order_lines.quantity
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def sent_only_when_paid(tx: Tx) -> list[str]:
    """Parcels follow money, and an order is where its parcels are."""
    rows = await tx.fetch(
        """
        with parcels as (
            select order_id, bool_or(state in ('shipped', 'delivered')) as sent,
                bool_or(state in ('picked', 'shipped')) as on_their_way, bool_or(state = 'delivered') as delivered
            from fulfilments where state <> 'canceled' group by order_id
        )
        select format('order K-%s is %s, but its parcels are %s', number, state,
            case when order_id is null then 'none' when on_their_way then 'on their way' else 'delivered' end)
        from orders left join parcels on order_id = orders.id
        where sent and state in ('pending', 'paid', 'canceled', 'failed')
            or state = 'fulfilled' and (order_id is null or on_their_way)
        order by number limit 101
        """
    )
    return [row[0] for row in rows]


async def complete(tx: Tx) -> list[str]:
    """A fulfilled order has sent all that was not given back."""
    rows = await tx.fetch(
        """
        with sent as (
            select line_id, sum(fulfilment_lines.quantity) as quantity
            from fulfilment_lines join fulfilments on fulfilments.id = fulfilment_id
            where state = 'delivered' group by line_id
        ), given as (
            select line_id, sum(quantity) as quantity from refund_lines group by line_id
        )
        select format('order K-%s is fulfilled, but of %s %s only %s were sent', number, order_lines.quantity, sku,
            coalesce(sent.quantity, 0))
        from orders join order_lines on order_lines.order_id = orders.id
            left join sent on sent.line_id = order_lines.id left join given on given.line_id = order_lines.id
        where orders.state = 'fulfilled' and not order_lines.voucher
            and coalesce(sent.quantity, 0) + coalesce(given.quantity, 0) < order_lines.quantity
        order by number limit 101
        """
    )
    return [row[0] for row in rows]
