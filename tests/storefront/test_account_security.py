"""What keeps an account safe: only its owner changes it, everybody else is signed out, and a mail says so."""

import asyncio
import re
from typing import Any

import pytest
from tests.storefront.members import ADA, join, link, mails, rows, sign_in

from kassa.shop import Shop

NEW = "entirely other words"
SAFE = ("/account/email", "/account/password", "/account/password/remove", "/account/passkeys/remove")


@pytest.fixture
def shop(app) -> Shop:
    made: Shop = app.state.shop
    return made


async def is_in(browser: Any) -> bool:
    """Whether somebody is signed in there."""
    return bool((await browser.get("/account")).url.path == "/account")


async def test_a_new_password_signs_everybody_else_out_and_a_mail_says_so(browser, stranger, shop):
    await join(browser, shop)
    await sign_in(stranger)

    answer = await browser.post("/account/password", password=NEW)

    assert answer.headers["location"] == "/account/security?said=password"
    assert await is_in(browser)
    assert not await is_in(stranger)
    assert (await sign_in(stranger)).status_code == 401
    assert (await sign_in(stranger, password=NEW)).status_code == 303
    assert (await mails(shop))[-1].subject == "Your password was changed"


async def test_a_weak_password_changes_nothing(browser, stranger, shop):
    await join(browser, shop)
    await sign_in(stranger)

    answer = await browser.post("/account/password", password="short")

    assert answer.status_code == 422
    assert "10 to 256" in answer.text
    assert await is_in(stranger)
    assert (await sign_in(stranger)).status_code == 303


async def test_one_may_do_without_a_password(browser, stranger, shop):
    await join(browser, shop)

    await browser.post("/account/password/remove")
    await browser.post("/account/password/remove")

    assert (await sign_in(stranger)).status_code == 401
    assert "You have none, and need none" in (await browser.get("/account/security")).text
    assert [one.subject for one in await mails(shop)][1:] == ["Your password was removed"]


async def test_a_forgotten_password_is_set_anew_by_mail_and_signs_everybody_out(browser, stranger, shop):
    await join(browser, shop)
    await stranger.post("/login/link", email=ADA)
    other = await link(shop)
    await stranger.post("/password/forgot", email=ADA)
    page = await link(shop)

    assert (await stranger.post(page, password="short")).status_code == 422
    answer = await stranger.post(page, password=NEW)

    assert answer.headers["location"] == "/account/security?said=password"
    assert await is_in(stranger)
    assert not await is_in(browser)
    assert (await browser.post(page, password="yet another one")).status_code == 410
    assert (await browser.post(other)).status_code == 410, "every other link is void"
    assert (await sign_in(browser, password=NEW)).status_code == 303
    assert (await mails(shop))[-1].subject == "Your password was changed"


async def test_a_link_used_ten_times_at_once_is_used_once(browser, stranger, shop):
    await join(browser, shop)
    await stranger.post("/password/forgot", email=ADA)
    page = await link(shop)

    answers = await asyncio.gather(
        *(stranger.client.post(page, data={"password": f"{NEW} {n}"}) for n in range(10))
    )

    assert sorted(answer.status_code for answer in answers).count(303) == 1
    assert len([one for one in await mails(shop) if one.kind == "account:password_set"]) == 1


async def test_a_new_address_counts_when_its_link_is_opened_by_who_is_signed_in(browser, stranger, shop):
    await join(browser, shop)

    await browser.post("/account/email", email="ada@newer.example.org")
    page = await link(shop, "ada@newer.example.org")
    assert ADA in (await browser.get("/account")).text, "nothing changes before"
    assert (await stranger.get(page)).url.path == "/login"
    answer = await browser.post(page)

    assert answer.headers["location"] == "/account/security?said=email"
    assert (await sign_in(stranger)).status_code == 401
    assert (await sign_in(stranger, email="ada@newer.example.org")).status_code == 303
    told = (await mails(shop))[-1]
    assert told.subject == "Your e-mail address was changed"
    assert "ada@newer.example.org" in told.text_body


