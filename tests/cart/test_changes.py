"""What has changed since a thing was put in is told until it is agreed to, and never silently."""

import pytest
from tests.cart.test_cart import do, priced
from tests.factories import make_variant

from kassa import cart
from kassa.kernel.money import Money


@pytest.fixture
async def bag(db, clock):
    await make_variant(db, clock, "EMMA", on_hand=3, price=1190)
    async with db.transaction() as tx:
        made = (await cart.create(tx, "EUR", now=clock.now())).id
        await cart.add(tx, made, "EMMA", 2, now=clock.now())
    return made


async def told(db, bag):
    return [
        (notice.kind, notice.was_minor, notice.unit_minor, notice.quantity, notice.available)
        for notice in (await priced(db, bag)).notices
    ]


async def test_a_price_that_stays_is_not_spoken_of(db, bag):
    assert await told(db, bag) == []


async def test_a_price_that_rose_is_told_with_what_it_was(db, clock, bag):
    await make_variant(db, clock, "EMMA", on_hand=3, price=1290)

    assert await told(db, bag) == [("price_changed", 1190, 1290, 2, 3)]
    assert not (await priced(db, bag)).blocked


async def test_a_change_of_the_quantity_is_no_agreement(db, clock, bag):
    await make_variant(db, clock, "EMMA", on_hand=3, price=1290)
    await do(db, cart.add, bag, "EMMA", 1, now=clock.now())
    await do(db, cart.change, bag, "EMMA", 2, now=clock.now())
    await do(db, cart.remove, bag, "EMMA", now=clock.now())
    await do(db, cart.put_back, bag, "EMMA", now=clock.now())

    assert await told(db, bag) == [("price_changed", 1190, 1290, 2, 3)]


async def test_a_change_is_told_in_whatever_currency_one_looks(db, clock, bag):
    await make_variant(db, clock, "EMMA", on_hand=3, price=1290)
    async with db.transaction() as tx:
        await cart.set_currency(tx, bag, "USD")

    assert await told(db, bag) == [("price_changed", 1390, 1490, 2, 3)]


async def test_what_was_agreed_to_is_told_no_more_in_any_currency(db, clock, bag):
    await make_variant(db, clock, "EMMA", on_hand=3, price=1290)

    await do(db, cart.accept, bag, "EMMA", price=Money(1290, "EUR"), quantity=2, now=clock.now())

    assert await told(db, bag) == []
    async with db.transaction() as tx:
        await cart.set_currency(tx, bag, "USD")
    assert await told(db, bag) == []


async def test_who_agrees_to_a_price_that_has_moved_on_is_told_of_the_next(db, clock, bag):
    await make_variant(db, clock, "EMMA", on_hand=3, price=1490)

    await do(db, cart.accept, bag, "EMMA", price=Money(1290, "EUR"), quantity=2, now=clock.now())

    assert await told(db, bag) == [("price_changed", 1290, 1490, 2, 3)]


async def test_fewer_than_were_asked_for_are_told_and_taken_with_one_yes(db, clock, bag):
    await do(db, cart.change, bag, "EMMA", 5, now=clock.now())
    assert await told(db, bag) == [("not_enough", None, 1190, 5, 3)]
    assert (await priced(db, bag)).blocked

    await do(db, cart.accept, bag, "EMMA", price=None, quantity=3, now=clock.now())

    assert await told(db, bag) == []
    assert (await priced(db, bag)).count == 3


async def test_nobody_agrees_to_more_than_is_in_the_cart(db, clock, bag):
    await do(db, cart.accept, bag, "EMMA", price=None, quantity=90, now=clock.now())
    await do(db, cart.accept, bag, "NO-SUCH", price=Money(1, "EUR"), quantity=1, now=clock.now())

    assert (await priced(db, bag)).count == 2


async def test_agreeing_to_none_takes_the_line_out(db, clock, bag):
    await do(db, cart.accept, bag, "EMMA", price=None, quantity=0, now=clock.now())

    assert (await priced(db, bag)).lines == ()


async def test_a_line_older_than_this_has_nothing_to_tell(db, clock, bag):
    async with db.transaction() as tx:
        await tx.execute("update cart_lines set seen = '{}'")
    await make_variant(db, clock, "EMMA", on_hand=3, price=1290)

    assert await told(db, bag) == []


async def test_nobody_agrees_in_a_currency_that_it_is_not_sold_in(db, clock, bag):
    await make_variant(db, clock, "EMMA", on_hand=3, price=1290)

    await do(db, cart.accept, bag, "EMMA", price=Money(1490, "XXX"), quantity=2, now=clock.now())

    assert await told(db, bag) == [("price_changed", 1190, 1290, 2, 3)]


async def test_one_cart_is_shown_in_the_currency_of_whoever_looks(db, clock, bag):
    async with db.connection() as conn:
        here, there = (
            await cart.priced(conn, bag, now=clock.now()),
            await cart.priced(conn, bag, currency="USD", now=clock.now()),
        )

    assert (here.currency, here.lines[0].unit_minor) == ("EUR", 1190)
    assert (there.currency, there.lines[0].unit_minor) == ("USD", 1390)
    assert there.quote
    assert there.quote.currency == "USD"
