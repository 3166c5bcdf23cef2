"""What must hold of the journal."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from kassa.kernel.db import Tx


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through the states, and how many orders went it; `number` is one of them.

    `steps` are the order's events in their order, each with the states it led between if it moved it:
    `placed payment_succeeded:pending>paid`. `state`, `attempt_failed` and `paid` are what the order's own row says.
    """

    steps: str | None
    state: str
    attempt_failed: bool
    paid: bool
    orders: int


async def chain(tx: Tx) -> list[str]:
    """Each row's number follows the one before it, and its hash covers it."""
    rows = await tx.fetch(
        """
        select format('order %s: event %s (%s) is not what was written', coalesce('K-' || number, order_id::text),
            seq, type)
        from (
            select order_id, seq, at, type, actor, data, hash, lag(hash) over of_order as previous,
                coalesce(lag(seq) over of_order, 0) + 1 as expected
            from order_events window of_order as (partition by order_id order by seq)
        ) as event left join orders on orders.id = order_id
        where seq <> expected or hash is distinct from order_event_hash(previous, order_id, seq, at, type, actor, data)
        order by number, seq limit 101
        """
    )
    return [row[0] for row in rows]


async def walks(tx: Tx) -> AsyncIterator[Walk]:
    """Every way that was gone, each once: few, however many orders there are."""
    rows = tx.stream(
        """
        with walks as (
            select order_id, string_agg(
                substr(type, 7) || coalesce(':' || (data->>'from') || '>' || (data->>'to'), ''), ' ' order by seq
            ) as steps
            from order_events where type like 'order.%' group by order_id
        )
        select steps, state, attempt_failed, paid_at is not null, count(*)
        from orders left join walks on order_id = orders.id group by 1, 2, 3, 4
        """
    )
    async for row in rows:
        yield Walk(*row.values())


async def walkers(tx: Tx, walk: Walk) -> list[int]:
    """The numbers of the orders that went a way, at most 101."""
    rows = await tx.fetch(
        """
        with walks as (
            select order_id, string_agg(
                substr(type, 7) || coalesce(':' || (data->>'from') || '>' || (data->>'to'), ''), ' ' order by seq
            ) as steps
            from order_events where type like 'order.%' group by order_id
        )
        select number from orders left join walks on order_id = orders.id
        where steps is not distinct from $1 and state = $2 and attempt_failed = $3 and (paid_at is not null) = $4
        order by number limit 101
        """,
        walk.steps,
        walk.state,
        walk.attempt_failed,
        walk.paid,
    )
    return [row[0] for row in rows]


async def receipt_heads(tx: Tx) -> list[str]:
    """The head of the journal that a customer's receipt shows, in any language, is in the journal still."""
    rows = await tx.fetch(
        """
        with shown as (
            select order_id, substring(text_body from '(?n)[:：] ?([0-9a-f]{16})$') as head from mails
            where kind = 'receipt'
        )
        select format('order %s: its receipt shows the journal at %s, where it never was',
            coalesce('K-' || number, order_id::text), head)
        from shown left join orders on orders.id = order_id
        where head is not null and not exists (
            select from order_events
            where order_events.order_id = shown.order_id and left(encode(hash, 'hex'), 16) = head
        )
        order by number limit 101
        """
    )
    return [row[0] for row in rows]
