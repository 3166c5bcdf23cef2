"""Coming in by password or link: no guess tells anything, and nobody can lock somebody else out."""

import asyncio
import re
from typing import Any
from uuid import UUID

import httpx
import pytest
from argon2 import PasswordHasher
from tests.storefront.conftest import Browser, hidden
from tests.storefront.members import ADA, PASSWORD, join, link, mails, rows, sign_in

from kassa import cart, orders, web
from kassa.accounts import passwords
from kassa.shop import Shop


@pytest.fixture
def shop(app) -> Shop:
    made: Shop = app.state.shop
    return made


def from_(app: Any, address: str) -> Browser:
    """A browser at this address of the internet."""
    transport = httpx.ASGITransport(app, client=(address, 4321))
    return Browser(httpx.AsyncClient(transport=transport, base_url="http://shop.test"))


async def test_the_right_password_lets_in_and_a_wrong_one_does_not(browser, stranger, shop):
    await join(browser, shop)

    refused = await sign_in(stranger, password="not the one")
    assert refused.status_code == 401
    assert "E-mail or password is wrong." in refused.text
    assert f'value="{ADA}"' in refused.text
    assert "not the one" not in refused.text
    assert (await stranger.get("/account")).url.path == "/login"

    assert (await sign_in(stranger, email=" ADA@example.org ")).headers["location"] == "/account"
    assert ADA in (await stranger.get("/account")).text


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    browser, stranger, shop, monkeypatch
):
    await join(browser, shop)
    await join(stranger, shop, "link.only@example.org", password="")
    await stranger.post("/logout")
    verified: list[str] = []
    verify = passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda *args: verified.append(args[0]) or verify(*args))

    answers = [
        await stranger.client.post("/login", data={"email": email, "password": "not the one"})
        for email in (ADA, "link.only@example.org", "nobody@example.org", "", "no address")
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}) == 1
    assert len(verified) == 5
    assert verified[1:] == [passwords.NOBODY] * 4


async def test_signing_in_changes_the_token_of_the_session(browser, stranger, shop):
    await join(browser, shop)
    await stranger.add()
    before = stranger.client.cookies[web.SESSION_COOKIE]

    await sign_in(stranger)

    assert stranger.client.cookies[web.SESSION_COOKIE] != before
    stranger.client.cookies.set(web.SESSION_COOKIE, before)
    assert (await stranger.get("/account")).url.path == "/login"


async def test_signing_out_forgets_everything_in_the_browser(browser, shop):
    await join(browser, shop)
    await browser.add()
    before = browser.client.cookies[web.SESSION_COOKIE]

    out = await browser.post("/logout")

    assert out.headers["location"] == "/login?out=1"
    assert web.SESSION_COOKIE not in browser.client.cookies
    assert "EMMA-PB" not in (await browser.get("/cart")).text
    browser.client.cookies.set(web.SESSION_COOKIE, before)
    assert (await browser.get("/account")).url.path == "/login"
    browser.client.cookies.clear()
    await sign_in(browser)
    assert "Title of EMMA-PB" in (await browser.get("/cart")).text


async def test_the_bag_of_the_browser_goes_into_the_customers_own_on_every_device(browser, stranger, shop):
    await join(browser, shop)
    await browser.add(quantity=2)
    await stranger.add(quantity=1)

    await sign_in(stranger)

    assert await _bag(shop) == [3]
    for device in (browser, stranger):
        assert 'name="quantity" ' in (await device.get("/cart")).text
        assert re.search(r'<b[^>]*>3<span class="unseen"> items', (await device.get("/books")).text)


async def test_a_bag_begun_on_one_device_is_there_on_the_other(browser, stranger, shop):
    await join(browser, shop)
    await sign_in(stranger)

    await browser.add()

    assert "Title of EMMA-PB" in (await stranger.get("/cart")).text
    await stranger.add(quantity=2)
    assert await _bag(shop) == [3]