async def test_a_link_for_another_account_changes_nobodys_address(browser, stranger, shop):
    """Somebody asks for it with a victim's address; the victim, who is a customer too, clicks."""
    await join(stranger, shop, "eve@example.org")
    await stranger.post("/account/email", email="victim@example.org")
    page = await link(shop, "victim@example.org")
    await join(browser, shop)

    looked, clicked = await browser.get(page), await browser.post(page)

    assert "This link is for another account" in looked.text
    assert clicked.status_code == 409
    async with shop.db.connection() as conn:
        known = {row["email"] for row in await conn.fetch("select email from customers")}
    assert known == {ADA, "eve@example.org"}


async def test_an_address_that_has_an_account_is_answered_alike_and_stays_where_it_is(
    browser, stranger, shop
):
    await join(browser, shop)
    await join(stranger, shop, "bob@example.org")

    taken = await browser.post("/account/email", email="bob@example.org")
    free = await browser.post("/account/email", email="free@example.org")

    assert taken.status_code == free.status_code == 303
    assert taken.headers["location"] == free.headers["location"]
    assert (await mails(shop, "bob@example.org"))[-1].subject == "This address has an account already"
    assert "/account/email/" not in (await mails(shop, "bob@example.org"))[-1].text_body


async def test_an_address_that_was_taken_meanwhile_is_refused_and_nothing_changed(browser, stranger, shop):
    await join(browser, shop)
    await browser.post("/account/email", email="bob@example.org")
    page = await link(shop, "bob@example.org")
    await join(stranger, shop, "bob@example.org")

    assert (await browser.post(page)).status_code == 409

    assert ADA in (await browser.get("/account")).text
    assert (await sign_in(stranger, email="bob@example.org")).status_code == 303


async def test_orders_of_a_new_address_are_claimed_with_it(browser, stranger, shop):
    await stranger.add()
    order = await stranger.order(email="ada@newer.example.org")
    await join(browser, shop)
    await browser.post("/account/email", email="ada@newer.example.org")
    await browser.post(await link(shop, "ada@newer.example.org"))

    async with shop.db.connection() as conn:
        owner = await conn.fetchval("select customer_id from orders where id = $1", order)
    assert owner is not None


async def test_what_opens_the_account_is_only_changed_by_who_has_just_shown_who_they_are(
    browser, shop, clock
):
    await join(browser, shop)
    clock.advance(minutes=31)

    for address in SAFE:
        answer = await browser.post(address, password=NEW, email="eve@example.org", passkey="00")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/login?next=%2Faccount%2Fsecurity&again=1"
    page = (await browser.get("/account/security")).text
    assert 'action="/account/password"' not in page
    assert len(await mails(shop)) == 1

    assert (
        "show once more that it is you" in (await browser.get("/login?next=/account/security&again=1")).text
    )
    assert (await sign_in(browser, next="/account/security")).headers["location"] == "/account/security"
    assert (await browser.post("/account/password", password=NEW)).status_code == 303
    assert (await sign_in(browser, password=NEW)).status_code == 303


@pytest.mark.parametrize(
    "address",
    [
        *SAFE,
        "/account/name",
        "/account/sessions/end",
        "/account/sessions/end-others",
        "/account/passkeys/rename",
    ],
)
async def test_nobody_changes_an_account_without_being_signed_in_or_from_another_site(
    browser, stranger, shop, address
):
    await join(browser, shop)
    fields = {"password": NEW, "email": "eve@example.org", "name": "Eve", "passkey": "00"}

    assert (await stranger.post(address, **fields)).headers["location"].startswith("/login?next=%2Faccount")
    forged = await browser.client.post(address, data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    untold = await browser.client.post(address, data=fields)

    assert forged.status_code == untold.status_code == 403
    assert len(await mails(shop)) == 1
    assert (await sign_in(stranger)).status_code == 303


async def test_the_browsers_that_are_signed_in_are_listed_and_signed_out_one_by_one(
    browser, stranger, shop, clock
):
    await join(browser, shop)
    clock.advance(minutes=5)
    stranger.client.headers["User-Agent"] = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/19.1 Mobile/15E148 Safari/604.1"
    )
    await sign_in(stranger)

    page = (await browser.get("/account/security")).text
    assert page.count('data-testid="session"') == 2
    assert page.count("this browser") == 1
    assert "Safari on iPhone" in page
    session = re.search(r'name="session" value="([^"]+)"', page)
    assert session
    answer = await browser.post("/account/sessions/end", session=session[1])

    assert answer.status_code == 303
    assert not await is_in(stranger)
    assert await is_in(browser)
    assert (await browser.post("/account/sessions/end", session=session[1])).status_code == 404


