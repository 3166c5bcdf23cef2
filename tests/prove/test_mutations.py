"""Every invariant can be broken by hand, and prove names it; the same shop, untouched, proves clean."""

from dataclasses import dataclass

import asyncpg
import pytest
from tests.prove.discounts import DISCOUNT_MUTATIONS
from tests.prove.gift_cards import GIFT_CARD_MUTATIONS
from tests.prove.mails import MAIL_MUTATIONS
from tests.prove.many import fill
from tests.prove.shop import broken
from tests.prove.taxes import TAX_MUTATIONS

from kassa.kernel.db import Database
from kassa.reconciliation.invariants import INVARIANTS
from kassa.reconciliation.prove import prove

#: Orders by their life, of a hundred: K-10100 pending, K-10001 canceled, K-10009 failed, K-10013 paid,
#: K-10043 fulfilled, K-10088 paid twice, K-10092 partly refunded, K-10097 refunded.
ORDERS = 100


@dataclass(frozen=True, slots=True)
class Mutation:
    """What is broken, by what, and what the violation says."""

    invariant: str
    sql: str
    says: str


def of(number: int) -> str:
    """The id of the order of this number, as SQL."""
    return f"(select id from orders where number = {number})"


_DISPUTE = """insert into disputes (id, payment_id, order_id, provider_ref, reason, state, amount_minor, currency,
    withdrawn_minor, fee_minor, created_at, updated_at, closed_at)
    select gen_random_uuid(), id, order_id, 'dp_1', 'fraudulent', '{}', 3990, 'EUR', 3990, 1500, now(), now(), {}
    from payments where intent_ref = 'pi_13'"""
_RETURN = "insert into returns (id, order_id, state, reason, created_at) select gen_random_uuid(), id,"
_REVIEW = """insert into reviews (id, product_id, order_id, email, name, stars, text, state, created_at, updated_at)
    select gen_random_uuid(), products.id, orders.id, 'a@b.c', 'A', 3, 'Hm',"""
_ENTRY = "(select id from ledger_entries where kind = '{}' and order_id = {})"

