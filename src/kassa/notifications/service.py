"""The verbs: build a mail once, send it until it is taken."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kassa import jobs, orders, payments, refunds
from kassa.config import Settings
from kassa.gift_cards import reveal
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.ids import new_id
from kassa.mail import Mail, Mailer
from kassa.notifications import queries, render
from kassa.notifications.queries import StoredMail
from kassa.notifications.render import Letter

#: Letters about accounts carry links, and nobody needs them when those are over.
_LETTERS_KEPT: Final = timedelta(days=7)
_REMINDERS_KEPT: Final = timedelta(days=30)
_SWEPT_AT_ONCE: Final = 1_000
#: The mails that bring codes. What customers wrote stands in others, and could look like the mark of a code.
_WITH_CODES: Final = frozenset({"gift_card", "gift_cards"})


async def build_receipt(db: Database, order_id: UUID, *, clock: Clock, settings: Settings) -> None:
    """Write the receipt of a paid order, once, and have it sent. An order that is not paid gets none."""
    async with db.transaction() as tx:
        order = await orders.get(tx, order_id)
        if order.paid_at is None:
            return
        paid = [
            payment
            for payment in await payments.of_order(tx, order_id)
            if payment.state == "succeeded" and not payment.surplus
        ]
        journal = (await orders.chain_head(tx, order_id))[:16]
        quote = await orders.quote_of(tx, order_id)
        letter = render.receipt(
            order, paid, journal=journal, settings=settings, travel=quote.way if quote else None
        )
        await queue(tx, order, "receipt", letter, clock=clock, settings=settings)


async def build_refund_mail(db: Database, refund_id: UUID, *, clock: Clock, settings: Settings) -> None:
    """Tell the customer what became of a refund, once, and have it sent.

    Money that went back is told. If it came back afterwards, that is told too: a promise was made. Of one that
    failed before anybody heard of it, only the shop need know.
    """
    async with db.transaction() as tx:
        refund = await refunds.get(tx, refund_id)
        if refund is None:
            return
        order = await orders.get(tx, refund.order_id)
        kind = f"refund:{refund.id}"
        if refund.state is refunds.State.SUCCEEDED:
            payment = await payments.get(tx, refund.payment_id)
            letter = render.refund(order, refund, payment, settings=settings)
        elif refund.state is refunds.State.REQUESTED or refund.state is refunds.State.PENDING:
            return
        elif kind in {mail.kind for mail in await queries.of_order(tx, order.id)}:
            kind = f"refund_failed:{refund.id}"
            letter = render.refund_failed(order, refund, settings=settings)
        else:
            return
        await queue(tx, order, kind, letter, clock=clock, settings=settings)


async def send(db: Database, mailer: Mailer, mail_id: UUID, *, clock: Clock, secret: str = "") -> None:
    """Hand a mail to the mailer, unless that was done; whoever calls again after a crash sends it again.

    The codes of gift cards, which are not stored, are made of the shop's `secret` on the way out.

    Raises:
        Unavailable: the mailer did not take it; it stays queued.
        MailNotFound: there is no such mail.
    """
    async with db.connection() as conn:
        stored = with_codes(await queries.mail(conn, mail_id), secret)
    if stored.state == "sent":
        return
    await mailer.send(
        Mail(
            id=stored.id, sender=stored.sender, recipient=stored.recipient, subject=stored.subject,
            text=stored.text_body, html=stored.html_body,
            date=stored.created_at, language=stored.language, unsubscribe=stored.unsubscribe,
        )
    )  # fmt: skip
    async with db.transaction() as tx:
        await queries.mark_sent(tx, mail_id, now=clock.now())


def with_codes(mail: StoredMail, secret: str) -> StoredMail:
    """A mail as it goes out: one that brings gift cards with their codes, made of `secret`; any other as it is."""
    if mail.kind not in _WITH_CODES:
        return mail
    return replace(mail, text_body=reveal(mail.text_body, secret), html_body=reveal(mail.html_body, secret))


async def sweep(tx: Tx, *, now: datetime) -> int:
    """Delete what has served its time: letters of accounts after a week, reminders and the consent to them after a
    month; how many there were."""
    letters = await queries.sweep_letters(tx, now - _LETTERS_KEPT, _SWEPT_AT_ONCE)
    return letters + await queries.sweep_reminders(tx, now - _REMINDERS_KEPT, _SWEPT_AT_ONCE)


async def queue(
    tx: Tx, order: orders.Order, kind: str, letter: Letter, *, clock: Clock, settings: Settings,
    recipient: str | None = None,
) -> None:  # fmt: skip
    """Write a mail to the order's customer, or to `recipient`, once per kind, and have it sent."""
    now = clock.now()
    mail = StoredMail(
        id=new_id(), order_id=order.id, kind=kind, recipient=recipient or order.email, sender=settings.mail_from,
        subject=letter.subject, text_body=letter.text, html_body=letter.html, state="queued", created_at=now,
        sent_at=None, language=letter.language, unsubscribe=letter.unsubscribe,
    )  # fmt: skip
    if await queries.insert(tx, mail):
        await jobs.enqueue(tx, "send_mail", {"mail_id": str(mail.id)}, now=now, key=f"mail:{mail.id}")


async def post(
    tx: Tx, mail_id: UUID, kind: str, recipient: str, letter: Letter, *, clock: Clock, settings: Settings
) -> None:
    """Write a mail that is about no order, once per id, and have it sent."""
    now = clock.now()
    mail = StoredMail(
        id=mail_id, order_id=None, kind=kind, recipient=recipient, sender=settings.mail_from,
        subject=letter.subject, text_body=letter.text, html_body=letter.html, state="queued", created_at=now,
        sent_at=None, language=letter.language, unsubscribe=letter.unsubscribe,
    )  # fmt: skip
    if await queries.insert(tx, mail):
        await jobs.enqueue(tx, "send_mail", {"mail_id": str(mail.id)}, now=now, key=f"mail:{mail.id}")
