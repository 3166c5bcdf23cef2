"""The ways in: a proved address, a link, a password. (Passkeys are in `kassa.accounts.passkeys`.)"""

from datetime import datetime
from typing import Final

from kassa.accounts import passwords, throttle
from kassa.accounts.customers import letters, queries
from kassa.accounts.customers.queries import Customer
from kassa.accounts.errors import BadLogin, LinkSpent, TooManyTries
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import new_id

_NAME_LIMIT: Final = 100
_WRONG: Final = "E-mail or password is wrong."


async def confirm(tx: Tx, token: str, *, name: str, password_hash: str | None, now: datetime) -> Customer:
    """Use a `verify` link up: its address is proved, so its account begins, with what was chosen just now.

    If the address has got an account meanwhile, that is it, as it was: name and password given here are not.

    Raises:
        LinkSpent: the link was used or has run out.
        Invalid: the name is no name (`invalid_name`).
    """
    used = await letters.use(tx, "verify", token, now=now)
    await queries.add(tx, new_id(), used.email, clean_name(name), password_hash=password_hash, now=now)
    return await _of(tx, used.email)


async def use_link(tx: Tx, token: str, *, now: datetime) -> Customer:
    """Use a `sign_in` link up; whose it is.

    Raises:
        LinkSpent: it was used or has run out, or the account has another address by now.
    """
    used = await letters.use(tx, "sign_in", token, now=now)
    return await _of(tx, used.email)


async def reset_password(tx: Tx, token: str, password_hash: str, *, now: datetime) -> Customer:
    """Use a `reset` link up and store the password. Every session ends, every other link is void, and a mail says so.

    Raises:
        LinkSpent: the link was used or has run out.
    """
    used = await letters.use(tx, "reset", token, now=now)
    customer = await _of(tx, used.email)
    await queries.set_password(tx, customer.id, password_hash)
    await queries.end_sessions(tx, customer.id, but=None)
    await queries.void_tokens(tx, customer.id, now=now)
    await letters.tell(tx, "password_set", customer.email, now=now)
    return await _of(tx, used.email)


async def by_password(db: Database, email: str, password: str, *, client: str, clock: Clock) -> Customer:
    """Who this is. The same work whether the address is known, has a password, or not; no connection is held
    while it is done. A password that was hashed with older parameters is hashed anew.

    Raises:
        BadLogin: unknown, without a password, or the password is another.
        TooManyTries: guessed too often, by this client or at this address; what was guessed was not looked at.
    """
    address, now = email.strip().lower()[:320].replace("\x00", ""), clock.now()
    async with db.transaction() as tx:
        wait = await throttle.guess(tx, "customers", client, address, now=now)
        found = await queries.by_email(tx, address)
    if wait:
        raise TooManyTries(
            "That was tried too often. Please wait a quarter of an hour, or have a link sent to you.",
            retry_after=wait,
        )
    known = found.password_hash if found is not None else None
    if not await passwords.fits(known, password) or found is None or known is None:
        raise BadLogin(_WRONG)
    fresh = await passwords.hashed(password) if passwords.outdated(known) else None
    async with db.transaction() as tx:
        await throttle.guessed_right(tx, "customers", client, address)
        if fresh is not None:
            await queries.rehash(tx, found.customer.id, known, fresh)
    return found.customer


def clean_name(name: str) -> str:
    """What somebody wants to be called; may be empty.

    Raises:
        Invalid: longer than 100 characters, or not printable (`invalid_name`).
    """
    name = " ".join(name.split())
    if len(name) > _NAME_LIMIT or not name.isprintable():
        raise Invalid("A name has at most 100 printable characters.", code="invalid_name")
    return name


async def _of(tx: Tx, email: str) -> Customer:
    found = await queries.by_email(tx, email)
    if found is None:
        raise LinkSpent("The account of this link has another address by now, or is gone.")
    return found.customer
