"""The verbs of a gift card. Each takes `tx`; the caller holds the lock of the order it is about.

Lock order: cart → order → stock → gift cards by id. Amounts are minor units of the card's currency.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kassa import jobs, ledger, orders
from kassa.accounts.throttle import Limit
from kassa.gift_cards import codes, queries
from kassa.gift_cards.errors import CardRefused, GiftCardNotFound, NothingToVoid
from kassa.gift_cards.queries import GiftCard, NewCard
from kassa.kernel.db import Conn, Tx
from kassa.kernel.ids import new_id

#: So many cards pay one order.
CARDS_LIMIT: Final = 5
#: One client looks up so many codes: 80 bits can't be guessed, but nobody need try.
GUESSES: Final = Limit("gift_cards", 30, timedelta(minutes=15))


async def find(conn: Conn, code: str) -> GiftCard:
    """The card of a code, however it was typed.

    Raises:
        GiftCardNotFound: there is none.
    """
    normal = codes.read(code)
    card = await queries.by_code(conn, codes.hash_of(normal)) if normal else None
    if card is None:
        raise GiftCardNotFound("There is no gift card with this code.")
    return card


async def issue_sold(tx: Tx, order: orders.Order, *, now: datetime, actor: str) -> None:
    """An order was paid (its sale is in the books): the cards it bought come into being, once, and are mailed."""
    made = False
    for line in order.lines:
        for unit in range(line.quantity if line.voucher else 0):
            card = NewCard(
                id=new_id(), currency=order.currency, amount_minor=line.unit_minor, email=order.email,
                locale=order.locale, order_id=order.id, line_id=line.id, unit=unit,
            )  # fmt: skip
            made |= await queries.insert(tx, card, new_id(), reason="", actor=actor, now=now)
    if made:
        key = f"gift_cards:{order.id}"
        await jobs.enqueue(tx, "send_gift_cards", {"order_id": str(order.id)}, now=now, key=key)


async def issue(
    tx: Tx, card_id: UUID, *, amount: int, currency: str, email: str, reason: str, actor: str, now: datetime,
    expires_at: datetime | None = None, locale: str = "en",
) -> GiftCard:  # fmt: skip
    """Give a card away, for a reason, and mail it; once per id.

    Raises:
        CardRefused: an amount of nothing, or an expiry that is past.
    """
    if amount <= 0:
        raise CardRefused("A gift card is worth more than nothing.", errors=[("amount", "must be positive")])
    if expires_at is not None and expires_at <= now:
        raise CardRefused("It would have expired already.", errors=[("expires_at", "is past")])
    event_id = new_id()
    card = NewCard(
        id=card_id, currency=currency, amount_minor=amount, email=email, locale=locale, expires_at=expires_at
    )
    if await queries.insert(tx, card, event_id, reason=reason, actor=actor, now=now):
        await ledger.post_gift_card_given(tx, event_id, amount=amount, currency=currency, at=now)
        await send_again(tx, card_id, now=now)
    return await queries.get(tx, card_id)


async def send_again(tx: Tx, card_id: UUID, *, now: datetime) -> None:
    """Mail a card's code to whoever it was issued to."""
    key = f"gift_card:{card_id}:{now.isoformat()}"
    await jobs.enqueue(
        tx, "send_gift_card", {"gift_card_id": str(card_id), "mail_id": str(new_id())}, now=now, key=key
    )


async def seal(tx: Tx, card: GiftCard, secret: str) -> bool:
    """See to it that a card has its code; False if it has another one, made with another secret."""
    code = codes.code_of(secret, card.id)
    if not card.sealed:
        await queries.seal(tx, card.id, code_hash=codes.hash_of(code), last4=code[-4:])
    return await queries.has_code(tx, card.id, codes.hash_of(code))


async def promise(tx: Tx, card: GiftCard, amount: int) -> None:
    """`amount` of a card, which the caller has locked and found to have it, is promised to an order."""
    await queries.promise(tx, card.id, amount)


async def release(tx: Tx, card_id: UUID, amount: int) -> None:
    """What was promised to an order is the holder's again."""
    await queries.release(tx, card_id, amount)


async def spend(tx: Tx, card_id: UUID, amount: int) -> None:
    """What was promised is spent; the caller posts the payment."""
    await queries.spend(tx, card_id, amount)


async def give_back(tx: Tx, card_id: UUID, amount: int, *, now: datetime) -> None:
    """Money comes back to the card it came from; the caller posts the refund."""
    await queries.give_back(tx, card_id, amount, at_least_until=now + queries.GRACE)


async def take_back(
    tx: Tx, order: orders.Order, by_line: Mapping[UUID, int], amount: int, *, actor: str, now: datetime
) -> None:
    """What an order paid for cards goes back: `amount` in all is taken off them, of it so much off those of a line.

    Raises:
        NothingToVoid: less than that is unspent; nothing changed.
    """
    sold = await queries.sold_by(tx, order.id)
    cards = await queries.lock(tx, [card.id for card in sold])
    left = {card.id: cards[card.id].available_minor for card in sold}
    takes: dict[UUID, int] = {}
    for line_id, wanted in [*by_line.items(), (None, max(0, amount - sum(by_line.values())))]:
        rest = wanted
        for card in sold:
            part = min(rest, left[card.id]) if line_id in (None, card.line_id) else 0
            left[card.id] -= part
            takes[card.id] = takes.get(card.id, 0) + part
            rest -= part
        if rest:
            raise NothingToVoid(
                "What was spent of a gift card can't be refunded.", extra={"left": wanted - rest}
            )
    for card_id, part in takes.items():
        if part:
            event_id = new_id()
            await queries.void(
                tx, card_id, part, event_id, reason="refunded", actor=actor, order_id=order.id, now=now
            )
            await ledger.post_gift_card_voided(
                tx, event_id, amount=part, against=ledger.Account.REFUNDS, currency=order.currency, at=now,
                order_id=order.id,
            )  # fmt: skip


async def void(tx: Tx, card_id: UUID, *, reason: str, actor: str, now: datetime) -> int:
    """Take away what is unspent and unpromised of a card; how much that was.

    Raises:
        GiftCardNotFound, NothingToVoid
    """
    card = (await queries.lock(tx, [card_id])).get(card_id)
    if card is None:
        raise GiftCardNotFound("There is no such gift card.")
    amount = card.available_minor
    if not amount:
        raise NothingToVoid("Nothing on this card is left to void.")
    event_id = new_id()
    await queries.void(tx, card_id, amount, event_id, reason=reason, actor=actor, order_id=None, now=now)
    earned = ledger.Account.SALES if card.order_id else ledger.Account.DISCOUNTS
    await ledger.post_gift_card_voided(
        tx, event_id, amount=amount, against=earned, currency=card.currency, at=now, order_id=None
    )
    return amount
