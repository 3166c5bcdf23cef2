"""An account is an address that somebody proved to read; nobody learns which addresses have one."""

import re
from uuid import UUID

import pytest
from tests.storefront.members import ADA, PASSWORD, join, link, mails, rows, sign_in

from kassa.shop import Shop


@pytest.fixture
def shop(app) -> Shop:
    made: Shop = app.state.shop
    return made


def plain(page: str) -> str:
    """A page without what differs between any two browsers."""
    return re.sub(r'name="csrf_token" value="[^"]*"|data-csrf="[^"]*"', "", page)


async def test_a_mail_a_click_and_one_has_an_account(browser, shop):
    asked = await browser.post("/register", email=" Ada@Example.org ")
    page = await browser.get(await link(shop))
    answer = await browser.post(await link(shop), name="Ada Lovelace", password=PASSWORD)

    assert asked.status_code == 200
    assert "Ada@Example.org" in asked.text
    assert ADA in page.text
    assert answer.headers["location"] == "/account?said=welcome"
    assert "Good to see you, Ada Lovelace" in (await browser.get("/account")).text
    assert [one.kind for one in await mails(shop)] == ["account:verify"]


async def test_there_is_no_account_before_the_address_is_proved(browser, shop):
    await browser.post("/register", email=ADA)
    await browser.get(await link(shop))

    assert await rows(shop, "customers") == 0


async def test_neither_name_nor_password_is_needed(browser, stranger, shop):
    await join(browser, shop, password="")

    assert (await sign_in(stranger, password="")).status_code == 401
    await stranger.post("/login/link", email=ADA)
    assert (await stranger.post(await link(shop))).headers["location"] == "/account"


@pytest.mark.parametrize("address", ["/register", "/login/link", "/password/forgot"])
async def test_whoever_asks_for_a_mail_gets_the_same_answer_whether_there_is_an_account(
    browser, stranger, shop, address
):
    await join(browser, shop)

    known = await stranger.client.post(address, data={"email": ADA})
    unknown = await stranger.client.post(address, data={"email": "bob@example.org"})

    assert known.status_code == unknown.status_code == 200
    assert plain(known.text) == plain(unknown.text).replace("bob@example.org", ADA)
    assert set(known.headers) == set(unknown.headers)
    assert len(await mails(shop)) == 2
    assert len(await mails(shop, "bob@example.org")) == 1


async def test_asking_takes_the_same_statements_whether_there_is_an_account(
    browser, stranger, shop, monkeypatch
):
    await join(browser, shop)
    from kassa.kernel.db import Conn

    said: list[str] = []
    for name in ("execute", "fetchrow", "fetchval", "fetch"):
        real = getattr(Conn, name)

        async def noted(self, sql, *args, real=real):
            said.append(sql)
            return await real(self, sql, *args)

        monkeypatch.setattr(Conn, name, noted)

    taken = []
    for address in ("/register", "/login/link", "/password/forgot"):
        for email in (ADA, "bob@example.org"):
            said.clear()
            await stranger.client.post(address, data={"email": email})
            taken.append(list(said))

    assert taken[0] == taken[1]
    assert taken[2] == taken[3]
    assert taken[4] == taken[5]
    assert taken[0]


async def test_an_address_with_an_account_is_told_so_by_mail_and_let_in(browser, stranger, shop):
    await join(browser, shop, name="Ada")

    await stranger.post("/register", email=ADA)
    letter = (await mails(shop))[-1]
    answer = await stranger.post(await link(shop))

    assert letter.subject == "You have an account already"
    assert answer.status_code == 303
    assert "Good to see you, Ada" in (await stranger.get("/account")).text
    assert await rows(shop, "customers") == 1


async def test_an_address_without_an_account_is_told_so_by_mail(browser, shop):
    await browser.post("/password/forgot", email=ADA)

    assert [one.subject for one in await mails(shop)] == ["There is no account with this address"]
    assert await rows(shop, "customers") == 0


async def test_a_link_is_looked_at_as_often_as_one_likes_and_used_once(browser, stranger, shop):
    await browser.post("/register", email=ADA)
    page = await link(shop)
    for _ in range(3):
        assert (await stranger.get(page)).status_code == 200

    first = await browser.post(page, name="Ada")
    again = await stranger.post(page, name="Eve", password="eve's own password")
    looked = await stranger.get(page)
    mine = await browser.get(page)

    assert first.status_code == 303
    assert again.status_code == looked.status_code == 410
    assert "This link was used already" in looked.text
    assert "It worked: you are signed in." in mine.text
    assert (await sign_in(stranger, password="eve's own password")).status_code == 401


async def test_a_second_link_of_a_new_address_signs_in_to_the_account_of_the_first(browser, stranger, shop):
    await stranger.post("/register", email=ADA)
    early = await link(shop)
    await join(browser, shop, name="Ada")

    page = (await stranger.get(early)).text
    answer = await stranger.post(early, name="Eve", password="eve's own password")

    assert "This signs you in as" in page
    assert 'name="password"' not in page
    assert answer.status_code == 303
    assert "Good to see you, Ada" in (await stranger.get("/account")).text
    await stranger.post("/logout")
    assert (await sign_in(stranger, password="eve's own password")).status_code == 401


