"""A shop with a long past: any number of orders that agree with everything, written in sets.

Far faster than driving the verbs, and so no proof that these write what is written here: a small one of them is
proved beside a shop that was driven (`test_proof.py`), and both must hold.
"""

from typing import Final

import asyncpg

_BATCH: Final = 100_000
#: How an order went, how many of a hundred did, and its journal: (type, from, to).
LIVES: Final = {
    "pending": (1, [("order.placed", None, None)]),
    "canceled": (8, [("order.placed", None, None), ("order.expired", "pending", "canceled")]),
    "failed": (4, [
        ("order.placed", None, None), ("order.attempt_failed", None, None), ("order.expired", "pending", "failed"),
    ]),
    "paid": (30, [("order.placed", None, None), ("order.payment_succeeded", "pending", "paid")]),
    "fulfilled": (45, [
        ("order.placed", None, None), ("order.payment_succeeded", "pending", "paid"),
        ("order.shipped", "paid", "fulfilling"), ("order.delivered", "fulfilling", "fulfilled"),
    ]),
    "twice": (4, [
        ("order.placed", None, None), ("order.payment_succeeded", "pending", "paid"),
        ("order.payment_succeeded", None, None), ("payment.surplus", None, None),
        ("refund.requested", None, None), ("refund.succeeded", None, None),
    ]),
    "partly": (5, [
        ("order.placed", None, None), ("order.payment_succeeded", "pending", "paid"),
        ("refund.requested", None, None), ("refund.succeeded", None, None),
    ]),
    "refunded": (3, [
        ("order.placed", None, None), ("order.payment_succeeded", "pending", "paid"),
        ("refund.requested", None, None), ("refund.succeeded", None, None),
        ("order.refunded_in_full", "paid", "refunded"),
    ]),
}  # fmt: skip

#: Ids are counted, one space of them per table: as good as random ones, and the same every time.
_SETTING = """
create function pg_temp.id(space int, n bigint) returns uuid language sql immutable as $$
    select (lpad(to_hex(space), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
$$;
create temp table lives (life text, lowest int, highest int);
create temp table script (life text, seq int, type text, data jsonb);
insert into products (id, slug, title, created_at, updated_at)
    select pg_temp.id(1, n), 'book-' || n, 'Book ' || n, now(), now() from generate_series(1, 200) as n;
insert into variants (id, product_id, position, sku, title)
    select pg_temp.id(2, n), pg_temp.id(1, n), 1, 'BOOK-' || n, 'Paperback' from generate_series(1, 200) as n;
insert into stock (variant_id, on_hand) select pg_temp.id(2, n), 100000000 from generate_series(1, 200) as n;
insert into movements (variant_id, delta, kind, actor, at)
    select pg_temp.id(2, n), 100000000, 'import', 'import', now() from generate_series(1, 200) as n;
"""

