"""All SQL of `mails`, `reminders` and `reminder_stops`."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa.kernel.db import Conn, Tx
from kassa.kernel.errors import Invalid, NotFound

_PAGE_LIMIT: Final = 100


class MailNotFound(NotFound):
    """There is no such mail."""

    code = "mail_not_found"


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail as it was built. `kind`: `receipt`, `refund:{id}`; `state`: `queued` or `sent`.

    `unsubscribe` is the address at which whoever wants no more of its kind says so; None: it is not that sort of mail.
    """

    id: UUID
    order_id: UUID | None
    kind: str
    recipient: str
    sender: str
    subject: str
    text_body: str
    html_body: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    language: str = "en"
    unsubscribe: str | None = None


@dataclass(frozen=True, slots=True)
class MailSummary:
    """A mail as a list shows it."""

    id: UUID
    order_id: UUID | None
    kind: str
    recipient: str
    subject: str
    state: str
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class MailPage:
    """Some mails, newest first, and the cursor of the next page."""

    items: Sequence[MailSummary]
    next: str | None


async def insert(tx: Tx, mail: StoredMail) -> bool:
    """Write a mail; False if its order has one of this kind already, or there is one of this id (nothing changed)."""
    return bool(
        await tx.execute(
            """
            insert into mails (id, order_id, kind, recipient, sender, subject, text_body, html_body,
                created_at, language, unsubscribe)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            on conflict do nothing
            """,
            mail.id, mail.order_id, mail.kind, mail.recipient, mail.sender, mail.subject, mail.text_body,
            mail.html_body, mail.created_at, mail.language, mail.unsubscribe,
        )
    )  # fmt: skip


async def mail(conn: Conn, mail_id: UUID) -> StoredMail:
    """The mail with both its bodies.

    Raises:
        MailNotFound: there is none.
    """
    row = await conn.fetchrow(
        """
        select id, order_id, kind, recipient, sender, subject, text_body, html_body, state, created_at,
            sent_at, language, unsubscribe
        from mails where id = $1
        """,
        mail_id,
    )
    if row is None:
        raise MailNotFound("There is no such mail.")
    return StoredMail(*row.values())


async def mark_sent(tx: Tx, mail_id: UUID, *, now: datetime) -> None:
    """The mail server has taken it."""
    await tx.execute(
        "update mails set state = 'sent', sent_at = $2 where id = $1 and state = 'queued'", mail_id, now
    )


async def of_order(conn: Conn, order_id: UUID) -> list[MailSummary]:
    """The mails about an order, oldest first, at most a hundred."""
    rows = await conn.fetch(
        """
        select id, order_id, kind, recipient, subject, state, created_at, sent_at
        from mails where order_id = $1 order by created_at, id limit 100
        """,
        order_id,
    )
    return [MailSummary(*row.values()) for row in rows]


async def sweep_letters(tx: Tx, before: datetime, at_once: int) -> int:
    """Delete mails about accounts that were written before a time; how many there were."""
    return await tx.execute(
        """
        delete from mails where id in (
            select id from mails where created_at <= $1 and order_id is null and starts_with(kind, 'account:')
            order by created_at limit $2
        )
        """,
        before,
        at_once,
    )


async def ordered_since(conn: Conn, order_id: UUID) -> bool:
    """Whether anything was ordered with the address of this order after it."""
    return bool(
        await conn.fetchval(
            """
            select exists (
                select from orders this join orders later
                    on lower(later.email) = lower(this.email) and later.created_at > this.created_at
                where this.id = $1
            )
            """,
            order_id,
        )
    )


async def agree(tx: Tx, order_id: UUID, email: str, words: str, *, now: datetime) -> bool:
    """Write down that this address wants to be reminded of an order; False if that is known."""
    return bool(
        await tx.execute(
            """
            insert into reminders (order_id, email, words, agreed_at) values ($1, $2, $3, $4)
            on conflict do nothing
            """,
            order_id,
            email,
            words,
            now,
        )
    )


async def take_back(tx: Tx, order_id: UUID) -> None:
    """Nobody is reminded of this order."""
    await tx.execute("delete from reminders where order_id = $1", order_id)


async def take_back_all(tx: Tx, email: str) -> None:
    """Nobody is reminded at this address of what it has ordered so far, and nothing says that anybody was."""
    await tx.execute(
        """
        with old as (delete from reminders where email = $1 returning order_id)
        delete from mails using old where mails.order_id = old.order_id and kind = 'abandoned'
        """,
        email,
    )


async def stop(tx: Tx, email: str, *, now: datetime) -> None:
    """Nobody is reminded at this address any more."""
    await tx.execute(
        "insert into reminder_stops (email, stopped_at) values ($1, $2) on conflict do nothing", email, now
    )


async def may_remind(conn: Conn, order_id: UUID, *, since: datetime) -> bool:
    """Whether this order's customer agreed and never said no, ordered nothing since, and has heard neither of a
    payment of it that failed nor, after `since`, of anything else that was left behind."""
    return bool(
        await conn.fetchval(
            """
            select exists (
                select from reminders join orders this on this.id = order_id
                where order_id = $1
                    and not exists (select from reminder_stops where reminder_stops.email = reminders.email)
                    and not exists (
                        select from orders later
                        where lower(later.email) = reminders.email and later.created_at > this.created_at)
                    and not exists (
                        select from mails where mails.order_id = $1 and starts_with(kind, 'payment_failed:'))
                    and not exists (
                        select from mails
                        where kind = 'abandoned' and lower(recipient) = reminders.email and created_at > $2)
            )
            """,
            order_id,
            since,
        )
    )


async def sweep_reminders(tx: Tx, before: datetime, at_once: int) -> int:
    """Delete consents from before a time, and the letters about what was left behind; how many consents."""
    return int(
        await tx.fetchval(
            """
            with old as (
                delete from reminders where order_id in (
                    select order_id from reminders where agreed_at <= $1 order by agreed_at limit $2
                ) returning order_id
            ), letters as (
                delete from mails using old where mails.order_id = old.order_id and kind = 'abandoned'
            )
            select count(*) from old
            """,
            before,
            at_once,
        )
    )


async def mailbox(conn: Conn, *, after: str | None = None, limit: int = 50) -> MailPage:
    """Mails, newest first, at most a hundred a page.

    Raises:
        Invalid: `after` is no cursor of ours (`invalid_cursor`).
    """
    limit = max(1, min(limit, _PAGE_LIMIT))
    last = _read_cursor(after)
    rows = await conn.fetch(
        """
        select id, order_id, kind, recipient, subject, state, created_at, sent_at from mails
        where ($1::uuid is null or (created_at, id) < (select created_at, id from mails where id = $1))
        order by created_at desc, id desc limit $2
        """,
        last,
        limit + 1,
    )
    found = [MailSummary(*row.values()) for row in rows[:limit]]
    return MailPage(found, _cursor(found[-1].id) if len(rows) > limit else None)


def _cursor(mail_id: UUID) -> str:
    return base64.urlsafe_b64encode(mail_id.bytes).decode().rstrip("=")


def _read_cursor(text: str | None) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        raise Invalid("The cursor `after` is not one of ours.", code="invalid_cursor") from None
