"""Browser sessions. The cookie carries a token, the table its hash; a verb on an unknown one does nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from kassa.accounts import queries
from kassa.accounts.queries import Session
from kassa.kernel.db import Conn, Tx
from kassa.kernel.ids import hash_token, new_token

SHOPPER_LIFE: Final = timedelta(days=30)
STAFF_LIFE: Final = timedelta(hours=12)
_DAY: Final = timedelta(days=1)

_TOKEN_LIMIT: Final = 100
_TEXT_LIMIT: Final = 500

Kind = Literal["note", "good", "bad"]


@dataclass(frozen=True, slots=True)
class Flash:
    """Something to tell on the next page, once."""

    text: str
    kind: Kind


async def open_session(
    tx: Tx, *, now: datetime, staff_id: UUID | None = None, life: timedelta | None = None
) -> str:
    """A new session's token, for the cookie. It lives 30 days, 12 hours for staff, or as long as `life`."""
    token = new_token()
    await queries.add_session(
        tx, hash_token(token), new_token(), staff_id=staff_id, now=now, expires_at=_end(now, staff_id, life)
    )
    return token


async def session(conn: Conn, token: str | None, *, now: datetime) -> Session | None:
    """The session of a token, or None if it has run out, was ended, or never was."""
    if not token or len(token) > _TOKEN_LIMIT or not token.isascii():
        return None
    return await queries.session(conn, hash_token(token), now=now)


async def prolong(conn: Conn, token: str, session: Session, *, now: datetime) -> bool:
    """Give a shopper's session that is in use its whole life again, once a day at most; whether it did.

    So a bag survives as long as its owner comes back now and then; the cookie has to be set anew with it.
    """
    if session.staff_id is not None or session.expires_at - now > SHOPPER_LIFE - _DAY:
        return False
    await queries.prolong(conn, hash_token(token), expires_at=now + SHOPPER_LIFE)
    return True


async def rotate(tx: Tx, token: str | None, *, now: datetime, staff_id: UUID | None = None) -> str:
    """The same session under a new token and a new CSRF token: to be done whenever its user changes.

    The old token is void at once. Cart, currency and orders move along; without a living session a new one
    begins.
    """
    fresh = new_token()
    moved = token is not None and await queries.move_session(
        tx, hash_token(token), hash_token(fresh), new_token(), staff_id=staff_id, now=now,
        expires_at=_end(now, staff_id, None),
    )  # fmt: skip
    return fresh if moved else await open_session(tx, now=now, staff_id=staff_id)


async def end_session(tx: Tx, token: str) -> None:
    """Forget the session; its cookie opens nothing any more."""
    await queries.end_session(tx, hash_token(token))


async def set_cart(tx: Tx, token: str, cart_id: UUID | None) -> None:
    """Point the session to a cart, or to none."""
    await queries.set_cart(tx, hash_token(token), cart_id)


async def set_currency(tx: Tx, token: str, currency: str) -> None:
    """Note the currency (an ISO 4217 code the caller has checked) this browser wants prices in."""
    await queries.set_currency(tx, hash_token(token), currency)


async def set_country(tx: Tx, token: str, country: str) -> None:
    """Note the country (an ISO 3166-1 code the caller has checked) that this browser's orders go to."""
    await queries.set_country(tx, hash_token(token), country)


async def remember_order(tx: Tx, token: str, order_id: UUID) -> None:
    """This browser may see this order from now on; it remembers its newest fifty."""
    await queries.remember_order(tx, hash_token(token), order_id)


async def flash(tx: Tx, token: str, text: str, kind: Kind = "note") -> None:
    """Keep a message for the next page this browser is shown; at most five wait."""
    await queries.flash(tx, hash_token(token), {"text": text[:_TEXT_LIMIT], "kind": kind})


async def take_flash(tx: Tx, token: str) -> list[Flash]:
    """The messages that wait for this browser, oldest first, each given out once."""
    return [Flash(entry["text"], entry["kind"]) for entry in await queries.take_flash(tx, hash_token(token))]


def _end(now: datetime, staff_id: UUID | None, life: timedelta | None) -> datetime:
    return now + (life or (SHOPPER_LIFE if staff_id is None else STAFF_LIFE))
