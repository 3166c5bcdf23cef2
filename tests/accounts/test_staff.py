"""Staff come in by a link that works once, then by e-mail and password; nobody else comes in."""

import asyncio

import pytest
from tests.accounts.people import PASSWORD, make_staff

from kassa import accounts
from kassa.accounts import passwords
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.kernel.errors import Invalid


async def test_the_right_password_lets_in_whatever_the_case_of_the_address(
    db: Database, clock: FrozenClock
) -> None:
    staff = await make_staff(db, clock)

    assert await accounts.authenticate(db, " Owner@Example.ORG ", PASSWORD, client="c", clock=clock) == staff


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("owner@example.org", "wrong"),
        ("owner@example.org", ""),
        ("owner@example.org", PASSWORD + "\x00"),
        ("owner@example.org", "x" * 100_000),
        ("nobody@example.org", PASSWORD),
        ("", ""),
        ("\x00", PASSWORD),
    ],
)
async def test_a_wrong_login_does_not_say_what_was_wrong(
    db: Database, clock: FrozenClock, email: str, password: str
) -> None:
    await make_staff(db, clock)

    with pytest.raises(accounts.BadLogin, match="E-mail or password is wrong"):
        await accounts.authenticate(db, email, password, client="c", clock=clock)


async def test_an_unknown_address_costs_the_same_work(
    db: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = []
    verify = passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda *args: verified.append(args) or verify(*args))

    with pytest.raises(accounts.BadLogin):
        await accounts.authenticate(db, "nobody@example.org", PASSWORD, client="c", clock=clock)

    assert verified == [(passwords.NOBODY, PASSWORD)]
    assert not passwords.HASHER.check_needs_rehash(passwords.NOBODY)


async def test_somebody_invited_has_no_login_before_a_password(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        await accounts.create_staff(tx, "new@example.org", "operator", now=clock.now())

    with pytest.raises(accounts.BadLogin):
        await accounts.authenticate(db, "new@example.org", "", client="c", clock=clock)


async def test_somebody_disabled_is_out_at_once(db: Database, clock: FrozenClock) -> None:
    staff = await make_staff(db, clock)
    async with db.transaction() as tx:
        token = await accounts.open_session(tx, now=clock.now(), staff_id=staff.id)
        await tx.execute("update staff set disabled_at = $1", clock.now())

        assert await accounts.session(tx, token, now=clock.now()) is None
    with pytest.raises(accounts.BadLogin):
        await accounts.authenticate(db, staff.email, PASSWORD, client="c", clock=clock)


async def test_a_link_sets_one_password_even_when_used_at_once(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        token = await accounts.create_staff(tx, "new@example.org", "operator", now=clock.now())

    async def use(password: str) -> accounts.Staff:
        async with db.transaction() as tx:
            return await accounts.set_password(tx, token, password, now=clock.now())

    outcomes = await asyncio.gather(*(use(f"password no {n}") for n in range(5)), return_exceptions=True)

    assert sum(isinstance(outcome, accounts.Staff) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, accounts.InviteInvalid) for outcome in outcomes) == 4


async def test_a_link_runs_out(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        token = await accounts.create_staff(tx, "new@example.org", "operator", now=clock.now())
        clock.advance(days=3)

        with pytest.raises(accounts.InviteInvalid):
            await accounts.set_password(tx, token, PASSWORD, now=clock.now())
        assert await tx.fetchval("select password_hash from staff") is None


async def test_a_weak_password_leaves_the_link_good(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        token = await accounts.create_staff(tx, "new@example.org", "operator", now=clock.now())

        for password in ("", "short", "x" * 257):
            with pytest.raises(accounts.WeakPassword):
                await accounts.set_password(tx, token, password, now=clock.now())

        assert (await accounts.invited(tx, token, now=clock.now())).email == "new@example.org"


async def test_a_second_invitation_voids_the_first(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        first = await accounts.create_staff(tx, "new@example.org", "operator", now=clock.now())
        second = await accounts.create_staff(tx, "New@example.org", "operator", now=clock.now())

        with pytest.raises(accounts.InviteInvalid):
            await accounts.invited(tx, first, now=clock.now())
        assert (await accounts.invited(tx, second, now=clock.now())).email == "new@example.org"
        assert await tx.fetchval("select count(*) from staff") == 1


async def test_an_account_with_a_password_is_not_invited_again(db: Database, clock: FrozenClock) -> None:
    staff = await make_staff(db, clock)

    async with db.transaction() as tx:
        with pytest.raises(accounts.StaffExists):
            await accounts.create_staff(tx, staff.email, "operator", now=clock.now())

    assert await accounts.authenticate(db, staff.email, PASSWORD, client="c", clock=clock) == staff


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("nonsense", "owner"),
        ("", "owner"),
        ("a@b@c", "owner"),
        ("x" * 400 + "@example.org", "owner"),
        ("new@example.org", "king"),
    ],
)
async def test_nonsense_makes_no_account(db: Database, clock: FrozenClock, email: str, role: str) -> None:
    async with db.transaction() as tx:
        with pytest.raises(Invalid):
            await accounts.create_staff(tx, email, role, now=clock.now())

        assert await tx.fetchval("select count(*) from staff") == 0


async def test_the_demo_owner_is_made_once_and_left_alone(db: Database, clock: FrozenClock) -> None:
    async with db.transaction() as tx:
        await accounts.ensure_demo_staff(tx, "demo@example.org", "first", now=clock.now())
        await accounts.ensure_demo_staff(tx, "demo@example.org", "second", now=clock.now())

    staff = await accounts.authenticate(db, "demo@example.org", "first", client="c", clock=clock)
    assert staff.role == "owner"
