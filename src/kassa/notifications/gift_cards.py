"""The mails that bring a gift card's code. What is stored of them has a mark where the code goes."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog

from kassa import gift_cards, orders
from kassa.config import Settings
from kassa.gift_cards import GiftCard
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.notifications import render
from kassa.notifications.service import post, queue

log = structlog.get_logger()


async def build_gift_cards_mail(db: Database, order_id: UUID, *, clock: Clock, settings: Settings) -> None:
    """Give the cards that an order bought their codes and write the mail that brings them, once per order."""
    async with db.transaction() as tx:
        await orders.lock(tx, order_id)
        order = await orders.get(tx, order_id)
        cards = await _sealed(tx, await gift_cards.of_order(tx, order_id), settings)
        if cards:
            letter = render.gift_cards(_codes(cards), locale=order.locale, settings=settings)
            await queue(tx, order, "gift_cards", letter, clock=clock, settings=settings)


async def build_gift_card_mail(
    db: Database, args: Mapping[str, Any], *, clock: Clock, settings: Settings
) -> None:
    """Write the mail that brings one card's code, to whoever it was issued to, once per `mail_id`.

    `args` are `gift_card_id` and `mail_id`.
    """
    async with db.transaction() as tx:
        cards = await _sealed(tx, [await gift_cards.get(tx, UUID(args["gift_card_id"]))], settings)
        for card in cards:
            letter = render.gift_cards(_codes([card]), locale=card.locale, settings=settings)
            await post(
                tx, UUID(args["mail_id"]), "gift_card", card.email, letter, clock=clock, settings=settings
            )


async def _sealed(tx: Tx, cards: Sequence[GiftCard], settings: Settings) -> list[GiftCard]:
    """Those that have the code which this shop's secret makes; others can't be mailed (again)."""
    found = []
    for card in cards if settings.secret_key else ():
        if await gift_cards.seal(tx, card, settings.secret_key):
            found.append(card)
        else:
            log.warning("gift card has a code of an older secret", gift_card=str(card.id))
    return found


def _codes(cards: Sequence[GiftCard]) -> list[render.GiftCode]:
    return [
        render.GiftCode(
            code=gift_cards.mark(card.id), amount_minor=card.issued_minor, currency=card.currency,
            expires_at=card.expires_at,
        )
        for card in cards
    ]  # fmt: skip
