"""Links that are mailed: asked for by anybody, for any address, with one answer for all of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from kassa import jobs
from kassa.accounts import throttle
from kassa.accounts.customers import queries
from kassa.accounts.email import normal
from kassa.accounts.errors import LinkSpent, TooManyTries
from kassa.accounts.throttle import Limit
from kassa.kernel import speech
from kassa.kernel.clock import Clock
from kassa.kernel.db import Conn, Database, Tx
from kassa.kernel.ids import hash_token, new_id, new_token

Wish = Literal["register", "sign_in", "reset"]
Kind = Literal["verify", "sign_in", "reset", "email"]

LIVES: Final[dict[Kind, timedelta]] = {
    "verify": timedelta(hours=24), "sign_in": timedelta(minutes=30), "reset": timedelta(minutes=30),
    "email": timedelta(hours=24),
}  # fmt: skip
#: To one address, whatever is asked for it. The window is no longer than the shortest of those lives: while
#: strangers keep somebody from getting another mail, the last one they caused still lets that somebody in.
MAILS: Final = Limit("mails", 5, timedelta(minutes=30))
#: From one client, whatever the addresses.
ASKED: Final = Limit("asked", 30, timedelta(hours=1))

#: What is wished for, and whether the address has an account → the letter, and what its link is good for.
_LETTERS: Final[dict[tuple[Wish, bool], tuple[str, Kind]]] = {
    ("register", False): ("verify", "verify"),
    ("register", True): ("known", "sign_in"),
    ("sign_in", True): ("sign_in", "sign_in"),
    ("sign_in", False): ("unknown", "verify"),
    ("reset", True): ("reset", "reset"),
    ("reset", False): ("unknown", "verify"),
}
_TOKEN_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is for. `state`: `good`; `used`; `over`, its time has run out; `unknown`, it is none of ours.
    `known`: its address has an account.
    """

    kind: str
    email: str
    customer_id: UUID | None
    known: bool
    state: Literal["good", "used", "over", "unknown"]


async def ask(db: Database, wish: Wish, email: str, *, client: str, following: str, clock: Clock) -> None:
    """Have a link mailed. Nobody learns from it whether the address has an account: answer and work are the same,
    and the mail is for whoever reads it.

    `client` is whom to count it for (`throttle.client`), `following` the page to go to afterwards, if any. To one
    address go at most five mails in half an hour; what is too much is dropped without a word.

    Raises:
        InvalidEmail: not an address.
        TooManyTries: this client has asked thirty times within the hour.
    """
    address, now = normal(email), clock.now()
    async with db.transaction() as tx:
        wait = await throttle.count(tx, ASKED, client, now=now)
        if not wait:
            found = await queries.by_email(tx, address)
            letter, kind = _LETTERS[wish, found is not None]
            customer_id = found.customer.id if found is not None else None
            await send_link(tx, letter, kind, address, customer_id=customer_id, following=following, now=now)
    if wait:
        raise TooManyTries("You have asked for many mails. Please wait a little.", retry_after=wait)


async def send_link(
    tx: Tx, letter: str, kind: Kind, email: str, *, customer_id: UUID | None, following: str, now: datetime
) -> None:
    """Have a letter with a link mailed, unless this address has had its five."""
    if await throttle.count(tx, MAILS, email, now=now):
        return
    token = new_token()
    await queries.add_token(
        tx, hash_token(token), kind, email, customer_id=customer_id, now=now, expires_at=now + LIVES[kind]
    )
    await tell(tx, letter, email, now=now, token=token, following=following)


async def tell(
    tx: Tx, letter: str, email: str, *, now: datetime, token: str = "", following: str = "", about: str = ""
) -> None:
    """Have a letter mailed: once, however often the job runs, for the mail's id is drawn here.

    It is written in the language spoken now. The token travels in the job and in the mail's body, both of which go
    when they have done their work.
    """
    id_ = str(new_id())
    args = {
        "mail_id": id_, "letter": letter, "email": email, "token": token, "following": following, "about": about,
        "language": speech.language(),
    }  # fmt: skip
    await jobs.enqueue(tx, "send_account_mail", args, now=now, key=f"account_mail:{id_}")


async def link(conn: Conn, kind: Kind, token: str, *, now: datetime) -> Link:
    """What a link is for; looking uses nothing up."""
    found = await queries.token(conn, _digest(token), kind)
    if found is None:
        return Link(kind, "", None, False, "unknown")
    state: Literal["good", "used", "over"] = "good"
    if found.used_at is not None:
        state = "used"
    elif found.expires_at <= now:
        state = "over"
    return Link(found.kind, found.email, found.customer_id, found.known, state)


async def use(tx: Tx, kind: Kind, token: str, *, now: datetime) -> queries.Token:
    """Use a link up.

    Raises:
        LinkSpent: it was used, has run out, or never was one.
    """
    used = await queries.use_token(tx, _digest(token), kind, now=now)
    if used is None:
        raise LinkSpent("This link was used already, or has run out.")
    return used


def _digest(token: str) -> bytes:
    plausible = len(token) <= _TOKEN_LIMIT and token.isascii()
    return hash_token(token if plausible else "")
