"""Whatever is posted in whatever order, however often: the books balance, and a cause is posted once."""

from collections import Counter
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories import make_variant, place

from kassa import ledger
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import new_id
from kassa.ledger import Account as A
from kassa.ledger import Unbalanced

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
AMOUNT = st.integers(0, 10**9)
WHICH = st.integers(0, 2)
OPERATION = st.one_of(
    st.tuples(st.just("sale"), WHICH, AMOUNT, AMOUNT, AMOUNT, AMOUNT),
    st.tuples(st.just("payment"), WHICH, AMOUNT),
    st.tuples(st.just("refund"), WHICH, AMOUNT, st.booleans()),
    st.tuples(st.just("refund_failed"), WHICH),
    st.tuples(st.just("dispute"), WHICH, AMOUNT, AMOUNT),
    st.tuples(st.just("dispute_won"), WHICH, AMOUNT, AMOUNT),
    st.tuples(st.just("fee"), WHICH, AMOUNT),
    st.tuples(st.just("exchange"), WHICH, AMOUNT, AMOUNT),
    st.tuples(st.just("payout"), WHICH, AMOUNT),
    st.tuples(st.just("payout_failed"), WHICH),
)


class Undone(Exception):
    """Nothing of it is to stay."""


@asynccontextmanager
async def undone(db):
    """A transaction that is checked and then rolled back, so that each example begins with empty books."""
    with suppress(Undone):
        async with db.transaction() as tx:
            yield tx
            await tx.execute("set constraints all immediate")
            raise Undone


@pytest.fixture
async def order(db, clock):
    await make_variant(db, clock)
    return await place(db, clock)


async def post(tx, order_id, ids, operation):
    kind, which, *amounts = operation
    id_, known = ids[which], {"currency": "EUR", "at": NOW}
    match kind:
        case "sale":
            total, discount, tax, shipping = amounts
            return await ledger.post_sale(
                tx, order_id, total=total, discount=discount, tax=tax, shipping=shipping, **known
            )
        case "payment":
            return await ledger.post_payment(tx, id_, received=amounts[0], order_id=order_id, **known)
        case "refund":
            return await ledger.post_refund(
                tx, id_, amount=amounts[0], surplus=amounts[1], order_id=order_id, **known
            )
        case "refund_failed":
            return await ledger.post_refund_failed(tx, id_, at=NOW)
        case "dispute":
            return await ledger.post_dispute(
                tx, id_, "txn_1", amount=amounts[0], fee=amounts[1], order_id=order_id, **known
            )
        case "dispute_won":
            return await ledger.post_dispute(
                tx, id_, "txn_2", amount=-amounts[0], fee=-amounts[1], order_id=order_id, **known
            )
        case "fee":
            return await ledger.post_fee(tx, id_, fee=amounts[0], order_id=order_id, **known)
        case "exchange":
            given, got = amounts
            return await ledger.post_exchange(tx, str(id_), given=given, got=got, got_currency="USD", **known)
        case "payout":
            return await ledger.post_payout(tx, str(id_), amount=amounts[0], **known)
    return await ledger.post_payout_failed(tx, str(id_), at=NOW)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=st.lists(OPERATION, max_size=25))
async def test_any_sequence_of_postings_keeps_every_trial_balance_at_zero(db, order, operations):
    ids = [new_id() for _ in range(3)]

    async with undone(db) as tx:
        for operation in operations:
            await post(tx, order.id, ids, operation)
            totals = Counter()
            for (currency, _), amount in (await ledger.balances(tx)).items():
                totals[currency] += amount
            assert not any(totals.values())
        causes = Counter(
            (row["kind"], row["cause"]) for row in await tx.fetch("select kind, cause from ledger_entries")
        )
        assert not causes or max(causes.values()) == 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operation=OPERATION)
async def test_posting_a_cause_again_changes_nothing(db, order, operation):
    ids = [new_id() for _ in range(3)]

    async with undone(db) as tx:
        await post(tx, order.id, ids, operation)
        before = await ledger.balances(tx)
        assert not await post(tx, order.id, ids, operation)
        assert await ledger.balances(tx) == before


