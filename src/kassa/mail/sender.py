"""The mailers, and how a mail is put together."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib

from kassa.kernel.db import assert_no_transaction
from kassa.kernel.errors import Invalid, Unavailable

#: Shorter than a job's lease, so that a mail server that hangs is tried again and not doubled.
_TIMEOUT_SECONDS: Final = 30
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class BadSmtpUrl(Invalid):
    """`SMTP_URL` can't be used; the message never shows the password."""

    code = "bad_setting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one person, in text and HTML. `sender` may have a name: `Shop <shop@example.org>`.

    `unsubscribe` is the address at which a program says that its reader wants no more of this kind, by one POST.
    """

    id: UUID
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    date: datetime
    language: str = "en"
    unsubscribe: str | None = None


class Mailer(Protocol):
    """Whatever takes a mail off our hands."""

    async def send(self, mail: Mail) -> None:
        """Take the mail over.

        Raises:
            Unavailable: it was not taken; the same mail may be handed over again.
        """
        ...


class StoreMailer:
    """For development: nothing leaves; the mails that were built can be read at `/_dev/mail`."""

    async def send(self, mail: Mail) -> None:
        """Leave the mail where it is: in the database."""
        assert_no_transaction()


class SmtpMailer:
    """Hands mails to an SMTP server, one connection each.

    `smtps://` speaks TLS from the start. `smtp://` upgrades by STARTTLS where the server offers it; a user
    name and password are sent to another machine only after that.
    """

    def __init__(self, url: str) -> None:
        """`url`: `smtp://user:password@host:587`, `smtps://…` (465), user and port may be left out.

        Raises:
            BadSmtpUrl: it is none of these.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise BadSmtpUrl("SMTP_URL is not an address.") from None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise BadSmtpUrl("SMTP_URL must look like smtp://host:587 or smtps://host.")
        self._host = parts.hostname
        self._tls = parts.scheme == "smtps"
        self._port = port or (465 if self._tls else 587 if parts.username else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None

    async def send(self, mail: Mail) -> None:
        """Hand the mail over; the server has accepted it when this returns.

        Raises:
            Unavailable: the server is not to be reached, hung up, or said no.
        """
        assert_no_transaction()
        demand_tls = self._user is not None and self._host not in _LOOPBACK
        try:
            await aiosmtplib.send(
                message(mail), hostname=self._host, port=self._port, username=self._user,
                password=self._password, use_tls=self._tls,
                start_tls=None if self._tls or not demand_tls else True, timeout=_TIMEOUT_SECONDS,
            )  # fmt: skip
        except (aiosmtplib.SMTPException, OSError) as error:
            # aiosmtplib's messages are the server's answers; credentials are not in them.
            raise Unavailable(
                f"The mail server {self._host} did not take the mail: {error}", code="mail_not_sent"
            ) from error


def message(mail: Mail) -> EmailMessage:
    """The mail as it goes over the wire: text first, HTML as its alternative."""
    name, address = parseaddr(mail.sender)
    domain = address.rpartition("@")[2] or "localhost"
    result = EmailMessage(policy=SMTP)
    result["From"] = Address(name, addr_spec=address)
    result["To"] = mail.recipient
    result["Subject"] = mail.subject
    result["Date"] = format_datetime(mail.date)
    result["Message-ID"] = f"<{mail.id}@{domain}>"
    # RFC 3834: nobody's holiday notice should answer this.
    result["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        # RFC 8058: one press in the mail program, and no page to look at.
        result["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        result["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    result.set_content(mail.text)
    result.add_alternative(mail.html, subtype="html")
    result["Content-Language"] = (
        mail.language
    )  # at the end: headers of content go along with what is made a part
    return result
