"""The verbs of a use: reserved by an order, committed, given back, taken again. Repeating one is harmless."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from unicodedata import normalize
from uuid import UUID

from kassa.kernel.db import Conn, Tx
from kassa.pricing.discounts import queries
from kassa.pricing.discounts.engine import LIMIT, Discount
from kassa.pricing.discounts.entered import Entered, Standing
from kassa.pricing.discounts.errors import UsedUp
from kassa.pricing.discounts.queries import Considered, Offer
from kassa.pricing.discounts.titles import title

#: No code is longer.
CODE_LIMIT: Final = 40


@dataclass(frozen=True, slots=True)
class Looked:
    """The discounts that may apply now, the entered one (of `code`) first; `refused`: why it is not among them."""

    discounts: Sequence[Discount] = ()
    code: str | None = None
    refused: Entered | None = None


async def look(
    conn: Conn, *, code: str | None, now: datetime, email: str = "", order_id: UUID | None = None
) -> Looked:
    """What may apply to a cart at `now`, as far as schedule and limits say; the cart itself is not looked at.

    `order_id` is an order of this very cart that waits for money: what it uses is not used up for it.
    """
    wanted = canonical(code or "")
    found = await queries.considered(
        conn, code=wanted or None, now=now, customer=customer(email), order_id=order_id, limit=LIMIT + 1
    )
    faults = {one.offer.id: _fault(one, now) for one in found}
    entered = next((one.offer for one in found if not one.offer.automatic), None)
    refused = None
    if wanted:
        refused = faults[entered.id] if entered is not None else Entered(wanted, Standing.UNKNOWN)
    return Looked(
        [discount(one.offer) for one in found if faults[one.offer.id] is None], wanted or None, refused
    )


async def known(conn: Conn, code: str) -> bool:
    """Whether customers can enter this code, though it may be over or used up."""
    found = await queries.get(conn, canonical(code))
    return found is not None and not found.automatic


async def redeem(tx: Tx, order_id: UUID, amounts: Mapping[UUID, int], *, email: str, now: datetime) -> None:
    """An order uses discounts, each of which takes so many minor units; doing so again changes nothing.

    Locks the discounts in the order of their ids, after everything else.

    Raises:
        UsedUp: one of them may not be used any more; the caller's transaction ends without an order.
    """
    if not amounts:
        return
    who = customer(email)
    offers = await queries.lock(tx, list(amounts))
    mine = await queries.uses_by(tx, list(amounts), who)
    fresh = await queries.insert_uses(tx, order_id, amounts, customer=who, now=now)
    for offer in offers:
        if offer.id in fresh and offer.full(offer.used, mine.get(offer.id, 0)):
            raise UsedUp(
                "A discount of this order has just been used up.",
                extra={"discount": None if offer.automatic else offer.code},
            )
    await queries.count_up(tx, list(fresh))


async def commit(tx: Tx, order_id: UUID) -> None:
    """The order is paid: what it used is used for good."""
    await queries.move(tx, order_id, frm="reserved", to="committed")


async def restore(tx: Tx, order_id: UUID) -> None:
    """The order died: what it used may be used by somebody else. Committed uses stay."""
    given_back = await queries.move(tx, order_id, frm="reserved", to="released")
    if given_back:
        await queries.count_down(tx, given_back)


async def retake(tx: Tx, order_id: UUID) -> bool:
    """A dead order uses again what it had given back, if all of it may still be used; whether it does now.

    Only limits count: what was agreed stands, also if a discount has ended meanwhile.
    """
    wanted = dict(await queries.released(tx, order_id))
    if not wanted:
        return True
    offers = await queries.lock(tx, list(wanted))
    mine = await queries.uses_by(tx, list(wanted), next(iter(wanted.values())))
    if any(offer.full(offer.used, mine.get(offer.id, 0)) for offer in offers):
        return False
    await queries.count_up(tx, await queries.move(tx, order_id, frm="released", to="reserved"))
    return True


def canonical(code: str) -> str:
    """A code as it is kept: upper and lower case, and how it was typed, make no difference."""
    return normalize("NFKC", code).strip().upper()


def customer(email: str) -> str:
    """Whose uses count together."""
    return email.strip().lower()


def discount(offer: Offer) -> Discount:
    """What the engine knows of a discount."""
    return Discount(
        id=offer.id, kind=offer.kind, title=title(offer), code=None if offer.automatic else offer.code,
        value=offer.value, currency=offer.currency, minimum=offer.minimum_minor, on=offer.targets, buy=offer.buy,
        get=offer.get, combines=offer.combines, named=bool(offer.title),
    )  # fmt: skip


def _fault(one: Considered, now: datetime) -> Entered | None:
    """Why a discount may not be used at `now`, whatever is in the cart."""
    offer = one.offer
    if offer.ends_at is not None and offer.ends_at <= now:
        return Entered(offer.code, Standing.ENDED, at=offer.ends_at)
    if offer.starts_at is not None and offer.starts_at > now:
        return Entered(offer.code, Standing.NOT_STARTED, at=offer.starts_at)
    if offer.usage_limit is not None and one.used >= offer.usage_limit:
        return Entered(offer.code, Standing.USED_UP)
    if offer.per_customer_limit is not None and one.mine >= offer.per_customer_limit:
        return Entered(offer.code, Standing.ALREADY_USED)
    return None
