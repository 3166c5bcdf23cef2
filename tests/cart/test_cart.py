"""A cart promises nothing and loses nothing."""

import pytest
from tests.factories import make_variant

from kassa import cart
from kassa.kernel.ids import new_id


@pytest.fixture
async def bag(db, clock):
    await make_variant(db, clock, "EMMA", on_hand=3, price=1000)
    await make_variant(db, clock, "GONE", on_hand=0, price=1000)
    async with db.transaction() as tx:
        return (await cart.create(tx, "EUR", now=clock.now())).id


async def priced(db, bag):
    async with db.connection() as conn:
        return await cart.priced(conn, bag)


async def do(db, verb, *args, **more):
    async with db.transaction() as tx:
        await verb(tx, *args, **more)


async def test_adding_twice_adds_up_and_the_whole_cart_is_priced(db, clock, bag):
    await do(db, cart.add, bag, "EMMA", 1, now=clock.now())
    await do(db, cart.add, bag, "EMMA", 1, now=clock.now())

    shown = await priced(db, bag)
    assert [(line.sku, line.quantity, line.total_minor, line.problem) for line in shown.lines] == [
        ("EMMA", 2, 2000, None)
    ]
    assert shown.count == 2
    assert shown.quote
    assert shown.quote.total == 2000 + 390


async def test_what_is_short_or_gone_is_said(db, clock, bag):
    await do(db, cart.add, bag, "EMMA", 4, now=clock.now())
    await do(db, cart.add, bag, "GONE", 1, now=clock.now())

    assert [line.problem for line in (await priced(db, bag)).lines] == ["not_enough", "sold_out"]


async def test_a_line_can_be_changed_and_taken_out(db, clock, bag):
    await do(db, cart.add, bag, "EMMA", 1, now=clock.now())
    await do(db, cart.change, bag, "EMMA", 3, now=clock.now())
    assert (await priced(db, bag)).count == 3

    await do(db, cart.change, bag, "EMMA", 0, now=clock.now())
    await do(db, cart.remove, bag, "EMMA", now=clock.now())
    assert (await priced(db, bag)).lines == ()


@pytest.mark.parametrize(
    ("sku", "quantity", "error"), [("NO-SUCH", 1, cart.UnknownSku), ("EMMA", 100, cart.QuantityTooLarge)]
)
async def test_what_can_not_be_put_in_changes_nothing(db, clock, bag, sku, quantity, error):
    with pytest.raises(error):
        await do(db, cart.add, bag, sku, quantity, now=clock.now())

    assert (await priced(db, bag)).lines == ()


async def test_a_cart_has_at_most_fifty_lines(db, clock, bag):
    for n in range(50):
        await make_variant(db, clock, f"B-{n}")
        await do(db, cart.add, bag, f"B-{n}", 1, now=clock.now())

    with pytest.raises(cart.CartFull):
        await do(db, cart.add, bag, "EMMA", 1, now=clock.now())


async def test_there_is_no_cart_that_nobody_made(db):
    async with db.connection() as conn:
        with pytest.raises(cart.CartNotFound):
            await cart.get(conn, new_id())
