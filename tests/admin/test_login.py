"""Only staff come in, only from our own form, and not by trying often."""

from datetime import timedelta

import pytest
from tests.accounts.people import PASSWORD, make_staff
from tests.admin.conftest import Browser, at
from tests.notifications.orders import make_order

from kassa import accounts
from kassa.admin.desk import safe_next
from kassa.config import Settings
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database

UNKNOWN = "0199f0e0-0000-7000-8000-000000000000"
PAGES = ("/admin/orders", f"/admin/orders/{UNKNOWN}", "/admin/orders/nonsense", "/admin/jobs")


async def sessions(db: Database) -> int:
    async with db.connection() as conn:
        return int(await conn.fetchval("select count(*) from sessions where staff_id is not null"))


@pytest.mark.parametrize("page", PAGES)
async def test_a_stranger_sees_the_login_and_nothing_else(browser: Browser, page: str) -> None:
    answer = await browser.open(page)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/admin/login")
    assert answer.text == ""


async def test_an_order_that_exists_looks_to_a_stranger_like_one_that_does_not(
    browser: Browser, db: Database, clock: FrozenClock
) -> None:
    made = await make_order(db, clock)

    real, unreal = await browser.open(f"/admin/orders/{made.order_id}"), await browser.open(PAGES[1])

    assert (real.status_code, real.text) == (unreal.status_code, unreal.text)


async def test_a_shoppers_session_is_no_staff_session(
    browser: Browser, db: Database, clock: FrozenClock
) -> None:
    async with db.transaction() as tx:
        token = await accounts.open_session(tx, now=clock.now())
    browser.client.cookies.set("kassa_staff", token)

    assert (await browser.open("/admin/orders")).status_code == 303


