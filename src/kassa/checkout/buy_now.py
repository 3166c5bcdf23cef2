"""Buying without a cart: hold the stock, open Stripe's page, and wait for the money.

There is no order until the provider confirms the payment: then one is made, once, by whoever hears of it first
(webhook, return page, poller; see `bought`). Until then the row in `buy_nows` is the mutex. Record, call,
record: its id is the idempotency key of the session.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from kassa import catalog, inventory, payments, pricing
from kassa.checkout import queries, terms
from kassa.checkout.bought import record
from kassa.checkout.errors import NotOffered, OrderTaken, UnknownSku
from kassa.checkout.queries import BuyNow
from kassa.kernel import speech
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.errors import KassaError
from kassa.kernel.ids import hash_token, same_token
from kassa.kernel.speech import speak
from kassa.stripe import Gateway, Rejected, Session

#: How soon the poller asks about one that nobody has told us about.
_FIRST_LOOK: Final = timedelta(seconds=30)
#: Stripe lets a session live for at most 24 hours; ours is closed when the hold ends, long before.
_SESSION_LIFE: Final = timedelta(hours=23)
_BATCH: Final = 50
_LEASE: Final = timedelta(minutes=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyNowWish:
    """What somebody wants at once. `id` and `token`, which opens its order, were drawn before: wishing twice is
    wishing once, and who knows the id alone wishes nothing. Without a `country` it goes to the shop's own."""

    id: UUID
    token: str
    sku: str
    quantity: int
    currency: str
    email: str | None = None
    country: str = ""
    locale: str = field(default_factory=speech.language)
    owner: str = "guest"


async def buy_now(
    db: Database, gateway: Gateway, wish: BuyNowWish, *, clock: Clock, hold_seconds: int
) -> BuyNow:
    """Hold the goods and open Stripe's page for them; the same wish gives the same purchase, as it is then.

    Raises:
        UnknownSku: it is not for sale here.
        NotOffered: what it costs there can't be known before the whole address is.
        NotShippedThere: nothing is sent there.
        BelowMinimum, AmountTooLarge: it can't be charged.
        InsufficientStock: `items` says what there is; nothing is held.
        OrderTaken: the id belongs to something else, or to somebody with another token.
        Unreachable: nobody knows whether the page was made; the same again finds out.
        Rejected: the provider refused; nothing is held.
    """
    async with db.transaction() as tx:
        found = await _begin(tx, wish, now=clock.now(), hold_seconds=hold_seconds)
    if found.state == "open" and found.session_ref is None:
        found = await _open(db, gateway, found, clock=clock)
    return found


async def sync_buy_now(
    db: Database, gateway: Gateway, buy_now_id: UUID, *, clock: Clock, actor: str
) -> BuyNow:
    """Ask the provider what is true now and record it. Webhook, return page and poller all come here.

    Raises:
        BuyNowNotFound: there is none.
        Unreachable: nobody knows.
    """
    async with db.connection() as conn:
        found = await queries.get(conn, buy_now_id)
    if found.state == "complete":
        return found
    if found.session_ref is None:
        return found if found.state == "expired" else await _open(db, gateway, found, clock=clock)
    session = await gateway.session(found.session_ref)
    async with db.transaction() as tx:
        return await record(tx, buy_now_id, session, now=clock.now(), actor=actor)


async def give_up(db: Database, gateway: Gateway, buy_now_id: UUID, *, clock: Clock, actor: str) -> BuyNow:
    """See to it that nobody can pay it any more, then let the goods go; the purchase as it is then.

    If the money came in the meantime, it is complete, which is an answer and not an error.

    Raises:
        BuyNowNotFound: there is none.
        StillProcessing: the bank has not decided yet; the goods stay.
        Unreachable: nobody knows whether it can still be paid; the goods stay.
    """
    async with db.connection() as conn:
        found = await queries.get(conn, buy_now_id)
    if found.state == "open" and found.session_ref is None:
        found = await _open(db, gateway, found, clock=clock)
    if found.state != "open" or found.session_ref is None:
        return found
    session = await gateway.expire_session(found.session_ref)
    async with db.transaction() as tx:
        after = await record(tx, buy_now_id, session, now=clock.now(), actor=actor)
    if after.state == "open":
        raise payments.StillProcessing("The bank has not decided about the payment yet.")
    return after


