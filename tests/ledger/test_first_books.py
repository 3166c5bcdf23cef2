"""A shop that sold before it had books gets them by the migration, as if it had always kept them."""

import asyncpg
import pytest
from tests.orders.chain import head

from kassa import ledger, orders
from kassa.kernel.ids import new_id
from kassa.ledger import Account as A
from kassa.migrations import files

ORDER = """
    insert into orders (id, token_hash, state, currency, email, locale, subtotal_minor, discount_minor, shipping_minor,
        tax_minor, total_minor, tax_included, tax_lines, shipping_method, shipping_address, owner, created_at, paid_at)
    values ($1, '', $2, 'EUR', 'ada@example.org', 'en', 2580, 300, 390, 175, 2670, true, '[]', 'standard', '{}',
        'guest', '2026-10-01T10:00Z', $3::text::timestamptz)
"""
PAYMENT = """
    insert into payments (id, order_id, flow, state, amount_minor, currency, received_minor, charge_ref, surplus,
        created_at, updated_at, succeeded_at)
    values ($1, $2, 'element', $3, 2670, 'EUR', $4, 'ch_1', $5, '2026-10-01T10:01Z', '2026-10-01T10:02Z',
        '2026-10-01T10:02Z')
"""
REFUND = """
    insert into refunds (id, payment_id, order_id, amount_minor, currency, kind, reason, state, created_at, updated_at)
    values ($1, $2, $3, $4, 'EUR', $5, 'why', $6, '2026-10-02T10:00Z', '2026-10-02T10:00Z')
"""
EVENT = """
    insert into order_events (order_id, seq, at, type, actor, data)
    values ($1, $2, '2026-10-01T10:00Z', 'note.made', 'clock', '{"number": 1}')
"""


@pytest.fixture
async def before(dsn):
    """A connection to a database of the time before the books."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("drop schema public cascade; create schema public")
    for path in files():
        if path.stem < "0008":
            await connection.execute(path.read_text())
    yield connection
    await connection.close()


async def rest(connection):
    for path in files():
        if path.stem >= "0008":
            async with connection.transaction():
                await connection.execute(path.read_text())


async def test_an_empty_shop_has_empty_books(before, db):
    await rest(before)

    async with db.connection() as conn:
        assert await ledger.balances(conn) == {}


async def test_what_was_sold_paid_and_given_back_stands_in_the_books(before, db):
    sold, waiting = new_id(), new_id()
    first, second, failed = new_id(), new_id(), new_id()
    await before.execute(ORDER, sold, "paid", "2026-10-01T10:02Z")
    await before.execute(ORDER, waiting, "pending", None)
    await before.execute(PAYMENT, first, sold, "succeeded", 2670, False)
    await before.execute(PAYMENT, second, sold, "succeeded", 2670, True)
    await before.execute(PAYMENT, failed, waiting, "failed", 0, False)
    await before.execute(REFUND, new_id(), second, sold, 2670, "surplus", "succeeded")
    await before.execute(REFUND, new_id(), first, sold, 500, "requested", "pending")
    await before.execute(REFUND, new_id(), first, sold, 200, "requested", "failed")
    await before.execute(REFUND, new_id(), first, sold, 100, "requested", "requested")
    await rest(before)

    async with db.connection() as conn:
        assert await ledger.balances(conn) == {
            ("EUR", account): amount
            for account, amount in {
                A.RECEIVABLE: 0, A.PROVIDER: 2670 - 500, A.SALES: -(2670 + 300 - 175 - 390), A.TAX: -175,
                A.SHIPPING: -390, A.DISCOUNTS: 300, A.REFUNDS: 500,
            }.items()
        }  # fmt: skip
        entries = await ledger.of_order(conn, sold)
        assert [entry.kind for entry in entries] == ["sale", "payment", "payment", "refund", "refund"]
        assert await ledger.of_order(conn, waiting) == []
        asked = await conn.fetch("select args from jobs where name = 'record_fee'")
    assert {row["args"]["payment_id"] for row in asked} == {str(first), str(second)}


async def test_the_verbs_find_what_the_migration_posted(before, db, clock):
    sold, paid = new_id(), new_id()
    await before.execute(ORDER, sold, "paid", "2026-10-01T10:02Z")
    await before.execute(PAYMENT, paid, sold, "succeeded", 2670, False)
    await rest(before)

    async with db.transaction() as tx:
        known = {"currency": "EUR", "at": clock.now()}
        assert not await ledger.post_sale(tx, sold, total=2670, discount=300, tax=175, shipping=390, **known)
        assert not await ledger.post_payment(tx, paid, received=2670, order_id=sold, **known)


async def test_journals_that_were_there_get_their_chain(before, db):
    order_ids = [new_id(), new_id()]
    for order_id in order_ids:
        await before.execute(ORDER, order_id, "pending", None)
        for seq in (1, 2, 3):
            await before.execute(EVENT, order_id, seq)
    await rest(before)

    async with db.connection() as conn:
        for order_id in order_ids:
            assert await orders.chain_break(conn, order_id) is None
            assert await orders.chain_head(conn, order_id) == head(
                order_id, await orders.events(conn, order_id)
            )
