"""One gift card and a thousand hands: never below nothing, and spent exactly to its worth."""

import asyncio

import pytest
from tests.factories import HOLD_SECONDS, make_variant, place
from tests.gift_cards.conftest import Counter, gift_card_product

from kassa import checkout, gift_cards, payments, refunds
from kassa.gift_cards import queries
from kassa.kernel.errors import Unavailable

BUYERS = 1_000
WORTH = 20_000


@pytest.fixture
async def till(db, clock):
    made = Counter(db, clock)
    await make_variant(db, clock, on_hand=BUYERS, ships=False)
    yield made
    made.stripe.close()


async def again_while_busy(verb):
    """What a browser does: too many at once, so try again; only its last word counts."""
    for _ in range(200):
        try:
            return await verb()
        except Unavailable:
            continue
        except gift_cards.CardRefused as refused:
            return refused.code
    raise AssertionError("it was busy for ever")


async def test_a_thousand_buyers_spend_one_card_to_its_worth_and_no_further(till, db, clock):
    code = await till.card(WORTH)
    price = (await place(db, clock)).total_minor

    told = await asyncio.gather(*(again_while_busy(lambda: till.place(code)) for _ in range(BUYERS - 1)))

    orders = [one for one in told if not isinstance(one, str)]
    whole = [one for one in orders if one.gift_minor == price]
    part = [one for one in orders if one.gift_minor != price]
    assert (len(whole), len(part)) == (WORTH // price, 1)
    assert {one for one in told if isinstance(one, str)} == {"gift_card_empty"}
    assert await till.look(code) == (part[0].gift_minor, part[0].gift_minor)
    assert sum(one.gift_minor for one in orders) == WORTH
    assert await till.stock() == (BUYERS - len(whole), 2)


async def look_then_promise(tx, card_ids):
    """What locking a card would be without its lock: look, think."""
    found = {card_id: await queries.get(tx, card_id) for card_id in card_ids}
    await asyncio.sleep(0.1)
    return found


async def test_control_without_the_lock_a_card_is_promised_more_than_once(till, db, clock, monkeypatch):
    till.broken_by_hand = True
    code = await till.card(1_000)
    books = ["WALDEN-HB", "DUNE-PB", "IVANHOE-PB"]  # each order of its own: stock is locked, too
    for sku in books:
        await make_variant(db, clock, sku, price=2100)
    waiting = [await place(db, clock, lines=[(sku, 1)]) for sku in books]
    async with db.transaction() as tx:
        await tx.execute("alter table gift_cards drop constraint gift_cards_check")
    monkeypatch.setattr(gift_cards, "lock_cards", look_then_promise)

    await asyncio.gather(*(till.use(order, code) for order in waiting))

    balance, promised = await till.look(code)
    assert promised > balance


async def test_the_same_card_on_one_order_from_two_windows_pays_once(till, db, clock):
    code = await till.card(500)
    order = await place(db, clock)

    await asyncio.gather(*(again_while_busy(lambda: till.use(order, code)) for _ in range(10)))

    assert await till.look(code) == (500, 500)
    assert (await till.order(order)).gift_minor == 500


async def test_an_order_that_ends_while_its_card_is_used_leaves_nothing_promised(till, db, clock):
    code = await till.card(500)
    waiting = [await place(db, clock) for _ in range(10)]

    async def end(order):
        await checkout.cancel(till.db, till.gateway, order.id, clock=clock, actor="customer")

    async def use(order):
        try:
            await till.use(order, code)
        except (payments.NotPayable, gift_cards.CardRefused):
            return

    await asyncio.gather(*(verb(order) for order in waiting for verb in (end, use)))

    assert await till.look(code) == (500, 0)


async def test_two_cards_in_opposite_order_do_not_deadlock(till, db, clock):
    first, second = await till.card(WORTH), await till.card(WORTH)
    ways = [(first, second), (second, first)] * 10

    await asyncio.gather(*(again_while_busy(lambda way=way: till.place(*way)) for way in ways))

    assert sum([(await till.look(code))[1] for code in (first, second)]) == 0


async def test_stock_is_locked_before_the_card_that_pays_for_all_of_it(till, db, clock, monkeypatch):
    code = await till.card(WORTH)
    order = await place(db, clock)
    free = []

    async def lock_and_look(tx, card_ids):
        async with db.transaction() as other:
            rows = await other.fetch(
                "select 1 from stock where variant_id = $1 for update skip locked", order.lines[0].variant_id
            )
        free.append(len(rows))
        return await queries.lock(tx, card_ids)

    monkeypatch.setattr(gift_cards, "lock_cards", lock_and_look)

    assert (await till.use(order, code)).state == "paid"

    assert free == [0]


async def test_money_and_expiry_at_once_spend_the_card_or_give_it_back(till, db, clock):
    code = await till.card(5_000)
    waiting = [await till.place(code, lines=[("EMMA-PB", 1)]) for _ in range(3)]
    code_in_parts = await till.card(900)
    waiting += [await till.place(code_in_parts) for _ in range(1)]
    pays = [await till.pay(order) for order in waiting if order.state == "pending"]
    for payment in pays:
        await till.confirm(payment)
    clock.advance(seconds=HOLD_SECONDS + 1)

    await asyncio.gather(till.settle(), checkout.expire_due(till.db, till.gateway, clock=clock))
    await till.settle()

    assert {str((await till.order(order)).state) for order in waiting} == {"paid"}
    assert (await till.look(code_in_parts)) == (0, 0)


async def test_a_purchase_that_is_refunded_while_its_card_is_spent_gives_out_its_worth_once(till, db, clock):
    await gift_card_product(db, clock)
    bought = await till.paid(lines=[("GIFT-25", 1)])
    (code,) = await till.sold(bought)

    async def refund():
        try:
            await till.give_back(bought)
        except refunds.RefundTooLarge:
            return  # whichever comes second is refused

    await asyncio.gather(refund(), *(again_while_busy(lambda: till.place(code)) for _ in range(3)))

    async with db.connection() as conn:
        card = await gift_cards.find(conn, code)
        spent = await conn.fetchval(
            "select coalesce(sum(amount_minor), 0)::int from payments where gift_card_id = $1 and state <> 'canceled'",
            card.id,
        )
    back = sum(one.amount_minor for one in await till.refunds(bought))
    assert spent + back + card.available_minor == 2_500
