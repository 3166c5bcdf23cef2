"""What keeps an account safe: its password, its address, and where it is signed in."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kassa.accounts import throttle
from kassa.accounts.customers import letters, queries
from kassa.accounts.customers.coming_in import clean_name
from kassa.accounts.customers.queries import Customer, SignedIn
from kassa.accounts.email import normal
from kassa.accounts.errors import LinkSpent, SessionNotFound, TooManyTries
from kassa.kernel.clock import Clock
from kassa.kernel.db import Conn, Database, Tx
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import hash_token

#: Links are forgotten this long after they ran out; until then they can say that they have.
_REMEMBERED: Final = timedelta(days=7)
_SWEPT_AT_ONCE: Final = 10_000


async def set_customer_password(
    tx: Tx, customer: Customer, password_hash: str, *, keep: str, now: datetime
) -> None:
    """Store a password. Everybody else who is signed in is not any more, only the session of token `keep` stays;
    links that were mailed before are void, and a mail says so.
    """
    await queries.set_password(tx, customer.id, password_hash)
    await queries.end_sessions(tx, customer.id, but=hash_token(keep))
    await queries.void_tokens(tx, customer.id, now=now)
    await letters.tell(tx, "password_set", customer.email, now=now)


async def remove_password(tx: Tx, customer: Customer, *, now: datetime) -> None:
    """Do without a password; links and passkeys still let in. A mail says so."""
    await queries.set_password(tx, customer.id, None)
    await letters.tell(tx, "password_removed", customer.email, now=now)


async def rename(tx: Tx, customer_id: UUID, name: str) -> None:
    """Call the customer so.

    Raises:
        Invalid: it is no name (`invalid_name`).
    """
    await queries.set_name(tx, customer_id, clean_name(name))


async def ask_for_email(db: Database, customer: Customer, email: str, *, client: str, clock: Clock) -> None:
    """Have a link mailed to a new address; it becomes the customer's when the link is used by somebody who is
    signed in as them. An address with an account gets another letter, and the answer is the same.

    Raises:
        InvalidEmail: not an address.
        Invalid: it is the customer's already (`same_email`).
        TooManyTries: this client has asked thirty times within the hour.
    """
    address, now = normal(email), clock.now()
    if address == customer.email:
        raise Invalid("This is your address already.", code="same_email")
    async with db.transaction() as tx:
        wait = await throttle.count(tx, letters.ASKED, client, now=now)
        if not wait:
            letter = "taken" if await queries.by_email(tx, address) is not None else "email"
            await letters.send_link(
                tx, letter, "email", address, customer_id=customer.id, following="", now=now
            )
    if wait:
        raise TooManyTries("You have asked for many mails. Please wait a little.", retry_after=wait)


async def change_email(tx: Tx, token: str, customer: Customer, *, now: datetime) -> Customer:
    """Use an `email` link up: the address is the customer's, links to the old one are void, and the old one is told.

    The link alone is not enough: somebody might have asked for it with another's address, and that other clicked.

    Raises:
        LinkSpent: the link was used, has run out, or is another customer's.
        EmailTaken: the address has got an account of its own meanwhile; nothing changed.
    """
    used = await letters.use(tx, "email", token, now=now)
    if used.customer_id != customer.id:
        raise LinkSpent("This link was asked for in another account.")
    await queries.void_tokens(tx, customer.id, now=now)
    await queries.set_email(tx, customer.id, used.email, now=now)
    await letters.tell(tx, "email_changed", customer.email, now=now, about=used.email)
    found = await queries.customer(tx, customer.id)
    if found is None:
        raise LinkSpent("The account of this link is gone.")
    return found


async def signed_in(conn: Conn, customer_id: UUID, token: str, *, now: datetime) -> list[SignedIn]:
    """Where the customer is signed in: the session of `token` first, then the last seen; at most fifty."""
    return await queries.signed_in(conn, customer_id, hash_token(token), now=now)


async def revoke(tx: Tx, customer_id: UUID, session_id: UUID) -> None:
    """Sign the customer out there.

    Raises:
        SessionNotFound: it is over, or somebody else's.
    """
    if not await queries.end_session(tx, customer_id, session_id):
        raise SessionNotFound("That session is over already.")


async def revoke_others(tx: Tx, customer_id: UUID, token: str) -> int:
    """Sign the customer out everywhere but in the session of `token`; how many there were."""
    return await queries.end_sessions(tx, customer_id, but=hash_token(token))


async def sweep_customers(tx: Tx, *, now: datetime) -> int:
    """Forget links that ran out a week ago, and tries whose window is over; how many there were."""
    swept = await queries.sweep(tx, now - _REMEMBERED, _SWEPT_AT_ONCE)
    return swept + await throttle.sweep(tx, now=now)