@pytest.mark.parametrize("lines", [{A.PROVIDER: 100}, {A.PROVIDER: 100, A.RECEIVABLE: -99}])
async def test_an_entry_that_does_not_sum_to_zero_is_refused(db, lines):
    async with db.transaction() as tx:
        with pytest.raises(Unbalanced, match="payment payment:1"):
            await ledger.post(tx, "payment", "payment:1", lines, currency="EUR", at=NOW)

    async with db.connection() as conn:
        assert (await ledger.page(conn)).items == []


async def test_lines_of_zero_are_left_out_and_an_entry_of_none_is_not_written(db):
    async with db.transaction() as tx:
        nothing = {A.PROVIDER: 0, A.RECEIVABLE: 0}
        assert not await ledger.post(tx, "payment", "payment:1", nothing, currency="EUR", at=NOW)
        some = {A.PROVIDER: 5, A.RECEIVABLE: -5, A.TAX: 0}
        assert await ledger.post(tx, "payment", "payment:2", some, currency="EUR", at=NOW)

    async with db.connection() as conn:
        [entry] = (await ledger.page(conn)).items
    assert (entry.cause, entry.lines) == ("payment:2", {A.RECEIVABLE: -5, A.PROVIDER: 5})


async def test_a_whole_life_leaves_what_the_provider_holds(db, order):
    """Sold for 29.70, given back 10.00, disputed and won, paid out: the figures as a bookkeeper would have them."""
    refund_id, dispute_id, payment_id = new_id(), new_id(), new_id()
    known = {"currency": "EUR", "at": NOW, "order_id": order.id}
    async with db.transaction() as tx:
        await ledger.post_sale(
            tx, order.id, total=2970, discount=300, tax=195, shipping=390, currency="EUR", at=NOW
        )
        await ledger.post_payment(tx, payment_id, received=2970, **known)
        await ledger.post_fee(tx, payment_id, fee=116, **known)
        await ledger.post_refund(tx, refund_id, amount=1000, surplus=False, **known)
        await ledger.post_dispute(tx, dispute_id, "txn_1", amount=1970, fee=1500, **known)
        await ledger.post_dispute(tx, dispute_id, "txn_2", amount=-1970, fee=-1500, **known)
        await ledger.post_payout(tx, "po_1", amount=1854, currency="EUR", at=NOW)

    async with db.connection() as conn:
        assert await ledger.balances(conn, "EUR") == {
            ("EUR", account): amount
            for account, amount in {
                A.RECEIVABLE: 0, A.PROVIDER: 0, A.BANK: 1854, A.SALES: -2685, A.TAX: -195, A.SHIPPING: -390,
                A.DISCOUNTS: 300, A.REFUNDS: 1000, A.DISPUTES: 0, A.FEES: 116,
            }.items()
        }  # fmt: skip
        assert [entry.kind for entry in await ledger.of_order(conn, order.id)] == [
            "sale", "payment", "fee", "refund", "dispute", "dispute_won",
        ]  # fmt: skip
        assert await ledger.balances(conn, "USD") == {}


async def test_surplus_that_went_back_leaves_nothing_in_any_account(db, order):
    payment_id = new_id()
    known = {"currency": "EUR", "at": NOW, "order_id": order.id}
    async with db.transaction() as tx:
        await ledger.post_payment(tx, payment_id, received=2970, **known)
        await ledger.post_refund(tx, new_id(), amount=2970, surplus=True, **known)

    async with db.connection() as conn:
        assert set((await ledger.balances(conn)).values()) == {0}


async def test_what_was_never_posted_is_not_reversed(db):
    async with db.transaction() as tx:
        assert not await ledger.post_refund_failed(tx, new_id(), at=NOW)
        assert not await ledger.post_payout_failed(tx, "po_none", at=NOW)
        assert (await ledger.page(tx)).items == []


async def test_entries_are_read_page_by_page_newest_first(db):
    async with db.transaction() as tx:
        for number in range(5):
            await ledger.post_payout(tx, f"po_{number}", amount=100 + number, currency="EUR", at=NOW)
        await ledger.post_payout(tx, "po_usd", amount=1, currency="USD", at=NOW)

    seen, after = [], None
    async with db.connection() as conn:
        while True:
            page = await ledger.page(conn, after, 2, currency="EUR")
            seen += [entry.cause for entry in page.items]
            if page.next is None:
                break
            after = page.next
        with pytest.raises(Invalid, match="cursor"):
            await ledger.page(conn, "nonsense")
    assert seen == [f"payout:po_{number}" for number in reversed(range(5))]