async def test_somebody_elses_bag_does_not_come_along_when_accounts_change_in_one_browser(
    browser, stranger, shop
):
    await join(browser, shop)
    await browser.add()
    await join(stranger, shop, "bob@example.org")

    await sign_in(browser, email="bob@example.org")

    assert "Title of EMMA-PB" not in (await browser.get("/cart")).text
    assert await _bag(shop) == [1]


async def test_signing_in_and_a_payment_of_the_same_bag_wait_for_each_other(browser, stranger, shop):
    """Cart before order, as everywhere: the other way round the database would have to kill one of the two."""
    await join(browser, shop)
    await browser.add()
    await stranger.add()
    order_id = await stranger.order(email=ADA)
    async with shop.db.connection() as conn:
        bag = (await orders.get(conn, order_id)).cart_id

    async with shop.db.transaction() as payment:
        await cart.lock(payment, bag)
        login = asyncio.create_task(sign_in(stranger))
        await _until_somebody_waits(shop, login)
        await orders.lock(payment, order_id)

    assert (await login).status_code == 303
    async with shop.db.connection() as conn:
        assert (await orders.get(conn, order_id)).customer_id is not None


async def _until_somebody_waits(shop: Shop, login: "asyncio.Task[Any]") -> None:
    async with shop.db.connection() as conn:
        for _ in range(1_000):
            waiting = await conn.fetchval(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'
                """
            )
            if waiting or login.done():
                return
            await asyncio.sleep(0.01)
    raise AssertionError("nobody came to wait")


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\/evil",
        "",
        "/a\tb",
    ],
)
async def test_signing_in_leads_only_into_the_shop(browser, stranger, shop, following):
    await join(browser, shop)

    answer = await stranger.client.post(
        "/login", data={"email": ADA, "password": PASSWORD, "next": following}
    )

    if answer.status_code == 303:
        assert answer.headers["location"] == "/account"
    else:
        assert answer.status_code == 422
    page = await browser.client.get("/login", params={"next": following})
    assert page.headers.get("location", "/account") == "/account"


async def test_a_page_of_the_account_leads_to_the_login_and_back(browser, stranger, shop):
    await join(browser, shop)

    page = await stranger.get("/account/security")
    assert page.url.path == "/login"
    assert hidden(page.text, "next") == "/account/security"

    answer = await sign_in(stranger, next=hidden(page.text, "next"))
    assert answer.headers["location"] == "/account/security"


async def test_ten_guesses_and_a_rest_for_whoever_guessed_and_for_nobody_else(app, browser, shop, clock):
    await join(browser, shop)
    guesser, owner = from_(app, "203.0.113.7"), from_(app, "198.51.100.9")
    for _ in range(10):
        assert (await sign_in(guesser, password="not the one")).status_code == 401

    refused = await sign_in(guesser)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert "tried too often" in refused.text
    assert (await sign_in(owner)).status_code == 303

    clock.advance(minutes=16)
    assert (await sign_in(guesser)).status_code == 303


async def test_guessing_at_an_unknown_address_is_throttled_in_the_same_way(app, shop):
    guesser = from_(app, "203.0.113.7")
    answers = [await sign_in(guesser, email="nobody@example.org") for _ in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]


async def test_a_whole_network_of_ipv6_counts_as_one_client(app, browser, shop):
    await join(browser, shop)
    for n in range(10):
        await sign_in(from_(app, f"2001:db8:1:2::{n:x}"), password="not the one")

    assert (await sign_in(from_(app, "2001:db8:1:2:ffff::1"))).status_code == 429
    assert (await sign_in(from_(app, "2001:db8:1:3::1"))).status_code == 303


async def test_many_clients_guessing_together_are_stopped_and_the_owner_still_gets_in(app, browser, shop):
    await join(browser, shop)
    answers = [
        (await sign_in(from_(app, f"203.0.113.{n // 9}"), password="not the one")).status_code
        for n in range(101)
    ]
    assert answers == [401] * 100 + [429]

    owner = from_(app, "198.51.100.9")
    assert (await sign_in(owner)).status_code == 429
    await owner.post("/login/link", email=ADA)
    assert (await owner.post(await link(shop))).status_code == 303


async def test_signing_in_begins_the_count_anew(app, browser, shop):
    await join(browser, shop)
    somebody = from_(app, "203.0.113.7")
    for _ in range(3):
        for _ in range(9):
            assert (await sign_in(somebody, password="not the one")).status_code == 401
        assert (await sign_in(somebody)).status_code == 303


async def test_nothing_of_who_tried_is_stored_but_a_hash(app, shop):
    await sign_in(from_(app, "203.0.113.7"), email="nobody@example.org")

    async with shop.db.connection() as conn:
        kept = await conn.fetch("select tries::text as all_of_it from tries")
    assert len(kept) == 3
    assert not any("nobody" in row["all_of_it"] or "203.0" in row["all_of_it"] for row in kept)


async def test_a_password_is_hashed_anew_when_the_parameters_have_changed(browser, stranger, shop):
    await join(browser, shop)
    weaker = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    async with shop.db.transaction() as tx:
        await tx.execute("update customers set password_hash = $1", weaker)

    assert (await sign_in(stranger)).status_code == 303

    async with shop.db.connection() as conn:
        stored = await conn.fetchval("select password_hash from customers")
    assert stored != weaker
    assert not passwords.outdated(stored)
    assert (await sign_in(stranger)).status_code == 303


async def test_a_form_from_another_site_signs_nobody_in_or_out(browser, stranger, shop):
    await join(browser, shop)
    evil = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    fields = {"email": ADA, "password": PASSWORD}

    for address in ("/login", "/register", "/login/link", "/password/forgot", "/login/passkey/options"):
        answer = await stranger.client.post(address, data=fields, headers=evil)
        assert answer.status_code in (400, 403), address
    assert (await browser.client.post("/logout", headers=evil)).status_code == 403

    assert await rows(shop, "sessions") == 1
    assert len(await mails(shop)) == 1
    assert ADA in (await browser.get("/account")).text


@pytest.mark.parametrize("page", ["/login", "/register", "/login/link/abc", "/account/security"])
async def test_addresses_with_tokens_are_told_to_nobody_and_forms_still_say_where_they_come_from(
    browser, shop, page
):
    await join(browser, shop)

    # Under `no-referrer` a browser sends forms with `Origin: null`; without TLS that is all the shop has to go by.
    answer = await browser.client.get(page)
    assert answer.headers.get("referrer-policy", "same-origin") in ("strict-origin", "same-origin")


async def test_a_stranger_without_a_cookie_costs_no_statement(app, stranger, shop, monkeypatch):
    from kassa.kernel.db import Conn

    said: list[str] = []
    for name in ("execute", "fetchrow", "fetchval", "fetch"):

        async def noted(self, sql, *args):
            said.append(sql)

        monkeypatch.setattr(Conn, name, noted)

    for address in ("/login", "/register", "/login/link", "/password/forgot"):
        assert (await stranger.get(address)).status_code == 200
    assert said == []
    assert not stranger.client.cookies


async def test_somebody_who_is_signed_in_costs_one_statement_for_who_they_are(
    browser, shop, clock, monkeypatch
):
    await join(browser, shop)
    from kassa.kernel.db import Conn

    said: list[str] = []
    real = Conn.fetchrow

    async def noted(self, sql, *args):
        said.append(sql)
        return await real(self, sql, *args)

    monkeypatch.setattr(Conn, "fetchrow", noted)
    await browser.get("/account")

    assert len(said) == 1
    assert "customers" in said[0]


async def _bag(shop: Shop) -> list[int]:
    async with shop.db.connection() as conn:
        cart: UUID = await conn.fetchval("select cart_id from customers where email = $1", ADA)
        found = await conn.fetch("select quantity from cart_lines where cart_id = $1", cart)
    return [row["quantity"] for row in found]