#: One batch: orders $1 to $2. Two lines each: 2 × 1000 and 1 × 1500, 7 % tax in it, 490 for shipping.
_BATCH_SQL = """
create temp table made as
    select n, pg_temp.id(3, n) as id, life, timestamptz '2026-01-01Z' + n * interval '1 second' as at,
        pg_temp.id(2, 1 + n % 100) as first, pg_temp.id(2, 101 + n % 100) as second,
        life in ('paid', 'fulfilled', 'twice', 'partly', 'refunded') as sold
    from generate_series({first}::bigint, {last}::bigint) as n join lives on n % 100 between lowest and highest;
insert into holds (id, state, expires_at, created_at)
    select id, case when sold then 'committed' when life = 'pending' then 'held' else 'released' end, at, at from made;
insert into hold_lines (hold_id, variant_id, quantity)
    select id, first, 2 from made union all select id, second, 1 from made;
insert into orders (id, number, token_hash, state, currency, email, subtotal_minor, discount_minor, shipping_minor,
        tax_minor, total_minor, tax_included, tax_lines, shipping_method, shipping_address, attempt_failed,
        created_at, paid_at, refunded_minor)
    select id, 10000 + n, sha256(int8send(n)), case when life in ('twice', 'partly') then 'paid' else life end, 'EUR',
        'customer-' || n % 5000 || '@example.org', 3500, 0, 490, 261, 3990, true,
        '[{{"label": "VAT 7 %", "basis_points": 700, "base": 3729, "tax": 261}}]', 'standard',
        '{{"name": "Ada Lovelace", "line1": "Rosenthaler Str. 12", "city": "Berlin", "country": "DE"}}',
        life = 'failed', at, case when sold then at end,
        case life when 'refunded' then 3990 when 'partly' then 1500 else 0 end from made;
insert into order_lines (id, order_id, position, variant_id, sku, title, slug, quantity, unit_minor,
        tax_minor, total_minor)
    select pg_temp.id(4, 2 * n), id, 1, first, 'A', 'A book', 'a-book', 2, 1000, 131, 2000 from made
    union all select pg_temp.id(4, 2 * n + 1), id, 2, second, 'B', 'B book', 'b-book', 1, 1500, 98, 1500 from made;
insert into movements (variant_id, delta, kind, order_id, actor, at)
    select first, -2, 'sale', id, 'stripe:api', at from made where sold
    union all select second, -1, 'sale', id, 'stripe:api', at from made where sold
    union all select second, 1, 'return', id, 'staff', at from made where life = 'partly';
insert into payments (id, order_id, flow, state, amount_minor, currency, intent_ref, charge_ref, received_minor,
        surplus, created_at, updated_at, succeeded_at, fee_minor, balance_ref)
    select pg_temp.id(5, 2 * n), id, 'element', case when sold then 'succeeded' when life = 'failed' then 'failed'
            else 'canceled' end, 3990, 'EUR', 'pi_' || n, case when sold then 'ch_' || n end,
        case when sold then 3990 else 0 end, false, at, at, case when sold then at end,
        case when sold then 85 end, case when sold then 'txn_' || n end
    from made where life <> 'pending'
    union all select pg_temp.id(5, 2 * n + 1), id, 'hosted', 'succeeded', 3990, 'EUR', 'pi_b' || n, 'ch_b' || n, 3990,
        true, at, at, at, null, null from made where life = 'twice';
insert into refunds (id, payment_id, order_id, amount_minor, currency, kind, reason, state, provider_ref,
        created_at, updated_at)
    select pg_temp.id(6, n), pg_temp.id(5, 2 * n + case when life = 'twice' then 1 else 0 end), id,
        case when life = 'partly' then 1500 else 3990 end, 'EUR',
        case when life = 'twice' then 'surplus' else 'requested' end,
        'wished', 'succeeded', 're_' || n, at, at from made where life in ('twice', 'partly', 'refunded');
insert into refund_lines (refund_id, line_id, quantity, amount_minor, restock, restocked_at)
    select pg_temp.id(6, n), pg_temp.id(4, 2 * n + 1), 1, 1500, true, at from made where life = 'partly';
insert into fulfilments (id, order_id, state, actor, created_at, shipped_at, delivered_at)
    select pg_temp.id(7, n), id, 'delivered', 'staff', at, at, at from made where life = 'fulfilled';
insert into fulfilment_lines (fulfilment_id, line_id, quantity)
    select pg_temp.id(7, n), pg_temp.id(4, 2 * n), 2 from made where life = 'fulfilled'
    union all select pg_temp.id(7, n), pg_temp.id(4, 2 * n + 1), 1 from made where life = 'fulfilled';
insert into ledger_entries (id, kind, cause, order_id, currency, at)
    select pg_temp.id(8, n), 'sale', 'order:' || id, id, 'EUR', at from made where sold
    union all select pg_temp.id(9, n), 'payment', 'payment:' || pg_temp.id(5, 2 * n), id, 'EUR', at from made where sold
    union all select pg_temp.id(10, n), 'fee', 'payment:' || pg_temp.id(5, 2 * n), id, 'EUR', at from made where sold
    union all select pg_temp.id(11, n), 'payment', 'payment:' || pg_temp.id(5, 2 * n + 1), id, 'EUR', at from made
        where life = 'twice'
    union all select pg_temp.id(12, n), 'refund', 'refund:' || pg_temp.id(6, n), id, 'EUR', at from made
        where life in ('twice', 'partly', 'refunded');
insert into ledger_lines (entry_id, account, amount_minor)
    select pg_temp.id(8, n), account, amount from made, (values ('receivable', 3990), ('tax', -261), ('shipping', -490),
        ('sales', -3239)) as line (account, amount) where sold
    union all select pg_temp.id(9, n), account, amount from made,
        (values ('provider', 3990), ('receivable', -3990)) as line (account, amount) where sold
    union all select pg_temp.id(10, n), account, amount from made,
        (values ('fees', 85), ('provider', -85)) as line (account, amount) where sold
    union all select pg_temp.id(11, n), account, amount from made,
        (values ('provider', 3990), ('receivable', -3990)) as line (account, amount) where life = 'twice'
    union all select pg_temp.id(12, n), case life when 'twice' then 'receivable' else 'refunds' end,
        case life when 'partly' then 1500 else 3990 end from made where life in ('twice', 'partly', 'refunded')
    union all select pg_temp.id(12, n), 'provider', case life when 'partly' then -1500 else -3990 end from made
        where life in ('twice', 'partly', 'refunded');
insert into stripe_events (id, type, object_id, body, state, verdict, run_at, received_at, handled_at)
    select 'evt_' || n, 'payment_intent.succeeded', 'pi_' || n, '\\x7b7d', 'handled', 'payment: succeeded', at, at, at
    from made where sold;
"""