async def test_somebody_elses_session_is_not_there(browser, stranger, shop):
    await join(browser, shop)
    await join(stranger, shop, "bob@example.org")
    async with shop.db.connection() as conn:
        theirs = await conn.fetchval(
            "select sessions.id from sessions join customers on customers.id = customer_id where email like 'bob%'"
        )

    for session in (theirs, "nonsense", ""):
        assert (await browser.post("/account/sessions/end", session=session)).status_code == 404
    await browser.post("/account/sessions/end-others")

    assert await is_in(stranger)


async def test_all_other_browsers_are_signed_out_at_once(browser, stranger, shop):
    await join(browser, shop)
    await sign_in(stranger)
    await stranger.add()

    assert (await browser.post("/account/sessions/end-others")).status_code == 303

    assert await is_in(browser)
    assert not await is_in(stranger)
    assert await rows(shop, "sessions where customer_id is not null") == 1


async def test_last_seen_moves_every_ten_minutes_and_not_with_every_page(browser, shop, clock):
    await join(browser, shop)

    async def seen() -> Any:
        async with shop.db.connection() as conn:
            return await conn.fetchval("select seen_at from sessions where customer_id is not null")

    first = await seen()
    clock.advance(minutes=9)
    await browser.get("/account")
    assert await seen() == first
    clock.advance(minutes=2)
    await browser.get("/account")
    assert await seen() == clock.now()


async def test_one_may_be_called_otherwise(browser, shop):
    await join(browser, shop)

    assert (await browser.post("/account/name", name="  Ada   King ")).status_code == 303
    assert "Good to see you, Ada King" in (await browser.get("/account")).text
    assert (await browser.post("/account/name", name="x" * 101)).status_code == 422
    assert "Good to see you, Ada King" in (await browser.get("/account")).text


async def test_the_page_says_only_what_it_knows(browser, shop):
    await join(browser, shop)

    page = await browser.get("/account/security?said=anything")

    assert 'class="notice' not in page.text


async def test_links_and_tries_are_swept_when_they_are_long_over(browser, shop, clock):
    from kassa import accounts, notifications

    await join(browser, shop)
    await browser.post("/login/link", email=ADA)
    await mails(shop)
    clock.advance(days=6)
    async with shop.db.transaction() as tx:
        assert await accounts.sweep_customers(tx, now=clock.now()) == 2, "who asked for mails, and for whom"
        assert await notifications.sweep(tx, now=clock.now()) == 0
    clock.advance(days=3)
    async with shop.db.transaction() as tx:
        assert await accounts.sweep_customers(tx, now=clock.now()) == 2
        assert await notifications.sweep(tx, now=clock.now()) == 2
        assert await tx.fetchval("select count(*) from tries") == 0


async def test_links_from_before_open_nothing_once_the_password_is_another(browser, stranger, shop):
    await stranger.post("/register", email=ADA)
    early = await link(shop)
    await join(browser, shop)
    await stranger.post("/login/link", email=ADA)
    late = await link(shop)

    await browser.post("/account/password", password=NEW)

    for page in (early, late):
        assert (await stranger.post(page)).status_code == 410
    assert not await is_in(stranger)
