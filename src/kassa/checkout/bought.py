"""What the provider says of something that is bought at once, written down; and the order that comes of it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kassa import catalog, inventory, orders, payments, pricing
from kassa.checkout import queries, terms
from kassa.checkout.queries import BuyNow
from kassa.kernel.db import Tx
from kassa.stripe import Session

#: The older one is, the more rarely it is asked about.
_FIRST_LOOK: Final = timedelta(seconds=30)
_LAST_LOOK: Final = timedelta(minutes=30)
#: A customer in front of his bank's challenge keeps the goods this long.
_CHALLENGE: Final = timedelta(minutes=10)
#: One whose bank said no keeps them at least this long to try again.
_RETRY: Final = timedelta(seconds=60)


async def record(tx: Tx, buy_now_id: UUID, session: Session | None, *, now: datetime, actor: str) -> BuyNow:
    """Write down what the provider showed; `session` is None if it refused to make one.

    Locks the purchase, then order and stock. A payment makes the order, once; a page that nobody can pay any more
    lets the goods go. Saying the same again changes nothing.
    """
    found = await queries.lock(tx, buy_now_id)
    if found.state == "complete":
        return found
    if session is not None and payments.collected(session):
        await _complete(tx, found, session, now=now, actor=actor)
    elif found.state == "open":
        await _follow(tx, found, session, now=now)
    return await queries.get(tx, buy_now_id)


async def _follow(tx: Tx, found: BuyNow, session: Session | None, *, now: datetime) -> None:
    """Something short of money: the goods are kept, or go back on the shelf."""
    state = _state(session)
    if session is None or state == "over":
        reference = session.id if session else None
        await queries.end(tx, found.id, state="expired", session_ref=reference, order_id=None, now=now)
        await inventory.release(tx, found.id)
        return
    hold = await inventory.hold(tx, found.id)
    if state in ("processing", "requires_action") and hold.state == "held":
        await inventory.paying(tx, found.id)
        if state == "requires_action":
            await inventory.postpone(tx, found.id, max(hold.expires_at, now + _CHALLENGE))
    elif state == "open" and hold.state == "paying":
        await inventory.resume(tx, found.id, now=now, expires_at=max(now + _RETRY, hold.expires_at))
    pause = min(_LAST_LOOK, max(_FIRST_LOOK, (now - found.created_at) / 2))
    await queries.write(tx, found.id, session_ref=session.id, url=session.url, sync_at=now + pause)


def _state(session: Session | None) -> str:
    """`open`, `requires_action`, `processing`, or `over`: nobody can pay it any more."""
    if session is None or session.status == "expired":
        return "over"
    intent = session.intent.status if session.intent else ""
    if session.status == "complete":
        # A voucher that is not paid yet still requires the customer's action when the page is done.
        return "processing" if intent in ("processing", "requires_capture", "requires_action") else "over"
    return intent if intent in ("processing", "requires_action") else "open"


async def _complete(tx: Tx, found: BuyNow, session: Session, *, now: datetime, actor: str) -> None:
    """The money is there: make the order of what was agreed, and let the payment do what payments do.

    One that was given up before its money came is an order that is over: if its goods are still there it lives
    all the same, else the money goes back. So does money that is not the amount agreed.
    """
    agreed = terms.kept(found.terms)
    to = dict(session.ship_to or session.bill_to or {})
    country = to.setdefault("country", agreed.country)
    variants = await catalog.variants_by_id(tx, [found.variant_id], found.currency)
    rules = await pricing.rules(tx, currency=found.currency, now=now, discounted=False)
    quote = terms.for_country(agreed, variants.get(found.variant_id), country, to.get("region"), rules)
    fresh = orders.NewOrder(
        id=found.id, token_hash=found.token_hash, email=session.email or found.email or "", locale=found.locale,
        quote=quote, shipping_address=to, billing_address=session.bill_to, cart_id=None, owner=found.owner,
    )  # fmt: skip
    await orders.insert(tx, fresh, now=now, actor="customer")
    if found.state == "expired":
        await orders.apply(tx, found.id, orders.Event.EXPIRED, now=now, actor="clock")
    await payments.insert_collected(tx, found.id, session, now=now, actor=actor)
    order = await orders.get(tx, found.id)
    if order.state is orders.State.PENDING:
        await orders.apply(tx, found.id, orders.Event.EXPIRED, now=now, actor="clock")
    await queries.end(tx, found.id, state="complete", session_ref=session.id, order_id=found.id, now=now)