async def test_a_link_runs_out_and_says_so(browser, shop, clock):
    await browser.post("/register", email=ADA)
    page = await link(shop)
    clock.advance(hours=25)

    assert "This link has run out" in (await browser.get(page)).text
    assert (await browser.post(page)).status_code == 410
    assert await rows(shop, "customers") == 0


@pytest.mark.parametrize("page", ["/verify/", "/login/link/", "/password/reset/"])
async def test_a_link_that_never_was_is_met_kindly(browser, page):
    for token in ("x", "x" * 5_000, "%E2%82%AC", "a%0Ab"):
        answer = await browser.get(page + token)
        assert answer.status_code == 404
        assert "We do not know this link" in answer.text


async def test_a_link_of_one_kind_opens_nothing_of_another(browser, stranger, shop):
    await join(browser, shop)
    await stranger.post("/login/link", email=ADA)
    token = (await link(shop)).rpartition("/")[2]

    assert (await stranger.post(f"/password/reset/{token}", password="another good one")).status_code == 404
    assert (await stranger.post(f"/verify/{token}")).status_code == 404
    assert (await sign_in(stranger)).status_code == 303


async def test_a_weak_password_is_refused_and_the_link_stays_good(browser, shop):
    await browser.post("/register", email=ADA)
    page = await link(shop)
    for weak in ("short", "aaaaaaaaaaaaaa", "x" * 257, ADA):
        answer = await browser.post(page, name="Ada Lovelace", password=weak)
        assert answer.status_code == 422
        assert 'value="Ada Lovelace"' in answer.text
        assert weak not in answer.text or weak == ADA

    assert await rows(shop, "customers") == 0
    assert (await browser.post(page, password=PASSWORD)).status_code == 303


async def test_the_page_behind_a_link_tells_its_address_to_nobody(browser, shop):
    await browser.post("/register", email=ADA)
    answer = await browser.get(await link(shop))

    assert answer.headers["referrer-policy"] == "strict-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert 'name="robots" content="noindex"' in answer.text


async def test_the_mail_carries_where_to_go_afterwards_and_only_into_the_shop(browser, shop):
    await browser.post("/register", email=ADA, next="/checkout")
    assert (await browser.post(await link(shop))).headers["location"] == "/checkout"

    await browser.post("/login/link", email=ADA, next="https://evil.example/")
    assert (await browser.post(await link(shop))).headers["location"] == "/account"


@pytest.mark.parametrize("page", ["/register", "/login/link", "/password/forgot"])
async def test_what_is_no_address_gets_no_mail(browser, shop, page):
    for nonsense in ("", "ada", "ada@", "ada@localhost", "a" * 250 + "@example.org", "ada@exa mple.org"):
        answer = await browser.post(page, email=nonsense)
        assert answer.status_code == 422
        assert "This is not an e-mail address" in answer.text

    assert await rows(shop, "customer_tokens") == 0


async def test_one_address_gets_five_mails_in_half_an_hour_and_the_answer_stays_the_same(
    browser, stranger, shop, clock
):
    answers = {plain((await browser.post("/register", email=ADA)).text) for _ in range(8)}
    assert len(answers) == 1
    assert len(await mails(shop)) == 5

    newest = await link(shop)
    assert (await stranger.post(newest)).status_code == 303, "while no more are sent, the last one lets in"

    clock.advance(minutes=31)
    await browser.post("/login/link", email=ADA)
    assert len(await mails(shop)) == 6


async def test_one_client_asks_for_thirty_mails_an_hour(browser, shop, clock):
    for number in range(30):
        assert (await browser.post("/register", email=f"reader{number}@example.org")).status_code == 200
    refused = await browser.post("/register", email="one.more@example.org")

    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert 'value="one.more@example.org"' in refused.text
    assert await mails(shop, "one.more@example.org") == []
    clock.advance(hours=1)
    assert (await browser.post("/register", email="one.more@example.org")).status_code == 200


async def test_orders_placed_as_a_guest_are_claimed_when_the_address_is_proved_and_not_before(
    browser, stranger, shop
):
    await stranger.add()
    order = await stranger.order(email="Ada@Example.org")
    await browser.post("/register", email=ADA)

    assert await _owner(shop, order) is None
    await browser.post(await link(shop))

    assert await _owner(shop, order) is not None


async def test_somebody_elses_orders_are_not_claimed(browser, stranger, shop):
    await stranger.add()
    order = await stranger.order(email="bob@example.org")

    await join(browser, shop)

    assert await _owner(shop, order) is None


async def _owner(shop: Shop, order_id: UUID) -> UUID | None:
    async with shop.db.connection() as conn:
        found: UUID | None = await conn.fetchval("select customer_id from orders where id = $1", order_id)
        return found