MUTATIONS = [
    Mutation("stock_on_hand", "update stock set on_hand = on_hand + 1 from variants where sku = 'BOOK-1' "
             "and id = variant_id", "BOOK-1: "),
    Mutation("stock_on_hand", "delete from stock using variants where sku = 'BOOK-1' and id = variant_id",
             "BOOK-1: 0 on"),
    Mutation("stock_reserved", "update stock set reserved = reserved + 1 from variants where sku = 'BOOK-2' "
             "and id = variant_id", "BOOK-2: 1 reserved, but its live holds keep 0"),
    Mutation("stock_bounds", "update stock set reserved = on_hand + 1 from variants where sku = 'BOOK-3' "
             "and id = variant_id", "BOOK-3: "),
    Mutation("stock_bounds", "update stock set reserved = -1 from variants where sku = 'BOOK-3' and id = variant_id",
             "BOOK-3: "),
    Mutation("stock_sold", f"delete from movements where kind = 'sale' and order_id = {of(10013)}",
             "order K-10013 took"),
    Mutation("stock_sold", "insert into movements (variant_id, delta, kind, order_id, actor, at) select variant_id, "
             f"-1, 'sale', hold_id, 'x', now() from hold_lines where hold_id = {of(10001)}", "order K-10001 took 0"),
    Mutation("stock_returned", "delete from movements where kind = 'return' and " f"order_id = {of(10092)}",
             "order K-10092: 1 of BOOK-193 were restocked, but 0"),
    Mutation("holds_follow_orders", f"update holds set state = 'released' where id = {of(10013)}",
             "order K-10013 is paid, but its stock is released"),
    Mutation("holds_follow_orders", f"update holds set state = 'held' where id = {of(10001)}",
             "order K-10001 is canceled, but its stock is held"),
    Mutation("holds_follow_orders", f"delete from holds where id = {of(10100)}",
             "order K-10100 is pending, but its stock is not held at all"),
    Mutation("holds_keep_what_was_ordered", f"update hold_lines set quantity = 7 where hold_id = {of(10001)}",
             "order K-10001 is for 2 of BOOK-2, but its hold is for 7"),
    Mutation("holds_have_owners", "insert into holds values (gen_random_uuid(), 'held', now(), now())",
             "belongs to nobody"),
    Mutation("buy_nows", "insert into buy_nows (id, token_hash, state, variant_id, quantity, currency, quote, "
             "total_minor, created_at) select gen_random_uuid(), 'x', 'complete', id, 1, 'EUR', '{}', 100, now() "
             "from variants limit 1", "is complete; its order: none"),
    Mutation("order_totals", f"update orders set total_minor = total_minor + 1 where id = {of(10013)}",
             "order K-10013: its total of 3991 EUR"),
    Mutation("order_totals", f"delete from order_lines where order_id = {of(10013)}", "order K-10013: its total"),
    Mutation("order_totals", f"update order_lines set unit_minor = 1 where order_id = {of(10013)}", "order K-10013"),
    Mutation("order_totals", f"update orders set tax_lines = '[]' where id = {of(10013)}", "order K-10013"),
    Mutation("order_refunded", f"update orders set refunded_minor = 1 where id = {of(10013)}",
             "order K-10013 says that 1 EUR were given back, its refunds come to 0"),
    Mutation("orders_paid_for", f"delete from payments where order_id = {of(10013)}",
             "order K-10013 is paid and costs 3990 EUR, of which 0 came"),
    Mutation("orders_paid_for", f"update payments set currency = 'USD' where order_id = {of(10013)}",
             "of which 0 came"),
    Mutation("orders_paid_for", "update payments set state = 'succeeded', received_minor = 3990 "
             f"where order_id = {of(10001)}", "order K-10001 is canceled and costs 3990 EUR, of which 3990 came"),
    Mutation("orders_refunded_in_full", f"update refunds set amount_minor = 10 where order_id = {of(10097)}",
             "order K-10097 is refunded, but 10 of its 3990 EUR went back"),
    Mutation("orders_refunded_in_full", f"update refunds set amount_minor = 3990 where order_id = {of(10092)}",
             "order K-10092 is paid, but 3990 of its 3990 EUR went back"),
    Mutation("journal_chain", "update order_events set at = at + interval '1 second' where seq = 1 and "
             f"order_id = {of(10013)}", "order K-10013: event 1 (order.placed) is not what was written"),
    Mutation("journal_chain", "update order_events set actor = 'staff:ada' where seq = 2 and "
             f"order_id = {of(10013)}", "order K-10013: event 2"),
    Mutation("journal_chain", "update order_events set data = '{\"from\": \"pending\", \"to\": \"paid\", \"x\": 1}' "
             f"where seq = 2 and order_id = {of(10013)}", "order K-10013: event 2"),
    Mutation("journal_chain", f"delete from order_events where seq = 3 and order_id = {of(10043)}",
             "order K-10043: event 4"),
    Mutation("journal_chain", "update order_events set hash = sha256(hash) where seq = 2 and "
             f"order_id = {of(10013)}", "order K-10013: event 2"),
    Mutation("journal_walks", f"update orders set state = 'fulfilled' where id = {of(10013)}",
             "order K-10013: it is fulfilled, but its journal leads to paid"),
    Mutation("journal_walks",
             f"update order_events set type = 'order.shipped' where seq = 2 and order_id = {of(10001)}",
             "order K-10001: its journal has 'shipped:pending>canceled' while it was pending"),
    Mutation("journal_walks", f"delete from order_events where order_id = {of(10001)}",
             "order K-10001: its journal does not begin with its placing"),
    Mutation("journal_walks", f"update orders set paid_at = null where id = {of(10013)}",
             "order K-10013: it lacks a time of payment"),
    Mutation("journal_walks", f"update orders set attempt_failed = true where id = {of(10013)}",
             "order K-10013: whether"),
    Mutation("journal_on_receipts", "update order_events set actor = 'staff:ada', hash = order_event_hash("
             "(select hash from order_events as first where first.order_id = order_events.order_id and first.seq = 1), "
             f"order_id, seq, at, type, 'staff:ada', data) where seq = 2 and order_id = {of(10013)}",
             "order K-10013: its receipt shows the journal at"),
    Mutation("payment_facts", "update payments set received_minor = 5 where intent_ref = 'pi_1'",
             "of order K-10001 is canceled with 5 EUR received"),
    Mutation("payment_facts", "update payments set succeeded_at = null where intent_ref = 'pi_13'",
             "of order K-10013 is"),
    Mutation("payments_one_payable", "drop index payments_one_payable; insert into payments (id, order_id, flow, "
             "state, amount_minor, currency, created_at, updated_at) select gen_random_uuid(), id, 'element', 'open', "
             f"3990, 'EUR', now(), now() from orders, generate_series(1, 2) where id = {of(10100)}",
             "order K-10100 has 2 attempts"),
    Mutation("payments_none_payable_without_stock", "update payments set state = 'open' where intent_ref = 'pi_1'",
             "of order K-10001 can still be paid, but its stock is released"),
    Mutation("payments_none_payable_without_stock", "update payments set state = 'processing' "
             "where intent_ref = 'pi_b88'", "of order K-10088 can still be paid, but its stock is committed"),
    Mutation("payment_references", "drop index payments_intent; update payments set intent_ref = 'pi_13' "
             "where intent_ref = 'pi_14'", "pi_13 is the object of 2 payments"),
    Mutation("payment_surplus", f"delete from refunds where order_id = {of(10088)}",
             "of order K-10088: 3990 EUR too much came, 0 are going back"),
    Mutation("payment_surplus", "update payments set received_minor = 5000 where intent_ref = 'pi_13'",
             "of order K-10013: 1010 EUR too much came, 0 are going back"),
    Mutation("payment_surplus", "drop index payments_one_pays; update payments set surplus = false "
             f"where order_id = {of(10088)}",
             "of order K-10088: 0 EUR too much came, 3990 are going back"),
    Mutation("refunds_within_received", f"update refunds set amount_minor = 4000 where order_id = {of(10092)}",
             "of order K-10092 brought 3990 EUR, but 4000 are given back"),
    Mutation("refunds_belong", f"update refunds set order_id = {of(10013)} where order_id = {of(10092)}",
             "is not of the order or the currency of payment"),
    Mutation("refunds_belong", f"update refunds set currency = 'USD' where order_id = {of(10092)}",
             "is not of the order"),
    Mutation("refund_lines", "update refund_lines set quantity = 2", "order K-10092: 1 of B were ordered, but 2"),
    Mutation("refunds_on_their_way", "update refunds set state = 'requested', provider_ref = null "
             f"where order_id = {of(10092)}", "of order K-10092 (1500 EUR) is requested, and nobody is at it"),
    Mutation("refunds_on_their_way", f"update refunds set state = 'failed' where order_id = {of(10092)}",
             "of order K-10092 (1500 EUR) is failed, and nobody is at it"),
    Mutation("disputes", _DISPUTE.format("needs_response", "null"), "dispute dp_1 of order K-10013 is needs_response"),
    Mutation("disputes", _DISPUTE.format("lost", "null"), "dispute dp_1 of order K-10013 is lost"),
    Mutation("parcel_lines", "update fulfilment_lines set quantity = 3", "order K-10043: 2 of A were ordered, but 3"),
    Mutation("parcels_follow_money", "insert into fulfilments (id, order_id, state, actor, created_at) values "
             f"(gen_random_uuid(), {of(10001)}, 'shipped', 'x', now())",
             "order K-10001 is canceled, but its parcels are"),
    Mutation("parcels_follow_money", f"update fulfilments set state = 'shipped' where order_id = {of(10043)}",
             "order K-10043 is fulfilled, but its parcels are on their way"),
    Mutation("parcels_follow_money", f"delete from fulfilments where order_id = {of(10043)}",
             "order K-10043 is fulfilled, but its parcels are none"),
    Mutation("parcels_complete", "update fulfilment_lines set quantity = 1 where quantity = 2",
             "order K-10043 is fulfilled, but of 2 A only 1 were sent"),
    Mutation("ledger_balanced", "update ledger_lines set amount_minor = amount_minor + 1 where account = 'sales' and "
             f"entry_id = {_ENTRY.format('sale', of(10013))}", "its lines sum to 1 EUR"),
    Mutation("ledger_balanced", f"delete from ledger_lines where entry_id = {_ENTRY.format('sale', of(10013))}",
             "its lines sum to nothing at all; EUR"),
    Mutation("ledger_sales", f"delete from ledger_entries where id = {_ENTRY.format('sale', of(10013))}",
             "order K-10013: its sale in the books is not what it was"),
    Mutation("ledger_sales", "update ledger_lines set amount_minor = amount_minor + case account when 'tax' then "
             "1 else -1 "
             f"end where account in ('tax', 'sales') and entry_id = {_ENTRY.format('sale', of(10013))}",
             "order K-10013"),
    Mutation("ledger_payments", f"delete from ledger_entries where id = {_ENTRY.format('payment', of(10013))}",
             "brought 3990 EUR, but the books say nothing"),
    Mutation("ledger_payments",
             f"update ledger_entries set currency = 'USD' where id = {_ENTRY.format('payment', of(10013))}",
             "brought 3990 EUR, but the books say 3990 USD"),
    Mutation("ledger_refunds", f"delete from ledger_entries where id = {_ENTRY.format('refund', of(10092))}",
             "1500 EUR went back, but the books say nothing"),
    Mutation("ledger_refunds", "update ledger_lines set account = 'receivable' where account = 'refunds' and "
             f"entry_id = {_ENTRY.format('refund', of(10092))}", "1500 EUR went back, but the books say 1500 EUR"),
    Mutation("ledger_fees", "update payments set fee_minor = 86 where intent_ref = 'pi_13'",
             "its fee is 86, but the books say 85"),
    Mutation("ledger_disputes", _DISPUTE.format("lost", "now()"), "took 5490, but the books say 0"),
    Mutation("ledger_causes", "insert into ledger_entries (id, kind, cause, currency, at) values (gen_random_uuid(), "
             "'gift', 'friend:1', 'EUR', now())", "gift friend:1 has no cause"),
    Mutation("ledger_causes", "insert into ledger_entries (id, kind, cause, currency, at) values (gen_random_uuid(), "
             "'refund_failed', 'refund:1', 'EUR', now())", "refund_failed refund:1 has no cause"),
    Mutation("receipts", f"delete from mails where order_id = {of(10013)}", "order K-10013 has 0 receipts"),
    Mutation("receipts", f"update mails set order_id = {of(10001)} where order_id = {of(10013)}",
             "order K-10001 has 1 receipts"),
    Mutation("mails_once", "drop index mails_once; insert into mails (id, order_id, kind, recipient, sender, subject, "
             "text_body, html_body, created_at) select gen_random_uuid(), order_id, kind, recipient, sender, subject, "
             f"text_body, html_body, created_at from mails where order_id = {of(10013)}",
             "order K-10013 has 2 mails of the kind receipt"),
    Mutation("provider_events", "update stripe_events set state = 'dead' where id = 'evt_13'",
             "event evt_13 (payment_in"),
    Mutation("provider_events", "update stripe_events set verdict = null where id = 'evt_13'", "with no verdict"),
    Mutation("idempotency_keys", "insert into idempotency_keys (scope, key, fingerprint, status, body, "
             "created_at) values "
             "('guest POST /api/v1/orders', 'k-1', 'x', 201, '{\"id\": \"no-such-order\"}', now())",
             "key k-1 (guest POST /api/v1/orders) made order no-such-order, which is not there"),
    Mutation("idempotency_keys", "insert into idempotency_keys (scope, key, fingerprint, status, body, "
             "created_at) select "
             "'guest POST /api/v1/orders', 'k-' || n, 'x', 201, convert_to(json_build_object('id', "
             f"{of(10013)})::text, 'UTF8'), now() from generate_series(1, 2) as n", "as another key did"),
    Mutation("returns", f"{_RETURN} 'asked', 'other', now() from orders where number = 10013; insert into return_lines "
             "select returns.id, order_lines.id, 1 from returns join order_lines using (order_id) where position = 1",
             "order K-10013: 1 of A come back, of 0 that were sent"),
    Mutation("returns", f"{_RETURN} 'received', 'other', now() from orders where number = 10043",
             "was received, but its refund is none"),
    Mutation("ratings", "insert into ratings (product_id, fours) select id, 1 from products where slug = 'book-7'",
             "book-7 counts {0,0,0,1,0} by stars, but has {0,0,0,0,0}"),
    Mutation("ratings", f"{_REVIEW} 'published', now(), now() from products, orders where slug = 'book-7' "
             "and number = 10013", "book-7 counts {0,0,0,0,0} by stars, but has {0,0,1,0,0}"),
    Mutation("ratings", f"{_REVIEW} 'pending', now(), now() from products, orders where slug = 'book-7' "
             "and number = 10001", "is of order K-10001, which was never paid"),
    Mutation("cases", "insert into cases (id, kind, cause, state, opened_at, resolved_at) values (gen_random_uuid(), "
             "'refund_failed', 'refund:1', 'resolved', now(), now())",
             "case refund_failed refund:1 is resolved by nobody"),
    *(Mutation(*broken_by) for broken_by in GIFT_CARD_MUTATIONS),
    *(Mutation(*broken_by) for broken_by in DISCOUNT_MUTATIONS),
    *(Mutation(*broken_by) for broken_by in TAX_MUTATIONS),
    *(Mutation(*broken_by) for broken_by in MAIL_MUTATIONS),
]  # fmt: skip

