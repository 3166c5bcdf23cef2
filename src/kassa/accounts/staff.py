"""Staff: invited by a link, let in by e-mail and password."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email

from kassa.accounts import queries
from kassa.accounts.errors import (
    BadLogin,
    InvalidEmail,
    InviteInvalid,
    StaffExists,
    UnknownScope,
    WeakPassword,
)
from kassa.accounts.queries import Staff
from kassa.kernel.clock import Clock
from kassa.kernel.db import Conn, Database, Tx
from kassa.kernel.ids import hash_token, new_id, new_token

ROLES: Final = ("owner", "operator")
INVITE_LIFE: Final = timedelta(days=3)
MIN_PASSWORD: Final = 10
#: Hashing is work that strangers can ask for: nobody's password is a book.
MAX_PASSWORD: Final = 256

#: Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet, 2025).
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
#: Verified for an unknown e-mail, so that it takes as long as a known one. It is of a password nobody knows.
NOBODY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$FsXAJlEjAbFZfBXn0+Uq0A$zDVabZAnK2MJ0tuVJXMySYDWwqgFzhmge5zZgh3C+vI"
)

_TOKEN_LIMIT: Final = 200


async def create_staff(tx: Tx, email: str, role: str, *, now: datetime) -> str:
    """An account without a password; the token of its set-password link, good once and for three days.

    For somebody who was invited and has no password yet it is a new link, and the old one is void.

    Raises:
        InvalidEmail, UnknownScope: not an address, or no such role.
        StaffExists: the address has an account with a password.
    """
    address = _address(email)
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
        WeakPassword: shorter than 10 or longer than 256 characters; the link stays good.
        InviteInvalid: the link was used, has run out, or never was one.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise WeakPassword(f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters.")
    await invited(tx, token, now=now)
    hashed = await asyncio.to_thread(HASHER.hash, password)
    staff = await queries.use_invite(tx, hash_token(token), now=now)
    if staff is None:
        raise InviteInvalid("This link was used already, or has run out.")
    await queries.write_password(tx, staff.id, hashed)
    return staff


async def authenticate(db: Database, email: str, password: str, *, clock: Clock) -> Staff:
    """Who this is. Takes the same work whether the e-mail is known or not, and holds no connection meanwhile.

    Raises:
        BadLogin: unknown, disabled, without a password, or the password is another.
    """
    async with db.connection() as conn:
        found = await queries.credentials(conn, email.strip().lower()[:320].replace("\x00", ""))
    known = found.password_hash if found is not None else None
    fits = await asyncio.to_thread(_verify, known or NOBODY, password[:MAX_PASSWORD])
    if found is None or known is None or found.disabled or not fits or len(password) > MAX_PASSWORD:
        raise BadLogin("E-mail or password is wrong.")
    return found.staff


async def ensure_demo_staff(tx: Tx, email: str, password: str, *, now: datetime) -> None:
    """See to it that a demo shop has an owner; an account that is there stays as it is."""
    if await queries.credentials(tx, email.lower()) is None:
        hashed = await asyncio.to_thread(HASHER.hash, password)
        await queries.add_staff(tx, new_id(), email.lower(), "owner", password_hash=hashed, now=now)


async def sweep(tx: Tx, *, now: datetime) -> int:
    """Delete sessions and invites that have run out; how many there were."""
    return await queries.sweep(tx, now=now)


def _address(email: str) -> str:
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise InvalidEmail(f"{email.strip()[:80]!r} is not an e-mail address: {error}") from None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
