"""What must hold of gift cards."""

from kassa.kernel.db import Tx


async def balances(tx: Tx) -> list[str]:
    """A card has what was issued, less what was voided and spent, plus what was given back, and never below nothing."""
    rows = await tx.fetch(
        """
        with happened as (
            select gift_card_id, sum(amount_minor) filter (where kind = 'issued') as issued,
                sum(amount_minor) filter (where kind = 'voided') as voided
            from gift_card_events group by gift_card_id
        ), paid as (
            select gift_card_id, sum(received_minor) as spent from payments
            where gift_card_id is not null and state = 'succeeded' group by gift_card_id
        ), back as (
            select gift_card_id, sum(refunds.amount_minor) as given_back
            from refunds join payments on payments.id = payment_id
            where gift_card_id is not null and refunds.state = 'succeeded' group by gift_card_id
        )
        select format('gift card %s (%s) has %s %s, but %s was issued, %s voided, %s spent and %s given back', id,
            last4, balance_minor, currency, coalesce(issued, 0), coalesce(voided, 0), coalesce(spent, 0),
            coalesce(given_back, 0))
        from gift_cards left join happened on happened.gift_card_id = id left join paid on paid.gift_card_id = id
            left join back on back.gift_card_id = id
        where issued is distinct from issued_minor or balance_minor < 0
            or balance_minor
                <> issued_minor - coalesce(voided, 0) - coalesce(spent, 0) + coalesce(given_back, 0)
        order by id limit 101
        """
    )
    return [row[0] for row in rows]


async def promised(tx: Tx) -> list[str]:
    """What is promised of a card is what orders that wait are to be paid with it, and no more than it has."""
    rows = await tx.fetch(
        """
        with waiting as (
            select gift_card_id, sum(amount_minor) as amount from payments
            where state = 'reserved' group by gift_card_id
        )
        select format('gift card %s (%s): %s of its %s %s are promised, its orders wait for %s', id, last4,
            reserved_minor, balance_minor, currency, coalesce(amount, 0))
        from gift_cards left join waiting on gift_card_id = id
        where reserved_minor <> coalesce(amount, 0) or reserved_minor > balance_minor or reserved_minor < 0
        order by id limit 101
        """
    )
    return [row[0] for row in rows]


async def follow_orders(tx: Tx) -> list[str]:
    """What cards pay is reserved while the order waits, spent when it is paid, given up when it dies."""
    rows = await tx.fetch(
        """
        select format('payment %s of order K-%s (%s) by gift card is %s', payments.id, number, orders.state,
            payments.state)
        from payments join orders on orders.id = order_id join gift_cards on gift_cards.id = gift_card_id
        where payments.state <> case when orders.state = 'pending' then 'reserved'
                when orders.state in ('canceled', 'failed') then 'canceled' else 'succeeded' end
            or payments.currency <> orders.currency or payments.currency <> gift_cards.currency or surplus
        union all
        select format('order K-%s says that gift cards pay %s of it, they pay %s', number, gift_minor,
            coalesce(amount, 0))
        from orders left join (
            select order_id, sum(amount_minor) as amount from payments where gift_card_id is not null group by order_id
        ) as parts on order_id = id
        where gift_minor <> coalesce(amount, 0)
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def sold(tx: Tx) -> list[str]:
    """Each card that was sold came into being with the payment of its order, once, and for what it cost."""
    rows = await tx.fetch(
        """
        with due as (
            select order_lines.id as line_id, number, quantity, quantity * unit_minor as amount, currency
            from order_lines join orders on orders.id = order_id where voucher and paid_at is not null
        ), made as (
            select line_id, count(*) as quantity, sum(issued_minor) as amount, max(currency) as currency
            from gift_cards where line_id is not null group by line_id
        )
        select format('order K-%s bought %s gift cards of %s %s in all, but there are %s of %s', number,
            coalesce(due.quantity, 0), coalesce(due.amount, 0), coalesce(due.currency, made.currency),
            coalesce(made.quantity, 0), coalesce(made.amount, 0))
        from due full join made using (line_id)
        where (due.quantity, due.amount, due.currency) is distinct from (made.quantity, made.amount, made.currency)
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]


async def owed(tx: Tx) -> list[str]:
    """The balances of all cards of a currency are what the books say is owed for them, and each voiding is posted."""
    rows = await tx.fetch(
        """
        with cards as (
            select currency, sum(balance_minor) as amount from gift_cards group by currency
        ), books as (
            select currency, -sum(amount_minor) as amount
            from ledger_lines join ledger_entries on ledger_entries.id = entry_id
            where account = 'gift_cards' group by currency
        ), events as (
            select 'gift_card_event:' || event.id as cause, gift_cards.currency,
                event.amount_minor * case kind when 'issued' then -1 else 1 end as amount
            from gift_card_events as event join gift_cards on gift_cards.id = gift_card_id
            where kind = 'voided' or line_id is null
        ), posted as (
            select cause, currency, sum(amount_minor) filter (where account = 'gift_cards') as amount
            from ledger_entries left join ledger_lines on entry_id = id
            where kind in ('gift_card_given', 'gift_card_voided') group by cause, currency
        )
        select format('gift cards in %s come to %s, but the books owe %s', currency, coalesce(cards.amount, 0),
            coalesce(books.amount, 0))
        from cards full join books using (currency) where coalesce(cards.amount, 0) <> coalesce(books.amount, 0)
        union all
        select format('%s: moved %s, but the books say %s', cause, coalesce(events.amount, 0),
            coalesce(posted.amount, 0))
        from events full join posted using (cause)
        where (events.amount, events.currency) is distinct from (posted.amount, posted.currency)
        order by 1 limit 101
        """
    )
    return [row[0] for row in rows]
