"""A mail reaches the mail server whole, or is said not to have."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from kassa.kernel.db import Database
from kassa.kernel.errors import Unavailable
from kassa.kernel.ids import new_id
from kassa.mail import BadSmtpUrl, Mail, SmtpMailer, StoreMailer, message

MAIL = Mail(
    id=new_id(),
    sender="Böll & Söhne <shop@example.org>",
    recipient="ada@example.org",
    subject="Receipt – 12,90 €",
    text="Grüße\n" + "long line " * 200,
    html="<p>Grüße</p>",
    date=datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
)


class Keeper:
    """The mail server's side."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []
        self.logins: list[object] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            self.received.append(envelope)
        return self.answer


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
def server(keeper: Keeper) -> Iterator[str]:
    """A mail server on this machine; its address."""

    def login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        keeper.logins.append(data)
        return AuthResult(success=data == LoginPassword(b"ada", b"p@ss"))

    port = free_port()
    controller = Controller(
        keeper, hostname="127.0.0.1", port=port, authenticator=login, auth_require_tls=False
    )
    controller.start()
    yield f"127.0.0.1:{port}"
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def parsed(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    return message_from_bytes(envelope.content, policy=default)  # type: ignore[return-value]


async def test_a_mail_arrives_with_both_bodies(server: str, keeper: Keeper) -> None:
    await SmtpMailer(f"smtp://{server}").send(MAIL)

    (envelope,) = keeper.received
    got = parsed(envelope)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("shop@example.org", ["ada@example.org"])
    assert str(got["From"]) == "Böll & Söhne <shop@example.org>"
    assert str(got["Subject"]) == "Receipt – 12,90 €"
    assert got["Date"].datetime == MAIL.date
    assert got["Message-ID"] == f"<{MAIL.id}@example.org>"
    assert got.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in got.iter_parts()] == ["text/plain", "text/html"]
    text = got.get_body(("plain",))
    assert text is not None
    assert text.get_content().split() == MAIL.text.split()


async def test_the_same_mail_again_is_recognised(server: str, keeper: Keeper) -> None:
    mailer = SmtpMailer(f"smtp://{server}")
    await mailer.send(MAIL)
    await mailer.send(MAIL)

    first, second = (parsed(envelope)["Message-ID"] for envelope in keeper.received)
    assert first == second


def test_a_letter_that_can_be_ended_says_how_and_others_do_not() -> None:
    ended = replace(MAIL, language="de", unsubscribe="https://shop.example.org/alerts/1/stop?key=k")

    assert message(ended)["List-Unsubscribe"] == "<https://shop.example.org/alerts/1/stop?key=k>"
    assert message(ended)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message(ended)["Content-Language"] == "de"
    assert message(ended)["Auto-Submitted"] == "auto-generated"
    assert message(ended)["Message-ID"] == message(MAIL)["Message-ID"]
    assert "List-Unsubscribe" not in message(MAIL)


async def test_name_and_password_of_the_address_are_used(server: str, keeper: Keeper) -> None:
    await SmtpMailer(f"smtp://ada:p%40ss@{server}").send(MAIL)

    assert keeper.logins == [LoginPassword(b"ada", b"p@ss")]
    assert len(keeper.received) == 1


@pytest.mark.parametrize("answer", ["451 later", "554 never"])
async def test_a_refusal_is_not_taken_for_success(server: str, keeper: Keeper, answer: str) -> None:
    keeper.answer = answer

    with pytest.raises(Unavailable, match="did not take the mail"):
        await SmtpMailer(f"smtp://{server}").send(MAIL)
    assert keeper.received == []


async def test_a_server_that_is_not_there_is_unavailable_and_its_password_is_not_told() -> None:
    with pytest.raises(Unavailable) as failure:
        await SmtpMailer(f"smtp://ada:secret@127.0.0.1:{free_port()}").send(MAIL)

    assert "secret" not in failure.value.detail


@pytest.mark.parametrize(
    "url", ["", "smtp://", "http://mail.example.org", "mail.example.org", "smtp://h:x", "smtp://h:99999"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadSmtpUrl, match="SMTP_URL"):
        SmtpMailer(url)


async def test_no_mail_is_sent_inside_a_transaction(db: Database, server: str, keeper: Keeper) -> None:
    async with db.transaction():
        for mailer in (SmtpMailer(f"smtp://{server}"), StoreMailer()):
            with pytest.raises(AssertionError, match="inside a database transaction"):
                await mailer.send(MAIL)

    assert keeper.received == []


def test_a_line_break_can_not_smuggle_a_header_in() -> None:
    forged = Mail(
        id=MAIL.id, sender=MAIL.sender, recipient="ada@example.org\r\nBcc: eve@example.org",
        subject="Hello", text="", html="", date=MAIL.date,
    )  # fmt: skip

    with pytest.raises(ValueError, match=r"linefeed|Header values"):
        message(forged)
