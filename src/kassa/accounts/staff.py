"""Staff: invited by a link, let in by e-mail and password."""

from datetime import datetime, timedelta
from typing import Final

from kassa.accounts import passwords, queries, throttle
from kassa.accounts.email import normal
from kassa.accounts.errors import BadLogin, InviteInvalid, StaffExists, TooManyTries, UnknownScope
from kassa.accounts.queries import Staff
from kassa.kernel.clock import Clock
from kassa.kernel.db import Conn, Database, Tx
from kassa.kernel.ids import hash_token, new_id, new_token

ROLES: Final = ("owner", "operator")
INVITE_LIFE: Final = timedelta(days=3)

_TOKEN_LIMIT: Final = 200


async def create_staff(tx: Tx, email: str, role: str, *, now: datetime) -> str:
    """An account without a password; the token of its set-password link, good once and for three days.

    For somebody who was invited and has no password yet it is a new link, and the old one is void.

    Raises:
        InvalidEmail, UnknownScope: not an address, or no such role.
        StaffExists: the address has an account with a password.
    """
    address = normal(email)
    if role not in ROLES:
        raise UnknownScope("The role of staff is owner or operator.")
    await queries.add_staff(tx, new_id(), address, role, password_hash=None, now=now)
    found = await queries.credentials(tx, address)
    if found is None or found.password_hash is not None or found.disabled:
        raise StaffExists(f"{address} has an account already.")
    token = new_token()
    await queries.replace_invite(tx, found.staff.id, hash_token(token), expires_at=now + INVITE_LIFE)
    return token


async def invited(conn: Conn, token: str, *, now: datetime) -> Staff:
    """Whom a set-password link is for.

    Raises:
        InviteInvalid: it was used, has run out, or never was one.
    """
    plausible = len(token) <= _TOKEN_LIMIT and token.isascii()
    staff = await queries.invited(conn, hash_token(token), now=now) if plausible else None
    if staff is None:
        raise InviteInvalid("This link was used already, or has run out.")
    return staff


async def set_password(tx: Tx, token: str, password: str, *, now: datetime) -> Staff:
    """Use the link up and store the password; whoever was logged in with an older one is no longer.

    Raises:
        WeakPassword: it is none (see `hash_password`); the link stays good.
        InviteInvalid: the link was used, has run out, or never was one.
    """
    await invited(tx, token, now=now)
    hashed = await passwords.hash_password(password)
    staff = await queries.use_invite(tx, hash_token(token), now=now)
    if staff is None:
        raise InviteInvalid("This link was used already, or has run out.")
    await queries.write_password(tx, staff.id, hashed)
    return staff


async def authenticate(db: Database, email: str, password: str, *, client: str, clock: Clock) -> Staff:
    """Who this is. Takes the same work whether the e-mail is known or not, and holds no connection meanwhile.

    `client` is whom to count a failure for (`throttle.client`).

    Raises:
        BadLogin: unknown, disabled, without a password, or the password is another.
        TooManyTries: this client has guessed too often; what was guessed was not looked at.
    """
    address = email.strip().lower()[:320].replace("\x00", "")
    async with db.transaction() as tx:
        wait = await throttle.guess(tx, "staff", client, address, now=clock.now())
        found = await queries.credentials(tx, address)
    if wait:
        raise TooManyTries("Too many attempts. Please wait a quarter of an hour.", retry_after=wait)
    known = found.password_hash if found is not None else None
    if not await passwords.fits(known, password) or found is None or found.disabled:
        raise BadLogin("E-mail or password is wrong.")
    async with db.transaction() as tx:
        await throttle.guessed_right(tx, "staff", client, address)
    return found.staff


async def ensure_demo_staff(tx: Tx, email: str, password: str, *, now: datetime) -> None:
    """See to it that a demo shop has an owner; an account that is there stays as it is."""
    if await queries.credentials(tx, email.lower()) is None:
        hashed = await passwords.hashed(password)
        await queries.add_staff(tx, new_id(), email.lower(), "owner", password_hash=hashed, now=now)


async def sweep(tx: Tx, *, now: datetime) -> int:
    """Delete sessions and invites that have run out; how many there were."""
    return await queries.sweep(tx, now=now)
