"""A browser session is a secret of the browser's own, and it ends."""

from datetime import timedelta

from tests.accounts.people import make_staff

from kassa import accounts
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.kernel.ids import new_id


async def test_a_shopper_is_known_for_thirty_days(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        token = await accounts.open_session(tx, now=clock.now())

    async with db.connection() as conn:
        assert await accounts.session(conn, token, now=clock.now() + timedelta(days=29, hours=23)) is not None
        assert await accounts.session(conn, token, now=clock.now() + timedelta(days=30)) is None


async def test_staff_are_known_for_twelve_hours(db: Database, clock: FrozenClock) -> None:
    staff = await make_staff(db, clock)
    async with db.transaction() as tx:
        token = await accounts.open_session(tx, now=clock.now(), staff_id=staff.id)

    async with db.connection() as conn:
        known = await accounts.session(conn, token, now=clock.now() + timedelta(hours=11))
        assert known is not None
        assert (known.staff_email, known.staff_role) == (staff.email, "owner")
        assert await accounts.session(conn, token, now=clock.now() + timedelta(hours=12)) is None


async def test_the_database_does_not_hold_the_cookie(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        token = await accounts.open_session(tx, now=clock.now())

    async with db.connection() as conn:
        row = await conn.fetchrow("select sessions::text as all_of_it, token_hash from sessions")
    assert row is not None
    assert token not in row["all_of_it"]
    assert token.encode() not in row["token_hash"]


async def test_nonsense_is_nobody(db: Database, clock: FrozenClock) -> None:
    async with db.connection() as conn:
        for token in (None, "", "no such token", "x" * 10_000, "schlüssel", "\x00"):
            assert await accounts.session(conn, token, now=clock.now()) is None


async def test_a_login_changes_the_token_and_keeps_the_cart(db: Database, clock: FrozenClock) -> None:
    staff = await make_staff(db, clock)
    cart_id, order_id = new_id(), new_id()
    async with db.transaction() as tx:
        before = await accounts.open_session(tx, now=clock.now())
        await accounts.set_cart(tx, before, cart_id)
        await accounts.set_currency(tx, before, "USD")
        await accounts.remember_order(tx, before, order_id)
        was = await accounts.session(tx, before, now=clock.now())
        after = await accounts.rotate(tx, before, now=clock.now(), staff_id=staff.id)

    async with db.connection() as conn:
        assert await accounts.session(conn, before, now=clock.now()) is None
        now = await accounts.session(conn, after, now=clock.now())
        assert await conn.fetchval("select count(*) from sessions") == 1
    assert was is not None
    assert now is not None
    assert now.csrf != was.csrf
    assert (now.cart_id, now.currency, list(now.order_ids)) == (cart_id, "USD", [order_id])
    assert now.staff_id == staff.id
    assert now.expires_at == clock.now() + accounts.STAFF_LIFE


async def test_a_session_that_ran_out_is_not_revived_by_a_login(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        old = await accounts.open_session(tx, now=clock.now())
        await accounts.set_cart(tx, old, new_id())
        clock.advance(days=31)
        fresh = await accounts.rotate(tx, old, now=clock.now())

    async with db.connection() as conn:
        session = await accounts.session(conn, fresh, now=clock.now())
    assert session is not None
    assert session.cart_id is None


async def test_an_ended_session_opens_nothing(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        token = await accounts.open_session(tx, now=clock.now())
        await accounts.end_session(tx, token)

        assert await accounts.session(tx, token, now=clock.now()) is None


async def test_a_browser_remembers_its_newest_fifty_orders_once(db: Database, clock: FrozenClock) -> None:
    orders = [new_id() for _ in range(53)]
    async with db.transaction() as tx:
        token = await accounts.open_session(tx, now=clock.now())
        for order_id in [*orders, orders[10]]:
            await accounts.remember_order(tx, token, order_id)
        session = await accounts.session(tx, token, now=clock.now())

    assert session is not None
    assert list(session.order_ids) == [*orders[3:10], *orders[11:], orders[10]]


async def test_a_message_is_told_once_and_only_the_newest_five_wait(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        token = await accounts.open_session(tx, now=clock.now())
        for number in range(7):
            await accounts.flash(tx, token, f"message {number}", "good")

        told = await accounts.take_flash(tx, token)
        again = await accounts.take_flash(tx, token)

    assert [message.text for message in told] == [f"message {number}" for number in range(2, 7)]
    assert again == []


async def test_what_ran_out_is_swept_and_the_rest_stays(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        await accounts.open_session(tx, now=clock.now(), life=timedelta(minutes=1))
        kept = await accounts.open_session(tx, now=clock.now())
        await accounts.create_staff(tx, "new@example.org", "operator", now=clock.now())
        clock.advance(days=4)

        assert await accounts.sweep(tx, now=clock.now()) == 2
        assert await accounts.session(tx, kept, now=clock.now()) is not None
        assert await tx.fetchval("select count(*) from sessions") == 1
        assert await tx.fetchval("select count(*) from staff_invites") == 0