async def look_after_buy_nows(db: Database, gateway: Gateway, *, clock: Clock) -> int:
    """Ask about the purchases of which nobody has told us anything for a while; how many."""
    now = clock.now()
    async with db.transaction() as tx:
        due = await queries.due_for_sync(tx, now=now, lease=now + _LEASE, limit=_BATCH)
    await asyncio.gather(*(_look(db, gateway, buy_now_id, clock=clock) for buy_now_id in due))
    return len(due)


async def _look(db: Database, gateway: Gateway, buy_now_id: UUID, *, clock: Clock) -> None:
    try:
        await sync_buy_now(db, gateway, buy_now_id, clock=clock, actor="clock")
    except KassaError as error:
        log.info("look at purchase postponed", buy_now=str(buy_now_id), code=error.code)


async def _begin(tx: Tx, wish: BuyNowWish, *, now: datetime, hold_seconds: int) -> BuyNow:
    variant, agreed = await _agree(tx, wish, now)
    fresh = BuyNow(
        id=wish.id, token_hash=hash_token(wish.token), state="open", variant_id=variant.id, quantity=wish.quantity,
        email=wish.email, locale=wish.locale, owner=wish.owner, currency=wish.currency, terms=terms.keep(agreed),
        total_minor=agreed.quote.total, session_ref=None, url=None, order_id=None, created_at=now, ended_at=None,
    )  # fmt: skip
    if not await queries.insert(tx, fresh, sync_at=now + _FIRST_LOOK):
        there = await queries.lock(tx, wish.id)
        asked = (there.variant_id, there.quantity, there.currency, there.owner)
        same = asked == (variant.id, wish.quantity, wish.currency, wish.owner)
        if not same or not same_token(wish.token, there.token_hash):
            raise OrderTaken("This id is in use already.")
        return there
    try:
        if not await inventory.reserve(
            tx,
            wish.id,
            {variant.id: wish.quantity},
            now=now,
            expires_at=now + timedelta(seconds=hold_seconds),
        ):
            raise OrderTaken("This id is in use already.")
    except inventory.InsufficientStock as short:
        requested, available = short.short[variant.id]
        item = {"sku": wish.sku, "requested": requested, "available": available}
        raise inventory.InsufficientStock(short.short, extra={"items": [item]}) from None
    return fresh


async def _agree(tx: Tx, wish: BuyNowWish, now: datetime) -> tuple[catalog.SaleVariant, terms.Terms]:
    variant = (await catalog.variants_by_sku(tx, [wish.sku], wish.currency)).get(wish.sku)
    if variant is None or not variant.active or variant.price_minor is None:
        raise UnknownSku(
            "This is not for sale here.", errors=[("sku", f"{wish.sku} is not for sale in {wish.currency}")]
        )
    rules = await pricing.rules(tx, currency=wish.currency, now=now, discounted=False)
    country = wish.country or rules.taxes.home
    agreed = terms.agree(variant, wish.quantity, wish.currency, country, rules)
    if agreed is None:
        raise NotOffered(
            "What it costs there is only known with the whole address: please use the checkout.",
            errors=[("country", f"{country} is not offered here")],
        )
    return variant, agreed


async def _open(db: Database, gateway: Gateway, found: BuyNow, *, clock: Clock) -> BuyNow:
    """Have Stripe's page made, once, however often this is called."""
    try:
        session = await _session(gateway, found)
    except Rejected:
        async with db.transaction() as tx:
            await record(tx, found.id, None, now=clock.now(), actor="stripe:api")
        raise
    async with db.transaction() as tx:
        return await record(tx, found.id, session, now=clock.now(), actor="stripe:api")


async def _session(gateway: Gateway, found: BuyNow) -> Session:
    agreed = terms.kept(found.terms)
    back = f"{gateway.front(found.locale)}/buy-now/{found.id}"
    with speak(found.locale):
        lines = terms.lines(agreed)
    return await gateway.create_session(
        key=f"buy_now:{found.id}", currency=found.currency, lines=lines, email=found.email,
        reference=str(found.id), description=agreed.quote.lines[0].title,
        metadata={"kassa_buy_now": str(found.id)}, success_url=f"{back}?session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{back}?proof={found.proof}", ship_to=agreed.ship_to,
        expires_at=int((found.created_at + _SESSION_LIFE).timestamp()), language=found.locale,
    )  # fmt: skip
