"""The operator can read the books: what each account holds, what was posted when and why."""

import re
from datetime import timedelta

import pytest
from tests.admin.conftest import Browser
from tests.notifications.orders import Made, make_order

from kassa import ledger
from kassa.admin.pages.ledger import ACCOUNT, KIND
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.ledger import Account
from kassa.ledger import service as postings
from kassa.orders import Event


async def sold(db: Database, clock: FrozenClock) -> Made:
    """A paid order of 29.70 EUR with its books and a fee of 1.16."""
    made = await make_order(db, clock, events=(Event.PAYMENT_SUCCEEDED,))
    async with db.transaction() as tx:
        await ledger.post_sale(
            tx, made.order_id, total=2970, discount=0, tax=195, shipping=390, currency="EUR", at=clock.now()
        )
        await ledger.post_payment(
            tx, made.payment_id, received=2970, currency="EUR", at=clock.now(), order_id=made.order_id
        )
        await ledger.post_fee(
            tx, made.payment_id, fee=116, currency="EUR", at=clock.now(), order_id=made.order_id
        )
    return made


def cells(page: str) -> str:
    """The page's words without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


async def test_empty_books_say_so(operator: Browser) -> None:
    page = await operator.open("/admin/ledger")

    assert page.status_code == 200
    assert "Nothing has been posted yet." in page.text


async def test_the_trial_balance_names_each_account_and_adds_up(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    await sold(db, clock)

    text = cells((await operator.open("/admin/ledger")).text)

    for fact in ("Trial balance, EUR", "Stripe what Stripe holds for the shop €28.54", "Total €29.70 €29.70"):
        assert fact in text
    assert "do not balance" not in text


async def test_books_that_do_not_balance_are_said_to_be_broken(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    await sold(db, clock)
    async with db.transaction() as tx:
        await tx.execute("alter table ledger_lines disable trigger ledger_lines_stay")
        await tx.execute("update ledger_lines set amount_minor = amount_minor - 1 where account = 'tax'")

    assert "The books do not balance." in (await operator.open("/admin/ledger")).text


async def test_each_entry_leads_to_its_order_and_the_order_shows_its_entries(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    made = await sold(db, clock)

    everything = await operator.open("/admin/ledger")
    order = await operator.open(f"/admin/orders/{made.order_id}")

    assert everything.text.count(f'href="/admin/orders/{made.order_id}"') == 3
    for page in (everything, order):
        text = cells(page.text)
        places = [text.index(what) for what in ("Stripe&#39;s fee", "Payment received", "Sold")]
        assert len(set(places)) == 3
        for fact in ("Customers Debit €29.70", "Stripe Debit €29.70", "Sales Credit €23.85"):
            assert fact in text


async def test_the_order_tells_whether_its_journal_is_whole(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    made = await sold(db, clock)
    assert "The journal was changed" not in (await operator.open(f"/admin/orders/{made.order_id}")).text

    async with db.transaction() as tx:
        await tx.execute("alter table order_events disable trigger order_events_stay")
        await tx.execute("update order_events set actor = 'nobody' where seq = 2")

    assert "Event 2 does not follow" in (await operator.open(f"/admin/orders/{made.order_id}")).text


async def test_the_books_are_read_page_by_page_and_by_currency(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    async with db.transaction() as tx:
        for number in range(51):
            at = clock.now() + timedelta(seconds=number)
            await ledger.post_payout(tx, f"po_{number:02}", amount=100, currency="EUR", at=at)
        await ledger.post_payout(tx, "po_usd", amount=100, currency="USD", at=clock.now())

    first = await operator.open("/admin/ledger?currency=EUR")
    older = re.search(r'href="(/admin/ledger\?[^"]*after=[^"]*)"', first.text)
    assert older is not None
    second = await operator.open(older.group(1).replace("&amp;", "&"))

    assert re.findall(r"payout:po_(\w+)", first.text) == [f"{number:02}" for number in range(50, 0, -1)]
    assert re.findall(r"payout:po_(\w+)", second.text) == ["00"]
    assert "Trial balance, USD" not in first.text
    assert "Trial balance, USD" in (await operator.open("/admin/ledger")).text


@pytest.mark.parametrize(
    "query", ["currency=euro", "currency=%00%00%00", "after=nonsense", "after=" + "A" * 400]
)
async def test_nonsense_in_the_address_is_a_fault_of_the_caller(operator: Browser, query: str) -> None:
    assert 400 <= (await operator.open(f"/admin/ledger?{query}")).status_code < 500


async def test_nobody_reads_the_books_without_a_login(browser: Browser) -> None:
    assert (await browser.open("/admin/ledger")).status_code == 303


def test_every_account_and_every_posting_has_a_name() -> None:
    assert ACCOUNT.keys() == set(Account)
    posted = {name.removeprefix("post_") for name in vars(postings) if name.startswith("post_")} - {
        "exchange"
    }
    assert posted | {"exchange_out", "exchange_in", "dispute_won"} == KIND.keys()
