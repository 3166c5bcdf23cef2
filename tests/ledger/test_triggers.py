"""The database keeps the books itself: whoever gets past the shop's code is refused all the same."""

import re
from datetime import UTC, datetime

import asyncpg
import pytest

from kassa import ledger
from kassa.kernel.ids import new_id
from kassa.ledger import Account as A

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
ENTRY = "insert into ledger_entries (id, kind, cause, currency, at) values ($1, 'by hand', $2, 'EUR', $3)"
LINE = "insert into ledger_lines (entry_id, account, amount_minor) values ($1, $2, $3)"


@pytest.fixture
async def posted(db):
    async with db.transaction() as tx:
        await ledger.post_payout(tx, "po_1", amount=100, currency="EUR", at=NOW)
        return (await ledger.page(tx)).items[0]


async def unchanged(db, posted):
    async with db.connection() as conn:
        return (await ledger.page(conn)).items == [posted]


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_entries set currency = 'USD'",
        "update ledger_lines set amount_minor = amount_minor * 2",
        "delete from ledger_lines",
        "delete from ledger_entries",
        "truncate ledger_lines, ledger_entries",
    ],
)
async def test_an_entry_is_never_changed(db, posted, statement):
    with pytest.raises(asyncpg.RestrictViolationError, match="only ever added"):
        async with db.transaction() as tx:
            await tx.execute(statement)

    assert await unchanged(db, posted)


async def test_a_line_added_to_a_balanced_entry_is_refused(db, posted):
    with pytest.raises(asyncpg.CheckViolationError, match="do not sum to zero"):
        async with db.transaction() as tx:
            await tx.execute(LINE, posted.id, "tax", 1)

    assert await unchanged(db, posted)


async def test_an_entry_of_which_one_line_is_missing_is_refused(db, posted):
    entry_id = new_id()

    async def write():
        async with db.transaction() as tx:
            await tx.execute(ENTRY, entry_id, "nothing", NOW)
            await tx.execute(LINE, entry_id, "tax", 1)

    with pytest.raises(asyncpg.CheckViolationError, match="do not sum to zero"):
        await write()

    assert await unchanged(db, posted)


async def test_an_entry_without_lines_does_not_commit(db, posted):
    with pytest.raises(asyncpg.CheckViolationError, match="has no lines"):
        async with db.transaction() as tx:
            await tx.execute(ENTRY, new_id(), "nothing", NOW)

    assert await unchanged(db, posted)


async def test_control_without_its_triggers_the_database_takes_an_entry_that_does_not_balance(db, posted):
    async with db.transaction() as tx:
        await tx.execute("alter table ledger_lines disable trigger ledger_lines_balance")
        await tx.execute("alter table ledger_entries disable trigger ledger_entries_balance")
        entry_id = new_id()
        await tx.execute(ENTRY, entry_id, "nothing", NOW)
        await tx.execute(LINE, entry_id, "tax", 1)

    async with db.connection() as conn:
        assert sum((await ledger.balances(conn)).values()) == 1


@pytest.mark.parametrize(("account", "amount"), [("petty cash", 1), ("tax", 0)])
async def test_a_line_has_an_account_of_the_chart_and_an_amount(db, posted, account, amount):
    with pytest.raises(asyncpg.CheckViolationError):
        async with db.transaction() as tx:
            await tx.execute(LINE, posted.id, account, amount)

    assert await unchanged(db, posted)


async def test_the_database_and_the_chart_know_the_same_accounts(db):
    async with db.connection() as conn:
        rule = await conn.fetchval(
            "select pg_get_constraintdef(oid) from pg_constraint where conname = 'ledger_lines_account_check'"
        )

    assert set(re.findall(r"'(\w+)'", rule)) == set(A)