async def test_a_login_leads_where_one_wanted_to_go(
    browser: Browser, db: Database, clock: FrozenClock
) -> None:
    await make_staff(db, clock)
    asked = await browser.open("/admin/orders?state=all&q=ada")

    await browser.open(asked.headers["location"])
    assert 'value="/admin/orders?state=all&amp;q=ada"' in browser.page
    answer = await browser.send(
        "/admin/login", email="owner@example.org", password=PASSWORD, next="/admin/orders?state=all&q=ada"
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/orders?state=all&q=ada")
    assert "owner@example.org" in (await browser.open(answer.headers["location"])).text


async def test_the_session_cookie_is_for_nobody_else(db: Database, clock: FrozenClock) -> None:
    await make_staff(db, clock)
    real = Settings(secret_key="k" * 32, env="production")
    async with at(db, clock, real) as client:
        client.base_url = client.base_url.copy_with(scheme="https")
        answer = await Browser(client).log_in()

    cookie = next(
        value for value in answer.headers.get_list("set-cookie") if value.startswith("kassa_staff=")
    )
    for rule in ("HttpOnly", "Secure", "SameSite=strict", "Path=/admin", "Max-Age=43200"):
        assert rule in cookie


async def test_a_login_begins_a_session_of_its_own(
    browser: Browser, db: Database, clock: FrozenClock
) -> None:
    await make_staff(db, clock)
    await browser.open("/admin/login")
    before, form = browser.client.cookies["kassa_login"], browser.csrf

    await browser.send("/admin/login", email="owner@example.org", password=PASSWORD)

    assert browser.client.cookies["kassa_staff"] != before
    await browser.open("/admin/orders")
    assert browser.csrf not in ("", form)
    async with db.connection() as conn:
        assert await accounts.session(conn, before, now=clock.now()) is None


@pytest.mark.parametrize(
    ("email", "password"),
    [("owner@example.org", "a guess"), ("nobody@example.org", PASSWORD), ("", ""), ("ü", "")],
)
async def test_a_wrong_login_shows_the_form_again_and_lets_nobody_in(
    browser: Browser, db: Database, clock: FrozenClock, email: str, password: str
) -> None:
    await make_staff(db, clock)

    answer = await browser.log_in(email, password)

    assert answer.status_code == 401
    assert "E-mail or password is wrong." in answer.text
    assert not password or password not in answer.text
    assert await sessions(db) == 0


async def test_the_eleventh_try_is_not_even_looked_at(
    browser: Browser, db: Database, clock: FrozenClock
) -> None:
    await make_staff(db, clock)
    for _ in range(10):
        assert (await browser.log_in(password="wrong")).status_code == 401

    refused = await browser.log_in()
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == 901
    assert await sessions(db) == 0

    await make_staff(db, clock, "other@example.org")
    assert (await browser.log_in("other@example.org")).status_code == 303


async def test_after_a_quarter_of_an_hour_one_may_try_again(
    browser: Browser, db: Database, clock: FrozenClock
) -> None:
    await make_staff(db, clock)
    for _ in range(11):
        await browser.log_in(password="wrong")
    clock.advance(minutes=15)

    assert (await browser.log_in()).status_code == 303


async def test_a_login_that_succeeds_forgets_the_failures(
    browser: Browser, db: Database, clock: FrozenClock
) -> None:
    await make_staff(db, clock)
    for _ in range(2):
        for _ in range(9):
            await browser.log_in(password="wrong")
        assert (await browser.log_in()).status_code == 303
        await browser.open("/admin/orders")
        await browser.send("/admin/logout")


@pytest.mark.parametrize("token", [None, "", "x", "ß" * 20, "x" * 1_000])
async def test_a_login_from_somebody_elses_page_is_refused(
    browser: Browser, db: Database, clock: FrozenClock, token: str | None
) -> None:
    await make_staff(db, clock)
    await browser.open("/admin/login")
    fields = {"email": "owner@example.org", "password": PASSWORD} | ({"csrf_token": token} if token else {})

    answer = await browser.client.post("/admin/login", data=fields)

    assert answer.status_code == 403
    assert await sessions(db) == 0


async def test_a_form_that_is_none_is_refused(browser: Browser) -> None:
    await browser.open("/admin/login")
    sent = (
        (b'{"email": 1}', "application/json"),
        (b"\xff\xfe%%%", "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"broken", "multipart/form-data"),
        (b"csrf_token=" + b"x" * 5_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"f%d=1" % n for n in range(50)), "application/x-www-form-urlencoded"),
    )
    for body, kind in sent:
        answer = await browser.client.post("/admin/login", content=body, headers={"Content-Type": kind})
        assert 400 <= answer.status_code < 500, (kind, answer.status_code)


async def test_logging_out_ends_the_session_and_not_only_the_cookie(operator: Browser, db: Database) -> None:
    token = operator.client.cookies["kassa_staff"]
    await operator.open("/admin/orders")

    assert (await operator.send("/admin/logout")).headers["location"] == "/admin/login"
    assert "kassa_staff" not in operator.client.cookies
    operator.client.cookies.set("kassa_staff", token, path="/admin")
    assert (await operator.open("/admin/orders")).status_code == 303
    assert await sessions(db) == 0


async def test_somebody_elses_page_can_not_log_staff_out(operator: Browser, db: Database) -> None:
    answer = await operator.client.post("/admin/logout", data={"csrf_token": "guessed"})

    assert answer.status_code == 403
    assert await sessions(db) == 1


async def test_a_session_ends_after_twelve_hours(operator: Browser, clock: FrozenClock) -> None:
    clock.advance(hours=11, minutes=59)
    assert (await operator.open("/admin/orders")).status_code == 200

    clock.advance(minutes=1)
    assert (await operator.open("/admin/orders")).status_code == 303


async def test_a_login_form_left_open_too_long_says_so(
    browser: Browser, db: Database, clock: FrozenClock
) -> None:
    await make_staff(db, clock)
    await browser.open("/admin/login")
    clock.advance(hours=2)

    answer = await browser.send("/admin/login", email="owner@example.org", password=PASSWORD)

    assert answer.status_code == 403
    assert "open for too long" in answer.text


async def test_an_invitation_leads_to_a_password_and_to_a_login(
    browser: Browser, db: Database, clock: FrozenClock
) -> None:
    async with db.transaction() as tx:
        token = await accounts.create_staff(tx, "new@example.org", "operator", now=clock.now())
    link = f"/admin/set-password/{token}"

    page = await browser.open(link)
    assert "new@example.org" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    weak = await browser.send(link, password="short")
    assert weak.status_code == 400
    assert "A password has 10 to 256 characters." in weak.text
    done = await browser.send(link, password="long enough a password")
    assert done.headers["location"] == "/admin/login?set"

    assert (await browser.open(link)).status_code == 404
    assert (await browser.log_in("new@example.org", "long enough a password")).status_code == 303


async def test_an_invitation_that_ran_out_or_never_was_is_not_there(
    browser: Browser, db: Database, clock: FrozenClock
) -> None:
    async with db.transaction() as tx:
        token = await accounts.create_staff(tx, "new@example.org", "operator", now=clock.now())
    await browser.open("/admin/login")
    clock.advance(hours=0.9)
    assert (await browser.open("/admin/set-password/nonsense")).status_code == 404
    clock.advance(days=timedelta(days=4).days)

    assert (await browser.open(f"/admin/set-password/{token}")).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/admin/\\evil",
        "javascript:alert(1)",
        "/products",
        "/admin/login",
        "/admin/logout",
        "/admin/\r\nSet-Cookie: a=b",
        "/admin/" + "x" * 1_000,
    ],
)
def test_a_login_link_leads_nowhere_but_to_the_desk(address: str) -> None:
    assert safe_next(address) == "/admin/orders"
