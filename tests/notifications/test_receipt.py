"""Whoever paid gets one receipt, and it says what they paid."""

import asyncio
from datetime import UTC, datetime

import pytest
from tests.notifications.orders import make_order, make_refund

from kassa import notifications, orders
from kassa.config import Settings
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.kernel.errors import Unavailable
from kassa.kernel.ids import new_id
from kassa.mail import Mail
from kassa.orders import Event, OrderNotFound
from kassa.reconciliation.invariants import journal

SETTINGS = Settings(
    secret_key="k" * 32, base_url="https://shop.example.org", mail_from="Kassa <shop@example.org>"
)
PAID = (Event.PAYMENT_SUCCEEDED,)


class Letterbox:
    """A mailer that remembers what it was given, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.mails: list[Mail] = []
        self._failures = failures

    async def send(self, mail: Mail) -> None:
        if self._failures:
            self._failures -= 1
            raise Unavailable("The mail server is asleep.")
        self.mails.append(mail)


async def only_mail(db: Database) -> notifications.StoredMail:
    async with db.connection() as conn:
        mails = (await notifications.mailbox(conn)).items
        assert len(mails) == 1
        return await notifications.mail(conn, mails[0].id)


async def test_a_receipt_says_what_was_bought_and_where_it_goes(db: Database, clock: FrozenClock) -> None:
    made = await make_order(db, clock, events=PAID)

    await notifications.build_receipt(db, made.order_id, clock=clock, settings=SETTINGS)

    mail = await only_mail(db)
    assert (mail.recipient, mail.sender) == ("ada@example.org", "Kassa <shop@example.org>")
    assert mail.subject.startswith("Receipt for order K-1")
    for body in (mail.text_body, mail.html_body):
        for fact in (
            "Pride and Prejudice — Paperback", "€12.90", "€25.80", "€3.90", "€29.70", "VAT 7 % (DE)", "€1.95",
            "Ada Lovelace", "50667 Köln", "Germany", f"pi_{made.payment_id.hex}", "November 2, 2026",
            f"https://shop.example.org/orders/{made.order_id}?key=",
        ):  # fmt: skip
            assert fact in body


async def test_a_receipt_carries_the_head_of_the_orders_journal(db: Database, clock: FrozenClock) -> None:
    made = await make_order(db, clock, events=PAID)

    await notifications.build_receipt(db, made.order_id, clock=clock, settings=SETTINGS)

    async with db.connection() as conn:
        head = await orders.chain_head(conn, made.order_id)
    mail = await only_mail(db)
    for body in (mail.text_body, mail.html_body):
        assert "Journal" in body
        assert head[:16] in body


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja"])
async def test_the_proof_reads_the_head_on_a_receipt_in_every_language(
    db: Database, clock: FrozenClock, language: str
) -> None:
    made = await make_order(db, clock, events=PAID, locale=language)
    await notifications.build_receipt(db, made.order_id, clock=clock, settings=SETTINGS)
    async with db.transaction() as tx:
        assert await journal.receipt_heads(tx) == []
        head = await orders.chain_head(tx, made.order_id)
        await tx.execute("update mails set text_body = replace(text_body, $1, $2)", head[:16], "0" * 16)
        assert len(await journal.receipt_heads(tx)) == 1


async def test_ten_jobs_at_once_build_one_receipt(db: Database, clock: FrozenClock) -> None:
    made = await make_order(db, clock, events=PAID)

    await asyncio.gather(
        *(notifications.build_receipt(db, made.order_id, clock=clock, settings=SETTINGS) for _ in range(10))
    )

    mail = await only_mail(db)
    async with db.connection() as conn:
        jobs = await conn.fetch("select args from jobs where name = 'send_mail'")
    assert [row["args"] for row in jobs] == [{"mail_id": str(mail.id)}]


async def test_an_order_that_is_not_paid_gets_no_receipt(db: Database, clock: FrozenClock) -> None:
    made = await make_order(db, clock)

    await notifications.build_receipt(db, made.order_id, clock=clock, settings=SETTINGS)

    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from mails") == 0
        assert await conn.fetchval("select count(*) from jobs where name = 'send_mail'") == 0


async def test_a_receipt_for_no_order_is_an_error(db: Database, clock: FrozenClock) -> None:
    with pytest.raises(OrderNotFound):
        await notifications.build_receipt(db, new_id(), clock=clock, settings=SETTINGS)


async def test_a_title_can_not_put_markup_into_the_mail(db: Database, clock: FrozenClock) -> None:
    made = await make_order(db, clock, events=PAID, title="<img src=x onerror=alert(1)> & Sons")

    await notifications.build_receipt(db, made.order_id, clock=clock, settings=SETTINGS)

    mail = await only_mail(db)
    assert "<img" not in mail.html_body
    assert "<img src=x onerror=alert(1)> & Sons" in mail.text_body


@pytest.mark.parametrize(("locale", "total"), [("de-DE", "29,70\xa0€"), ("xx-YY", "€29.70"), ("", "€29.70")])
async def test_money_is_written_as_the_customer_reads_it(
    db: Database, clock: FrozenClock, locale: str, total: str
) -> None:
    made = await make_order(db, clock, events=PAID, locale=locale)

    await notifications.build_receipt(db, made.order_id, clock=clock, settings=SETTINGS)

    assert total in (await only_mail(db)).text_body


async def test_a_mail_is_kept_until_it_is_taken_and_given_once(db: Database, clock: FrozenClock) -> None:
    made = await make_order(db, clock, events=PAID)
    await notifications.build_receipt(db, made.order_id, clock=clock, settings=SETTINGS)
    mail, letterbox = await only_mail(db), Letterbox(failures=1)

    with pytest.raises(Unavailable):
        await notifications.send(db, letterbox, mail.id, clock=clock)
    assert (await only_mail(db)).state == "queued"

    clock.advance(minutes=5)
    await notifications.send(db, letterbox, mail.id, clock=clock)
    await notifications.send(db, letterbox, mail.id, clock=clock)

    sent = await only_mail(db)
    assert (sent.state, sent.sent_at) == ("sent", datetime(2026, 11, 2, 9, 5, tzinfo=UTC))
    assert [(given.id, given.date) for given in letterbox.mails] == [(mail.id, mail.created_at)]


async def test_money_sent_back_is_told_once(db: Database, clock: FrozenClock) -> None:
    made = await make_order(db, clock, events=(Event.EXPIRED,))
    refund_id = await make_refund(db, made, clock)

    for _ in range(2):
        await notifications.build_refund_mail(db, refund_id, clock=clock, settings=SETTINGS)

    mail = await only_mail(db)
    assert mail.kind == f"refund:{refund_id}"
    for body in (mail.text_body, mail.html_body):
        assert "We have sent €29.70 back to you." in body
        assert "after the order had ended" in " ".join(body.split())


async def test_money_that_is_not_back_yet_is_not_announced(db: Database, clock: FrozenClock) -> None:
    made = await make_order(db, clock, events=PAID)
    refund_id = await make_refund(db, made, clock, state="requested")

    await notifications.build_refund_mail(db, refund_id, clock=clock, settings=SETTINGS)

    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from mails") == 0


async def test_the_mailbox_is_read_page_by_page(db: Database, clock: FrozenClock) -> None:
    for _ in range(5):
        made = await make_order(db, clock, events=PAID)
        await notifications.build_receipt(db, made.order_id, clock=clock, settings=SETTINGS)

    seen, after = [], None
    async with db.connection() as conn:
        for _ in range(3):
            page = await notifications.mailbox(conn, after=after, limit=2)
            seen += [mail.id for mail in page.items]
            after = page.next

    assert len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
    assert after is None


def test_the_link_in_a_mail_opens_that_order_and_no_other() -> None:
    order_id, other = new_id(), new_id()
    key = notifications.order_link(SETTINGS, order_id).partition("?key=")[2]

    assert notifications.verify_order_link(SETTINGS, order_id, key)
    assert not notifications.verify_order_link(SETTINGS, other, key)
    for forged in ("", "x", key[:-1], key + "A", "ß", "A" * 10_000):
        assert not notifications.verify_order_link(SETTINGS, order_id, forged)


def test_a_link_is_void_under_another_secret_and_without_one() -> None:
    order_id = new_id()
    key = notifications.order_link(SETTINGS, order_id).partition("?key=")[2]

    assert not notifications.verify_order_link(Settings(secret_key="z" * 32), order_id, key)
    assert not notifications.verify_order_link(Settings(), order_id, key)
    assert "?" not in notifications.order_link(Settings(), order_id)
