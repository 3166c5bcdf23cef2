"""A gift card goes by mail: nobody packs it, and no order waits for it to be packed."""

import pytest
from tests.gift_cards.conftest import STAFF

from kassa import fulfilment


async def to_ship(till):
    """The numbers of the orders that somebody must pack."""
    async with till.db.connection() as conn:
        return [one.number for one in (await fulfilment.to_ship(conn)).items]


async def test_an_order_of_gift_cards_is_nothing_to_pack(till):
    await till.paid(lines=[("GIFT-25", 1)])

    assert await to_ship(till) == []


async def test_an_order_is_fulfilled_when_its_books_have_arrived(till):
    order = await till.paid(lines=[("EMMA-PB", 1), ("GIFT-25", 1)])
    assert await to_ship(till) == [order.number]
    async with till.db.transaction() as tx:
        parcel = await fulfilment.ship(tx, order.id, actor=STAFF, now=till.clock.now())
        await fulfilment.deliver(tx, parcel.id, actor=STAFF, now=till.clock.now())

    assert (await till.order(order)).state == "fulfilled"
    assert [line.sku for line in parcel.lines] == ["EMMA-PB"]


async def test_a_gift_card_cannot_be_put_into_a_parcel(till):
    order = await till.paid(lines=[("EMMA-PB", 1), ("GIFT-25", 1)])
    card = next(line for line in order.lines if line.voucher)

    async with till.db.transaction() as tx:
        with pytest.raises(fulfilment.UnknownLine):
            await fulfilment.ship(tx, order.id, {card.id: 1}, actor=STAFF, now=till.clock.now())
