"""Somebody with an account, and the mails they get, for tests."""

import re
from typing import Any

from tests.storefront.conftest import Browser

from kassa import jobs, notifications
from kassa.app import build_worker
from kassa.shop import Shop

PASSWORD = "correct horse battery"
ADA = "ada@example.org"


async def mails(shop: Shop, recipient: str = ADA) -> list[notifications.StoredMail]:
    """What was mailed to somebody about their account, oldest first."""
    await jobs.drain(build_worker(shop, proving=False))
    async with shop.db.connection() as conn:
        found = (await notifications.mailbox(conn, limit=100)).items
        wanted = [one.id for one in found if one.recipient == recipient and one.kind.startswith("account:")]
        return [await notifications.mail(conn, id_) for id_ in reversed(wanted)]


async def link(shop: Shop, recipient: str = ADA) -> str:
    """The page that the newest of these mails leads to."""
    found = re.search(r"http://shop\.test(/\S+)", (await mails(shop, recipient))[-1].text_body)
    assert found
    return found[1]


async def join(browser: Browser, shop: Shop, email: str = ADA, **more: str) -> Any:
    """Open an account by the mail's link; the browser is signed in."""
    await browser.post("/register", email=email)
    answer = await browser.post(await link(shop, email), **{"name": "", "password": PASSWORD, **more})
    assert answer.status_code == 303, answer.text
    return answer


async def sign_in(browser: Browser, email: str = ADA, password: str = PASSWORD, **more: str) -> Any:
    """Send the login's form."""
    return await browser.post("/login", email=email, password=password, **more)


async def rows(shop: Shop, table: str) -> int:
    """How many there are."""
    async with shop.db.connection() as conn:
        return int(await conn.fetchval(f"select count(*) from {table}"))
