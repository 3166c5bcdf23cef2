"""Who a browser belongs to: signing in and out, and the session's part in it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kassa.accounts import sessions
from kassa.accounts.customers import queries
from kassa.accounts.customers.queries import Customer
from kassa.accounts.errors import CustomerNotFound
from kassa.accounts.queries import Session
from kassa.kernel.db import Conn, Tx
from kassa.kernel.ids import hash_token, new_token

#: How exact "last seen" is: a page is not worth a write each time.
SEEN_EVERY: Final = timedelta(minutes=10)


async def customer(conn: Conn, customer_id: UUID) -> Customer:
    """The customer.

    Raises:
        CustomerNotFound: there is none, or the account was deleted.
    """
    found = await queries.customer(conn, customer_id)
    if found is None:
        raise CustomerNotFound("There is no such account.")
    return found


async def sign_in(tx: Tx, token: str | None, customer_id: UUID, *, now: datetime, device: str) -> str:
    """This browser is this customer's from now on; the token of its session, which is always a new one.

    Cart, currency and orders of the session move along. What belonged to another customer does not: their
    session ends, and a new one begins. `device` is what the list of sessions calls the browser.
    """
    fresh = new_token()
    if token is None or not await _move(tx, token, fresh, customer_id, now=now, device=device):
        if token is not None:
            await sessions.end_session(tx, token)
        begun = await sessions.open_session(tx, now=now)
        await _move(tx, begun, fresh, customer_id, now=now, device=device)
    return fresh


async def sign_out(tx: Tx, token: str) -> None:
    """This browser is nobody's again: bag, orders and all that it knew are forgotten with its session."""
    await sessions.end_session(tx, token)


async def claim_cart(tx: Tx, customer_id: UUID, cart_id: UUID) -> UUID | None:
    """Make a cart the customer's bag on every device, unless they have one; the id of the one they have now.

    None if the cart is gone. Of two devices that begin a bag at the same moment, one gets its own and both get the
    same.
    """
    return await queries.claim_cart(tx, customer_id, cart_id)


async def set_stripe_ref(tx: Tx, customer_id: UUID, ref: str) -> None:
    """Note who the customer is at Stripe (`cus_…`); the first one that was noted stays."""
    await queries.set_stripe_ref(tx, customer_id, ref)


async def seen(conn: Conn, token: str, session: Session, *, now: datetime) -> None:
    """Note that a signed-in session is in use, every ten minutes at most; never waits for anybody."""
    if session.customer is not None and (session.seen_at is None or now - session.seen_at >= SEEN_EVERY):
        await queries.seen(conn, hash_token(token), now=now)


async def _move(tx: Tx, old: str, fresh: str, customer_id: UUID, *, now: datetime, device: str) -> bool:
    return await queries.sign_in(
        tx, hash_token(old), hash_token(fresh), new_token(), customer_id, device=device, now=now,
        expires_at=now + sessions.SHOPPER_LIFE,
    )  # fmt: skip