_NO_CHECKS = """
do $$ declare one record; begin
    for one in select conrelid::regclass as tab, conname from pg_constraint
        where contype = 'c' and connamespace = 'public'::regnamespace
    loop execute format('alter table %s drop constraint %I', one.tab, one.conname); end loop;
end $$
"""


@pytest.fixture
async def hand(dsn: str):
    """Somebody in a shop with a past, at the database with all rights: no trigger, key or check is in the way."""
    connection = await asyncpg.connect(dsn)
    await fill(connection, ORDERS)
    await connection.execute("set session_replication_role = replica")
    yield connection
    await connection.close()


async def test_the_untouched_shop_holds(hand, db: Database):
    proof = await prove(db)

    assert broken(proof) == {}
    assert {check.of: check.counted for check in proof.checks}["orders"] == ORDERS


def test_there_is_a_mutation_for_every_invariant():
    assert {mutation.invariant for mutation in MUTATIONS} == {invariant.name for invariant in INVARIANTS}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.invariant)
async def test_what_is_broken_by_hand_is_named(mutation: Mutation, hand, db: Database):
    await hand.execute(_NO_CHECKS)
    await hand.execute(mutation.sql)

    found = broken(await prove(db))

    assert mutation.invariant in found
    assert any(mutation.says in violation for violation in found[mutation.invariant]), found[
        mutation.invariant
    ]


async def test_a_hundred_violations_are_named_and_others_are_counted_on(hand, db: Database):
    await hand.execute("update stock set on_hand = on_hand + 1")

    check = next(check for check in (await prove(db)).checks if check.name == "stock_on_hand")

    assert (len(check.violations), check.more) == (100, True)