_JOURNAL = """
insert into order_events (order_id, seq, at, type, actor, data, hash)
    select made.id, script.seq, made.at, script.type, 'clock', script.data,
        order_event_hash(last.hash, made.id, script.seq, made.at, script.type, 'clock', script.data)
    from made join script using (life)
        left join order_events as last on last.order_id = made.id and last.seq = {seq} - 1
    where script.seq = {seq}
"""

_RECEIPTS = """
insert into mails (id, order_id, kind, recipient, sender, subject, text_body, html_body, created_at)
    select pg_temp.id(13, n), made.id, 'receipt', 'ada@example.org', 'shop@localhost', 'Receipt',
        E'Thank you.\\n\\nJournal: ' || left(encode(hash, 'hex'), 16), '<p>Thank you.</p>', made.at
    from made join order_events on order_id = made.id and seq = 2 where sold;
"""

_STOCK = """
update stock set on_hand = moved from (select variant_id, sum(delta) as moved from movements group by variant_id) as m
    where m.variant_id = stock.variant_id;
update stock set reserved = kept from (select variant_id, sum(quantity) as kept from hold_lines
    join holds on holds.id = hold_id where state = 'held' group by variant_id) as live
    where live.variant_id = stock.variant_id;
"""


async def fill(connection: "asyncpg.Connection[asyncpg.Record]", orders: int) -> None:
    """Write `orders` orders of every kind, with all that belongs to them."""
    await connection.execute("set session_replication_role = replica; set synchronous_commit = off")
    await connection.execute(_SETTING)
    await connection.set_type_codec("jsonb", encoder=str, decoder=str, schema="pg_catalog")
    lowest = 0
    for life, (share, journal) in LIVES.items():
        await connection.execute("insert into lives values ($1, $2, $3)", life, lowest, lowest + share - 1)
        lowest += share
        for seq, (type_, before, there) in enumerate(journal, 1):
            data = f'{{"from": "{before}", "to": "{there}"}}' if there else "{}"
            await connection.execute("insert into script values ($1, $2, $3, $4)", life, seq, type_, data)
    longest = max(len(journal) for _, journal in LIVES.values())
    for first in range(1, orders + 1, _BATCH):
        last = min(first + _BATCH - 1, orders)
        await connection.execute(_BATCH_SQL.format(first=first, last=last))
        for seq in range(1, longest + 1):
            await connection.execute(_JOURNAL.format(seq=seq))
        await connection.execute(_RECEIPTS)
        await connection.execute("drop table made")
    await connection.execute(_STOCK)
    await connection.execute("analyze; set session_replication_role = origin")
