"""What gift cards pay of an order: promised while it waits, spent when it is paid, given up when it dies.

The order is locked by the caller. Lock order: cart → order → stock → gift cards by id.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa import gift_cards, inventory, orders
from kassa.gift_cards import CardRefused, GiftCard, TooManyGiftCards
from kassa.kernel.db import Tx
from kassa.kernel.ids import new_id
from kassa.kernel.speech import _
from kassa.payments import books, queries
from kassa.payments.bought import take_out
from kassa.payments.errors import NotPayable
from kassa.payments.queries import Payment
from kassa.pricing import limits

_SPENT: Final = "succeeded"


async def use(
    tx: Tx, order: orders.Order, codes: Sequence[str], *, now: datetime, actor: str
) -> list[Payment]:
    """Promise what cards have of what is to be paid of an order (read with its lines, pending, nothing payable open).

    A card that is used already stays as it is. Where a card would leave a rest that can't be charged, it pays less.
    If nothing is left to pay, the order is paid. What the cards pay, all of them.

    Raises:
        CardRefused: unknown, of another currency, expired, empty, or nothing of the order is left for it; `errors` says
            which.
        TooManyGiftCards
    """
    if order.state is not orders.State.PENDING:
        raise NotPayable(f"The order is {order.state}, so there is nothing to pay.")
    there = await queries.parts(tx, order.id)
    used = {part.gift_card_id for part in there}
    wanted = [card for card in await _find(tx, codes) if card.id not in used]
    if len(wanted) + len(there) > gift_cards.CARDS_LIMIT:
        raise TooManyGiftCards(
            _("An order takes at most %(count)s gift cards.", count=gift_cards.CARDS_LIMIT),
            errors=[("gift_cards", f"at most {gift_cards.CARDS_LIMIT}")],
        )
    # If the cards pay for all of it, the goods leave the shelf: stock is locked before cards.
    await inventory.lock_stock(tx, [line.variant_id for line in order.lines])
    locked = await gift_cards.lock_cards(tx, [card.id for card in wanted])
    gift = order.gift_minor
    for card in (locked[card.id] for card in wanted):
        amount = _share(card, order, gift, now)
        await gift_cards.promise(tx, card, amount)
        part = await queries.insert_part(
            tx, new_id(), order_id=order.id, gift_card_id=card.id, amount_minor=amount, currency=order.currency,
            now=now,
        )  # fmt: skip
        there.append(part)
        gift += amount
        data = {"payment_id": str(part.id), "amount_minor": amount, "last4": card.last4}
        await orders.note(tx, order.id, "gift_card.used", now=now, actor=actor, data=data)
    if gift != order.gift_minor:
        await orders.set_gift(tx, order.id, gift)
    if gift == order.total_minor:
        await _paid(tx, order, now=now, actor=actor)
        there = await queries.parts(tx, order.id)
    return there


async def take_off(tx: Tx, order: orders.Order, payment_id: UUID, *, now: datetime, actor: str) -> bool:
    """A card is not to pay the (pending) order after all; False if it did not."""
    part = next((one for one in await queries.parts(tx, order.id) if one.id == payment_id), None)
    if part is None or not await queries.drop_part(tx, part.id):
        return False
    await gift_cards.release(tx, _card(part), part.amount_minor)
    await orders.set_gift(tx, order.id, order.gift_minor - part.amount_minor)
    data = {"payment_id": str(part.id), "amount_minor": part.amount_minor}
    await orders.note(tx, order.id, "gift_card.taken_off", now=now, actor=actor, data=data)
    return True


async def settle(tx: Tx, order: orders.Order, *, now: datetime, actor: str) -> None:
    """The order became paid, and its sale is posted: what was promised is spent, and what it bought is issued."""
    for part in await _parts(tx, order.id) if order.gift_minor else ():
        if await queries.move_part(tx, part.id, frm="reserved", to=_SPENT, now=now):
            await gift_cards.spend(tx, _card(part), part.amount_minor)
            await books.post_part(tx, part.id, order, part.amount_minor, now=now)
    await gift_cards.issue_sold(tx, order, now=now, actor=actor)


async def release(tx: Tx, order_id: UUID, *, now: datetime) -> None:
    """The order died: what was promised is the holders' again. What each card was to pay stays written down, for late
    money."""
    for part in await _parts(tx, order_id):
        if await queries.move_part(tx, part.id, frm="reserved", to="canceled", now=now):
            await gift_cards.release(tx, _card(part), part.amount_minor)


async def retake(tx: Tx, order: orders.Order, *, now: datetime) -> bool:
    """Promise again what cards were to pay of an order that died, if all of it is still there; whether it is."""
    if not order.gift_minor:
        return True
    parts = await queries.parts(tx, order.id)
    cards = await gift_cards.lock_cards(tx, [_card(part) for part in parts])
    if any(cards[_card(part)].available_minor < part.amount_minor for part in parts):
        return False
    for part in parts:
        await queries.move_part(tx, part.id, frm="canceled", to="reserved", now=now)
        await gift_cards.promise(tx, cards[_card(part)], part.amount_minor)
    return True


async def _parts(tx: Tx, order_id: UUID) -> list[Payment]:
    """What cards pay of an order, in the order in which cards are locked."""
    return sorted(await queries.parts(tx, order_id), key=_card)


async def _paid(tx: Tx, order: orders.Order, *, now: datetime, actor: str) -> None:
    """Cards pay for all of it: nobody else is asked."""
    data = {"amount_minor": order.total_minor, "currency": order.currency, "flow": "gift_card"}
    after = await orders.apply(tx, order.id, orders.Event.PAYMENT_SUCCEEDED, now=now, actor=actor, data=data)
    await take_out(tx, after)
    await books.post_sale(tx, after, now=now)
    await settle(tx, after, now=now, actor=actor)


def _share(card: GiftCard, order: orders.Order, gift: int, now: datetime) -> int:
    """What a card pays of an order of which cards pay `gift` already.

    Raises:
        CardRefused
    """
    errors = [("gift_cards", f"the card that ends in {card.last4}")]
    if card.currency != order.currency:
        raise CardRefused(
            _("This gift card is in %(currency)s.", currency=card.currency),
            code="gift_card_currency",
            errors=errors,
        )
    if card.expired(now):
        raise CardRefused(_("This gift card has expired."), code="gift_card_expired", errors=errors)
    if not card.available_minor:
        raise CardRefused(_("Nothing is left on this gift card."), code="gift_card_empty", errors=errors)
    open_ = order.total_minor - gift
    amount = min(card.available_minor, open_ - order.voucher_minor)
    rest, least, step = open_ - amount, limits.least(order.currency), limits.step(order.currency)
    if rest:
        amount = open_ - max(least, -(-rest // step) * step)
    if amount <= 0:
        raise CardRefused(
            _("Nothing of this order is left for a gift card to pay."), code="gift_card_no_use",
            errors=errors, extra={"due": open_, "minimum": least, "currency": order.currency},
        )  # fmt: skip
    return amount


async def _find(tx: Tx, codes: Sequence[str]) -> list[GiftCard]:
    found: dict[UUID, GiftCard] = {}
    for index, code in enumerate(codes):
        try:
            card = await gift_cards.find(tx, code)
        except gift_cards.GiftCardNotFound:
            raise CardRefused(
                _("There is no gift card with this code."), code="gift_card_not_found",
                errors=[(f"gift_cards[{index}]", "is unknown")],
            ) from None  # fmt: skip
        found.setdefault(card.id, card)
    return list(found.values())


def _card(part: Payment) -> UUID:
    if part.gift_card_id is None:
        raise ValueError(f"payment {part.id} is no gift card's")
    return part.gift_card_id
