"""In development every mail can be read in the browser; in production there is no such page."""

import html
import re

import pytest
from tests.admin.conftest import Browser, at
from tests.notifications.orders import make_order

from kassa import notifications
from kassa.config import Settings
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.orders import Event


@pytest.fixture
async def mail_id(db: Database, clock: FrozenClock, settings: Settings) -> str:
    """The id of a receipt that was written."""
    made = await make_order(db, clock, events=(Event.PAYMENT_SUCCEEDED,), title="Emma <b>bold</b>")
    await notifications.build_receipt(db, made.order_id, clock=clock, settings=settings)
    async with db.connection() as conn:
        return str((await notifications.mailbox(conn)).items[0].id)


async def test_a_receipt_is_read_in_the_mailbox(browser: Browser, mail_id: str) -> None:
    listed = await browser.open("/_dev/mail")
    assert "Receipt for order K-" in listed.text
    assert f"/_dev/mail/{mail_id}" in listed.text

    page = await browser.open(f"/_dev/mail/{mail_id}")
    assert "ada@example.org" in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert "frame-src 'self'" in page.headers["content-security-policy"]


async def test_the_html_of_a_mail_runs_nothing(browser: Browser, mail_id: str) -> None:
    body = await browser.open(f"/_dev/mail/{mail_id}/html")

    policy = body.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "script" not in policy
    assert body.headers["x-frame-options"] == "SAMEORIGIN"
    assert "Emma &lt;b&gt;bold&lt;/b&gt;" in body.text


@pytest.mark.parametrize(
    "address", ["/_dev/mail/0199f0e0-0000-7000-8000-000000000000", "/_dev/mail/nonsense", "/_dev/mail/x/html"]
)
async def test_a_mail_that_is_not_there_is_not_found(browser: Browser, address: str) -> None:
    assert (await browser.open(address)).status_code == 404


async def test_an_empty_mailbox_says_how_to_fill_it(browser: Browser) -> None:
    assert "No mail yet." in (await browser.open("/_dev/mail")).text


async def test_every_kind_is_looked_at_in_every_language_by_day_and_by_night(
    browser: Browser, settings: Settings
) -> None:
    listed = await browser.open("/_dev/mail/kinds")
    found = re.findall(r'href="(/_dev/mail/kinds/one[^"]*)"', listed.text)

    assert len(found) == len(notifications.kinds()) * (len(settings.locales) + 1) * 2
    for address in found[:: len(found) // 12]:
        page = await browser.open(html.unescape(address))
        body = await browser.open(html.unescape(address).replace("/one?", "/html?"))
        assert 'class="letter"' in page.text
        assert "<h1" in body.text
        assert ("@media all" in body.text) == ("scheme=dark" in address)
        assert "default-src 'none'" in body.headers["content-security-policy"]


@pytest.mark.parametrize(
    "address", ["?kind=none", "?kind=receipt&language=xx", "?kind=receipt&scheme=pink", ""]
)
async def test_what_is_no_kind_is_not_found(browser: Browser, address: str) -> None:
    assert (await browser.open(f"/_dev/mail/kinds/one{address}")).status_code == 404
    assert (await browser.open(f"/_dev/mail/kinds/html{address}")).status_code == 404


async def test_in_production_there_is_no_mailbox(db: Database, clock: FrozenClock, mail_id: str) -> None:
    real = Settings(secret_key="k" * 32, env="production")
    async with at(db, clock, real) as client:
        kinds = (
            "/_dev/mail/kinds",
            "/_dev/mail/kinds/one?kind=receipt",
            "/_dev/mail/kinds/html?kind=receipt",
        )
        for address in ("/_dev/mail", f"/_dev/mail/{mail_id}", f"/_dev/mail/{mail_id}/html", *kinds):
            assert (await client.get(address)).status_code == 404
