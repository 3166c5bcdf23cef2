"""Every letter about an account says what it is for, in text and in HTML, once."""

import pytest
from tests.notifications.test_receipt import SETTINGS

from kassa import notifications
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.kernel.ids import new_id
from kassa.notifications.account import LETTERS


def args(letter: str, **more: str) -> dict[str, str]:
    return {
        "mail_id": str(new_id()), "letter": letter, "email": "ada@example.org", "token": "t0ken", "following": "",
        "about": "Key <b>&</b> ring", **more,
    }  # fmt: skip


async def only(db: Database) -> notifications.StoredMail:
    async with db.connection() as conn:
        (one,) = (await notifications.mailbox(conn)).items
        return await notifications.mail(conn, one.id)


@pytest.mark.parametrize("letter", LETTERS)
async def test_a_letter_leads_where_it_says_and_nothing_in_it_is_markup(
    db: Database, clock: FrozenClock, letter: str
) -> None:
    await notifications.build_account_mail(db, args(letter), clock=clock, settings=SETTINGS)

    mail, words = await only(db), LETTERS[letter]
    page = SETTINGS.base_url + words.path.replace("{token}", "t0ken")
    assert (mail.kind, mail.recipient, mail.order_id) == (f"account:{letter}", "ada@example.org", None)
    assert page in mail.text_body
    assert f'href="{page}"' in mail.html_body
    assert words.note.split(".")[0] in " ".join(mail.text_body.split())
    assert "<b>&</b>" not in mail.html_body
    assert "{" not in mail.text_body
    assert ("t0ken" in mail.text_body) == ("{token}" in words.path)


async def test_a_job_that_runs_again_writes_no_second_mail(db: Database, clock: FrozenClock) -> None:
    told = args("sign_in")
    for _ in range(3):
        await notifications.build_account_mail(db, told, clock=clock, settings=SETTINGS)

    assert (await only(db)).subject == "Your link to sign in"
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from jobs") == 1


async def test_a_letter_remembers_where_one_was_going(db: Database, clock: FrozenClock) -> None:
    told = args("verify", following="/checkout?a=b&c")
    await notifications.build_account_mail(db, told, clock=clock, settings=SETTINGS)

    assert "/verify/t0ken?next=/checkout%3Fa%3Db%26c\n" in (await only(db)).text_body
